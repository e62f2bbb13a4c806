package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.client.Fetcher;
import dev.repro.tuf.client.MemoryStore;
import dev.repro.tuf.client.Mirror;
import dev.repro.tuf.client.MirroredRepository;
import dev.repro.tuf.client.Proxies;
import dev.repro.tuf.client.Updater;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Several mirrors, most of them bad: one good one is enough, wherever it stands.
class BadMirrorsTest {
    private static final Limits LIMITS = Victim.STRICT;

    @TempDir
    Path folder;
    private final List<Web> open = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final MemoryStore store = new MemoryStore();
    private Forge forge;
    private SortedMap<String, byte[]> old;

    @BeforeEach
    void publish() throws Exception {
        forge = new Forge();
        old = forge.copy();
        forge.publish("targets", targets -> forge.withTarget(targets, Forge.TOP, "top 2"), forge.targets);
        Updater.begin(store, forge.files.get("metadata/1.root.json"), LIMITS);
    }

    @AfterEach
    void close() throws Exception {
        for (Web web : open) {
            web.close();
        }
    }

    private Web web(SortedMap<String, byte[]> files) throws Exception {
        Web web = Web.of(files);
        open.add(web);
        return web;
    }

    /// Every kind of bad mirror.
    private Map<String, URI> bad() throws Exception {
        var all = new LinkedHashMap<String, URI>();
        all.put("stale", web(old).url());
        all.put("dead", URI.create("http://127.0.0.1:" + closedPort() + "/"));
        all.put("broken", web(new TreeMap<>()).on("metadata/2.root.json", Web.status(500)).url());
        all.put("empty", web(new TreeMap<>()).url());
        all.put("endless", web(forge.copy()).on("metadata/timestamp.json", Web.endless()).url());
        all.put("slow", web(forge.copy()).on("metadata/timestamp.json", Web.drip("HTTP/1.1 200 OK\r\n\r\n", new byte[9000], 1000))
                .url());
        all.put("silent", web(forge.copy()).on("metadata/2.root.json", out -> Thread.sleep(600_000)).url());
        all.put("lying", web(changed("metadata/timestamp.json")).url());
        all.put("lying about snapshot", web(changed("metadata/2.snapshot.json")).url());
        all.put("lying about targets", web(changed("metadata/2.targets.json")).url());
        all.put("without targets", web(without("metadata/2.targets.json")).url());
        all.put("truncating", web(forge.copy()).on("metadata/2.targets.json",
                Web.truncated(forge.files.get("metadata/2.targets.json"))).url());
        return all;
    }

    private SortedMap<String, byte[]> changed(String path) {
        var files = forge.copy();
        byte[] bytes = files.get(path).clone();
        bytes[bytes.length - 9] ^= 1;
        files.put(path, bytes);
        return files;
    }

    private SortedMap<String, byte[]> without(String path) {
        var files = forge.copy();
        files.remove(path);
        return files;
    }

    private static int closedPort() throws Exception {
        try (var socket = new java.net.ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private MirroredRepository repository(List<URI> urls) throws Problem {
        var mirrors = new ArrayList<Mirror>();
        for (URI url : urls) {
            mirrors.add(Mirror.of(url, new Fetcher(Proxies.NONE, LIMITS)::at));
        }
        return new MirroredRepository(mirrors, store, LIMITS, Duration.ofSeconds(3), told::add);
    }

    private void finds(List<URI> urls, Path into) throws Exception {
        MirroredRepository repository = repository(urls);
        repository.refresh(Forge.NOW);
        var found = repository.find(new TargetName(Forge.TOP));
        assertEquals("top 2", Files.readString(repository.fetch(found, into).file()));
    }

    @Test
    void oneGoodOfThirteen() throws Exception {
        var bad = bad();
        var urls = new ArrayList<>(bad.values());
        urls.add(web(forge.copy()).url());
        finds(urls, folder);
        assertTrue(told.size() >= 8, told::toString);
    }

    @Test
    void oneGoodBesideEachBadOne() throws Exception {
        for (var bad : bad().entrySet()) {
            if (!List.of("slow", "silent").contains(bad.getKey())) { // they cost their time; the test above has them
                finds(List.of(bad.getValue(), web(forge.copy()).url()), Files.createDirectory(folder.resolve(bad.getKey())));
            }
        }
    }

    /// All stale together: the client takes what they have, which is signed and has not expired; then it never goes back to it.
    @Test
    void staleOnes() throws Exception {
        List<URI> stale = List.of(web(old).url(), web(old).url(), web(old).url());
        MirroredRepository before = repository(stale);
        before.refresh(Forge.NOW);
        assertEquals(Forge.bytes("top 1").length, before.find(new TargetName(Forge.TOP)).file().length());
        finds(List.of(stale.get(0), stale.get(1), web(forge.copy()).url()), folder);
        assertEquals("timestamp-rollback", assertThrows(Refusal.class, () -> repository(stale).refresh(Forge.NOW)).name());
    }

    @Test
    void noGoodOne() throws Exception {
        var all = bad();
        all.remove("stale");
        all.remove("slow");
        all.remove("silent");
        assertThrows(Refusal.class, () -> repository(List.copyOf(all.values())).refresh(Forge.NOW));
        finds(List.of(web(forge.copy()).url()), folder);
    }

    /// Good metadata, bad software: it is had from another mirror, and nothing of the bad is left.
    @Test
    void badTargets() throws Exception {
        String path = Forge.targetPath(Forge.TOP, "top 2");
        List<URI> urls = List.of(web(forge.copy()).on(path, Web.file(Forge.bytes("evil!"))).url(), web(without(path)).url(),
                web(forge.copy()).on(path, Web.endless()).url(), web(forge.copy()).on(path, Web.status(500)).url(),
                web(forge.copy()).on(path, Web.truncated(Forge.bytes("top 2"))).url(), web(forge.copy()).url());
        finds(urls, folder);
        try (var files = Files.list(folder)) {
            assertEquals(List.of(".lock", Forge.TOP), files.map(f -> f.getFileName().toString()).sorted().toList());
        }
    }
}
