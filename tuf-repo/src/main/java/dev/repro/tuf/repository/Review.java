package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.tuf.Delegations;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetFile;
import dev.repro.tuf.TargetName;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// What must be true of files that somebody hands in before they are published: everything that a client would refuse later, and
/// what it would stumble over.
public final class Review {
    private final Instant now;
    private final Duration margin;

    /// @param margin for which a file must still be good
    public Review(Instant now, Duration margin) {
        this.now = now;
        this.margin = margin;
    }

    /// @param files the same, with a note of who has signed
    /// @param proposal these files over the repository
    public record Reviewed(SignedFiles files, Proposal proposal) {}

    /// Whether the targets' files are at hand is not asked: see [SignedFiles#lacking].
    ///
    /// @throws Refusal with rule VERSION_MISMATCH if a role has another version by now than the one that its file follows;
    ///     UNSIGNED or REVOKED if its keys are not those that may sign; others for files that no client would take
    public Reviewed check(Repository base, SignedFiles files, Function<Digest, Optional<Path>> blobs) throws Refusal, Problem {
        Proposal first = files.onto(base, blobs);
        for (RoleName role : files.roles()) {
            checkKeys(first, role, files);
        }
        SignedFiles noted = files.noting(first);
        Proposal proposal = noted.onto(base, blobs);
        for (RoleName role : files.roles()) {
            checkSignatures(proposal, role);
            checkVersion(proposal, role);
            if (RotateFile.parse(role).isEmpty()) {
                checkExpiry(role, proposal.part(role).unverified());
                checkTargets(proposal, role);
            }
        }
        for (RoleName delegator : files.delegators()) {
            checkDelegations(proposal, delegator);
        }
        if (!files.areLeaves(base)) {
            for (RoleName orphan : Orphans.of(proposal)) {
                throw Refusal.of(Refusal.Rule.UNSIGNED, orphan).found("its published file does not fit the keys that it is given now")
                        .hint("hand in its next version too, signed by these keys");
            }
        }
        return new Reviewed(noted, proposal);
    }

    private static void checkKeys(Proposal proposal, RoleName role, SignedFiles files) throws Refusal, Problem {
        if (files.bytes(role).length > (role.equals(RoleName.ROOT) ? Limits.DEFAULT.rootBytes()
                : RotateFile.parse(role).isPresent() ? Limits.DEFAULT.rotateBytes() : Limits.DEFAULT.targetsBytes())) {
            throw Refusal.of(Refusal.Rule.TOO_LONG, role).found(files.bytes(role).length + " bytes");
        }
        Optional<RotateFile> rotation = RotateFile.parse(role);
        RoleName of = rotation.map(RotateFile::role).orElse(role);
        if (KeyRotations.isRevoked(proposal.base(), of)) {
            throw Refusal.of(Refusal.Rule.REVOKED, of).hint("ask the maintainers to delegate to a role of a new name");
        }
        if (rotation.isEmpty() && KeyRotations.isRevoked(proposal, of)) {
            throw Refusal.of(Refusal.Rule.REVOKED, of).found("a new file of a role that these files revoke");
        }
        if (Authorities.of(proposal, of).isEmpty()) {
            throw Refusal.of(Refusal.Rule.UNSIGNED, of).expected("a role that somebody delegates to").found("nobody does")
                    .hint("claim the name first; maintainers then delegate it to your keys");
        }
    }

    private static void checkSignatures(Proposal proposal, RoleName role) throws Refusal, Problem {
        List<Proposal.Missing> missing = proposal.missing(role);
        if (missing.isEmpty()) {
            return;
        }
        Proposal.Missing first = missing.getFirst();
        Refusal refusal = Refusal.of(Refusal.Rule.UNSIGNED, role)
                .expected(first.count() + " more of the keys of " + first.by() + ": " + String.join(", ", first.from().values()))
                .found(proposal.parts().get(role).signatures().isEmpty() ? "no signature"
                : "signatures of " + String.join(", ", proposal.parts().get(role).signatures().keySet().stream().map(KeyId::brief).toList()))
                .hint("sign with a key that the role is delegated to");
        List<Authority> authorities = proposal.authorities(role);
        proposal.parts().get(role).signatures().keySet().stream()
                .filter(id -> authorities.stream().noneMatch(a -> a.role().keyids().contains(id))).findFirst().ifPresent(refusal::key);
        throw refusal;
    }

