package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.Scheme;
import dev.repro.tests.Repro;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.client.Fetcher;
import dev.repro.tuf.client.FolderStore;
import dev.repro.tuf.client.MultiRepository;
import dev.repro.tuf.client.Proxies;
import dev.repro.tuf.client.RepositoryMap;
import dev.repro.tuf.client.Updater;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Several mirrors, most of them bad, and several repositories that must agree (TAP 4), over HTTP.
class MirrorsTest {
    private static final String TARGET = "hello/1.0/hello.hvt";
    private static final String NEW = "the newest image ".repeat(2000);

    @TempDir
    Path folder;
    private OurRepository repository;
    private final List<Web> webs = new ArrayList<>();
    private final List<String> told = new CopyOnWriteArrayList<>();

    @BeforeEach
    void publish() throws Exception {
        repository = new OurRepository(Files.createDirectories(folder.resolve("author")), Scheme.ED25519, true);
        repository.publish(repository.add(repository.edit(), TARGET, "an old image"));
        repository.state(Map.of(TARGET, "an old image"), List.of());
        repository.publish(repository.add(repository.edit(), TARGET, NEW));
        repository.state(Map.of(TARGET, NEW), List.of());
    }

    @AfterEach
    void close() throws Exception {
        repository.close();
        for (Web web : webs) {
            web.close();
        }
    }

    private Web web(Path site) throws IOException {
        var web = Web.of(site);
        webs.add(web);
        return web;
    }

    private Web fresh() throws IOException {
        return web(folder.resolve("author/2"));
    }

    private Web stale() throws IOException {
        return web(folder.resolve("author/1"));
    }

    private byte[] file(String path) throws IOException {
        return Files.readAllBytes(folder.resolve("author/2").resolve(path));
    }

    private static Limits limits() {
        Limits l = Limits.DEFAULT;
        return new Limits(l.rootBytes(), l.timestampBytes(), l.snapshotBytes(), l.targetsBytes(), l.rotateBytes(),
                l.rootRotations(), l.keyRotations(),
                l.delegations(), l.connect(), Duration.ofSeconds(5), 1_000, Duration.ofSeconds(1));
    }

    private static Json.Obj map(Map<String, List<Web>> repositories, int threshold) {
        Json.Obj all = Json.object();
        for (var one : repositories.entrySet()) {
            all = all.with(one.getKey(), one.getValue().stream().map(w -> w.url().toString()).toList());
        }
        return Json.object("repositories", all, "mapping", List.of(Json.object("paths", List.of("hello/*/*"), "repositories",
                repositories.keySet().stream().sorted().toList(), "threshold", threshold, "terminating", true)));
    }

    private void begin(String name, Path root) throws Exception {
        Updater.begin(FolderStore.open(folder.resolve("state").resolve(name), told::add), Files.readAllBytes(root), limits());
    }

    /// Brings a client up to date by these mirrors, and downloads the target.
    private String download(Web... mirrors) throws Exception {
        begin("author", folder.resolve("author/site/metadata/1.root.json"));
        return download(map(Map.of("author", List.of(mirrors)), 1));
    }

    private String download(Json.Obj map) throws Refusal, Problem, IOException {
        try (var fetcher = new Fetcher(Proxies.NONE, limits())) {
            var client = new MultiRepository(RepositoryMap.parse(JsonText.canonical(map), "map.json"),
                    name -> FolderStore.open(folder.resolve("state").resolve(name), told::add), fetcher::at, limits(),
                            Duration.ofMillis(1500), Instant.now(), told::add);
            return Files.readString(client.fetch(client.find(new TargetName(TARGET)), folder.resolve("targets")).file());
        }
    }

    @Test
    void oneGoodMirrorAmongManyBadOnesIsEnough() throws Exception {
        String snapshot = snapshot();
        byte[] altered = file(snapshot);
        altered[altered.length / 2] ^= 1;
        Web liar = fresh().on(snapshot, Web.file(altered));
        Web cut = fresh().on(snapshot, Web.truncated(file(snapshot)));
        Web slow = fresh().on("metadata/timestamp.json", Web.drip("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", new byte[900],
                1000));
        Web dead = fresh().on("metadata/timestamp.json", Web.status(503));
        Web endless = fresh().on("metadata/timestamp.json", Web.endless());
        Web broken = fresh().on("metadata/2.root.json", Web.status(500));
        assertEquals(NEW, download(stale(), liar, cut, slow, dead, endless, broken, fresh()));
        for (String word : List.of("a stale mirror", "snapshot-digest-mismatch", "503", "500", "too-long")) {
            assertTrue(told.stream().anyMatch(t -> t.contains(word)), word + " in " + told);
        }
        assertEquals(7, told.stream().filter(t -> t.startsWith("mirror ")).count(), told::toString);
    }

