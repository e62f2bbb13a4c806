package dev.repro.tuf.repository;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.Signed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Key rotations and revocations of delegated roles by their own holders, in a view (TAP 8, TAP 20; docs/pouf.md).
final class KeyRotations {
    /// In a rotation: whether the delegation's keys go on signing the role's metadata, for clients that know nothing of
    /// rotations.
    static final String DUAL = "x-repro-dual-signing";

    private KeyRotations() {}

    /// The rotations of a role in order; a revocation is the last.
    static List<Signed.Rotate> of(View view, RoleName role) throws Problem {
        var out = new ArrayList<Signed.Rotate>();
        if (RotateFile.problem(role).isPresent()) {
            return out;
        }
        for (int number = 1; number <= Limits.DEFAULT.keyRotations(); number++) {
            Optional<Signed.Rotate> next = view.rotation(new RotateFile(role, number)).map(Metadata::unverified);
            next.ifPresent(out::add);
            if (next.isEmpty() || next.get().isRevocation()) {
                return out;
            }
        }
        return out;
    }

    static boolean isRevoked(View view, RoleName role) throws Problem {
        List<Signed.Rotate> all = of(view, role);
        return !all.isEmpty() && all.getLast().isRevocation();
    }

    /// Everyone who must have signed a delegated role's file: those whom the delegation names, unless a rotation says that their
    /// keys are given up, and those whom the last rotation names.
    static List<Authority> signing(View view, RoleName role, Authority delegated) throws Problem {
        List<Signed.Rotate> all = of(view, role);
        var out = new ArrayList<Authority>();
        if (all.stream().allMatch(KeyRotations::isDual)) {
            out.add(delegated);
        }
        all.stream().filter(r -> !r.isRevocation()).reduce((_, last) -> last).ifPresent(r -> out.add(Authority.of(r)));
        return out;
    }

    private static boolean isDual(Signed.Rotate rotate) {
        return !(rotate.json().members().get(DUAL) instanceof Json.Bool(boolean dual)) || dual;
    }

    /// Who must sign a rotation: those whom the one before it names, or the delegation.
    static Authority signing(View view, RotateFile file) throws Problem {
        if (file.number() > 1) {
            Signed.Rotate before = view.rotation(new RotateFile(file.role(), file.number() - 1)).map(Metadata::unverified)
                    .orElseThrow(() -> Problem.no("a rotation of keys is missing before " + file));
            if (before.isRevocation()) {
                throw Problem.no("the role is revoked, and no rotation follows").where(file);
            }
            return Authority.of(before);
        }
        return Authorities.of(view, file.role()).orElseThrow(() -> Problem.no("nothing delegates to role " + file.role()));
    }

    /// What a holder of the role's keys may publish: the next rotation, or a revocation in the place of any.
    static void check(Proposal proposal, RotateFile file) throws Problem {
        Signed.Rotate rotate = proposal.rotation(file).orElseThrow().unverified();
        if (file.number() > Limits.DEFAULT.keyRotations() || RotateFile.problem(file.role()).isPresent()) {
            throw Problem.no("not a rotation that clients follow").where(file).expected("at most " + Limits.DEFAULT.keyRotations()
                    + ", of a role whose name has at most " + RotateFile.MAX_ENCODED + " bytes");
        }
        if (!rotate.role().equals(file.role()) || rotate.version() != file.number()) {
            throw Problem.no("not the rotation that it is called").where(file)
                    .found("rotation " + rotate.version() + " of " + rotate.role());
        }
        Optional<Signed.Rotate> before = proposal.base().rotation(file).map(Metadata::unverified);
        if (before.isPresent() && (before.get().isRevocation() || !rotate.isRevocation())) {
            throw Problem.no("published already, and only a revocation may take its place").where(file)
                    .hint("rotate to these keys with the next number");
        }
        signing(proposal, file); // that there is the one before
    }

    /// A role whose file changes must not be revoked.
    static void checkAlive(Proposal proposal, RoleName role) throws Problem {
        if (isRevoked(proposal, role)) {
            throw Problem.no("role " + role + " is revoked by its own keys")
                    .hint("delegate to a new role; no client trusts this one any more");
        }
    }

    /// A rotation to other keys.
    static Json.Obj rotation(RotateFile file, Editor.Keys to, boolean dual) throws Problem {
        Json.Obj signed = header(file).with("keys", Json.object());
        Json.Obj role = Json.object("keyids", List.of(), "threshold", to.threshold());
        for (KeyHolder holder : to.holders()) {
            signed = Edits.listKey(signed, holder.key());
            role = Edits.addKey(role, Edits.idIn(signed, holder.key()));
        }
        Edits.checkThreshold(role, file.role().text());
        signed = signed.with("threshold", to.threshold());
        return Edits.owners(dual ? signed : signed.with(DUAL, false), signed, to.holders());
    }

    /// A rotation to no key: the role's end.
    static Json.Obj revocation(RotateFile file) {
        return header(file).with("keys", Json.object());
    }

    private static Json.Obj header(RotateFile file) {
        return Edits.header("rotate", file.number(), "").without("expires").with("role", file.role().text());
    }

    /// The entries of rotations in a snapshot's `meta` whose roles are among `names`; of others they may go (TAP 8).
    static Map<String, Json> entries(Json.Obj meta, java.util.Set<RoleName> roles) {
        var out = new LinkedHashMap<String, Json>();
        meta.members().forEach((name, value) -> entry(name).filter(f -> roles.contains(f.role()))
                .ifPresent(_ -> out.put(name, value)));
        return out;
    }

    private static Optional<RotateFile> entry(String name) {
        return name.endsWith(".json") ? RotateFile.parse(new RoleName(name.substring(0, name.length() - 5))) : Optional.empty();
    }
}
