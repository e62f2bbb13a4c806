package dev.repro.tuf.repository;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import dev.repro.tuf.TargetName;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An object store that fails, lies or dies at any request.
@Timeout(300)
class S3FaultsTest {
    private static final Map<String, String> KEYS = Map.of("AWS_ACCESS_KEY_ID", "a", "AWS_SECRET_ACCESS_KEY", "b");

    @TempDir
    Path folder;

    private final List<Duration> pauses = java.util.Collections.synchronizedList(new ArrayList<>());
    private FakeS3 s3;
    private Site site;

    @BeforeEach
    void begin() throws Exception {
        s3 = new FakeS3();
        site = new Site(open(Duration.ofSeconds(30))).create(true, true);
    }

    @AfterEach
    void end() throws Exception {
        site.store.close();
        s3.close();
    }

    private Store open(Duration patience) throws Problem {
        return S3Store.open(s3.place(), KEYS, InstantSource.system(), patience, pauses::add);
    }

    private void add(Store store, String name) throws Exception {
        var over = new Site(store, site);
        over.publish(over.edit().add(Site.target(name, folder, "content of " + name), Site.anyRole()));
    }

    private void requireReadable(Store store, String target) throws Exception {
        Client.of(store).find(target, Site.NOW);
    }

    @Test
    void itIsAStore() throws Exception {
        add(site.store, "a/b");
        requireReadable(site.store, "a/b");
        assertTrue(site.store.has("metadata/timestamp.json"));
        assertEquals(Optional.empty(), site.store.read("metadata/none.json"));
        assertEquals(Problem.Exit.NO, assertThrows(Problem.class, () -> new Publisher(site.all, Site.NOW).publish(
                Signing.sign(stale().proposal(), site.all), "")).exit());
    }

    /// An edit of what somebody else then changes.
    private Editor stale() throws Exception {
        Editor editor = site.edit().add(Site.target("late", folder, "late"), Site.anyRole());
        add(site.store, "first");
        return editor;
    }

    /// The server dies at the Nth request of a publication, for every N; whoever comes next finds the old state or the new, and can publish.
    @Test
    void deathAtEveryRequest() throws Exception {
        var before = new HashMap<>(s3.objects);
        boolean survived = false;
        int seenNew = 0;
        for (int n = 1; !survived; n++) {
            s3.objects.clear();
            s3.objects.putAll(before);
            int last = n;
            try (Store store = open(Duration.ofSeconds(30))) {
                s3.begin((number, _, _) -> number >= last ? FakeS3.Fate.DEAD : FakeS3.Fate.RIGHT);
                add(store, "a/b");
                survived = true;
            } catch (Problem e) {
                assertEquals(Problem.Exit.STORAGE, e.exit(), e::line);
            }
            s3.begin((_, _, _) -> FakeS3.Fate.RIGHT);
            try (Store store = open(Duration.ofSeconds(30))) {
                boolean isNew = Repository.read(store).timestamp().version() == 2;
                seenNew += isNew ? 1 : 0;
                if (isNew) {
                    requireReadable(store, "a/b");
                }
                add(store, "next");
                requireReadable(store, "next");
            }
        }
        assertTrue(seenNew > 5, "from the journal on it happens: " + seenNew);
    }

    @Test
    void answersThatGetLost() throws Exception {
        for (String suffix : List.of("timestamp.json", ".repro-journal.json", "snapshot.json", "lost")) {
            int[] lost = {0};
            s3.begin((_, method, key) -> method.equals("PUT") && key.endsWith(suffix) && lost[0]++ == 0 ? FakeS3.Fate.DONE_BUT_NOT_ANSWERED
                    : FakeS3.Fate.RIGHT);
            String target = suffix.equals("lost") ? "lost" : "after-" + suffix;
            add(site.store, target);
            assertTrue(lost[0] > 1, suffix + " was written again");
            requireReadable(site.store, target);
        }
    }

