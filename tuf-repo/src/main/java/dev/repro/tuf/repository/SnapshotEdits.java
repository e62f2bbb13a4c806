package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import java.util.LinkedHashMap;
import java.util.Set;
import java.util.stream.Collectors;

/// Pure changes of what snapshot signs (TUF 4.4).
///
/// A role is listed with version, length and SHA-256, so that no key alone can exchange its file for another of the same version.
/// Bins are listed by version only: with hashes, a snapshot of 16,384 of them has 2.3 MB, more than python-tuf, go-tuf and tuf-js
/// accept.
final class SnapshotEdits {

    private SnapshotEdits() {}

    /// `meta` with the parts of a proposal in it.
    static Json.Obj entries(Json.Obj meta, Proposal proposal) throws Problem {
        var out = new LinkedHashMap<>(meta.members());
        for (var part : proposal.parts().entrySet()) {
            RoleName role = part.getKey();
            if (!role.equals(RoleName.ROOT)) {
                long version = Edits.integer(part.getValue().signed(), "version");
                out.put(role.listed(), isBin(proposal, role, out.get(role.listed())) ? Json.object("version", version)
                        : full(version, part.getValue().bytes()));
            }
        }
        return new Json.Obj(out);
    }

    // As it was listed before; a new role as its delegator tells.
    private static boolean isBin(Proposal proposal, RoleName role, Json before) throws Problem {
        if (RotateFile.parse(role).isPresent()) {
            return false;
        }
        if (before instanceof Json.Obj listed) {
            return !listed.members().containsKey("hashes");
        }
        return !role.isTopLevel() && proposal.targets(Authorities.delegator(proposal, role).orElseThrow()).orElseThrow()
                .unverified().delegations()
                .orElseThrow().bins().isPresent();
    }

    static Json.Obj full(long version, byte[] bytes) {
        return Json.object("version", version, "length", bytes.length, "hashes", Json.object("sha256", Digest.of(bytes)));
    }

    /// `meta` without the roles that nobody delegates to.
    static Json.Obj only(Json.Obj meta, Proposal proposal) throws Problem {
        Set<RoleName> roles = Authorities.reachable(proposal);
        Set<String> names = roles.stream().map(RoleName::listed).collect(Collectors.toSet());
        var out = new LinkedHashMap<>(meta.members());
        out.keySet().retainAll(names);
        out.putAll(KeyRotations.entries(meta, roles));
        return new Json.Obj(out);
    }
}
