package dev.repro.keys;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/// Bytes that nobody else may see: a private key, a password (in UTF-8). Never printed, never serialised, wiped by [#close].
///
/// Copies that the JDK's own classes make while they work with it are theirs.
public final class Secret implements AutoCloseable {
    private final byte[] bytes;
    private boolean closed;

    private Secret(byte[] bytes) {
        this.bytes = bytes;
    }

    /// Takes these bytes over: they are wiped when this is closed.
    public static Secret owning(byte[] bytes) {
        return new Secret(bytes);
    }

    /// The characters in UTF-8; they are wiped now.
    public static Secret owning(char[] chars) {
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(chars));
        byte[] bytes = Arrays.copyOf(encoded.array(), encoded.limit());
        Arrays.fill(encoded.array(), (byte) 0);
        Arrays.fill(chars, '\0');
        return new Secret(bytes);
    }

    /// The bytes themselves, not a copy: only to look at, and only as long as this is open.
    public byte[] bytes() {
        if (closed) {
            throw new IllegalStateException("the secret was wiped already");
        }
        return bytes;
    }

    /// As text; the caller wipes it.
    char[] chars() {
        CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(bytes()));
        char[] chars = Arrays.copyOf(decoded.array(), decoded.limit());
        Arrays.fill(decoded.array(), '\0');
        return chars;
    }

    public boolean isEmpty() {
        return bytes.length == 0;
    }

    /// Compares in a time that does not depend on the content.
    public boolean same(Secret other) {
        return MessageDigest.isEqual(bytes(), other.bytes());
    }

    @Override
    public void close() {
        closed = true;
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public String toString() {
        return "a secret";
    }
}
