package dev.repro.snapshot;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.release.ReleaseCheck;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.repository.Authority;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/// What must be true of the releases that a package's role lists.
@FunctionalInterface
interface Releases {

    /// What a gate checks ([ReleaseCheck]).
    Releases CHECKED = (role, before, after, blobs, keys) -> {
        ReleaseCheck.Change change = ReleaseCheck.metadata(role, before, after);
        if (blobs.isPresent()) {
            // A team's quorum is on the metadata, which lists the envelope by its digest; whoever made the release has signed that.
            ReleaseCheck.contents(change, blobs.get(), keys.usable(), 1);
        }
    };

    /// @param before what the role listed, or null
    /// @param after what it is to list
    /// @param blobs where the file of a new target lies; empty while some are missing: then what can be checked without is
    /// @param keys who may sign the role now
    void check(RoleName role, Signed.Targets before, Signed.Targets after, Optional<Function<Digest, Optional<Path>>> blobs, Authority keys)
            throws dev.repro.release.Refused, Problem;
}
