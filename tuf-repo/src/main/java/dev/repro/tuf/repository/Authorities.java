package dev.repro.tuf.repository;

import dev.repro.base.Problem;
import dev.repro.tuf.Delegations;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.RoleKeys;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Finds, in a view, who may sign which role.
final class Authorities {

    private Authorities() {}

    /// The authority over a targets role: root, or the first role that delegates to it, nearest to `targets`. [Editor] lets no
    /// second one delegate to the same name.
    static Optional<Authority> of(View view, RoleName role) throws Problem {
        if (role.isTopLevel()) {
            return view.root().map(r -> Authority.of(r.unverified(), role));
        }
        var delegator = delegator(view, role);
        if (delegator.isEmpty()) {
            return Optional.empty();
        }
        Signed.Targets targets = view.targets(delegator.get()).orElseThrow().unverified();
        return Optional.of(Authority.of(delegator.get(), targets,
                targets.delegations().orElseThrow().keysOf(role).orElseThrow()));
    }

    /// Everyone who must have signed a role's file: the authority over it, and after key rotations its new holders (TAP 8).
    /// Nobody, where nothing delegates to it and where it is revoked.
    static List<Authority> signing(View view, RoleName role) throws Problem {
        Optional<Authority> delegated = of(view, role);
        if (delegated.isEmpty() || role.isTopLevel()) {
            return delegated.stream().toList();
        }
        return KeyRotations.isRevoked(view, role) ? List.of() : KeyRotations.signing(view, role, delegated.get());
    }

    static Optional<RoleName> delegator(View view, RoleName role) throws Problem {
        var found = new RoleName[1];
        walk(view, RoleName.TARGETS, (delegator, delegations) -> {
            Optional<RoleKeys> keys = delegations.keysOf(role);
            found[0] = keys.isPresent() ? delegator : null;
            return keys.isEmpty();
        });
        return Optional.ofNullable(found[0]);
    }

    interface Visitor {
        /// @return whether to go on
        boolean visit(RoleName delegator, Delegations delegations) throws Problem;
    }

    /// Visits every role that delegates, the nearest to `start` first. Bins are not opened: they hold targets.
    static void walk(View view, RoleName start, Visitor visitor) throws Problem {
        var queue = new ArrayDeque<RoleName>();
        Set<RoleName> seen = new HashSet<>();
        queue.add(start);
        seen.add(start);
        while (!queue.isEmpty()) {
            RoleName role = queue.remove();
            Optional<Delegations> delegations = view.targets(role).map(Metadata::unverified).flatMap(Signed.Targets::delegations);
            if (delegations.isPresent()) {
                if (!visitor.visit(role, delegations.get())) {
                    return;
                }
                delegations.get().roles().stream().map(Delegations.Role::name).filter(seen::add).forEach(queue::add);
            }
        }
    }

    /// Every role that `targets` leads to, itself and bins included.
    static Set<RoleName> reachable(View view) throws Problem {
        var out = new HashSet<>(Set.of(RoleName.TARGETS));
        walk(view, RoleName.TARGETS, (_, delegations) -> {
            delegations.roles().forEach(r -> out.add(r.name()));
            delegations.bins().ifPresent(bins -> {
                for (long i = 0; i < bins.count(); i++) {
                    out.add(bins.bin(i));
                }
            });
            return true;
        });
        return out;
    }

    /// The role that a target belongs to: the first that a client would ask and that is delegated nothing narrower, `targets` if
    /// none is.
    static RoleName route(View view, TargetName target) throws Problem {
        return route(view, RoleName.TARGETS, target, new HashSet<>());
    }

    private static RoleName route(View view, RoleName role, TargetName target, Set<RoleName> seen) throws Problem {
        Optional<Delegations> delegations = view.targets(role).map(Metadata::unverified).flatMap(Signed.Targets::delegations);
        if (delegations.isEmpty() || !seen.add(role)) {
            return role;
        }
        if (delegations.get().bins().isPresent()) {
            return delegations.get().bins().get().binOf(target);
        }
        for (Delegations.Role one : delegations.get().roles()) {
            if (one.covers(target)) {
                return route(view, one.name(), target, seen);
            }
        }
        return role;
    }

    /// Whether a client that looks for a target gets as far as this role: every delegation on the way covers it (TUF 5.6.7).
    static boolean mayList(View view, RoleName role, TargetName target) throws Problem {
        RoleName at = role;
        while (!at.equals(RoleName.TARGETS)) {
            Optional<RoleName> delegator = delegator(view, at);
            if (delegator.isEmpty() || !covers(view.targets(delegator.get()).orElseThrow().unverified().delegations()
                    .orElseThrow(), at, target)) {
                return false;
            }
            at = delegator.get();
        }
        return true;
    }

    /// @param role to whom `delegations` lead
    record Step(Delegations delegations, RoleName role) {}

    /// The delegations on the way from `targets` to a role, the last one first; none for `targets`.
    static List<Step> path(View view, RoleName role) throws Problem {
        var out = new ArrayList<Step>();
        for (RoleName at = role; !at.equals(RoleName.TARGETS);) {
            RoleName below = at;
            at = delegator(view, at).orElseThrow(() -> Problem.no("nothing delegates to role " + below));
            out.add(new Step(view.targets(at).orElseThrow().unverified().delegations().orElseThrow(), below));
        }
        return out;
    }

    static boolean covers(Delegations delegations, RoleName role, TargetName target) {
        return delegations.bins().map(b -> b.binOf(target).equals(role))
                .orElseGet(() -> delegations.roles().stream().anyMatch(r -> r.name().equals(role) && r.covers(target)));
    }
}
