package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.client.Fetcher;
import dev.repro.tuf.client.Proxies;
import dev.repro.tuf.client.RepositoryMap;
import dev.repro.tuf.client.Updater;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What went wrong in other TUF clients, once each, by the number under which it was published.
class AdvisoryTest extends Attack {

    @Override
    Forge forge() {
        return Forge.withoutHashes();
    }

    private void delegations(Json.Obj... roles) {
        forge.publish("targets", targets -> targets.with("delegations",
                Json.object("keys", Forge.keys(forge.author), "roles", List.of(roles))), forge.targets);
    }

    private void role(String name, Json.Obj signed) {
        forge.write(name, signed, forge.author);
    }

    private static Json.Obj empty() {
        return Forge.header("targets").with("targets", Json.object());
    }

    @Test
    @DisplayName("CVE-2020-15163 (python-tuf): a root that was refused is not trusted by the next run, either")
    void cve202015163() throws Exception {
        Json.Obj evil = Forge.keysOf("timestamp", 1, forge.stray).apply(forge.next("root"));
        byte[] file = Forge.sign(evil, forge.stray, forge.root1);
        var honest = forge.copy();
        forge.files.put("metadata/2.root.json", file);
        victim.refuses("root-unsigned");
        forge.files.put("metadata/timestamp.json", Forge.sign(forge.next("timestamp"), forge.stray));
        victim.refuses("root-unsigned");
        forge.files.remove("metadata/2.root.json");
        victim.refuses("timestamp-unsigned");
        assertEquals(1, victim.kept("root"));
        assertFalse(Files.exists(victim.state.resolve("roots/2.root.json")));
        recovers(honest);
    }

    @Test
    @DisplayName("GHSA-9pfj-pjv5-22gj (python-tuf): a root in a folder that others can write is no anchor of trust")
    void ghsa9pfjPjv522gj() throws Exception {
        byte[] shipped = forge.files.get("metadata/1.root.json");
        Forge evil = new Forge();
        byte[] theirs = evil.files.get("metadata/1.root.json");
        Files.write(victim.state.resolve("root.json"), theirs);
        byte[] second = Forge.sign(Forge.keysOf("root", 1, evil.root1).apply(evil.next("root")), evil.root1, evil.root2);
        Files.write(victim.state.resolve("roots/2.root.json"), second);
        try (var fetcher = new Fetcher(Proxies.NONE, victim.limits)) {
            var repository = new Updater(fetcher.at(web.metadata()), victim.store(), victim.limits).refresh(shipped, Forge.NOW);
            assertArrayEquals(shipped, repository.snapshot().root().root().bytes());
            evil.files.forEach(forge.files::put);
            assertThrows(Refusal.class, () -> new Updater(fetcher.at(web.metadata()), victim.store(), victim.limits)
                    .refresh(shipped, Forge.NOW));
        }
    }

    @Test
    @DisplayName("CVE-2022-29173 (go-tuf): versions inside timestamp and snapshot do not go back")
    void cve202229173() throws Exception {
        var honest = forge.mark();
        forge.write("timestamp", Forge.with(forge.next("timestamp"), 1, "meta", "snapshot.json", "version"), forge.timestamp);
        victim.refuses("snapshot-rollback");
        honest.run();
        forge.write("snapshot", Forge.with(forge.next("snapshot"), 1, "meta", "targets.json", "version"), forge.snapshot)
                .write("timestamp", forge.next("timestamp"), forge.timestamp);
        victim.refuses("targets-rollback");
    }

