package dev.repro.snapshot;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/// The one place where releases are checked.
final class Releases {

    private Releases() {}

    /// @param before what the role listed, or null
    /// @param after what it is to list
    static void check(RoleName role, Signed.Targets before, Signed.Targets after, Function<Digest, Optional<Path>> blobs)
            throws Refused, Problem {
        for (var target : after.targets().entrySet()) {
            boolean known = before != null && target.getValue().equals(before.targets().get(target.getKey()));
            Digest digest = Digest.parse(target.getValue().hashes().get("sha256")).orElseThrow();
            if (!known && blobs.apply(digest).isPresent() && size(blobs.apply(digest).get()) != target.getValue().length()) {
                throw new Refused(422, "length-mismatch", 60, "a file has another length than role " + role + " says").file(target.getKey());
            }
        }
    }

    private static long size(Path file) throws Problem {
        try {
            return java.nio.file.Files.size(file);
        } catch (java.io.IOException e) {
            throw Problem.storage("cannot be read").where(file).because(e);
        }
    }
}
