package dev.repro.tuf;

import java.nio.charset.StandardCharsets;

/// The name of a role: any text of 1 to [#MAX_ENCODED] bytes once percent-encoded. It may hold `/`, `?` or `..`; a file or URL never takes
/// it as it is, only [#file].
public record RoleName(String text) implements Comparable<RoleName> {

    /// So that `VERSION.NAME.json` fits in a file name of 255 bytes.
    public static final int MAX_ENCODED = 220;

    public static final RoleName ROOT = new RoleName("root");
    public static final RoleName TIMESTAMP = new RoleName("timestamp");
    public static final RoleName SNAPSHOT = new RoleName("snapshot");
    public static final RoleName TARGETS = new RoleName("targets");

    public RoleName {
        if (text.isEmpty() || PercentEncoding.encode(text).length() > MAX_ENCODED) {
            throw new IllegalArgumentException("a role name has 1 to " + MAX_ENCODED + " bytes, percent-encoded: `" + text + "`");
        }
    }

    /// One of the four that every repository has.
    public boolean isTopLevel() {
        return equals(ROOT) || equals(TIMESTAMP) || equals(SNAPSHOT) || equals(TARGETS);
    }

    /// The name of this role's file without a version, as the client's own folder and an inconsistent repository have it.
    public String file() {
        return PercentEncoding.encode(text) + ".json";
    }

    /// The name of this role's file in a repository with consistent snapshots.
    public String file(long version) {
        return version + "." + file();
    }

    /// The name under which timestamp and snapshot list this role: not encoded.
    public String listed() {
        return text + ".json";
    }

    // By hand: what a record has by itself is made at every start of Java, by code that takes longer than an update does.
    @Override
    public boolean equals(Object other) {
        return other instanceof RoleName its && its.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public int compareTo(RoleName other) {
        return java.util.Arrays.compareUnsigned(text.getBytes(StandardCharsets.UTF_8), other.text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return text;
    }
}
