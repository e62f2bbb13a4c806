package dev.repro.keys;

import dev.repro.base.Problem;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The data types of RFC 4251 section 5, as keys and agent messages use them: a strict reader, and a writer.
final class SshWire {
    private final ByteBuffer in;

    SshWire(byte[] bytes) {
        this.in = ByteBuffer.wrap(bytes);
    }

    byte[] string() throws Problem {
        int length = uint32();
        if (length < 0 || length > in.remaining()) {
            throw malformed("a string is longer than what holds it");
        }
        byte[] out = new byte[length];
        in.get(out);
        return out;
    }

    String text() throws Problem {
        return new String(string(), StandardCharsets.UTF_8);
    }

    int uint32() throws Problem {
        if (in.remaining() < 4) {
            throw malformed("it ends too early");
        }
        return in.getInt();
    }

    int octet() throws Problem {
        if (!in.hasRemaining()) {
            throw malformed("it ends too early");
        }
        return in.get() & 0xff;
    }

    /// An mpint that is positive and in its shortest form.
    BigInteger positive() throws Problem {
        byte[] bytes = string();
        if (bytes.length == 0 || bytes[0] < 0 || bytes[0] == 0 && (bytes.length == 1 || bytes[1] >= 0)) {
            throw malformed("a number is not positive or not in its shortest form");
        }
        return new BigInteger(bytes);
    }

    void end() throws Problem {
        if (in.hasRemaining()) {
            throw malformed("data after the end");
        }
    }

    private static Problem malformed(String why) {
        return Problem.usage("not the SSH data that was expected: " + why);
    }

    /// These strings, each with its length in front.
    static byte[] strings(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(ByteBuffer.allocate(4).putInt(part.length).array());
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
