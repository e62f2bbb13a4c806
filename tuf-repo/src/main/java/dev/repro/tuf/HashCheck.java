package dev.repro.tuf;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Holds bytes, in pieces, to every hash of theirs that is of a known algorithm: `sha256` and `sha512`. Others are passed over.
public final class HashCheck {

    /// @param algorithm whose hash is not the expected one
    public record Difference(String algorithm, String expected, String found) {}

    private record Running(String algorithm, String expected, MessageDigest digest) {}

    private final List<Running> running = new ArrayList<>();

    private HashCheck() {}

    /// @param hashes hexadecimal by algorithm
    /// @return empty if no algorithm of them is known
    public static Optional<HashCheck> of(Map<String, String> hashes) {
        var check = new HashCheck();
        hashes.forEach((algorithm, expected) -> digest(algorithm).ifPresent(d -> check.running.add(new Running(algorithm, expected, d))));
        return check.running.isEmpty() ? Optional.empty() : Optional.of(check);
    }

    /// Hexadecimal digits of an algorithm's hash; 0 for an algorithm that is not known.
    static int digits(String algorithm) {
        return switch (algorithm) {
            case "sha256" -> 64;
            case "sha512" -> 128;
            default -> 0;
        };
    }

    private static Optional<MessageDigest> digest(String algorithm) {
        try {
            return switch (algorithm) {
                case "sha256" -> Optional.of(MessageDigest.getInstance("SHA-256"));
                case "sha512" -> Optional.of(MessageDigest.getInstance("SHA-512"));
                default -> Optional.empty();
            };
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-2", e);
        }
    }

    public void update(byte[] bytes, int from, int length) {
        running.forEach(r -> r.digest.update(bytes, from, length));
    }

    /// The first hash that the bytes up to here do not have; empty if they have all. Ends this check.
    public Optional<Difference> difference() {
        for (Running r : running) {
            String found = HexFormat.of().formatHex(r.digest.digest());
            if (!found.equals(r.expected)) {
                return Optional.of(new Difference(r.algorithm, r.expected, found));
            }
        }
        return Optional.empty();
    }
}
