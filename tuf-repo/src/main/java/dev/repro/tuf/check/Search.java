package dev.repro.tuf.check;

import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The graph of delegations, and the search that clients make in it (TUF 5.6.7): depth first, each role once, nothing
/// after a terminating one.
final class Search {
    /// What all searches of one check may cost, in comparisons and roles: some seconds.
    private static final long BUDGET = 20_000_000;

    /// What becomes of a target that a role lists.
    enum Fate {
        FOUND,
        /// The search ends at a terminating delegation before it comes there.
        TERMINATED,
        /// Some delegation on each way does not cover it.
        OUTSIDE,
        /// Roles on the way are not read yet.
        OPEN,
        /// Too much was searched already.
        UNKNOWN
    }

    /// @param visits roles looked at, that of the target too
    record Answer(Fate fate, int visits) {}

    /// Roles that delegate; of others it is enough that they were read.
    private final Map<RoleName, DelegationIndex> delegating = new HashMap<>();
    private final Set<RoleName> read = new HashSet<>();
    private boolean complete;
    private long spent;

    void add(RoleName role, DelegationIndex index) {
        delegating.put(role, index);
    }

    void read(RoleName role) {
        read.add(role);
    }

    /// No other role will be read: no answer is open any more.
    void complete() {
        complete = true;
    }

    Map<RoleName, DelegationIndex> delegating() {
        return delegating;
    }

    /// @param lister the role that lists the target
    Answer find(TargetName target, RoleName lister) {
        Answer answer = find(target, lister, true);
        return answer.fate == Fate.OUTSIDE && find(target, lister, false).fate == Fate.FOUND
                ? new Answer(Fate.TERMINATED, answer.visits) : answer;
    }

    private Answer find(TargetName target, RoleName lister, boolean terminate) {
        var seen = new HashSet<RoleName>();
        var stack = new ArrayDeque<RoleName>();
        stack.push(RoleName.TARGETS);
        boolean open = false;
        while (!stack.isEmpty()) {
            RoleName role = stack.pop();
            if (!seen.add(role)) {
                continue;
            }
            if (role.equals(lister)) {
                // Roles that are not read yet may delegate to others that count as looked at.
                return new Answer(open ? Fate.OPEN : Fate.FOUND, seen.size());
            }
            open |= !complete && !read.contains(role);
            DelegationIndex index = delegating.get(role);
            if (index == null) {
                continue;
            }
            long before = index.compared();
            List<DelegationIndex.Next> next = index.next(target);
            spent += index.compared() - before + 1;
            if (spent > BUDGET) {
                return new Answer(Fate.UNKNOWN, seen.size());
            }
            push(stack, next, terminate);
        }
        return new Answer(open ? Fate.OPEN : Fate.OUTSIDE, seen.size());
    }

    private static void push(ArrayDeque<RoleName> stack, List<DelegationIndex.Next> next, boolean terminate) {
        var roles = new ArrayList<RoleName>();
        for (DelegationIndex.Next each : next) {
            roles.add(each.role());
            if (terminate && each.terminating()) {
                stack.clear();
                break;
            }
        }
        Collections.reverse(roles);
        roles.forEach(stack::push);
    }
}
