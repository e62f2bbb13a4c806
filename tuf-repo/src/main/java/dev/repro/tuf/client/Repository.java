package dev.repro.tuf.client;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Consumer;

/// A repository as one update left it: one snapshot, whose targets roles are loaded as they are needed. Not for several threads at once.
public final class Repository {
    private final Roles roles;
    private final Limits limits;

    Repository(Roles roles, Limits limits) {
        this.roles = roles;
        this.limits = limits;
    }

    public TrustedSnapshot snapshot() {
        return roles.snapshot();
    }

    public TrustedTargets targets() throws Refusal, Problem {
        return roles.targets();
    }

    /// Every file but the roots that a client needs to come to all that was found here so far, by path below the metadata's URL.
    SortedMap<String, byte[]> files() {
        SortedMap<String, byte[]> out = roles.files();
        TrustedSnapshot snapshot = snapshot();
        out.put(RoleName.TIMESTAMP.file(), snapshot.timestamp().timestamp().bytes());
        out.put(snapshot.root().file(RoleName.SNAPSHOT, snapshot.snapshot().get().version()), snapshot.snapshot().bytes());
        return out;
    }

    /// The targets roles that delegations lead to, the top-level one first, each as the first that delegates to it vouches for it;
    /// of bins only the one that covers the target is opened. What they list says nothing yet of which of them answers for a target: [#find] does.
    ///
    /// @param covering only roles that may be asked for this target; empty: all
    /// @param refused is told of roles that cannot be verified, which are left out
    public List<TrustedTargets> roles(Optional<TargetName> covering, Consumer<Refusal> refused) throws Refusal, Problem {
        var out = new ArrayList<TrustedTargets>();
        var seen = new HashSet<RoleName>();
        Deque<TrustedTargets> next = new ArrayDeque<>();
        next.add(roles.targets());
        while (!next.isEmpty()) {
            TrustedTargets from = next.remove();
            out.add(from);
            for (Delegation delegation : covering.isPresent() ? from.delegations(covering.get()) : from.delegations()) {
                if (seen.add(delegation.role())) {
                    try {
                        next.add(roles.delegated(from, delegation));
                    } catch (Refusal e) {
                        refused.accept(e);
                    }
                }
            }
        }
        return out;
    }

    /// Asks the roles that a target is delegated to, in order ([Search]): the first that lists the target answers. A role that cannot be
    /// verified ends the search.
    ///
    /// @throws Refusal `target-unknown` if none lists it, `target-disagreement` if roles that must agree on it do not
    public Found find(TargetName target) throws Refusal, Problem {
        var search = new Search(roles, limits, target);
        Optional<Found> found = search.below(roles.targets());
        if (found.isPresent()) {
            return found.get();
        }
        throw Refusal.of(Refusal.Rule.UNKNOWN, target).found("asked " + (search.asked() + 1) + (search.asked() == 0 ? " role" : " roles"))
                .hint("see that the name is right, or ask the repository's maintainers who may publish it");
    }
}
