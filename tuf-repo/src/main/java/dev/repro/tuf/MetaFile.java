package dev.repro.tuf;

import java.util.Map;
import java.util.OptionalLong;

/// What timestamp says of snapshot, and snapshot of each targets role.
///
/// @param length in bytes, where it is said
/// @param hashes hexadecimal by the algorithm's name; empty where none are said
public record MetaFile(long version, OptionalLong length, Map<String, String> hashes) {

    /// Holds a file to the length and the hashes that are said of it, before anything in it is believed (TUF 5.5.2, 5.6.2).
    ///
    /// @param role whose file it is, for the refusal
    public void check(RoleName role, byte[] file) throws Refusal {
        if (length.isPresent() && length.getAsLong() != file.length) {
            throw Refusal.of(Refusal.Rule.LENGTH_MISMATCH, role).expected(length.getAsLong()).found(file.length);
        }
        if (hashes.isEmpty()) {
            return;
        }
        HashCheck check = HashCheck.of(hashes).orElseThrow(() -> Refusal.of(Refusal.Rule.NO_KNOWN_HASH, role).found(hashes.keySet()));
        check.update(file, 0, file.length);
        HashCheck.Difference difference = check.difference().orElse(null);
        if (difference != null) {
            throw Refusal.of(Refusal.Rule.DIGEST_MISMATCH, role).expected(difference.expected()).found(difference.found());
        }
    }
}
