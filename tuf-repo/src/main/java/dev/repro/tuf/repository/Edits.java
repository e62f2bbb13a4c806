package dev.repro.tuf.repository;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/// Pure changes of JSON objects that signed metadata is made of. Members that are not known stay as they are.
///
/// A *scope* is an object with `keys` (the root, or the `delegations` of a targets role); a *role* is an object with `keyids` and
/// `threshold`.
final class Edits {

    private Edits() {}

    static Json.Obj object(Json.Obj parent, String name) {
        return parent.members().get(name) instanceof Json.Obj object ? object : Json.object();
    }

    static List<Json> array(Json.Obj parent, String name) {
        return parent.members().get(name) instanceof Json.Arr(var items) ? items : List.of();
    }

    static List<String> strings(Json.Obj parent, String name) {
        return array(parent, name).stream().filter(Json.Str.class::isInstance).map(s -> ((Json.Str) s).value()).toList();
    }

    static long integer(Json.Obj parent, String name) {
        return ((Json.Int) parent.members().get(name)).value();
    }

    static Json.Obj header(String type, long version, String expires) {
        return Json.object("_type", type, "spec_version", "1.0.34", "version", version, "expires", expires);
    }

    static Json.Obj bumped(Json.Obj signed, long version, String expires) {
        return signed.with("version", version).with("expires", expires);
    }

    /// The id under which a scope lists a key's material; the key's own id if it does not.
    static String idIn(Json.Obj scope, PublicKey key) {
        for (var listed : object(scope, "keys").members().entrySet()) {
            if (isKey(listed.getValue(), key)) {
                return listed.getKey();
            }
        }
        return key.keyid();
    }

    private static boolean isKey(Json listed, PublicKey key) {
        try {
            return PublicKey.ofJson((Json.Obj) listed).equals(key);
        } catch (Problem e) {
            return false; // of a kind that is not known here
        }
    }

    /// The scope with a key listed in it.
    static Json.Obj listKey(Json.Obj scope, PublicKey key) {
        String id = idIn(scope, key);
        Json.Obj keys = object(scope, "keys");
        return keys.members().containsKey(id) ? scope : scope.with("keys", keys.with(id, key.toJson()));
    }

    /// The scope without the keys that none of its roles names.
    static Json.Obj withoutUnusedKeys(Json.Obj scope, List<Json.Obj> roles) {
        Set<String> used = new HashSet<>();
        roles.forEach(r -> used.addAll(strings(r, "keyids")));
        Json.Obj keys = object(scope, "keys");
        for (String id : object(scope, "keys").members().keySet()) {
            keys = used.contains(id) ? keys : keys.without(id);
        }
        return scope.with("keys", keys);
    }

    static Json.Obj addKey(Json.Obj role, String id) {
        var ids = new ArrayList<>(strings(role, "keyids"));
        if (!ids.contains(id)) {
            ids.add(id);
        }
        return role.with("keyids", ids);
    }

    static Json.Obj removeKey(Json.Obj role, String id) {
        return role.with("keyids", strings(role, "keyids").stream().filter(i -> !i.equals(id)).toList());
    }

    /// @throws Problem if the role's threshold is not between 1 and its number of keys
    static void checkThreshold(Json.Obj role, String name) throws Problem {
        int keys = strings(role, "keyids").size();
        long threshold = integer(role, "threshold");
        if (threshold < 1 || threshold > keys) {
            throw Problem.usage("role " + name + " would have " + keys + (keys == 1 ? " key" : " keys") + " and a threshold of "
                    + threshold)
                    .hint(keys == 0 ? "give it a key" : "add a key with `repro repo add-key`, or set another --threshold");
        }
    }

    /// `signed` with owners of keys noted, without those of keys that are gone.
    static Json.Obj owners(Json.Obj signed, Json.Obj scope, List<KeyHolder> holders) {
        Json.Obj owners = object(signed, Owners.MEMBER);
        for (KeyHolder holder : holders) {
            owners = holder.owner().isEmpty() ? owners : owners.with(idIn(scope, holder.key()), holder.owner());
        }
        Set<String> listed = object(scope, "keys").members().keySet();
        for (String id : List.copyOf(owners.members().keySet())) {
            owners = listed.contains(id) ? owners : owners.without(id);
        }
        return owners.members().isEmpty() ? signed.without(Owners.MEMBER) : signed.with(Owners.MEMBER, owners);
    }

    /// An array of objects with one of them changed, or taken out where `change` gives null.
    static Json.Arr change(List<Json> items, String name, UnaryOperator<Json.Obj> change) {
        var out = new ArrayList<Json>();
        for (Json item : items) {
            boolean named = item instanceof Json.Obj o && o.members().get("name") instanceof Json.Str(String text)
                    && text.equals(name);
            Json changed = named ? change.apply((Json.Obj) item) : item;
            if (changed != null) {
                out.add(changed);
            }
        }
        return new Json.Arr(out);
    }

    static Optional<Json.Obj> named(List<Json> items, String name) {
        return items.stream().map(Json.Obj.class::cast).filter(o -> o.members().get("name") instanceof Json.Str(String text)
                && text.equals(name))
                .findFirst();
    }
}
