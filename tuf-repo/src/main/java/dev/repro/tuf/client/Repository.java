package dev.repro.tuf.client;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import java.util.Optional;
import java.util.SortedMap;

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