    @Test
    @DisplayName("go-tuf#369: a key with several ids does not reach a threshold alone")
    void goTuf369() throws Exception {
        Json.Obj root = forge.next("root");
        Json.Obj keys = (Json.Obj) root.members().get("keys");
        root = root.with("keys", keys.with("id-2", forge.root1.key().toJson())
                .with("id-3", forge.root1.key().toJson().with("x-more", 1)));
        root = Forge.with(root, Json.object("keyids", List.of(forge.root1.id(), "id-2", "id-3"), "threshold", 2), "roles",
                "root");
        Json.Obj[] signatures = {Forge.signature(forge.root1.id(), forge.root1, root), Forge.signature("id-2", forge.root1, root),
            Forge.signature("id-3", forge.root1, root), Forge.signature(forge.root2.id(), forge.root2, root)};
        forge.files.put("metadata/2.root.json", Forge.file(root, signatures));
        victim.refuses("root-unsigned");
    }

    @Test
    @DisplayName("GHSA-846p-jg2w-w324 (go-tuf): JSON that is no TUF is refused, and nothing breaks")
    void ghsa846pJg2wW324() throws Exception {
        String head = "'_type':'ROLE','spec_version':'1.0','version':3,'expires':'2030-01-01T00:00:00Z'";
        List<String> files = List.of("{}", "[]", "0", "null", "''", "{'signed':null,'signatures':null}",
                "{'signed':{},'signatures':[]}",
                "{'signed':[],'signatures':{}}", "{'signed':{'_type':null},'signatures':[]}",
                "{'signed':{'_type':'ROLE'},'signatures':[null]}", "{'signed':{" + head + "},'signatures':[{}]}",
                "{'signed':{" + head + ",'meta':{'snapshot.json':null},'targets':{'a':null},'keys':{'a':null},'roles':{},"
                        + "'delegations':null},'signatures':[]}",
                "{'signed':{" + head + ",'meta':[],'targets':[],'keys':[],'roles':[],'delegations':[]},'signatures':[]}",
                "{'signed':{" + head + ",'meta':{'':{},'.json':{'version':1}},'targets':{'a':{'length':1}},'keys':{},'roles':{}},"
                        + "'signatures':[{'keyid':null,'sig':null}]}");
        for (String role : List.of("root", "timestamp", "snapshot", "targets")) {
            var honest = forge.copy();
            String path = role.equals("root") ? "metadata/2.root.json" : forge.path(role);
            Files.deleteIfExists(victim.state.resolve(role.equals("root") ? "none" : role + ".json"));
            for (String file : files) {
                forge.files.put(path, Forge.bytes(file.replace("ROLE", role).replace('\'', '"')));
                victim.refuses(role + "-malformed");
            }
            recovers(honest);
        }
    }

    @Test
    @DisplayName("CVE-2026-23992, GHSA-fphv-w9fq-2525 (go-tuf): a threshold of 0 is none")
    void cve202623992() throws Exception {
        forge.files.put("metadata/2.root.json", Forge.sign(Forge.with(forge.next("root"), 0, "roles", "timestamp", "threshold"),
                forge.pens("root")));
        forge.files.put("metadata/timestamp.json", Forge.file(forge.next("timestamp")));
        victim.refuses("root-malformed");
    }

    @Test
    @DisplayName("CVE-2026-24686 (go-tuf): the name of a repository in map.json does not lead out of the folder")
    void cve202624686() {
        for (String name : List.of("../evil", "..", ".", "", "/etc", "a/b", "a\\b", "C:", "a\0b", "-x", "a\nb", ".hidden",
                "x".repeat(300))) {
            String map = dev.repro.base.JsonText.compact(Json.object("repositories",
                    Json.object(name, List.of("http://example.test/")),
                    "mapping", List.of(Json.object("paths", List.of("*"), "repositories", List.of(name), "threshold", 1,
                    "terminating", true))));
            var problem = assertThrows(Problem.class, () -> RepositoryMap.parse(Forge.bytes(map), "map.json"), name);
            assertEquals(Problem.Exit.USAGE, problem.exit());
        }
    }

