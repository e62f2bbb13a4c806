package dev.repro.tests.tuf;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;

/// A small repository whose files are put together by hand, with all of its keys at hand: whatever an attacker with some of them
/// could publish, can be published here. Root 2 of 3; one delegated role, `author`, for `author/*`.
public final class Forge {
    public static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    static final String LATER = "2027-11-22T12:00:00Z";
    static final String TOP = "app.hvt";
    static final String AUTHORS = "author/app.hvt";

    final Pen root1 = Pen.make();
    final Pen root2 = Pen.make();
    final Pen root3 = Pen.make();
    final Pen timestamp = Pen.make();
    final Pen snapshot = Pen.make();
    public final Pen targets = Pen.make();
    public final Pen author = Pen.make();
    /// Of an attacker, and known to nobody.
    final Pen stray = Pen.make();

    /// What a server serves: paths such as `metadata/1.root.json`.
    public final SortedMap<String, byte[]> files = new ConcurrentSkipListMap<>();
    private final Map<String, Json.Obj> signed = new HashMap<>();
    private final Map<String, byte[]> current = new HashMap<>();
    /// Whether snapshot and timestamp list lengths and hashes.
    private boolean hashes = true;

    public Forge() {
        write("root", header("root").with("consistent_snapshot", true)
                .with("keys", keys(root1, root2, root3, timestamp, snapshot, targets))
                .with("roles", Json.object("root", role(2, root1, root2, root3), "timestamp", role(1, timestamp), "snapshot",
                role(1, snapshot),
                        "targets", role(1, targets))), root1, root2);
        write("author", withTarget(header("targets").with("targets", Json.object()), AUTHORS, "author's 1"), author);
        write("targets", withTarget(header("targets").with("targets", Json.object()), TOP, "top 1")
                .with("delegations", Json.object("keys", keys(author), "roles",
                List.of(delegation("author", 1, List.of("author/*"), author)))), targets);
        write("snapshot", withMeta(header("snapshot")), snapshot);
        write("timestamp", withMeta(header("timestamp")), timestamp);
    }

    /// One whose snapshot and timestamp list versions only, so that nothing but the rule in question can refuse a file.
    static Forge withoutHashes() {
        var forge = new Forge();
        forge.hashes = false;
        forge.publish("targets", "author");
        return forge;
    }

    /// One for programs that look at the clock themselves: it expires in a time that is far away.
    static Forge forProcesses() {
        var forge = new Forge();
        String expires = "2199-01-01T00:00:00Z";
        for (String role : List.of("root", "author", "targets", "snapshot", "timestamp")) {
            forge.write(role, forge.next(role).with("expires", expires), forge.pens(role));
        }
        return forge;
    }

    public static Json.Obj header(String type) {
        return Json.object("_type", type, "spec_version", "1.0.34", "version", 1, "expires", LATER);
    }

    public static Json.Obj keys(Pen... pens) {
        var keys = new LinkedHashMap<String, Json>();
        for (Pen pen : pens) {
            keys.put(pen.id(), pen.key().toJson());
        }
        return new Json.Obj(keys);
    }

    static Json.Obj role(int threshold, Pen... pens) {
        return Json.object("keyids", Arrays.stream(pens).map(Pen::id).toList(), "threshold", threshold);
    }

    public static Json.Obj delegation(String name, int threshold, List<String> paths, Pen... pens) {
        return role(threshold, pens).with("name", name).with("paths", paths).with("terminating", false);
    }

    /// @return `parent` with the member at the end of a path of names replaced
    public static Json.Obj with(Json.Obj parent, Object value, String... path) {
        return path.length == 1 ? parent.with(path[0], value)
                : parent.with(path[0], with((Json.Obj) parent.members().get(path[0]), value,
                Arrays.copyOfRange(path, 1, path.length)));
    }

    public static byte[] sign(Json.Obj signed, Pen... by) {
        return file(signed, Arrays.stream(by).map(pen -> signature(pen.id(), pen, signed)).toArray(Json.Obj[]::new));
    }

    static Json.Obj signature(String keyid, Pen by, Json.Obj signed) {
        return Json.object("keyid", keyid, "sig", HexFormat.of().formatHex(by.sign(JsonText.canonical(signed))));
    }

