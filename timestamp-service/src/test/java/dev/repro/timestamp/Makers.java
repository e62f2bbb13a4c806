package dev.repro.timestamp;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Signer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// All keys of a repository in one hand, which makes whatever files it likes.
final class Makers {
    static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    Signer root = key();
    Signer targets = key();
    Signer snapshot = key();
    Signer timestamp = key();

    static Signer key() {
        return PrivateKey.generate(Scheme.ED25519, new SecureRandom()).signer();
    }

    byte[] root(long version, Signer... by) throws Problem {
        return root(version, NOW.plus(365, ChronoUnit.DAYS), by);
    }

    /// @param by who signs; nobody named: the root key
    byte[] root(long version, Instant expires, Signer... by) throws Problem {
        Json.Obj keys = Json.object();
        Json.Obj roles = Json.object();
        for (var role : new TreeMap<>(Map.of("root", root, "targets", targets, "snapshot", snapshot, "timestamp", timestamp)).entrySet()) {
            keys = keys.with(role.getValue().key().keyid(), role.getValue().key().toJson());
            roles = roles.with(role.getKey(), Json.object("keyids", List.of(role.getValue().key().keyid()), "threshold", 1));
        }
        return sign(header("root", version, expires).with("consistent_snapshot", true).with("keys", keys).with("roles", roles),
                by.length == 0 ? List.of(root) : List.of(by));
    }

    /// @param roles version by name; `targets` need not be named
    byte[] snapshot(long version, Map<String, Integer> roles, Signer... by) throws Problem {
        return snapshot(version, roles, NOW.plus(30, ChronoUnit.DAYS), "", by);
    }

    /// @param salt other text, other hashes of all roles
    byte[] snapshot(long version, Map<String, Integer> roles, Instant expires, String salt, Signer... by) throws Problem {
        var all = new TreeMap<>(roles);
        all.putIfAbsent("targets", 1);
        Json.Obj meta = Json.object();
        for (var role : all.entrySet()) {
            String hash = Digest.of((role + salt).getBytes(StandardCharsets.UTF_8)).hex();
            meta = meta.with(role.getKey() + ".json", Json.object("version", role.getValue(), "length", 100, "hashes", Json.object("sha256", hash)));
        }
        return sign(header("snapshot", version, expires).with("meta", meta), by.length == 0 ? List.of(snapshot) : List.of(by));
    }

    static Json.Obj header(String type, long version, Instant expires) {
        return Json.object("_type", type, "spec_version", "1.0.34", "version", version, "expires", expires.toString());
    }

    static byte[] sign(Json.Obj signed, List<Signer> by) throws Problem {
        var signatures = new ArrayList<Json>();
        for (Signer one : by) {
            signatures.add(Json.object("keyid", one.key().keyid(), "sig", HexFormat.of().formatHex(one.sign(JsonText.canonical(signed)))));
        }
        return JsonText.compact(Json.object("signatures", signatures, "signed", signed)).getBytes(StandardCharsets.UTF_8);
    }
}
