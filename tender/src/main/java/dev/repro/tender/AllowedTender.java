package dev.repro.tender;

import dev.repro.base.Digest;
import java.nio.file.Path;
import java.util.Optional;

/// A tender that the policy allows.
///
/// @param target what it runs: `hvt`, `spt`, `virtio`, …
/// @param path the true tender; empty: the one that is built in for hvt, and for other targets none: what is verified is handed over
/// @param sha256 of the file; empty where there is no path
public record AllowedTender(String target, Optional<Path> path, Optional<Digest> sha256) {

    /// How the policy writes the built-in tender.
    public static final String BUILTIN = "builtin";
    /// How the policy writes that verified images of a target may leave for a launcher that is not started here.
    public static final String HAND_OVER = "hand-over";
    private static final String BUILT = "hvt";

    public boolean builtin() {
        return path.isEmpty() && target.equals(BUILT);
    }

    /// Whether images are not launched from here.
    public boolean handOver() {
        return path.isEmpty() && !target.equals(BUILT);
    }

    /// For people and receipts.
    public String where() {
        return path.map(Path::toString).orElse(builtin() ? BUILTIN : HAND_OVER);
    }
}
