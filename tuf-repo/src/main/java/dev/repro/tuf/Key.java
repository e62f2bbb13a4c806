package dev.repro.tuf;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import java.util.Optional;

/// A key as metadata lists it. One of a type or scheme that we do not know, or malformed, is kept and never counts: a repository may use
/// keys that not every client knows.
///
/// @param json the object of the metadata, as it was read
/// @param usable the key, if it is one
/// @param problem why it is none; empty if it is one
public record Key(Json.Obj json, Optional<PublicKey> usable, String problem) {

    static Key of(Json.Obj json) {
        try {
            return new Key(json, Optional.of(PublicKey.ofJson(json)), "");
        } catch (Problem e) {
            return new Key(json, Optional.empty(), e.line());
        }
    }
}