    @Test
    void failuresThatPass() throws Exception {
        for (FakeS3.Fate fate : List.of(FakeS3.Fate.FAILS, FakeS3.Fate.CUT, FakeS3.Fate.DEAD, FakeS3.Fate.OTHER_BYTES, FakeS3.Fate.CONFLICTS)) {
            pauses.clear();
            String method = fate == FakeS3.Fate.CONFLICTS ? "PUT" : "GET";
            var seen = new HashMap<String, Integer>();
            s3.begin((_, m, key) -> m.equals(method) && seen.merge(key, 1, Integer::sum) <= 2 ? fate : FakeS3.Fate.RIGHT);
            add(site.store, fate.name());
            assertTrue(pauses.size() > 1, fate + ": " + pauses);
            requireReadable(site.store, fate.name());
        }
    }

    @Test
    void failuresThatStay() throws Exception {
        var exits = Map.of(FakeS3.Fate.FAILS, Problem.Exit.STORAGE, FakeS3.Fate.CUT, Problem.Exit.STORAGE, FakeS3.Fate.DEAD, Problem.Exit.STORAGE,
                FakeS3.Fate.OTHER_BYTES, Problem.Exit.STORAGE, FakeS3.Fate.DENIED, Problem.Exit.STORAGE, FakeS3.Fate.NO_BUCKET, Problem.Exit.USAGE);
        exits.forEach((fate, exit) -> {
            s3.begin((_, _, _) -> fate);
            Problem e = assertThrows(Problem.class, () -> site.store.read("metadata/timestamp.json"));
            assertEquals(exit, e.exit(), e::line);
            int tries = fate == FakeS3.Fate.DENIED || fate == FakeS3.Fate.NO_BUCKET ? 1 : S3Client.TRIES;
            assertTrue(s3.requests() == tries || fate == FakeS3.Fate.DEAD && s3.requests() == 2 * tries, // the JDK's client tries twice by itself
                    () -> fate + ": " + s3.requests());
        });
        s3.begin((_, _, _) -> FakeS3.Fate.DENIED);
        assertThrows(Problem.class, () -> site.store.has("metadata/timestamp.json"), "what is denied is not absent");
    }

    @Test
    void silenceEnds() throws Exception {
        try (Store store = open(Duration.ofSeconds(2))) {
            s3.begin((number, _, _) -> number == 1 ? FakeS3.Fate.SILENT : FakeS3.Fate.RIGHT);
            byte[] read = store.read("metadata/timestamp.json").orElseThrow();
            assertArrayEquals(s3.objects.get("site/metadata/timestamp.json"), read);
            assertEquals(2, s3.requests());
        }
    }

    @Test
    void whatWasChangedByHandIsSeen() throws Exception {
        s3.objects.put("site/metadata/2.snapshot.json", new byte[3]);
        Problem e = assertThrows(Problem.class, () -> add(site.store, "a"));
        assertTrue(e.line().contains("published already with other bytes"), e::line);
        s3.objects.remove("site/metadata/2.snapshot.json");
        String key = Layout.target(new TargetName("a"), dev.repro.base.Digest.of("content of a".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                true);
        s3.objects.put("site/" + key, new byte[3]);
        e = assertThrows(Problem.class, () -> add(site.store, "a"));
        assertTrue(e.line().contains("published already with other bytes"), e::line);
        s3.objects.put("site/.repro-journal.json", new byte[3]);
        assertEquals(Problem.Exit.USAGE, assertThrows(Problem.class, () -> open(Duration.ofSeconds(30))).exit());
    }

    @Test
    void aRepositoryWithoutConsistentSnapshotsIsRefused() throws Exception {
        s3.objects.clear();
        var plain = new Site(site.store);
        assertEquals(Problem.Exit.USAGE, assertThrows(Problem.class, () -> plain.create(false, false)).exit());
        assertTrue(s3.objects.isEmpty(), s3.objects.keySet()::toString);
    }

    @Test
    void noCredentials() {
        Problem e = assertThrows(Problem.class, () -> S3Store.open(s3.place(), Map.of("AWS_ACCESS_KEY_ID", "a"), InstantSource.system()));
        assertEquals(Problem.Exit.USAGE, e.exit());
        assertTrue(e.line().contains("AWS_SECRET_ACCESS_KEY"), e::line);
    }
}
