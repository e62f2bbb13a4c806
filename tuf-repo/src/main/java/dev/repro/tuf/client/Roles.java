package dev.repro.tuf.client;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.MetaFile;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The targets roles of one snapshot: each is read from the client's own files, or fetched and kept, when it is first asked for.
final class Roles {
    private final Remote remote;
    private final Store store;
    private final Limits limits;
    private final TrustedSnapshot snapshot;
    private final Rotations rotations;
    private final Map<Step, TrustedTargets> loaded = new HashMap<>();
    private TrustedTargets top;

    /// From which delegator, as itself was reached, to which role. Not the role alone: what one delegator's keys vouch for, another's need not.
    private record Step(TrustedTargets from, RoleName to) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Step step && step.from == from && step.to.equals(to);
        }

        @Override
        public int hashCode() { // by hand: see RoleName
            return 31 * System.identityHashCode(from) + to.hashCode();
        }
    }

    private interface Verification {
        TrustedTargets of(byte[] file) throws Refusal;
    }

    Roles(Remote remote, Store store, Limits limits, TrustedSnapshot snapshot) {
        this.remote = remote;
        this.store = store;
        this.limits = limits;
        this.snapshot = snapshot;
        this.rotations = new Rotations(remote, store, limits, snapshot);
    }

    TrustedSnapshot snapshot() {
        return snapshot;
    }

    /// The top-level role (TUF 5.6).
    TrustedTargets targets() throws Refusal, Problem {
        if (top == null) {
            top = load(RoleName.TARGETS, snapshot::targets);
        }
        return top;
    }

    /// The role at the other end of a delegation (TUF 5.6.7.2).
    TrustedTargets delegated(TrustedTargets from, Delegation delegation) throws Refusal, Problem {
        var step = new Step(from, delegation.role());
        TrustedTargets known = loaded.get(step);
        if (known == null) {
            Delegation now = delegation.with(rotations.follow(delegation)); // TAP 8
            known = load(delegation.role(), file -> from.delegated(now, file));
            loaded.put(step, known);
        }
        return known;
    }

    /// Every file that was needed so far, by path below the metadata's URL: targets roles and key rotations.
    SortedMap<String, byte[]> files() {
        var out = new TreeMap<>(rotations.files());
        Stream.concat(Stream.ofNullable(top), loaded.values().stream())
                .forEach(t -> out.put(snapshot.root().file(t.role(), t.targets().get().version()), t.targets().bytes()));
        return out;
    }

    private TrustedTargets load(RoleName role, Verification verification) throws Refusal, Problem {
        MetaFile wanted = snapshot.wanted(role);
        Optional<byte[]> own = store.read(role.file(), limits.targetsBytes());
        if (own.isPresent()) {
            try {
                return verification.of(own.get());
            } catch (Refusal e) {
                own = Optional.empty(); // not the wanted version, or torn: fetched again
            }
        }
        int most = Updater.most(wanted.length().orElse(limits.targetsBytes()), limits.targetsBytes());
        byte[] fetched = Updater.fetch(remote, role, snapshot.root().file(role, wanted.version()), most);
        TrustedTargets targets = verification.of(fetched);
        keep(role, fetched); // TUF 5.6.6
        return targets;
    }

    // The top-level role is loaded by the update itself, which has the lock.
    private void keep(RoleName role, byte[] file) throws Problem {
        if (role.equals(RoleName.TARGETS)) {
            store.write(role.file(), file);
            return;
        }
        try (var _ = store.lock()) {
            store.write(role.file(), file);
        }
    }
}
