package dev.repro.tender;

import dev.repro.base.Digest;
import java.nio.file.Path;
import java.util.Optional;

/// A tender that the policy allows.
///
/// @param target what it runs: `hvt`, `spt`, `virtio`, …
/// @param path the true tender; empty: the one that is built in
/// @param sha256 of the file; empty with the built-in one only
public record AllowedTender(String target, Optional<Path> path, Optional<Digest> sha256) {

    /// How the policy writes the built-in tender.
    public static final String BUILTIN = "builtin";

    public boolean builtin() {
        return path.isEmpty();
    }

    /// For people and receipts.
    public String where() {
        return path.map(Path::toString).orElse(BUILTIN);
    }
}
