package dev.repro.tuf.client;

import dev.repro.base.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// One file in a bundle: the header that an uncompressed tar archive (POSIX.1-2001, pax) has for it, in the one form that is
/// written and read here: a regular file, mode 0644, owner 0, time 0. A name of more than 100 bytes, or 8 GiB and more, is said
/// by a pax header before it. A reader takes name and length from the header and compares the header with the one it would write:
/// there is no second form.
///
/// @param name printable ASCII, below `metadata/` or `targets/`, or [#MANIFEST]
/// @param length of the content, in bytes
record BundleEntry(String name, long length) {

    static final int BLOCK = 512;
    static final String MANIFEST = "bundle.json";
    static final String METADATA = "metadata/";
    static final String TARGETS = "targets/";

    /// Bytes of a name; percent-encoded targets are long.
    private static final int MAX_NAME = 4096;
    private static final long MAX_OCTAL = 077777777777L; // 8 GiB - 1

    static BundleEntry of(String name, long length) throws Problem {
        if (!isName(name) || length < 0) {
            throw Problem.usage("a bundle has no file of this name and length")
                    .found(name.length() > 80 ? name.substring(0, 80) + "…" : name);
        }
        return new BundleEntry(name, length);
    }

    private static boolean isName(String name) {
        if (name.equals(MANIFEST)) {
            return true;
        }
        return name.length() <= MAX_NAME && (name.startsWith(METADATA) || name.startsWith(TARGETS))
                && name.matches("[A-Za-z0-9%._~/-]+")
                && Arrays.stream(name.split("/", -1)).noneMatch(s -> s.isEmpty() || s.equals(".") || s.equals(".."));
    }

    boolean hasPax() {
        return name.length() > 100 || length > MAX_OCTAL;
    }

    /// The content and the zeros after it, in bytes.
    long padded() {
        return Math.multiplyExact(Math.ceilDiv(length, BLOCK), (long) BLOCK);
    }

    /// One block, or with a pax header all of its blocks before it.
    byte[] header() {
        byte[] own = block(name.substring(0, Math.min(100, name.length())), length > MAX_OCTAL ? 0 : length, '0');
        if (!hasPax()) {
            return own;
        }
        byte[] records = (record("path", name) + (length > MAX_OCTAL ? record("size", Long.toString(length)) : ""))
                .getBytes(StandardCharsets.US_ASCII);
        byte[] pax = block("pax", records.length, 'x');
        byte[] out = Arrays.copyOf(pax, BLOCK + Math.ceilDiv(records.length, BLOCK) * BLOCK + BLOCK);
        System.arraycopy(records, 0, out, BLOCK, records.length);
        System.arraycopy(own, 0, out, out.length - BLOCK, BLOCK);
        return out;
    }

    // `LENGTH NAME=VALUE\n`, where LENGTH counts itself
    private static String record(String name, String value) {
        int rest = 3 + name.length() + value.length();
        int digits = 1;
        while (Integer.toString(rest + digits).length() > digits) {
            digits++;
        }
        return (rest + digits) + " " + name + "=" + value + "\n";
    }

    private static byte[] block(String name, long size, char type) {
        var out = new byte[BLOCK];
        put(out, 0, name);
        put(out, 100, "0000644");
        put(out, 108, "0000000");
        put(out, 116, "0000000");
        put(out, 124, octal(size, 11));
        put(out, 136, octal(0, 11));
        put(out, 148, "        ");
        out[156] = (byte) type;
        put(out, 257, "ustar");
        put(out, 263, "00");
        put(out, 329, "0000000");
        put(out, 337, "0000000");
        int sum = 0;
        for (byte b : out) {
            sum += b & 0xff;
        }
        put(out, 148, octal(sum, 6) + "\0 ");
        return out;
    }

    private static String octal(long value, int digits) {
        String text = Long.toOctalString(value);
        return "0".repeat(digits - text.length()) + text;
    }

    private static void put(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }
}
