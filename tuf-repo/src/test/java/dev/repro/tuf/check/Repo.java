package dev.repro.tuf.check;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.tuf.RoleName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// A small repository in memory, with real signatures and nothing wrong: root 2 of 2, targets 2 of 2, one role `hello`
/// with one target. Tests break it.
final class Repo {
    static final Instant AT = Instant.parse("2026-11-22T12:00:00Z");

    final Signatory r1 = Signatory.fresh();
    final Signatory r2 = Signatory.fresh();
    final Signatory t1 = Signatory.fresh();
    final Signatory t2 = Signatory.fresh();
    final Signatory snap = Signatory.fresh();
    final Signatory time = Signatory.fresh();
    final Signatory h1 = Signatory.fresh();

    final MapSource metadata = new MapSource();
    final MapSource targets = new MapSource();
    boolean withTargets;
    boolean consistent = true;
    Optional<byte[]> trusted = Optional.empty();

    /// What each role signs, before lengths and hashes are known.
    final Map<String, Json.Obj> signed = new LinkedHashMap<>();
    final Map<String, List<Signatory>> signers = new LinkedHashMap<>();
    /// Last changes to what is signed, and to the files.
    final Map<String, UnaryOperator<Json.Obj>> edits = new LinkedHashMap<>();
    final Map<String, UnaryOperator<Json.Obj>> envelopes = new LinkedHashMap<>();
    private final List<Runnable> after = new ArrayList<>();

    Repo() {
        root(1, List.of(r1, r2), 2);
        signed.put("hello", header("targets", 60).with("targets", targets("hello/1/hello.hvt")));
        signers.put("hello", List.of(h1));
        signed.put("targets", header("targets", 90).with("targets", targets("readme.txt"))
                .with("delegations", delegations(List.of(h1), role("hello", List.of(h1), "hello/*/*"))));
        signers.put("targets", List.of(t1, t2));
        signed.put("snapshot", header("snapshot", 20));
        signers.put("snapshot", List.of(snap));
        signed.put("timestamp", header("timestamp", 5));
        signers.put("timestamp", List.of(time));
    }

    static Json.Obj header(String type, int days) {
        return Json.object("_type", type, "spec_version", "1.0.34", "version", 1, "expires",
                AT.plus(Duration.ofDays(days)).toString());
    }

    /// The root that [#build] writes.
    void root(int version, List<Signatory> hands, int threshold) {
        signed.put("root", header("root", 200).with("version", version).with("consistent_snapshot", true)
                .with("keys", keys(Stream.concat(hands.stream(), Stream.of(t1, t2, snap, time)).toList()))
                .with("roles", Json.object("root", roleKeys(hands, threshold), "targets", roleKeys(List.of(t1, t2), 2),
                        "snapshot", roleKeys(List.of(snap), 1), "timestamp", roleKeys(List.of(time), 1))));
        signers.put("root", hands);
    }

    static Json.Obj keys(List<Signatory> hands) {
        var keys = new LinkedHashMap<String, Json>();
        hands.forEach(hand -> keys.put(hand.id(), hand.json()));
        return new Json.Obj(keys);
    }

    static Json.Obj roleKeys(List<Signatory> hands, int threshold) {
        return Json.object("keyids", hands.stream().map(Signatory::id).toList(), "threshold", threshold);
    }

    static Json.Obj role(String name, List<Signatory> hands, String... paths) {
        return roleKeys(hands, 1).with("name", name).with("paths", List.of(paths)).with("terminating", false);
    }

    static Json.Obj delegations(List<Signatory> hands, Json.Obj... roles) {
        return Json.object("keys", keys(hands), "roles", List.of(roles));
    }

    static Json.Obj targets(String... names) {
        var targets = new LinkedHashMap<String, Json>();
        for (String name : names) {
            targets.put(name, target(content(name)));
        }
        return new Json.Obj(targets);
    }

    static Json.Obj target(byte[] content) {
        return Json.object("length", content.length, "hashes", Json.object("sha256", Digest.of(content).hex()));
    }

    static byte[] content(String name) {
        return ("content of " + name).getBytes(StandardCharsets.UTF_8);
    }

    /// Another delegated role, with these targets.
    void role(String name, Signatory hand, String... targets) {
        signed.put(name, header("targets", 60).with("targets", targets(targets)));
        signers.put(name, List.of(hand));
    }

    /// Changes one member of what a role signs.
    void set(String role, String member, Object value) {
        signed.put(role, signed.get(role).with(member, value));
    }

    /// The roles to which `targets` delegates.
    void delegate(List<Signatory> hands, Json.Obj... roles) {
        set("targets", "delegations", delegations(hands, roles));
    }

    void after(Runnable change) {
        after.add(change);
    }

    void build() {
        writeRoot();
        var meta = new LinkedHashMap<String, Json>();
        for (String role : signed.keySet()) {
            if (!List.of("root", "snapshot", "timestamp").contains(role)) {
                meta.put(role + ".json", listed(role));
            }
        }
        signed.putIfAbsent("snapshot", header("snapshot", 20));
        set("snapshot", "meta", new Json.Obj(meta));
        set("timestamp", "meta", Json.object("snapshot.json", listed("snapshot")));
        write("timestamp", "timestamp.json");
        after.forEach(Runnable::run);
    }

    void writeRoot() {
        write("root", RoleName.ROOT.file(version("root")));
    }

    private Json.Obj listed(String role) {
        byte[] file = write(role, consistent ? new RoleName(role).file(version(role)) : new RoleName(role).file());
        return Json.object("version", version(role), "length", file.length, "hashes",
                Json.object("sha256", Digest.of(file).hex()));
    }

    private int version(String role) {
        return (int) ((Json.Int) signed.get(role).members().get("version")).value();
    }

    private byte[] write(String role, String file) {
        Json.Obj what = edits.getOrDefault(role, UnaryOperator.identity()).apply(signed.get(role));
        byte[] bytes = file(envelopes.getOrDefault(role, UnaryOperator.identity()).apply(envelope(what, signers.get(role))));
        metadata.files.put(file, bytes);
        if (what.members().get("targets") instanceof Json.Obj(var all)) {
            all.keySet().forEach(this::store);
        }
        return bytes;
    }

    private void store(String name) {
        byte[] bytes = content(name);
        String hash = Digest.of(bytes).hex();
        int slash = name.lastIndexOf('/') + 1;
        targets.files.put(consistent ? name.substring(0, slash) + hash + "." + name.substring(slash) : name, bytes);
        if (consistent && slash > 0) {
            targets.files.put(hash + "." + name, bytes);
        }
    }

    static Json.Obj envelope(Json.Obj signed, List<Signatory> hands) {
        return Json.object("signatures", hands.stream().map(hand -> hand.signature(JsonText.canonical(signed))).toList(),
                "signed", signed);
    }

    static byte[] file(Json envelope) {
        return JsonText.compact(envelope).getBytes(StandardCharsets.UTF_8);
    }

    Report check() throws Exception {
        build();
        return RepoCheck.check(new RepoCheck.Request(metadata, withTargets ? Optional.of(targets) : Optional.empty(), trusted,
                AT, Margins.DEFAULT));
    }
}
