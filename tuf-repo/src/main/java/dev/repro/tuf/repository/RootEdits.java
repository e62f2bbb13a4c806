package dev.repro.tuf.repository;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/// Pure changes of what root signs (TUF 4.3).
final class RootEdits {
    static final List<String> ROLES = List.of("root", "targets", "snapshot", "timestamp");
    /// Whether targets are also published under the names that tough looks for.
    static final String TOUGH_NAMES = "x-repro-tough-names";

    private RootEdits() {}

    /// A root of version 1 without any keys.
    static Json.Obj empty(boolean consistent, boolean toughNames, Lifetimes lifetimes, String expires) {
        Json.Obj roles = Json.object();
        for (String role : ROLES) {
            roles = roles.with(role, Json.object("keyids", List.of(), "threshold", 1));
        }
        Json.Obj root = Edits.header("root", 1, expires).with("consistent_snapshot", consistent).with("keys", Json.object())
                .with("roles", roles)
                .with(Lifetimes.MEMBER, lifetimes.toJson());
        return toughNames ? root.with(TOUGH_NAMES, true) : root;
    }

    static boolean toughNames(Json.Obj root) {
        return root.members().get(TOUGH_NAMES) instanceof Json.Bool(boolean on) && on;
    }

    /// Adds, removes, sets the threshold of one role, in this order, and checks the outcome.
    static Json.Obj role(Json.Obj root, String role, List<KeyHolder> add, List<PublicKey> remove, OptionalInt threshold)
            throws Problem {
        Json.Obj out = root;
        for (KeyHolder holder : add) {
            out = Edits.listKey(out, holder.key());
            String id = Edits.idIn(out, holder.key());
            out = changed(out, role, r -> Edits.addKey(r, id));
        }
        for (PublicKey key : remove) {
            String id = Edits.idIn(out, key);
            out = changed(out, role, r -> Edits.removeKey(r, id));
        }
        if (threshold.isPresent()) {
            out = changed(out, role, r -> r.with("threshold", threshold.getAsInt()));
        }
        Edits.checkThreshold(Edits.object(Edits.object(out, "roles"), role), role);
        out = Edits.withoutUnusedKeys(out, roles(out));
        return Edits.owners(out, out, add);
    }

    private static Json.Obj changed(Json.Obj root, String role, UnaryOperator<Json.Obj> change) {
        Json.Obj roles = Edits.object(root, "roles");
        return root.with("roles", roles.with(role, change.apply(Edits.object(roles, role))));
    }

    static List<Json.Obj> roles(Json.Obj root) {
        return Edits.object(root, "roles").members().values().stream().filter(Json.Obj.class::isInstance)
                .map(Json.Obj.class::cast).toList();
    }
}
