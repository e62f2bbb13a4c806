package dev.repro.snapshot;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/// What must be true of the releases that a package's role lists.
@FunctionalInterface
interface Releases {

    /// @param before what the role listed, or null
    /// @param after what it is to list
    /// @param blobs where the file of a new target lies
    void check(RoleName role, Signed.Targets before, Signed.Targets after, Function<Digest, Optional<Path>> blobs) throws Refused, Problem;
}