    @Test
    @DisplayName("go-tuf 17b4808: a target without hashes is not taken on trust")
    void goTuf17b4808() throws Exception {
        var before = forge.mark();
        for (Json.Obj hashes : List.of(Json.object(), Json.object("sha256", ""), Json.object("sha256", "00"))) {
            before.run();
            forge.publish("targets", t -> Forge.with(t, Json.object("length", 5, "hashes", hashes), "targets", Forge.TOP),
                    forge.targets);
            victim.refuses("targets-malformed");
        }
        before.run();
        forge.publish("targets", t -> Forge.with(t, Json.object("length", 5), "targets", Forge.TOP), forge.targets);
        victim.refuses("targets-malformed");
        before.run();
        forge.publish("targets", t -> Forge.with(t, Json.object("length", 5, "hashes", Json.object("md5", "0")), "targets",
                Forge.TOP), forge.targets);
        victim.refusesTarget("target-no-known-hash", Forge.TOP);
        before.run();
        forge.write("timestamp", Forge.with(forge.next("timestamp"),
                Json.object("version", 3, "length", 1, "hashes", Json.object()), "meta", "snapshot.json"),
                forge.timestamp);
        victim.refuses("timestamp-malformed");
    }

    @Test
    @DisplayName("go-tuf 846cd4e: bit_length of succinct delegations is 1 to 32")
    void goTuf846cd4e() throws Exception {
        var before = forge.mark();
        for (long bits : List.of(0L, -1L, 33L, 64L, 1L << 32, (1L << 32) + 8, Long.MAX_VALUE)) {
            before.run();
            Json.Obj bins = Forge.role(1, forge.author).with("bit_length", bits).with("name_prefix", "bin");
            forge.publish("targets", t -> t.with("delegations",
                    Json.object("keys", Forge.keys(forge.author), "succinct_roles", bins)), forge.targets);
            victim.refuses("targets-malformed");
        }
        before.run();
        Json.Obj bins = Forge.role(1, forge.author).with("bit_length", 32).with("name_prefix", "bin");
        forge.publish("targets", t -> t.with("delegations", Json.object("keys", Forge.keys(forge.author), "succinct_roles",
                bins)), forge.targets);
        assertEquals("top 1", victim.download(Forge.TOP));
    }

    @Test
    @DisplayName("go-tuf 33d359c: an ed25519 key that is too short is no key, and nothing breaks")
    void goTuf33d359c() throws Exception {
        for (String bad : List.of("", "00", "ab".repeat(31), "ab".repeat(33), "zz".repeat(32), "00".repeat(32),
                "ff".repeat(32))) {
            Json.Obj key = Json.object("keytype", "ed25519", "scheme", "ed25519", "keyval", Json.object("public", bad));
            Json.Obj root = forge.next("root");
            root = root.with("keys", ((Json.Obj) root.members().get("keys")).with(forge.timestamp.id(), key));
            forge.files.put("metadata/2.root.json", Forge.sign(root, forge.pens("root")));
            victim.refuses("timestamp-unsigned");
            Folders.delete(victim.state);
            Updater.begin(victim.store(), forge.files.get("metadata/1.root.json"), victim.limits);
        }
    }

    @Test
    @DisplayName("CVE-2025-2885 (tough): the version inside a root is the one of its name")
    void cve20252885() throws Exception {
        forge.files.put("metadata/2.root.json", Forge.sign(forge.now("root").with("version", 7), forge.pens("root")));
        victim.refuses("root-version-mismatch");
        forge.files.put("metadata/2.root.json", forge.files.get("metadata/1.root.json"));
        victim.refuses("root-version-mismatch");
    }

    @Test
    @DisplayName("CVE-2025-2886 (tough): after a terminating delegation nobody else is asked")
    void cve20252886() throws Exception {
        role("first", empty());
        role("second", forge.withTarget(empty(), "x/app", "second's"));
        delegations(Forge.delegation("first", 1, List.of("x/*"), forge.author).with("terminating", true),
                Forge.delegation("second", 1, List.of("x/*"), forge.author));
        victim.refusesTarget("target-unknown", "x/app");
        assertTrue(web.asked.stream().noneMatch(path -> path.contains("second")));
        delegations(Forge.delegation("first", 1, List.of("x/*"), forge.author),
                Forge.delegation("second", 1, List.of("x/*"), forge.author));
        assertEquals("second's", victim.download("x/app"));
    }

