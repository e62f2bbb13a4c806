package dev.repro.keys;

import dev.repro.base.Problem;
import java.util.Base64;
import java.util.Optional;

/// One block of text around DER (RFC 7468): lines of base64 of any one length, the last may be shorter; no headers, nothing before or after
/// but one newline. Written with 64 characters a line, as `openssl` does.
record Pem(String label, byte[] der) {
    private static final String BEGIN = "-----BEGIN ";
    private static final String DASHES = "-----";
    private static final int WIDTH = 64;

    /// The label of the first line; empty if this is not PEM.
    static Optional<String> label(String text) {
        int end = text.indexOf(DASHES, BEGIN.length());
        return text.startsWith(BEGIN) && end > 0 && text.startsWith("\n", end + 5)
                ? Optional.of(text.substring(BEGIN.length(), end)) : Optional.empty();
    }

    static Pem parse(String text) throws Problem {
        String label = label(text).orElseThrow(() -> Problem.usage("not PEM").expected("-----BEGIN …-----, without anything before it"));
        String last = "\n-----END " + label + DASHES;
        int start = BEGIN.length() + label.length() + DASHES.length() + 1;
        String rest = text.substring(start - 1);
        int end = rest.indexOf("\n-----END ");
        if (end < 0 || !rest.startsWith(last, end) || !rest.substring(end + last.length()).matches("\n?")) {
            throw Problem.usage("not one PEM block and nothing else").expected(last.strip() + ", and nothing after it");
        }
        return new Pem(label, decode(rest.substring(Math.min(1, end), end)));
    }

    private static byte[] decode(String lines) throws Problem {
        String[] all = lines.split("\n", -1);
        for (int i = 0; i < all.length; i++) {
            boolean last = i == all.length - 1;
            if (all[i].isEmpty() || (last ? all[i].length() > all[0].length() : all[i].length() != all[0].length())) {
                throw Problem.usage("a line of PEM is empty or of another length than the first").found("line " + (i + 2));
            }
        }
        String joined = String.join("", all);
        try {
            byte[] der = Base64.getDecoder().decode(joined);
            if (Base64.getEncoder().encodeToString(der).equals(joined)) {
                return der;
            }
        } catch (IllegalArgumentException e) {
            throw Problem.usage("PEM is not base64").because(e);
        }
        throw Problem.usage("PEM is not base64 in its one form");
    }

    static String write(String label, byte[] der) {
        return BEGIN + label + DASHES + "\n" + Base64.getMimeEncoder(WIDTH, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END " + label + DASHES + "\n";
    }
}
