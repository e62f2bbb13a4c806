package dev.repro.snapshot;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.release.Release;
import dev.repro.release.Withdrawn;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.repository.Proposal;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.Review;
import dev.repro.tuf.repository.SignedFiles;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.Stream;

/// Checks what is handed in against a repository, before anything of it is published.
final class Gate {
    private final Blobs blobs;
    private final ServiceLimits limits;
    private final InstantSource clock;
    private final Releases releases;

    Gate(Blobs blobs, ServiceLimits limits, InstantSource clock, Releases releases) {
        this.releases = releases;
        this.blobs = blobs;
        this.limits = limits;
        this.clock = clock;
    }

    /// @param files with a note of their good signatures
    /// @param leaves whether it changes nobody else's rights
    /// @param missing files that must be uploaded first, with their lengths
    record Checked(Submission submission, SignedFiles files, boolean leaves, SequencedMap<Digest, Long> missing) {}

    Checked check(Repository repository, Submission submission) throws Refused, Problem {
        try {
            Instant now = clock.instant();
            Review.Reviewed reviewed = new Review(now, limits.margin()).check(repository, submission.files(), blobs::file);
            SequencedMap<Digest, Long> missing = SignedFiles.lacking(reviewed.proposal());
            checkReleases(reviewed.proposal(), reviewed.files(), missing.isEmpty() ? Optional.of(blobs::file) : Optional.empty());
            return new Checked(submission, reviewed.files(), reviewed.files().areLeaves(repository), missing);
        } catch (Refusal e) {
            throw Refused.of(e);
        }
    }

    /// Roles that are delegated by name are packages: what they list are whole releases.
    private void checkReleases(Proposal proposal, SignedFiles files, Optional<Function<Digest, Optional<Path>>> found) throws Refused, Problem {
        for (var role : files.targets().entrySet()) {
            if (!role.getKey().isTopLevel() && !proposal.isBin(role.getKey())) {
                try {
                    releases.check(role.getKey(), before(proposal.base(), role.getKey(), role.getValue()).orElse(null), role.getValue(), found,
                            proposal.authorities(role.getKey()).getLast());
                } catch (dev.repro.release.Refused e) {
                    throw Refused.of(e);
                }
            }
        }
    }

    /// What the role listed; of a new one, what the role listed that it takes a name over from.
    private static Optional<Signed.Targets> before(Repository repository, RoleName role, Signed.Targets after)
            throws dev.repro.release.Refused, Problem {
        Optional<TargetName> any = repository.lists(role) ? Optional.empty() : Stream.concat(after.targets().keySet().stream(),
                Withdrawn.of(role, after).keySet().stream().map(place -> new TargetName(place + "/" + Release.ENVELOPE))).findFirst();
        RoleName owner = any.isEmpty() ? role : repository.route(any.get());
        return owner.equals(RoleName.TARGETS) ? Optional.empty() : repository.targets(owner).map(Metadata::unverified);
    }
}
