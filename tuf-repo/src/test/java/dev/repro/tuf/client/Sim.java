package dev.repro.tuf.client;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.Agreement;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.TargetName;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A small TUF repository in memory, with one key for root, timestamp, snapshot and targets, and delegated roles with keys of
/// their own.
final class Sim {
    static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    static final String EXPIRES = "2026-12-01T00:00:00Z";

    final Hand boss = new Hand();
    final Map<String, byte[]> metadata = new TreeMap<>();
    final Map<String, byte[]> targets = new TreeMap<>();
    final List<String> requests = new ArrayList<>();

    private final Map<String, Delegated> roles = new LinkedHashMap<>();
    private final Map<RotateFile, byte[]> rotations = new TreeMap<>();
    private final List<Json> delegations = new ArrayList<>();
    private final List<Json> agreements = new ArrayList<>();
    private final List<Hand> holders = new ArrayList<>();
    private final byte[] root;
    private final Map<String, Json> own = new TreeMap<>();
    private int version;

    private record Delegated(Map<String, Json> targets, Hand[] signers, Optional<Json.Obj> delegations) {}

    Sim() {
        Json.Obj role = Json.object("keyids", List.of(boss.id().text()), "threshold", 1);
        root = Hand.sign(header("root", 1).with("consistent_snapshot", true).with("keys", Hand.keys(boss))
                .with("roles", Json.object("root", role, "timestamp", role, "snapshot", role, "targets", role)), boss);
        metadata.put("1.root.json", root);
    }

    static Json.Obj header(String type, int version) {
        return Json.object("_type", type, "spec_version", "1.0.34", "version", version, "expires", EXPIRES);
    }

    byte[] root() {
        return root;
    }

    /// A client's files that begin with this repository's root.
    Store begun() throws Refusal, Problem {
        var store = new MemoryStore();
        Updater.begin(store, root, Limits.DEFAULT);
        return store;
    }

    static Json.Obj file(byte[] content) {
        return Json.object("length", content.length, "hashes", Json.object("sha256", Digest.of(content).hex()));
    }

    private static byte[] bytes(String content) {
        return content.getBytes(StandardCharsets.UTF_8);
    }

    private Json.Obj hosted(String name, String content) {
        targets.put(new TargetName(name).url(Digest.of(bytes(content)).hex()), bytes(content));
        return file(bytes(content));
    }

    /// A target of the top-level role.
    Sim target(String name, String content) {
        own.put(name, hosted(name, content));
        return this;
    }

    /// The top-level role delegates.
    Sim delegate(String role, String pattern, boolean terminating, int threshold, Hand... to) {
        delegations.add(delegation(role, pattern, terminating, threshold, to));
        holders.addAll(List.of(to));
        return this;
    }

    static Json.Obj delegation(String role, String pattern, boolean terminating, int threshold, Hand... to) {
        return Json.object("name", role, "keyids", List.of(to).stream().map(h -> h.id().text()).toList(), "threshold", threshold,
                "terminating", terminating, "paths", List.of(pattern));
    }

    Sim agree(String pattern, String... of) {
        agreements.add(Json.object("name", pattern, "paths", List.of(pattern), "roles", List.of(of)));
        return this;
    }

    /// What a delegated role says: name and content of its targets.
    Sim role(String role, Map<String, String> contents, Hand... signers) {
        return role(role, contents, Optional.empty(), signers);
    }

    /// @param delegates a whole `delegations`
    Sim role(String role, Map<String, String> contents, Optional<Json.Obj> delegates, Hand... signers) {
        var listed = new TreeMap<String, Json>();
        contents.forEach((name, content) -> listed.put(name, hosted(name, content)));
        roles.put(role, new Delegated(listed, signers, delegates));
        return this;
    }

    /// Lists a key rotation, in place of the one of the same number.
    Sim rotation(RotateFile file, byte[] bytes) {
        rotations.put(file, bytes);
        return this;
    }

    /// The snapshot lists no rotations any more.
    Sim withoutRotations() {
        rotations.clear();
        return this;
    }

    /// Makes a new version of every file.
    Sim publish() {
        version++;
        var listed = new HashMap<String, Json>();
        roles.forEach((name, role) -> {
            Json.Obj signed = header("targets", version).with("targets", role.targets);
            put(name, role.delegations.isPresent() ? signed.with("delegations", role.delegations.get()) : signed, listed,
                    role.signers);
        });
        Json.Obj signed = header("targets", version).with("targets", own);
        if (!delegations.isEmpty()) {
            signed = signed.with("delegations",
                    Json.object("keys", Hand.keys(holders.toArray(Hand[]::new)), "roles", delegations));
        }
        put("targets", agreements.isEmpty() ? signed : signed.with(Agreement.MEMBER, agreements), listed, boss);
        rotations.forEach((file, bytes) -> {
            metadata.put(file.path(Optional.of(Digest.of(bytes))), bytes);
            listed.put(file.entry() + ".json", file(bytes).with("version", file.number()));
        });
        byte[] snapshot = Hand.sign(header("snapshot", version).with("meta", listed), boss);
        metadata.put(version + ".snapshot.json", snapshot);
        metadata.put("timestamp.json", Hand.sign(header("timestamp", version)
                .with("meta", Json.object("snapshot.json", file(snapshot).with("version", version))), boss));
        return this;
    }

    private void put(String role, Json.Obj signed, Map<String, Json> listed, Hand... signers) {
        byte[] bytes = Hand.sign(signed, signers);
        metadata.put(version + "." + role + ".json", bytes);
        listed.put(role + ".json", file(bytes).with("version", version));
    }

    Remote metadata() {
        return new InMemory(metadata);
    }

    Remote targets() {
        return new InMemory(targets);
    }

    Mirror mirror(String name) {
        return new Mirror(name, metadata(), targets());
    }

    /// This repository as it is now, to be changed without changing it.
    Mirror copy(String name) {
        return new Mirror(name, new InMemory(new TreeMap<>(metadata)), targets());
    }

    Repository refresh(Store store) throws Refusal, Problem {
        return new Updater(metadata(), store, Limits.DEFAULT).refresh(NOW);
    }

    final class InMemory implements Remote {
        private final Map<String, byte[]> files;

        InMemory(Map<String, byte[]> files) {
            this.files = files;
        }

        @Override
        public Optional<byte[]> get(String path, int most) {
            synchronized (requests) {
                requests.add(path);
            }
            return Optional.ofNullable(files.get(path))
                    .map(b -> b.length > most ? java.util.Arrays.copyOf(b, most + 1) : b.clone());
        }

        @Override
        public Optional<Body> open(String path, long from) {
            requests.add(path);
            return Optional.ofNullable(files.get(path)).map(b -> new Body(0, new ByteArrayInputStream(b)));
        }

        @Override
        public String describe(String path) {
            return path;
        }
    }
}
