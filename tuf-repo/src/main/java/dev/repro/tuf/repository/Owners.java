package dev.repro.tuf.repository;

import dev.repro.base.Json;
import dev.repro.tuf.KeyId;
import java.util.LinkedHashMap;
import java.util.Map;

/// Names of the holders of keys, `x-repro-owners` beside the keys in what root and delegating roles sign. They are beside the
/// keys, not in them, because a client that computes key ids computes them of all that is in a key.
final class Owners {
    static final String MEMBER = "x-repro-owners";

    private Owners() {}

    static Map<KeyId, String> of(Json.Obj signed) {
        var out = new LinkedHashMap<KeyId, String>();
        if (signed.members().get(MEMBER) instanceof Json.Obj(var members)) {
            members.forEach((id, name) -> {
                if (name instanceof Json.Str(String text)) {
                    out.put(new KeyId(id), text);
                }
            });
        }
        return out;
    }
}
