package dev.repro.tuf;

import dev.repro.base.Json;
import java.util.Map;
import java.util.Optional;

/// What a targets role says of a target.
///
/// @param length in bytes
/// @param hashes hexadecimal by the algorithm's name, at least one
/// @param custom whatever the role's signers added
public record TargetFile(long length, Map<String, String> hashes, Optional<Json> custom) {

    /// The hash that a file's name begins with in a repository with consistent snapshots: SHA-256 where there is one, else SHA-512; empty
    /// where there is neither.
    public Optional<String> prefix() {
        return Optional.ofNullable(hashes.getOrDefault("sha256", hashes.get("sha512")));
    }

    /// The same bytes, whatever `custom` says (TAP 4).
    public boolean sameBytes(TargetFile other) {
        return length == other.length && hashes.equals(other.hashes);
    }
}