    static byte[] file(Json.Obj signed, Json.Obj... signatures) {
        return bytes(JsonText.compact(Json.object("signatures", List.of(signatures), "signed", signed)));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static long version(Json.Obj signed) {
        return ((Json.Int) signed.members().get("version")).value();
    }

    /// What a role's newest file signs.
    public Json.Obj now(String role) {
        return signed.get(role);
    }

    /// That, in the next version; snapshot and timestamp list what is newest.
    public Json.Obj next(String role) {
        return withMeta(now(role).with("version", version(now(role)) + 1));
    }

    public Pen[] pens(String role) {
        return switch (role) {
            case "root" -> new Pen[] {root1, root2};
            case "timestamp" -> new Pen[] {timestamp};
            case "snapshot" -> new Pen[] {snapshot};
            case "targets" -> new Pen[] {targets};
            default -> new Pen[] {author};
        };
    }

    /// Where a role's newest file lies.
    public String path(String role) {
        return "metadata/" + (role.equals("timestamp") ? "" : version(now(role)) + ".") + role + ".json";
    }

    /// Signs, and puts the file into its place.
    public Forge write(String role, Json.Obj file, Pen... by) {
        return write(role, file, sign(file, by));
    }

    /// Puts whatever bytes into the place of a role's file.
    ///
    /// @param file what they sign, or should
    Forge write(String role, Json.Obj file, byte[] bytes) {
        signed.put(role, file);
        current.put(role, bytes);
        files.put(path(role), bytes);
        return this;
    }

    /// A next version of some roles, then of snapshot and timestamp, all by their own keys.
    public Forge publish(String... roles) {
        for (String role : roles) {
            write(role, next(role), pens(role));
        }
        return seal();
    }

    /// A next version of one role that says something else, by these keys; then of snapshot and timestamp, by theirs.
    public Forge publish(String role, UnaryOperator<Json.Obj> change, Pen... by) {
        return write(role, change.apply(next(role)), by).seal();
    }

    /// The next snapshot and timestamp.
    public Forge seal() {
        return write("snapshot", next("snapshot"), snapshot).write("timestamp", next("timestamp"), timestamp);
    }

    /// The next root, which changes as it is told.
    Forge rotate(UnaryOperator<Json.Obj> change) {
        return write("root", change.apply(next("root")), pens("root"));
    }

    /// A root role with other keys, for [#rotate].
    static UnaryOperator<Json.Obj> keysOf(String role, int threshold, Pen... pens) {
        return root -> {
            Json.Obj keys = (Json.Obj) root.members().get("keys");
            for (Pen pen : pens) {
                keys = keys.with(pen.id(), pen.key().toJson());
            }
            return with(root, role(threshold, pens), "roles", role).with("keys", keys);
        };
    }

    /// `signed` of a targets role with one target more; its file becomes one of the repository's.
    Json.Obj withTarget(Json.Obj signed, String name, String content) {
        byte[] bytes = bytes(content);
        files.put(targetPath(name, content), bytes);
        return with(signed, Json.object("length", bytes.length, "hashes", Json.object("sha256", Digest.of(bytes))), "targets",
                name);
    }

    static String targetPath(String name, String content) {
        int last = name.lastIndexOf('/') + 1;
        return "targets/" + name.substring(0, last) + Digest.of(bytes(content)) + "." + name.substring(last);
    }

    private Json.Obj withMeta(Json.Obj file) {
        return switch (((Json.Str) file.members().get("_type")).value()) {
            case "timestamp" -> file.with("meta", Json.object("snapshot.json", listed("snapshot")));
            case "snapshot" -> {
                var meta = new TreeMap<String, Json>();
                for (String role : new ArrayList<>(signed.keySet())) {
                    if (!List.of("root", "snapshot", "timestamp").contains(role)) {
                        meta.put(role + ".json", listed(role));
                    }
                }
                yield file.with("meta", new Json.Obj(meta));
            }
            default -> file;
        };
    }

    private Json.Obj listed(String role) {
        Json.Obj version = Json.object("version", version(now(role)));
        byte[] bytes = current.get(role);
        return hashes ? version.with("length", bytes.length).with("hashes", Json.object("sha256", Digest.of(bytes))) : version;
    }

    /// What brings everything back to how it is now.
    public Runnable mark() {
        var files = copy();
        var signed = Map.copyOf(this.signed);
        var current = Map.copyOf(this.current);
        return () -> {
            serve(files);
            this.signed.clear();
            this.signed.putAll(signed);
            this.current.clear();
            this.current.putAll(current);
        };
    }

    /// The files as they are now.
    public SortedMap<String, byte[]> copy() {
        return new TreeMap<>(files);
    }

    /// Goes back to these files, as whoever controls the server can. What the next version is does not change.
    public void serve(SortedMap<String, byte[]> old) {
        files.clear();
        files.putAll(old);
    }

    /// Writes the newest files into a folder, with the one target whose content is given; that one is not kept in memory.
    void store(Path site, String content) throws IOException {
        Files.createDirectories(site.resolve("metadata"));
        Files.createDirectories(site.resolve("targets"));
        for (String path : List.of("metadata/1.root.json", path("timestamp"), path("snapshot"), path("targets"), path("author"),
                targetPath(TOP, content))) {
            Files.write(site.resolve(path), files.get(path));
        }
        files.remove(targetPath(TOP, content));
    }
}
