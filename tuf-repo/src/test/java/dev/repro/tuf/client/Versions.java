package dev.repro.tuf.client;

import dev.repro.base.Json;
import dev.repro.base.JsonParser;

/// Reads the version out of a metadata file.
final class Versions {

    private Versions() {}

    static long of(byte[] file) {
        try {
            var signed = (Json.Obj) ((Json.Obj) JsonParser.parse(file)).members().get("signed");
            return ((Json.Int) signed.members().get("version")).value();
        } catch (JsonParser.SyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