    private static void checkVersion(Proposal proposal, RoleName role) throws Refusal, Problem {
        Optional<RotateFile> rotation = RotateFile.parse(role);
        if (rotation.isPresent()) {
            Optional<Metadata<Signed.Rotate>> there = proposal.base().rotation(rotation.get());
            if (there.isPresent() && !proposal.rotation(rotation.get()).orElseThrow().unverified().isRevocation()) {
                throw Refusal.of(Refusal.Rule.VERSION_MISMATCH, role).found("another rotation of that number is published")
                        .hint("rotate with the next number");
            }
            KeyRotations.check(proposal, rotation.get());
            return;
        }
        long before = proposal.before(role).map(Metadata::unverified).map(Signed::version).orElse(0L);
        long version = proposal.part(role).unverified().version();
        if (version != before + 1) {
            throw Refusal.of(Refusal.Rule.VERSION_MISMATCH, role).expected("version " + (before + 1)).found("version " + version)
                    .hint("somebody has published this role meanwhile: begin from what is published now and sign again");
        }
    }

    private void checkExpiry(RoleName role, Signed signed) throws Refusal {
        if (signed.header().expires().isBefore(now.plus(margin))) {
            throw Refusal.of(Refusal.Rule.EXPIRED, role).expected("good until " + now.plus(margin) + " or longer")
                    .found(signed.header().expires()).hint("sign it anew; and see whether the clock of the signer is right");
        }
    }

    private static void checkTargets(Proposal proposal, RoleName role) throws Refusal, Problem {
        Map<TargetName, TargetFile> targets = SignedFiles.newTargets(proposal, role);
        List<Authorities.Step> path = targets.isEmpty() ? List.of() : Authorities.path(proposal, role);
        for (var target : targets.entrySet()) {
            TargetName name = target.getKey();
            Optional<String> flaw = name.problem();
            if (flaw.isPresent() || name.text().length() > 1000) {
                throw Refusal.of(Refusal.Rule.BAD_NAME, name).found(flaw.orElse("has more than 1000 characters"));
            }
            for (Authorities.Step step : path) {
                if (!Authorities.covers(step.delegations(), step.role(), name)) {
                    throw Refusal.of(Refusal.Rule.UNKNOWN, name).expected("a name that is delegated to role " + step.role())
                            .found(name).hint("no client would look for it there");
                }
            }
            if (Digest.parse(target.getValue().hashes().getOrDefault("sha256", "")).isEmpty()) {
                throw Refusal.of(Refusal.Rule.NO_KNOWN_HASH, name).expected("sha256").found(target.getValue().hashes().keySet());
            }
        }
    }

    // A client that meets a delegation without a file gives up its search; one name with two delegators would have two owners.
    private static void checkDelegations(Proposal proposal, RoleName delegator) throws Refusal, Problem {
        Optional<Delegations> before = proposal.base().targets(delegator).flatMap(m -> m.unverified().delegations());
        Signed.Targets after = proposal.targets(delegator).orElseThrow().unverified();
        var fresh = new ArrayList<RoleName>();
        SignedFiles.delegated(after).stream().map(Delegations.Role::name)
                .filter(name -> before.flatMap(b -> b.keysOf(name)).isEmpty()).forEach(fresh::add);
        after.delegations().flatMap(Delegations::bins).filter(b -> before.flatMap(Delegations::bins).isEmpty()).ifPresent(bins -> {
            for (long i = 0; i < Math.min(bins.count(), 1 << 20); i++) {
                fresh.add(bins.bin(i));
            }
        });
        for (RoleName role : fresh) {
            if (role.isTopLevel() || RotateFile.parse(role).isPresent()) {
                throw Refusal.of(Refusal.Rule.BAD_NAME, role).found(role).hint("choose another name for the delegated role");
            }
            if (!proposal.lists(role)) {
                throw Refusal.of(Refusal.Rule.MISSING, role).hint("hand in its first file along with the delegation");
            }
            if (proposal.base().lists(role)) {
                throw Refusal.of(Refusal.Rule.BAD_NAME, role).expected("a role that was never published").found(role)
                        .hint("a role's name is used once: what clients know of it would not fit");
            }
        }
    }
}
