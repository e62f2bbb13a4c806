package dev.repro.tuf.client;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetFile;
import dev.repro.tuf.TargetName;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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

    private record Visit(TrustedTargets from, Delegation delegation) {}

    /// Asks the roles that a target is delegated to, each before those that it delegates to, in the order of the metadata (TUF 5.6.7): the
    /// first that lists the target answers. A role that cannot be verified ends the search.
    ///
    /// @throws Refusal `target-unknown` if none lists it
    public Found find(TargetName target) throws Refusal, Problem {
        Deque<Visit> next = new ArrayDeque<>();
        Set<RoleName> visited = new HashSet<>();
        TrustedTargets role = roles.targets();
        while (true) {
            Optional<TargetFile> file = role.target(target);
            if (file.isPresent()) {
                return new Found(target, file.get(), role);
            }
            push(role, target, next);
            while (!next.isEmpty() && visited.contains(next.peek().delegation.role())) {
                next.pop(); // TUF 5.6.7.1: it did not list the target, and does not the second time
            }
            if (next.isEmpty()) {
                throw Refusal.of(Refusal.Rule.UNKNOWN, target).found("asked " + (visited.size() + 1) + (visited.isEmpty() ? " role" : " roles"))
                        .hint("see that the name is right, or ask the repository's maintainers who may publish it");
            }
            if (visited.size() == limits.delegations()) {
                throw Refusal.of(Refusal.Rule.TOO_MANY, target).expected("at most " + limits.delegations() + " delegated roles to be asked");
            }
            Visit visit = next.pop();
            visited.add(visit.delegation.role());
            role = roles.delegated(visit.from, visit.delegation);
        }
    }

    private static void push(TrustedTargets role, TargetName target, Deque<Visit> next) {
        List<Delegation> delegations = role.delegations(target);
        for (int i = 0; i < delegations.size(); i++) {
            if (delegations.get(i).terminating()) { // TUF 5.6.7.2.1: nobody is asked after it
                next.clear();
                delegations = delegations.subList(0, i + 1);
            }
        }
        delegations.reversed().forEach(d -> next.push(new Visit(role, d)));
    }
}