    private String snapshot() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("author/2/metadata"))) {
            return "metadata/" + files.map(f -> f.getFileName().toString()).filter(f -> f.endsWith(".snapshot.json")).sorted()
                    .toList().getLast();
        }
    }

    private String target() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("author/2/targets/hello/1.0"))) {
            return "targets/hello/1.0/" + files.filter(f -> f.toFile().length() == NEW.length()).findFirst().orElseThrow()
                    .getFileName();
        }
    }

    @Test
    void targetThatAMirrorAltersCutsOrDripsComesFromTheNext() throws Exception {
        String path = target();
        byte[] altered = file(path);
        altered[0] ^= 1;
        Web slow = fresh().on(path, Web.drip("HTTP/1.1 200 OK\r\nContent-Length: " + altered.length + "\r\n\r\n", altered, 500));
        assertEquals(NEW, download(fresh().on(path, Web.file(altered)), fresh().on(path, Web.truncated(altered)), slow, fresh()
                .on(path, Web.status(404)), fresh()));
        try (Stream<Path> files = Files.list(folder.resolve("targets"))) {
            assertEquals(1, files.filter(f -> !f.getFileName().toString().startsWith(".")).count());
        }
    }

    @Test
    void onlyStaleMirrorsAreARollbackForWhoHasSeenMore() throws Exception {
        download(fresh());
        assertEquals("timestamp-rollback",
                assertThrows(Refusal.class, () -> download(map(Map.of("author", List.of(stale(), stale())), 1))).name());
        assertEquals(NEW, download(map(Map.of("author", List.of(stale(), fresh())), 1)));
    }

    @Test
    void goodMirrorsCostOneRequestMoreEach() throws Exception {
        Web first = fresh();
        Web second = fresh();
        download(first, second);
        assertEquals(5, first.asked.size(), first.asked::toString);
        assertEquals(2, second.asked.size(), second.asked::toString);
        assertEquals(List.of(), told);
    }

    private Web rebuilder(String content) throws Exception {
        try (var other = new OurRepository(Files.createDirectories(folder.resolve("rebuilder")), Scheme.ECDSA_P256, true)) {
            other.publish(other.add(other.edit(), TARGET, content));
        }
        begin("author", folder.resolve("author/site/metadata/1.root.json"));
        begin("rebuilder", folder.resolve("rebuilder/site/metadata/1.root.json"));
        return web(folder.resolve("rebuilder/site"));
    }

    @Test
    void repositoriesThatAgreeAndThatDoNot() throws Exception {
        Json.Obj both = map(Map.of("author", List.of(fresh()), "rebuilder", List.of(rebuilder(NEW))), 2);
        assertEquals(NEW, download(both));
    }

    @Test
    void repositoriesThatDisagree() throws Exception {
        Json.Obj both = map(Map.of("author", List.of(fresh()), "rebuilder", List.of(rebuilder("something else"))), 2);
        assertEquals("target-disagreement", assertThrows(Refusal.class, () -> download(both)).name());
        assertTrue(Files.notExists(folder.resolve("targets")));
    }

    /// As a process, with a map file; a repository's state is in a folder of its name.
    @Test
    void programFollowsAMap() throws Exception {
        Json.Obj both = map(Map.of("author", List.of(stale(), fresh()), "rebuilder", List.of(rebuilder(NEW))), 2);
        Path map = Files.writeString(folder.resolve("map.json"), JsonText.pretty(both), StandardCharsets.UTF_8);
        String state = folder.resolve("state").toString();
        var done = Repro.run("tuf-client", "--metadata-dir", state, "--map", map.toString(), "--target-dir", folder.resolve("t")
                .toString(), "--target-name", TARGET,
                "download");
        assertEquals(0, done.code(), done::toString);
        assertTrue(done.out().contains("author, rebuilder say"), done::toString);
        assertTrue(done.err().contains("a stale mirror"), done::toString);
        assertEquals(0, Repro.run("tuf-client", "--metadata-dir", state, "--map", map.toString(), "refresh").code());
        Files.writeString(map, JsonText.pretty(both).replace("\"rebuilder\"", "\"../rebuilder\""));
        var escape = Repro.run("tuf-client", "--metadata-dir", state, "--map", map.toString(), "refresh");
        assertEquals(1, escape.code(), escape::toString);
        assertTrue(escape.err().contains("the name of a repository is the name of a folder"), escape::toString);
    }
}
