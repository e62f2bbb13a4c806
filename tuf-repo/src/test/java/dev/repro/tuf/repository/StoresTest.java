package dev.repro.tuf.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.tuf.RoleName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What every store must do.
class StoresTest {
    private static final int RIVALS = 6;

    @TempDir
    Path folder;

    private Site site(String name) throws Exception {
        return new Site(Stores.open(folder.resolve(name))).create(true, true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"site", "site.git"})
    void whatIsPublishedIsReadAgain(String name) throws Exception {
        Site site = site(name).withRole("hello");
        site.publish(site.edit().add(Site.target("hello/1/file", folder, "one"), Optional.empty()));
        site.publish(site.edit().add(Site.target("hello/1/file", folder, "two"), Optional.empty()));
        site.store.close();
        Store again = Stores.open(folder.resolve(name));
        Client.of(again).find("hello/1/file", Site.NOW);
        assertEquals("two", new String(again.read("targets/" + sha("two") + ".hello/1/file").orElseThrow()), "where tough looks");
        assertTrue(again.has("targets/hello/1/" + sha("one") + ".file")
                && again.has("metadata/1.snapshot.json"), "older clients go on");
        assertEquals(4, Repository.read(again).timestamp().version());
    }

    private static String sha(String content) {
        return Digest.of(content.getBytes(java.nio.charset.StandardCharsets.UTF_8)).hex();
    }

    @ParameterizedTest
    @ValueSource(strings = {"site", "site.git"})
    void whatHasAVersionIsNeverWrittenWithOtherBytes(String name) throws Exception {
        Site site = site(name);
        Digest base = Repository.read(site.store).base().orElseThrow();
        for (String path : List.of("metadata/1.root.json", "metadata/1.targets.json", "metadata/1.snapshot.json")) {
            byte[] before = site.store.read(path).orElseThrow();
            var publication = new Publication(Optional.of(base), Site.NOW, "forged");
            publication.put(path, new byte[] {1});
            assertEquals("published already with other bytes, and such a file never changes",
                    assertThrows(Problem.class, () -> site.store.publish(publication)).getMessage());
            org.junit.jupiter.api.Assertions.assertArrayEquals(before, site.store.read(path).orElseThrow());
        }
        site.publish(site.edit().renew(RoleName.TARGETS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"site", "site.git"})
    void ofManyPublishersOneWins(String name) throws Exception {
        Site site = site(name);
        var publications = new ArrayList<Publication>();
        for (int i = 0; i < RIVALS; i++) {
            Editor editor = site.edit().add(Site.target("t", folder, "rival " + i), Optional.empty());
            publications.add(new Publisher(site.all, Site.NOW).prepare(Signing.sign(editor.proposal(), site.all), "")
                    .publication());
        }
        int won = 0;
        try (var pool = Executors.newFixedThreadPool(RIVALS)) {
            var running = new ArrayList<Future<Boolean>>();
            for (Publication publication : publications) {
                Callable<Boolean> one = () -> {
                    try (Store store = Stores.open(folder.resolve(name))) {
                        store.publish(publication);
                        return true;
                    } catch (Problem e) {
                        assertEquals("somebody else has published meanwhile", e.getMessage());
                        return false;
                    }
                };
                running.add(pool.submit(one));
            }
            for (Future<Boolean> one : running) {
                won += one.get() ? 1 : 0;
            }
        }
        assertEquals(1, won);
        Client.of(Stores.open(folder.resolve(name))).find("t", Site.NOW);
    }

    @ParameterizedTest
    @ValueSource(strings = {"site", "site.git"})
    void aFileThatChangedSinceItWasDescribedIsNotPublished(String name) throws Exception {
        Site site = site(name);
        var additions = Site.target("t", folder, "described");
        Editor editor = site.edit().add(additions, Optional.empty());
        Files.writeString(additions.values().iterator().next().blob().file(), "exchanged");
        assertEquals("the file has changed since it was described",
                assertThrows(Problem.class, () -> site.publish(editor)).getMessage());
        assertEquals(1, Repository.read(site.store).timestamp().version());
    }

    @ParameterizedTest
    @ValueSource(strings = {"site", "site.git"})
    void aTamperedFileIsNotBuiltUpon(String name) throws Exception {
        Site site = site(name);
        assertThrows(Problem.class, () -> Repository.read(new Store() {
            @Override
            public Optional<byte[]> read(String path) throws Problem {
                Optional<byte[]> bytes = site.store.read(path);
                if (path.endsWith("1.targets.json")) {
                    bytes = bytes.map(b -> new String(b).replace("\"targets\":{}", "\"targets\": {}").getBytes());
                }
                return bytes;
            }

            @Override
            public boolean has(String path) throws Problem {
                return site.store.has(path);
            }

            @Override
            public void publish(Publication publication) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void close() {
                // the other store is closed by who opened it
            }
        }).targets(RoleName.TARGETS));
    }
}
