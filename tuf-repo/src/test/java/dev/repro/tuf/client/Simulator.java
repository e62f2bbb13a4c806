package dev.repro.tuf.client;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.TestKey;
import dev.repro.tuf.TestMetadata;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/// A repository in memory that signs whatever a test wants it to, and writes down what it was asked for.
final class Simulator implements Remote {
    static final Instant NOW = Instant.parse("2026-11-01T00:00:00Z");

    /// One role: who may sign it by what root or its delegators say, who does, and what it says.
    final class Role {
        final String name;
        final List<TestKey> keys = new ArrayList<>(List.of(TestKey.make()));
        /// Signs with [#keys] unless set.
        List<TestKey> signers;
        int threshold = 1;
        long version;
        Instant expires = NOW.plus(Duration.ofDays(30));
        final Map<String, Json> targets = new LinkedHashMap<>();
        final Map<String, TestKey> delegationKeys = new LinkedHashMap<>();
        final List<Json> delegations = new ArrayList<>();
        /// The last word on `signed` before it is signed.
        UnaryOperator<Json.Obj> edit = signed -> signed;

        Role(String name) {
            this.name = name;
        }

        void rotate() {
            keys.clear();
            keys.add(TestKey.make());
        }

        Role target(String path, String content) {
            byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
            String hash = Digest.of(bytes).hex();
            targets.put(path, Json.object("length", bytes.length, "hashes", Json.object("sha256", hash)));
            files.put("targets/" + new TargetName(path).url(consistent ? hash : ""), bytes);
            return this;
        }

        /// Delegates to a role, which is made if it is not there, with the keys that it has now.
        Role delegate(String to, boolean terminating, String... paths) {
            return delegate(to, Json.object("terminating", terminating, "paths", List.of(paths)));
        }

        Role delegate(String to, Json.Obj how) {
            Role role = role(to);
            role.keys.forEach(k -> delegationKeys.put(k.id(), k));
            Json.Obj all = how.with("name", to).with("keyids", role.keys.stream().map(TestKey::id).toList()).with("threshold", role.threshold);
            delegations.add(all);
            return role;
        }
    }

    /// What the server has, by path below the repository: `metadata/1.root.json`, `targets/…`.
    final Map<String, byte[]> files = new TreeMap<>();
    final Map<String, Role> roles = new LinkedHashMap<>();
    /// What was asked for, in order, without the folder.
    final List<String> asked = new ArrayList<>();
    boolean consistent = true;
    /// Whether timestamp and snapshot list lengths and hashes.
    boolean hashes;
    private final Map<String, Json> snapshotMeta = new LinkedHashMap<>();
    private Json timestampMeta = Json.object("version", 1);

    Simulator() {
        role("root").expires = NOW.plus(Duration.ofDays(365));
        publish("root", "targets", "snapshot", "timestamp");
    }

    Role role(String name) {
        return roles.computeIfAbsent(name, Role::new);
    }

    /// Signs the next version of each role and serves it.
    Simulator publish(String... names) {
        for (String name : names) {
            Role role = role(name);
            role.version++;
            Json.Obj signed = role.edit.apply(signed(role));
            serve(name, role.version, TestMetadata.file(signed, role.signers == null ? role.keys : role.signers));
        }
        return this;
    }

    /// Targets, delegated roles, snapshot, timestamp.
    Simulator publishAll() {
        roles.keySet().stream().filter(r -> !new RoleName(r).isTopLevel()).toList().forEach(this::publish);
        return publish("targets", "snapshot", "timestamp");
    }

    /// Serves bytes as a role's version, and lists them where its version is listed.
    void serve(String name, long version, byte[] bytes) {
        Json.Obj meta = Json.object("version", version);
        if (hashes) {
            meta = meta.with("length", bytes.length).with("hashes", Json.object("sha256", Digest.of(bytes)));
        }
        switch (name) {
            case "root", "timestamp" -> { }
            case "snapshot" -> timestampMeta = meta;
            default -> snapshotMeta.put(name + ".json", meta);
        }
        var role = new RoleName(name);
        files.put("metadata/" + role.file(version), bytes);
        files.put("metadata/" + role.file(), bytes);
    }

    void unlist(String name) {
        snapshotMeta.remove(name + ".json");
    }

    byte[] metadata(String file) {
        return files.get("metadata/" + file);
    }

    private Json.Obj signed(Role role) {
        String type = switch (role.name) {
            case "root", "timestamp", "snapshot" -> role.name;
            default -> "targets";
        };
        Json.Obj header = TestMetadata.header(type, role.version).with("expires", role.expires.toString());
        return switch (type) {
            case "root" -> root(header);
            case "timestamp" -> header.with("meta", Json.object("snapshot.json", timestampMeta));
            case "snapshot" -> header.with("meta", new Json.Obj(snapshotMeta));
            default -> {
                Json.Obj targets = header.with("targets", new Json.Obj(role.targets));
                yield role.delegations.isEmpty() ? targets : targets.with("delegations", Json.object(
                        "keys", TestMetadata.keys(role.delegationKeys.values().toArray(TestKey[]::new)), "roles", role.delegations));
            }
        };
    }

    private Json.Obj root(Json.Obj header) {
        var keys = new ArrayList<TestKey>();
        Json.Obj all = Json.object();
        for (String name : List.of("root", "timestamp", "snapshot", "targets")) {
            Role role = role(name);
            keys.addAll(role.keys);
            all = all.with(name, TestMetadata.role(role.threshold, role.keys.toArray(TestKey[]::new)));
        }
        return header.with("consistent_snapshot", consistent).with("keys", TestMetadata.keys(keys.toArray(TestKey[]::new))).with("roles", all);
    }

    /// What was asked for since this was called last.
    List<String> takeAsked() {
        var out = List.copyOf(asked);
        asked.clear();
        return out;
    }

    @Override
    public Optional<byte[]> get(String path, int most) {
        asked.add(path);
        byte[] file = metadata(path);
        return Optional.ofNullable(file).map(f -> f.length <= most ? f : Arrays.copyOf(f, most + 1));
    }

    @Override
    public Optional<Body> open(String path, long from) {
        asked.add(path);
        byte[] file = files.get("targets/" + path);
        return Optional.ofNullable(file).map(f -> new Body(from, new ByteArrayInputStream(f, (int) from, f.length - (int) from)));
    }

    @Override
    public String describe(String path) {
        return path;
    }
}
