package dev.repro.tuf.repository;

import dev.repro.base.Problem;
import dev.repro.tuf.Delegations;
import dev.repro.tuf.Key;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.RoleKeys;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.Signed;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// Finds the targets roles whose present files a proposal leaves without enough good signatures, because it changes who may sign
/// them.
final class Orphans {

    private Orphans() {}

    static List<RoleName> of(Proposal proposal) throws Problem {
        var out = new ArrayList<RoleName>();
        for (RoleName changed : proposal.roles()) {
            Optional<RotateFile> rotation = RotateFile.parse(changed);
            if (rotation.isPresent()) {
                addIfOrphan(proposal, rotation.get().role(), out);
            } else if (changed.equals(RoleName.ROOT)) {
                addIfOrphan(proposal, RoleName.TARGETS, out);
            } else {
                for (RoleName role : changedBy(proposal, changed)) {
                    addIfOrphan(proposal, role, out);
                }
            }
        }
        return out;
    }

    private static void addIfOrphan(Proposal proposal, RoleName role, List<RoleName> out) throws Problem {
        if (proposal.parts().containsKey(role) || out.contains(role) || !proposal.base().lists(role)) {
            return;
        }
        for (Authority authority : Authorities.signing(proposal, role)) {
            if (!authority.isMetBy(proposal.base().targets(role).orElseThrow())) {
                out.add(role);
                return;
            }
        }
    }

    // Delegated roles whose keys or threshold a changed delegator states anew.
    private static List<RoleName> changedBy(Proposal proposal, RoleName delegator) throws Problem {
        Optional<Delegations> before = proposal.base().targets(delegator).map(Metadata::unverified)
                .flatMap(Signed.Targets::delegations);
        Optional<Delegations> after = proposal.targets(delegator).map(Metadata::unverified).flatMap(Signed.Targets::delegations);
        var out = new ArrayList<RoleName>();
        if (before.isEmpty() || after.isEmpty()) {
            return out;
        }
        for (Delegations.Role role : after.get().roles()) {
            before.get().keysOf(role.name()).filter(k -> !same(k, before.get(), role.keys(), after.get()))
                    .ifPresent(_ -> out.add(role.name()));
        }
        if (after.get().bins().isPresent() && before.get().bins().isPresent()
                && !same(before.get().bins().get().keys(), before.get(), after.get().bins().get().keys(), after.get())) {
            for (long i = 0; i < after.get().bins().get().count(); i++) {
                out.add(after.get().bins().get().bin(i));
            }
        }
        return out;
    }

    private static boolean same(RoleKeys a, Delegations inA, RoleKeys b, Delegations inB) {
        return a.equals(b) && a.keyids().stream().allMatch(id -> Objects.equals(json(inA.keys().get(id)),
                json(inB.keys().get(id))));
    }

    private static Object json(Key key) {
        return key == null ? null : key.json();
    }
}
