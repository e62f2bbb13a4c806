package dev.repro.tuf.repository;

import dev.repro.base.Json;
import dev.repro.tuf.Key;
import dev.repro.tuf.KeyId;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// What changes in who may sign a role.
///
/// @param subject `role hello`
/// @param may what its keys may do: `sign hello/*/*`
record KeysDifference(String subject, String may, Optional<Authority> before, Authority after, Consumer<Difference.Change> out) {

    void tell() {
        Set<KeyId> old = before.map(b -> b.role().keyids()).orElse(Set.of());
        for (KeyId id : after.role().keyids()) {
            if (!old.contains(id)) {
                out.accept(new Difference.Change("+", describe(after, id) + " may " + may, id.text()));
            }
        }
        for (KeyId id : old) {
            if (!after.role().keyids().contains(id)) {
                out.accept(new Difference.Change("-", describe(before.orElseThrow(), id) + " may no more " + may, id.text()));
            }
        }
        String now = after.role().threshold() + " of " + after.role().keyids().size();
        String then = before.map(b -> b.role().threshold() + " of " + b.role().keyids().size()).orElse("");
        if (!now.equals(then)) {
            out.accept(new Difference.Change(then.isEmpty() ? "+" : "~", subject + " is signed by " + (then.isEmpty() ? now : then + " → " + now), subject));
        }
    }

    private static String describe(Authority authority, KeyId id) {
        Key key = authority.keys().get(id);
        String kind = key == null ? "that is not listed" : key.usable().map(k -> k.scheme().scheme()).orElse("of a kind unknown here");
        return "key " + authority.owner(id) + " " + kind;
    }

    /// Keys whose listing changes under the same id, that no role names, or whose owner is another: told as JSON.
    static void listing(Json.Obj before, Json.Obj after, Consumer<Difference.Change> out) {
        Set<String> told = new HashSet<>(Edits.object(before, "keys").members().keySet());
        Set<String> now = Edits.object(after, "keys").members().keySet();
        var moved = new HashSet<String>(told);
        moved.addAll(now);
        moved.removeIf(id -> told.contains(id) && now.contains(id));
        JsonDifference.of("keys", Edits.object(before, "keys"), Edits.object(after, "keys"), moved, out);
        JsonDifference.of(Owners.MEMBER, Edits.object(before, Owners.MEMBER), Edits.object(after, Owners.MEMBER), moved, out);
    }
}
