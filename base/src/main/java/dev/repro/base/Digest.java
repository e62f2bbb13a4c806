package dev.repro.base;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/// A SHA-256 digest, as 64 lower-case hexadecimal digits.
public record Digest(String hex) implements Comparable<Digest> {

    public Digest {
        if (hex.length() != 64 || !hex.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
            throw new IllegalArgumentException("not a SHA-256 digest: " + hex);
        }
    }

    /// The digest that `text` spells, with or without `sha256:` in front; empty where it spells none.
    public static Optional<Digest> parse(String text) {
        String hex = text.startsWith("sha256:") ? text.substring(7) : text;
        try {
            return Optional.of(new Digest(hex));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    public static Digest of(byte[] bytes) {
        return finish(sha256(), bytes);
    }

    public static Digest of(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return of(in);
        }
    }

    /// Reads `in` to its end.
    public static Digest of(InputStream in) throws IOException {
        var digest = sha256();
        new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
        return finish(digest, new byte[0]);
    }

    /// A fresh SHA-256, for who must feed it piecemeal; end it with [#of(MessageDigest)].
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    public static Digest of(MessageDigest fed) {
        return finish(fed, new byte[0]);
    }

    private static Digest finish(MessageDigest digest, byte[] last) {
        return new Digest(HexFormat.of().formatHex(digest.digest(last)));
    }

    /// The first four and the last two digits, for a line that a person reads.
    public String brief() {
        return hex.substring(0, 4) + "…" + hex.substring(62);
    }

    @Override
    public int compareTo(Digest other) {
        return hex.compareTo(other.hex);
    }

    @Override
    public String toString() {
        return hex;
    }
}
