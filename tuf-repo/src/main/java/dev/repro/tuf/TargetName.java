package dev.repro.tuf;

import dev.repro.base.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/// The path of a target, relative to the repository's folder of targets: `hello/1.0.0/hello.hvt`. Any text may stand in metadata; what
/// [#problem] objects to is never fetched, stored or published.
public record TargetName(String text) implements Comparable<TargetName> {
    private static final int MAX_FILE = 200; // bytes

    /// A path that no URL or file may be made from: empty, absolute, with an empty, `.` or `..` segment, a backslash or a control character.
    ///
    /// @return what is wrong with it, or empty
    public Optional<String> problem() {
        if (text.isEmpty()) {
            return Optional.of("is empty");
        }
        if (text.chars().anyMatch(c -> c < 0x20 || c == 0x7f || c == '\\')) {
            return Optional.of("has a control character or a backslash");
        }
        for (String segment : text.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                return Optional.of(segment.isEmpty() ? "has an empty segment" : "has a segment `" + segment + "`");
            }
        }
        return Optional.empty();
    }

    /// The path below the targets' URL: each segment percent-encoded; with consistent snapshots the last one is `HASH.NAME` (TUF 5.7.3).
    ///
    /// @param hash in hexadecimal, or empty for a repository without consistent snapshots
    public String url(String hash) {
        String plain = Arrays.stream(text.split("/", -1)).map(PercentEncoding::encode).collect(Collectors.joining("/"));
        int last = plain.lastIndexOf('/') + 1;
        return hash.isEmpty() ? plain : plain.substring(0, last) + hash + "." + plain.substring(last);
    }

    /// One file name for the whole path, different for every target; of one that is too long for a file system, the beginning and its SHA-256.
    /// None begins with a dot: such names are for who keeps the files.
    public String file() {
        String encoded = PercentEncoding.encode(text);
        String whole = encoded.startsWith(".") ? "%2E" + encoded.substring(1) : encoded;
        return whole.length() <= MAX_FILE ? whole : whole.substring(0, MAX_FILE - 65) + "+" + Digest.of(text.getBytes(StandardCharsets.UTF_8)).hex();
    }

    // By hand: what a record has by itself is made at every start of Java, by code that takes longer than an update does.
    @Override
    public boolean equals(Object other) {
        return other instanceof TargetName its && its.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public int compareTo(TargetName other) {
        return Arrays.compareUnsigned(text.getBytes(StandardCharsets.UTF_8), other.text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return text;
    }
}
