package dev.repro.tuf.client;

import dev.repro.base.Problem;
import dev.repro.tuf.Agreement;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetFile;
import dev.repro.tuf.TargetName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// One search for one target (TUF 5.6.7): asks the roles that it is delegated to, each before those that it delegates to, in the
/// order of the metadata. Roles that must agree (TAP 3) are asked together, each with what it delegates to.
final class Search {
    private final Roles roles;
    private final Limits limits;
    private final TargetName target;
    private int asked;

    /// What is still to be asked.
    private sealed interface Step {}

    private record One(TrustedTargets from, Delegation delegation) implements Step {}

    private record Several(TrustedTargets from, Agreement agreement, List<Delegation> delegations) implements Step {}

    Search(Roles roles, Limits limits, TargetName target) {
        this.roles = roles;
        this.limits = limits;
        this.target = target;
    }

    /// Delegated roles that were asked.
    int asked() {
        return asked;
    }

    /// @return empty if neither this role nor any that it trusts with the target lists it
    /// @throws Refusal a role cannot be verified, or those do not agree that must
    Optional<Found> below(TrustedTargets start) throws Refusal, Problem {
        Deque<Step> next = new ArrayDeque<>();
        Set<RoleName> visited = new HashSet<>();
        Optional<Found> found = own(start, next);
        while (found.isEmpty() && !next.isEmpty()) {
            Step step = next.pop(); // no `switch` over types: see dev.repro.base.JsonText
            if (step instanceof One one) { // TUF 5.6.7.1: it did not list the target, and does not the second time
                found = visited.add(one.delegation.role()) ? own(visit(one.from, one.delegation), next) : Optional.empty();
            } else {
                found = agreed((Several) step);
            }
        }
        return found;
    }

    private TrustedTargets visit(TrustedTargets from, Delegation delegation) throws Refusal, Problem {
        if (asked == limits.delegations()) {
            throw Refusal.of(Refusal.Rule.TOO_MANY, target)
                    .expected("at most " + limits.delegations() + " delegated roles to be asked");
        }
        asked++;
        return roles.delegated(from, delegation);
    }

    private Optional<Found> own(TrustedTargets role, Deque<Step> next) {
        Optional<Found> found = role.target(target).map(file -> new Found(target, file, role));
        if (found.isEmpty()) {
            push(role, next);
        }
        return found;
    }

    private void push(TrustedTargets role, Deque<Step> next) {
        List<Delegation> delegations = role.delegations(target);
        Agreement agreement = role.agreement(target).orElse(null);
        var steps = new ArrayList<Step>();
        boolean together = false;
        for (Delegation delegation : delegations) {
            boolean terminating = delegation.terminating();
            if (agreement == null || !agreement.roles().contains(delegation.role())) {
                steps.add(new One(role, delegation));
            } else if (!together) {
                List<Delegation> several = delegations.stream().filter(d -> agreement.roles().contains(d.role())).toList();
                steps.add(new Several(role, agreement, several));
                terminating = several.stream().anyMatch(Delegation::terminating);
                together = true;
            } else {
                continue; // was asked with the first of them
            }
            if (terminating) { // TUF 5.6.7.2.1: nobody is asked after it
                next.clear();
                break;
            }
        }
        steps.reversed().forEach(next::push);
    }

    // TAP 3
    private Optional<Found> agreed(Several several) throws Refusal, Problem {
        var found = new LinkedHashMap<RoleName, Optional<Found>>();
        for (RoleName role : several.agreement.roles()) {
            Optional<Delegation> delegation = several.delegations.stream().filter(d -> d.role().equals(role)).findFirst();
            found.put(role, delegation.isPresent() ? below(visit(several.from, delegation.get())) : Optional.empty());
        }
        var answers = new LinkedHashMap<RoleName, Optional<TargetFile>>();
        found.forEach((role, one) -> answers.put(role, one.map(Found::file)));
        Optional<TargetFile> file = several.agreement.decide(target, answers);
        return found.values().stream().flatMap(Optional::stream).filter(f -> file.isPresent() && f.file().sameBytes(file.get()))
                .findFirst();
    }
}
