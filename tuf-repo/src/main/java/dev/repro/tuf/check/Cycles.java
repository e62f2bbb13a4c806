package dev.repro.tuf.check;

import dev.repro.tuf.Delegations;
import dev.repro.tuf.RoleName;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// Looks for roles that delegate to themselves, be it over others.
final class Cycles {
    private final Map<RoleName, DelegationIndex> delegating;
    private final Findings findings;
    private final Map<RoleName, Boolean> onPath = new HashMap<>(); // false once all below was seen

    Cycles(Map<RoleName, DelegationIndex> delegating, Findings findings) {
        this.delegating = delegating;
        this.findings = findings;
    }

    private record Step(RoleName role, Iterator<RoleName> next) {}

    void check() {
        if (!delegating.containsKey(RoleName.TARGETS)) {
            return;
        }
        var path = new ArrayDeque<Step>();
        enter(path, RoleName.TARGETS);
        while (!path.isEmpty()) {
            Step step = path.peek();
            if (!step.next.hasNext()) {
                onPath.put(step.role, false);
                path.pop();
                continue;
            }
            RoleName next = step.next.next();
            Boolean state = onPath.get(next);
            if (state == null) {
                enter(path, next);
            } else if (state) {
                findings.add(Rule.DELEGATION_CYCLE, "role " + step.role, "delegates to " + next + ", from which it comes");
            }
        }
    }

    private void enter(ArrayDeque<Step> path, RoleName role) {
        onPath.put(role, true);
        path.push(new Step(role, delegatingBelow(role).iterator()));
    }

    /// Roles that delegate nothing close no circle.
    private List<RoleName> delegatingBelow(RoleName role) {
        Delegations delegations = delegating.get(role).delegations();
        return delegations.bins().isPresent() ? delegating.keySet().stream().filter(r -> delegations.keysOf(r).isPresent())
                .toList()
                : delegations.roles().stream().map(Delegations.Role::name).filter(delegating::containsKey).toList();
    }
}
