package dev.repro.tuf.repository;

import dev.repro.base.Json;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// What a new root changes.
final class RootDifference {
    private final Optional<Signed.Root> before;
    private final Signed.Root after;
    private final Consumer<Difference.Change> out;

    RootDifference(Optional<Signed.Root> before, Signed.Root after, Consumer<Difference.Change> out) {
        this.before = before;
        this.after = after;
        this.out = out;
    }

    void tell() {
        for (String name : RootEdits.ROLES) {
            var role = new RoleName(name);
            Optional<Authority> old = before.map(b -> Authority.of(b, role));
            new KeysDifference("role " + name, "sign role " + name, old, Authority.of(after, role), out).tell();
            if (role.equals(RoleName.ROOT) && old.isPresent() && !meets(old.get(), Authority.of(after, role))) {
                out.accept(new Difference.Change("!",
                        "too few holders of the present root key stay: old and new holders must both sign this root", "root"));
            }
        }
        Json.Obj a = before.map(Signed::json).orElse(Json.object());
        JsonDifference.of("", a, after.json(), before.isPresent() ? Set.of("version", "expires", "roles", "keys", Owners.MEMBER)
                : Set.of("version", "expires", "roles", "keys", Owners.MEMBER, "_type", "spec_version"), out);
        members("roles", a);
        KeysDifference.listing(a, after.json(), RootEdits.roles(a), RootEdits.roles(after.json()), out);
    }

    private static boolean meets(Authority old, Authority now) {
        var stay = new HashSet<KeyId>(old.role().keyids());
        stay.retainAll(now.role().keyids());
        return stay.size() >= old.role().threshold();
    }

    // What is in a role besides keys and threshold, and roles beyond the four.
    private void members(String scope, Json.Obj before) {
        Json.Obj a = Edits.object(before, scope);
        Json.Obj b = Edits.object(after.json(), scope);
        JsonDifference.of(scope, a, b, Set.copyOf(RootEdits.ROLES), out);
        for (String role : RootEdits.ROLES) {
            JsonDifference.of(scope + "." + role, Edits.object(a, role), Edits.object(b, role), Set.of("keyids", "threshold"),
                    out);
        }
    }
}
