package dev.repro.keys;

import dev.repro.base.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/// One block of text around DER (RFC 7468): lines of base64 of any one length, of which the last may be shorter; no headers,
/// nothing before it, at most a newline after it. Written with 64 characters a line, as `openssl` does. No String is made of the
/// content.
record Pem(String label, byte[] der) {
    private static final byte[] BEGIN = ascii("-----BEGIN ");
    private static final byte[] END = ascii("-----END ");
    private static final byte[] DASHES = ascii("-----\n");
    private static final int WIDTH = 64;
    private static final int MAX_LABEL = 40;

    static Pem parse(String text) throws Problem {
        return parse(text.getBytes(StandardCharsets.UTF_8));
    }

    static Pem parse(byte[] text) throws Problem {
        int labelEnd = labelEnd(text);
        String label = new String(text, BEGIN.length, labelEnd - BEGIN.length, StandardCharsets.US_ASCII);
        byte[] last = ascii("-----END " + label + "-----");
        byte[] base64 = new byte[text.length];
        int length = 0;
        int width = 0;
        int at = labelEnd + DASHES.length;
        while (!starts(text, at, END)) {
            int end = at;
            while (end < text.length && text[end] != '\n') {
                end++;
            }
            int line = end - at;
            boolean isLast = starts(text, end + 1, END);
            width = width == 0 ? line : width;
            if (end == text.length || line == 0 || line > width || line < width && !isLast) {
                throw Problem.usage("a line of PEM is empty or of another length than the first, or the block does not end");
            }
            System.arraycopy(text, at, base64, length, line);
            length += line;
            at = end + 1;
        }
        int after = at + last.length;
        if (!starts(text, at, last) || after < text.length && (after + 1 != text.length || text[after] != '\n')) {
            throw Problem.usage("not one PEM block and nothing else").expected("-----END " + label
                    + "-----, and nothing after it");
        }
        byte[] exact = Arrays.copyOf(base64, length);
        Arrays.fill(base64, (byte) 0);
        return new Pem(label, decode(exact));
    }

    private static int labelEnd(byte[] text) throws Problem {
        if (starts(text, 0, BEGIN)) {
            for (int at = BEGIN.length; at < Math.min(text.length, BEGIN.length + MAX_LABEL) && text[at] >= ' '
                    && text[at] < 0x7f; at++) {
                if (starts(text, at, DASHES)) {
                    return at;
                }
            }
        }
        throw Problem.usage("not PEM").expected("a first line -----BEGIN …-----, with nothing before it");
    }

    /// Base64 in its one form; the argument is wiped.
    private static byte[] decode(byte[] base64) throws Problem {
        try {
            byte[] der = Base64.getDecoder().decode(base64);
            byte[] again = Base64.getEncoder().encode(der);
            boolean same = Arrays.equals(base64, again);
            Arrays.fill(again, (byte) 0);
            if (same) {
                return der;
            }
            Arrays.fill(der, (byte) 0);
        } catch (IllegalArgumentException e) {
            throw Problem.usage("what stands in PEM is not base64").because(e);
        } finally {
            Arrays.fill(base64, (byte) 0);
        }
        throw Problem.usage("what stands in PEM is not base64 in its one form");
    }

    private static boolean starts(byte[] text, int at, byte[] with) {
        return at + with.length <= text.length && Arrays.equals(text, at, at + with.length, with, 0, with.length);
    }

    static String write(String label, byte[] der) {
        return new String(writeBytes(label, der), StandardCharsets.US_ASCII);
    }

    /// The caller wipes it.
    static byte[] writeBytes(String label, byte[] der) {
        byte[] begin = ascii("-----BEGIN " + label + "-----\n");
        byte[] base64 = Base64.getMimeEncoder(WIDTH, new byte[] {'\n'}).encode(der);
        byte[] end = ascii("\n-----END " + label + "-----\n");
        byte[] out = Arrays.copyOf(begin, begin.length + base64.length + end.length);
        System.arraycopy(base64, 0, out, begin.length, base64.length);
        System.arraycopy(end, 0, out, begin.length + base64.length, end.length);
        Arrays.fill(base64, (byte) 0);
        return out;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
