package dev.repro.tuf.repository;

import dev.repro.base.Problem;
import dev.repro.tuf.Delegations;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import java.util.Optional;

/// Where the keys of a delegated role stand.
///
/// @param bins whether they stand there for all bins together
record Place(RoleName delegator, boolean bins) {

    /// @param role a delegated role, or the prefix of bins
    static Place of(View view, RoleName role) throws Problem {
        Optional<RoleName> delegator = Authorities.delegator(view, role);
        if (delegator.isPresent()) {
            return new Place(delegator.get(), delegations(view, delegator.get()).bins().isPresent());
        }
        var found = new RoleName[1];
        Authorities.walk(view, RoleName.TARGETS, (by, delegations) -> {
            found[0] = delegations.bins().filter(b -> b.prefix().equals(role.text())).map(_ -> by).orElse(null);
            return found[0] == null;
        });
        if (found[0] == null) {
            throw Problem.usage("there is no such role").found(role).hint("`repro repo status` lists them");
        }
        return new Place(found[0], true);
    }

    Authority authority(View view, RoleName role) throws Problem {
        Signed.Targets targets = view.targets(delegator).orElseThrow().unverified();
        Delegations delegations = delegations(view, delegator);
        return Authority.of(delegator, targets, bins ? delegations.bins().orElseThrow().keys() : delegations.keysOf(role).orElseThrow());
    }

    private static Delegations delegations(View view, RoleName delegator) throws Problem {
        return view.targets(delegator).orElseThrow().unverified().delegations().orElseThrow();
    }
}