    @Test
    @DisplayName("CVE-2025-2887 (tough): delegated roles do not go back, either")
    void cve20252887() throws Exception {
        forge.publish("author");
        victim.refresh();
        forge.write("snapshot", Forge.with(forge.next("snapshot"), 2, "meta", "author.json", "version"), forge.snapshot)
                .write("timestamp", forge.next("timestamp"), forge.timestamp);
        victim.refuses("delegated-rollback");
    }

    @Test
    @DisplayName("CVE-2025-2888 (tough): a timestamp is kept after all of its checks, not before")
    void cve20252888() throws Exception {
        byte[] before = Files.readAllBytes(victim.state.resolve("timestamp.json"));
        for (byte[] bad : List.of(Forge.sign(Forge.with(forge.next("timestamp"), 1, "meta", "snapshot.json", "version"),
                forge.timestamp),
                Forge.sign(forge.next("timestamp").with("expires", "2020-01-01T00:00:00Z"), forge.timestamp),
                Forge.sign(forge.next("timestamp"), forge.stray))) {
            forge.files.put("metadata/timestamp.json", bad);
            assertThrows(Refusal.class, victim::refresh);
            assertArrayEquals(before, Files.readAllBytes(victim.state.resolve("timestamp.json")));
        }
    }

    @Test
    @DisplayName("tough, cyclic delegations: a search ends")
    void toughCyclicDelegations() throws Exception {
        Json.Obj self = Json.object("keys", Forge.keys(forge.author), "roles",
                List.of(Forge.delegation("first", 1, List.of("*"), forge.author)));
        role("first", empty().with("delegations", self));
        delegations(Forge.delegation("first", 1, List.of("*"), forge.author));
        victim.refusesTarget("target-unknown", "nowhere");
    }

    @Test
    @DisplayName("CVE-2026-6966 (tough): a signature that stands twice counts once, also in a delegated role")
    void cve20266966() throws Exception {
        Pen other = Pen.make();
        Json.Obj two = Forge.delegation("author", 2, List.of("author/*"), forge.author, other);
        forge.publish("targets", t -> t.with("delegations", Json.object("keys", Forge.keys(forge.author, other), "roles",
                List.of(two))), forge.targets);
        Json.Obj signed = forge.next("author");
        Json.Obj one = Forge.signature(forge.author.id(), forge.author, signed);
        forge.write("author", signed, Forge.file(signed, one, one)).seal();
        victim.refusesTarget("delegated-duplicate-signature", Forge.AUTHORS);
        forge.write("author", signed, Forge.file(signed, one));
        victim.refusesTarget("delegated-unsigned", Forge.AUTHORS);
        forge.write("author", signed, Forge.sign(signed, forge.author, other));
        assertEquals("author's 1", victim.download(Forge.AUTHORS));
    }

    @Test
    @DisplayName("CVE-2026-6967 (tough): expiry, hash and length of delegated roles are checked")
    void cve20266967() throws Exception {
        Forge hashed = new Forge();
        byte[] genuine = hashed.files.get("metadata/1.author.json");
        try (Web other = Web.of(hashed.files)) {
            var client = new Victim(folder.resolve("hashed"), other, hashed.files.get("metadata/1.root.json"));
            hashed.files.put("metadata/1.author.json", Forge.bytes(new String(genuine, java.nio.charset.StandardCharsets.UTF_8)
                    .replaceFirst("\\}$", " }")));
            client.refusesTarget("delegated-too-long", Forge.AUTHORS);
            hashed.files.put("metadata/1.author.json", java.util.Arrays.copyOf(genuine, genuine.length - 1));
            client.refusesTarget("delegated-length-mismatch", Forge.AUTHORS);
            byte[] resigned = Forge.sign(hashed.now("author").with("expires", "2027-11-22T12:00:01Z"), hashed.author);
            assertEquals(genuine.length, resigned.length);
            hashed.files.put("metadata/1.author.json", resigned);
            client.refusesTarget("delegated-digest-mismatch", Forge.AUTHORS);
        }
        forge.publish("author", author -> author.with("expires", "2026-11-22T11:59:59Z"), forge.author);
        victim.refusesTarget("delegated-expired", Forge.AUTHORS);
    }

