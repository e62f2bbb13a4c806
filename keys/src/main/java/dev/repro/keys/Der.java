package dev.repro.keys;

import dev.repro.base.Problem;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Arrays;

/// Distinguished encoding (X.690) of the few types that keys and signatures are made of: a strict reader, and a writer.
///
/// Strict: lengths and integers in their shortest form, nothing after the end. So whatever is read whole has one encoding.
final class Der {
    static final int INTEGER = 0x02;
    static final int BIT_STRING = 0x03;
    static final int OCTET_STRING = 0x04;
    static final int NULL = 0x05;
    static final int OID = 0x06;
    static final int SEQUENCE = 0x30;

    private final byte[] bytes;
    private final int end;
    private int at;

    private Der(byte[] bytes, int at, int end) {
        this.bytes = bytes;
        this.at = at;
        this.end = end;
    }

    static Der of(byte[] bytes) {
        return new Der(bytes, 0, bytes.length);
    }

    boolean atEnd() {
        return at == end;
    }

    boolean nextIs(int tag) {
        return at < end && (bytes[at] & 0xff) == tag;
    }

    /// A reader of what is inside the next element.
    Der enter(int tag) throws Problem {
        int length = header(tag);
        at += length;
        return new Der(bytes, at - length, at);
    }

    /// The content of the next element.
    byte[] content(int tag) throws Problem {
        int length = header(tag);
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    /// The next element with its tag and length.
    byte[] element(int tag) throws Problem {
        int start = at;
        enter(tag);
        return Arrays.copyOfRange(bytes, start, at);
    }

    /// An INTEGER that is not negative.
    BigInteger natural() throws Problem {
        byte[] content = content(INTEGER);
        if (content.length == 0 || content[0] < 0 || content.length > 1 && content[0] == 0 && content[1] >= 0) {
            throw malformed("an integer is negative or not in its shortest form");
        }
        return new BigInteger(content);
    }

    /// The bytes of a BIT STRING that has whole ones.
    byte[] bits() throws Problem {
        byte[] content = content(BIT_STRING);
        if (content.length == 0 || content[0] != 0) {
            throw malformed("a bit string has unused bits");
        }
        return Arrays.copyOfRange(content, 1, content.length);
    }

    void end() throws Problem {
        if (at != end) {
            throw malformed("data after the end");
        }
    }

    /// Reads tag and length; leaves `at` before the content, all of which is there.
    private int header(int tag) throws Problem {
        if (!nextIs(tag)) {
            throw malformed("tag 0x%02x was expected at offset %d".formatted(tag, at));
        }
        at++;
        int length = octet();
        if (length >= 0x80) {
            int octets = length & 0x7f;
            if (octets < 1 || octets > 3) {
                throw malformed("a length is not accepted");
            }
            length = 0;
            for (int i = 0; i < octets; i++) {
                length = length << 8 | octet();
            }
            if (length < 0x80 || length >>> 8 * (octets - 1) == 0) {
                throw malformed("a length is not in its shortest form");
            }
        }
        if (length > end - at) {
            throw malformed("it ends too early");
        }
        return length;
    }

    private int octet() throws Problem {
        if (at >= end) {
            throw malformed("it ends too early");
        }
        return bytes[at++] & 0xff;
    }

    private static Problem malformed(String why) {
        return Problem.usage("not the DER that was expected: " + why);
    }

    /// An element of these parts, one after the other.
    static byte[] write(int tag, byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(p -> p.length).sum();
        byte[] header = header(tag, length);
        byte[] out = Arrays.copyOf(header, header.length + length);
        int at = header.length;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, out, at, part.length);
            at += part.length;
        }
        return out;
    }

    static byte[] writeBits(byte[] bytes) {
        return write(BIT_STRING, new byte[1], bytes);
    }

    static byte[] writeNatural(BigInteger n) {
        return write(INTEGER, n.toByteArray());
    }

    private static byte[] header(int tag, int length) {
        var out = new ByteArrayOutputStream();
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else {
            int octets = (39 - Integer.numberOfLeadingZeros(length)) / 8;
            out.write(0x80 | octets);
            for (int i = octets - 1; i >= 0; i--) {
                out.write(length >>> 8 * i);
            }
        }
        return out.toByteArray();
    }
}
