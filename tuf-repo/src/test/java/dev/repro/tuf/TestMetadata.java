package dev.repro.tuf;

import dev.repro.base.Json;
import dev.repro.base.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;

/// Metadata files put together by hand.
public final class TestMetadata {
    public static final String EXPIRES = "2030-01-01T00:00:00Z";

    private TestMetadata() {}

    /// A metadata file: `signed`, and the signatures of some keys over it.
    public static byte[] file(Json.Obj signed, List<TestKey> signers) {
        byte[] canonical = JsonText.canonical(signed);
        List<Json> signatures = signers.stream().map(k -> (Json) Json.object("keyid", k.id(), "sig", k.sign(canonical))).toList();
        return bytes(Json.object("signatures", signatures, "signed", signed));
    }

    public static byte[] bytes(Json json) {
        return JsonText.pretty(json).getBytes(StandardCharsets.UTF_8);
    }

    public static Json.Obj header(String type, long version) {
        return Json.object("_type", type, "spec_version", "1.0.34", "version", version, "expires", EXPIRES);
    }

    public static Json.Obj keys(TestKey... keys) {
        var members = new LinkedHashMap<String, Json>();
        Arrays.stream(keys).forEach(k -> members.put(k.id(), k.json()));
        return new Json.Obj(members);
    }

    public static Json.Obj role(int threshold, TestKey... keys) {
        return Json.object("keyids", Arrays.stream(keys).map(TestKey::id).toList(), "threshold", threshold);
    }

    /// A root whose four roles all have one key.
    public static Json.Obj root(TestKey key) {
        return header("root", 1).with("consistent_snapshot", true).with("keys", keys(key)).with("roles", Json.object(
                "root", role(1, key), "timestamp", role(1, key), "snapshot", role(1, key), "targets", role(1, key)));
    }

    public static Json.Obj timestamp() {
        return header("timestamp", 1).with("meta", Json.object("snapshot.json", Json.object("version", 1)));
    }

    public static Json.Obj snapshot() {
        return header("snapshot", 1).with("meta", Json.object("targets.json", Json.object("version", 1)));
    }

    public static Json.Obj targets() {
        return header("targets", 1).with("targets", Json.object("a/b", Json.object("length", 3, "hashes", Json.object("sha256", "0".repeat(64)))));
    }

    public static Json.Obj delegations(TestKey key, Json.Obj... roles) {
        return Json.object("keys", keys(key), "roles", List.of(roles));
    }

    public static Json.Obj delegation(String name, TestKey key, String... paths) {
        return role(1, key).with("name", name).with("terminating", false).with("paths", List.of(paths));
    }
}
