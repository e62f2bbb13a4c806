package dev.repro.tuf.repository;

import dev.repro.base.Json;
import dev.repro.tuf.Key;
import dev.repro.tuf.KeyId;
import java.util.HashSet;
import java.util.List;
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
            out.accept(new Difference.Change(then.isEmpty() ? "+"
                    : "~", subject + " is signed by " + (then.isEmpty() ? now : then + " → " + now), subject));
        }
    }

    private static String describe(Authority authority, KeyId id) {
        Key key = authority.keys().get(id);
        String kind = key == null ? "that is not listed" : key.usable().map(k -> k.scheme().scheme())
                .orElse("of a kind unknown here");
        return "key " + authority.owner(id) + " " + kind;
    }

    /// Keys whose listing or whose owner changes, other than those that come or go together with what they may sign: told as
    /// JSON.
    ///
    /// @param roles of both, which name keys
    static void listing(Json.Obj before, Json.Obj after, List<Json.Obj> rolesBefore, List<Json.Obj> rolesAfter,
            Consumer<Difference.Change> out) {
        Set<String> told = named(rolesBefore);
        Set<String> gained = named(rolesAfter);
        Set<String> lost = new HashSet<>(told);
        lost.removeAll(gained);
        gained.removeAll(told);
        Set<String> then = Edits.object(before, "keys").members().keySet();
        Set<String> now = Edits.object(after, "keys").members().keySet();
        var skip = new HashSet<String>();
        gained.stream().filter(id -> !then.contains(id) && now.contains(id)).forEach(skip::add);
        lost.stream().filter(id -> then.contains(id) && !now.contains(id)).forEach(skip::add);
        JsonDifference.of("keys", Edits.object(before, "keys"), Edits.object(after, "keys"), skip, out);
        JsonDifference.of(Owners.MEMBER, Edits.object(before, Owners.MEMBER), Edits.object(after, Owners.MEMBER), skip, out);
    }

    private static Set<String> named(List<Json.Obj> roles) {
        var out = new HashSet<String>();
        roles.forEach(r -> out.addAll(Edits.strings(r, "keyids")));
        return out;
    }
}