    @Test
    @DisplayName("CVE-2026-6968 (tough): the name of a target does not lead out of the folder")
    void cve20266968() throws Exception {
        for (String name : List.of("../evil", "/evil", "a/../../evil", "..")) {
            forge.publish("targets", t -> t.with("targets", Json.object(name, Json.object("length", 4, "hashes",
                    Json.object("sha256", dev.repro.base.Digest.of(Forge.bytes("evil")))))), forge.targets);
            victim.refusesTarget("target-bad-name", name);
        }
        assertFalse(Files.exists(folder.resolve("evil")));
    }

    @Test
    @DisplayName("TOB-SIGSTORE-10: offline, the client's own files are verified as those of a server are")
    void tobSigstore10() throws Exception {
        victim.download(Forge.AUTHORS);
        assertEquals("author", offline(Forge.NOW));
        assertEquals("root-expired", assertThrows(Refusal.class, () -> offline(Instant.parse("2028-01-01T00:00:00Z"))).name());
        Folders.copy(victim.state, folder.resolve("good"));
        for (String file : List.of("timestamp", "snapshot", "targets", "author")) {
            Json.Obj evil = forge.now(file).with("x-evil", true);
            Files.write(victim.state.resolve(file + ".json"), Forge.sign(evil, forge.stray));
            assertThrows(Refusal.class, () -> offline(Forge.NOW), file);
            Folders.delete(victim.state);
            Folders.copy(folder.resolve("good"), victim.state);
        }
        assertEquals("author", offline(Forge.NOW));
    }

    private String offline(Instant at) throws Refusal, Problem {
        return Updater.offline(victim.store(), victim.limits).refresh(at).find(new TargetName(Forge.AUTHORS)).role().role()
                .text();
    }

    @Test
    @DisplayName("TOB-SIGSTORE-14: a role that two delegate to is verified by each with that one's keys")
    void tobSigstore14() throws Exception {
        Pen evil = Pen.make();
        Json.Obj shared = forge.withTarget(forge.withTarget(empty(), "a/app", "of a"), "b/app", "of b");
        Json.Obj byEvil = Json.object("keys", Forge.keys(evil), "roles",
                List.of(Forge.delegation("shared", 1, List.of("a/*"), evil)));
        Json.Obj byAuthor = Json.object("keys", Forge.keys(forge.author), "roles",
                List.of(Forge.delegation("shared", 1, List.of("b/*"), forge.author)));
        role("a", empty().with("delegations", byEvil));
        role("b", empty().with("delegations", byAuthor));
        forge.write("shared", shared, evil);
        delegations(Forge.delegation("a", 1, List.of("a/*"), forge.author),
                Forge.delegation("b", 1, List.of("b/*"), forge.author));
        assertEquals("of a", victim.download("a/app"));
        Victim.refuses("delegated-unsigned", () -> victim.download("b/app"));
        var repository = victim.repository(); // in one run, too: first trusted by one, then asked for by the other
        assertEquals("shared", repository.find(new TargetName("a/app")).role().role().text());
        assertEquals("delegated-unsigned", assertThrows(Refusal.class, () -> repository.find(new TargetName("b/app"))).name());
    }
}
