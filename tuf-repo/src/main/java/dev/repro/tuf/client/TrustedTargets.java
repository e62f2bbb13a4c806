package dev.repro.tuf.client;

import dev.repro.keys.PublicKey;
import dev.repro.tuf.Agreement;
import dev.repro.tuf.Delegations;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetFile;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.Verified;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// A targets role, as one chain of delegations reaches it. The same role reached by another delegator is another object, verified with that
/// delegator's keys: trust is in the step, not in the role.
public final class TrustedTargets {
    private final TrustedSnapshot snapshot;
    private final Optional<TrustedTargets> delegator;
    private final Authority authority;
    private final Verified<Signed.Targets> targets;

    TrustedTargets(TrustedSnapshot snapshot, Optional<TrustedTargets> delegator, Authority authority, Verified<Signed.Targets> targets) {
        this.snapshot = snapshot;
        this.delegator = delegator;
        this.authority = authority;
        this.targets = targets;
    }

    public Verified<Signed.Targets> targets() {
        return targets;
    }

    public RoleName role() {
        return targets.role();
    }

    public TrustedSnapshot snapshot() {
        return snapshot;
    }

    /// What this role itself says of a target. Whether it may is for its delegators to say: see [#delegations].
    public Optional<TargetFile> target(TargetName name) {
        return Optional.ofNullable(targets.get().targets().get(name));
    }

    /// Whom this role trusts with a target, in the order in which they are asked (TUF 5.6.7.2).
    public List<Delegation> delegations(TargetName name) {
        Delegations all = targets.get().delegations().orElse(null);
        if (all == null) {
            return List.of();
        }
        var out = new ArrayList<Delegation>();
        for (Delegations.Role role : all.roles()) {
            if (role.covers(name)) {
                out.add(new Delegation(role.name(), new Authority(role.keys(), all.keys()), role.terminating()));
            }
        }
        all.bins().ifPresent(b -> out.add(new Delegation(b.binOf(name), new Authority(b.keys(), all.keys()), false))); // TAP 15
        return out;
    }

    /// Whom this role trusts with anything, bins excepted, in the order in which they are asked.
    List<Delegation> delegations() {
        return targets.get().delegations().stream().flatMap(all -> all.roles().stream()
                .map(role -> new Delegation(role.name(), new Authority(role.keys(), all.keys()), role.terminating()))).toList();
    }

    /// The roles that must agree on a target, if this role asks for that (TAP 3); they are among [#delegations].
    public Optional<Agreement> agreement(TargetName name) {
        return targets.get().agreements().stream().filter(a -> a.covers(name)).findFirst();
    }

    /// @param step of this role's [#delegations]
    /// @param file fetched, or the client's own
    public TrustedTargets delegated(Delegation step, byte[] file) throws Refusal {
        return new TrustedTargets(snapshot, Optional.of(this), step.authority(), snapshot.verify(step.role(), file, step.authority()));
    }

    /// The keys that may sign it, of kinds known here.
    public Set<PublicKey> keys() {
        var out = new LinkedHashSet<PublicKey>();
        authority.role().keyids().stream().map(authority.keys()::get).filter(Objects::nonNull).forEach(k -> k.usable().ifPresent(out::add));
        return out;
    }

    /// Why this role is trusted, link by link: root, timestamp, snapshot, targets, and each delegation from there to here.
    public List<Link> links() {
        List<Link> out;
        if (delegator.isPresent()) {
            out = delegator.get().links();
        } else {
            TrustedRoot root = snapshot.root();
            out = new ArrayList<>();
            out.add(Link.of(root.root(), root.authority(RoleName.ROOT)));
            out.add(Link.of(snapshot.timestamp().timestamp(), root.authority(RoleName.TIMESTAMP)));
            out.add(Link.of(snapshot.snapshot(), root.authority(RoleName.SNAPSHOT)));
        }
        out.add(Link.of(targets, authority));
        return out;
    }
}
