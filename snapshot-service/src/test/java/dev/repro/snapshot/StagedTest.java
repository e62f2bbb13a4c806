package dev.repro.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.keys.Passwords;
import dev.repro.keys.Signer;
import dev.repro.keys.Signers;
import dev.repro.timestamp.Clocks;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.Freshness;
import dev.repro.tuf.repository.KeyHolder;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.Signing;
import dev.repro.tuf.repository.Store;
import dev.repro.tuf.repository.Stores;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A snapshot service whose timestamps somebody else signs.
@Timeout(60)
final class StagedTest {
    private static final byte[] CONTENT = "an image".getBytes(StandardCharsets.UTF_8);
    private static final RoleName HELLO = new RoleName("hello");

    @TempDir
    Path folder;

    private final Signer author = Site.key();
    private Site site; // its own service is stopped; it has the keys and speaks HTTP

    @BeforeEach
    void found() throws Exception {
        site = new Site(folder);
        site.delegate("hello", author);
        site.delegate("other", author);
        site.service.close();
    }

    private Service start(Duration patience) throws Exception {
        return start(patience, Optional.empty());
    }

    private Service start(Duration patience, Optional<Freshness> freshness) throws Exception {
        Signer snapshot = Signers.open(site.home.keys().resolve("snapshot.pem").toString(), Passwords.none());
        Store store = Stores.open(site.home.repository());
        ServiceLimits limits = ServiceLimits.DEFAULT.withoutRates().withTimes(Duration.ofSeconds(10), patience);
        site.service = Service.start(new Service.Config(Listener.bind(new InetSocketAddress("127.0.0.1", 0), limits), store,
                Service.files(site.home.repository()), folder.resolve("work"), List.of(snapshot), freshness, limits, InstantSource.system(),
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8)), (_, _, _, _, _) -> {});
        return site.service;
    }

    private Freshness authority() throws Exception {
        return Home.freshness(Stores.open(site.home.repository()), folder.resolve("work/mark"),
                Signers.open(site.home.keys().resolve("timestamp.pem").toString(), Passwords.none()), Clocks.system());
    }

    private byte[] sign(byte[] snapshot, byte[] root) throws Exception {
        return authority().timestamp(snapshot, root, Files.readAllBytes(site.home.repository().resolve("metadata/timestamp.json")));
    }

    private byte[] sign(byte[] snapshot) throws Exception {
        byte[] root = Files.readAllBytes(site.home.repository().resolve("metadata/1.root.json"));
        return authority().timestamp(snapshot, root, Files.readAllBytes(site.home.repository().resolve("metadata/timestamp.json")));
    }

    private Map<RoleName, byte[]> uploaded(String role) throws Exception {
        var files = site.release(role, role + "/1.0.0/hello.hvt", CONTENT, author);
        assertEquals(202, site.submit(files).statusCode());
        site.upload(Digest.of(CONTENT), 0, CONTENT.length, CONTENT);
        return files;
    }

    @Test
    void acknowledgesWhenTheTimestampIsThere() throws Exception {
        try (var _ = start(Duration.ofSeconds(20))) {
            long before = site.repository().version(RoleName.SNAPSHOT);
            var files = uploaded("hello");
            var answer = CompletableFuture.supplyAsync(() -> submit(files));
            HttpResponse<byte[]> snapshot = site.get("/v1/snapshot?after=" + before + "&wait=20");
            assertEquals(200, snapshot.statusCode());
            assertEquals("staged", snapshot.headers().firstValue("Snapshot-State").orElseThrow());
            assertEquals(before, site.repository().version(RoleName.SNAPSHOT), "readers see nothing yet");
            assertTrue(!answer.isDone(), "nothing is acknowledged before it is published");
            byte[] timestamp = sign(snapshot.body());
            byte[] forged = new String(timestamp, StandardCharsets.UTF_8).replace("\"version\":", "\"version\":1").getBytes(StandardCharsets.UTF_8);
            HttpResponse<String> refused = site.put("/v1/timestamp", forged);
            assertEquals(403, refused.statusCode(), refused.body());
            assertEquals(200, site.put("/v1/timestamp", timestamp).statusCode());
            assertEquals(200, site.put("/v1/timestamp", timestamp).statusCode(), "a retry");
            assertEquals(200, answer.get(20, TimeUnit.SECONDS).statusCode());
            assertEquals(before + 1, site.repository().version(RoleName.SNAPSHOT));
            assertArrayEquals(timestamp, site.get("/metadata/timestamp.json").body());
            assertEquals(204, site.get("/v1/snapshot?after=" + (before + 1) + "&wait=0").statusCode());
        }
    }

    /// The authority never signs for another snapshot of that version, so a crash between its signature and the publication must not
    /// make one.
    @Test
    void aSignatureThatNobodySawIsGoneOnWith() throws Exception {
        Freshness authority = authority();
        try (var _ = start(Duration.ofSeconds(20), Optional.of((snapshot, root, current) -> {
            authority.timestamp(snapshot, root, current);
            throw Problem.storage("gone before it is published");
        }))) {
            var files = uploaded("hello");
            assertEquals(503, site.submit(files).statusCode());
            assertEquals(1, site.repository().version(HELLO), "readers see nothing of it");
        }
        try (var _ = start(Duration.ofSeconds(20), Optional.of(authority()))) {
            HttpResponse<String> answer = site.submit(site.release("other", "other/1.0.0/hello.hvt", CONTENT, author)); // it has that file
            assertEquals(200, answer.statusCode(), answer.body());
            assertEquals(2, site.repository().version(HELLO), "what was signed for is published first");
        }
    }

    private HttpResponse<String> submit(Map<RoleName, byte[]> files) {
        try {
            return site.submit(files);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void goesOnAfterACrashBetweenStageAndTimestamp() throws Exception {
        Map<RoleName, byte[]> files;
        byte[] staged;
        long before = site.repository().version(RoleName.SNAPSHOT);
        try (var _ = start(Duration.ofMillis(300))) {
            files = uploaded("hello");
            HttpResponse<String> answer = site.submit(files);
            assertEquals(503, answer.statusCode());
            assertEquals("timestamp-service-away", Site.json(answer).string("refusal"));
            staged = site.get("/v1/snapshot?after=" + before + "&wait=1").body();
        }
        try (var _ = start(Duration.ofSeconds(20))) {
            assertArrayEquals(staged, site.get("/v1/snapshot?after=" + before + "&wait=1").body(), "the same snapshot goes on");
            var rival = site.release("hello", "hello/2.0.0/hello.hvt", CONTENT, author);
            var again = CompletableFuture.supplyAsync(() -> submit(files));
            var late = CompletableFuture.supplyAsync(() -> submit(rival));
            assertEquals(200, site.put("/v1/timestamp", sign(staged)).statusCode());
            assertEquals(200, again.get(20, TimeUnit.SECONDS).statusCode());
            HttpResponse<String> refused = late.get(20, TimeUnit.SECONDS);
            assertTrue(refused.statusCode() == 409 || refused.statusCode() == 202, refused.body());
            assertEquals(2, site.repository().version(HELLO));
            assertArrayEquals(files.get(HELLO), site.get("/metadata/2.hello.json").body());
        }
    }

    @Test
    void embeddedGoesOnWithWhatWasStaged() throws Exception {
        Map<RoleName, byte[]> files;
        try (var _ = start(Duration.ofMillis(300))) {
            files = uploaded("hello");
            assertEquals(503, site.submit(files).statusCode());
        }
        try (var home = Home.open(folder, Optional.empty(), java.time.Instant.now())) {
            site.service = home.start(new InetSocketAddress("127.0.0.1", 0), ServiceLimits.DEFAULT.withoutRates(), Clocks.system(),
                    new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8), (_, _, _, _, _) -> {});
            assertEquals(200, site.submit(files).statusCode());
            Repository now = site.repository();
            assertEquals(2, now.version(HELLO));
        }
    }

    @Test
    void laterOnesWaitForTheNextSnapshot() throws Exception {
        try (var _ = start(Duration.ofSeconds(20))) {
            long before = site.repository().version(RoleName.SNAPSHOT);
            var one = uploaded("hello");
            var two = site.release("other", "other/1.0.0/hello.hvt", CONTENT, author);
            var first = CompletableFuture.supplyAsync(() -> submit(one));
            byte[] snapshot = site.get("/v1/snapshot?after=" + before + "&wait=20").body();
            var second = CompletableFuture.supplyAsync(() -> submit(two));
            site.put("/v1/timestamp", sign(snapshot));
            byte[] next = site.get("/v1/snapshot?after=" + (before + 1) + "&wait=20").body();
            site.put("/v1/timestamp", sign(next));
            assertEquals(200, first.get(20, TimeUnit.SECONDS).statusCode());
            assertEquals(200, second.get(20, TimeUnit.SECONDS).statusCode());
        }
    }

    private Map<RoleName, byte[]> newRoot(Editor.Keys timestamp) throws Exception {
        Editor editor = site.edit().renew(RoleName.ROOT);
        if (timestamp != null) {
            editor.keys(RoleName.TIMESTAMP, timestamp.holders(), List.of(), OptionalInt.of(timestamp.threshold()));
        }
        return Site.files(Signing.sign(editor.proposal(), List.of(root(1), root(2))));
    }

    private Signer root(int number) throws Exception {
        return Signers.open(site.home.keys().resolve("root-" + number + ".pem").toString(), Passwords.none());
    }

    @Test
    void aRootComesWithATimestampThatItsKeysAccept() throws Exception {
        Map<RoleName, byte[]> files = newRoot(null);
        long before = site.repository().version(RoleName.SNAPSHOT);
        byte[] staged;
        try (var _ = start(Duration.ofMillis(300))) {
            assertEquals("timestamp-service-away", Site.json(site.submit(files)).string("refusal"));
            staged = site.get("/v1/snapshot?after=" + before + "&wait=20").body();
            assertArrayEquals(files.get(RoleName.ROOT), site.get("/v1/roots/2").body());
            assertEquals(404, site.get("/metadata/2.root.json").statusCode(), "readers do not see it yet");
            assertEquals(404, site.get("/v1/roots/3").statusCode());
        }
        try (var _ = start(Duration.ofSeconds(20))) { // after a crash
            assertArrayEquals(staged, site.get("/v1/snapshot?after=" + before + "&wait=1").body(), "the same snapshot goes on");
            assertArrayEquals(files.get(RoleName.ROOT), site.get("/v1/roots/2").body());
            var again = CompletableFuture.supplyAsync(() -> submit(files));
            assertEquals(200, site.put("/v1/timestamp", sign(staged, files.get(RoleName.ROOT))).statusCode());
            assertEquals(200, again.get(20, TimeUnit.SECONDS).statusCode());
            assertArrayEquals(files.get(RoleName.ROOT), site.get("/metadata/2.root.json").body());
            assertArrayEquals(files.get(RoleName.ROOT), site.get("/v1/roots/2").body());
            assertEquals(before + 1, site.repository().version(RoleName.SNAPSHOT));
        }
    }

    /// As [#aSignatureThatNobodySawIsGoneOnWith], of a root.
    @Test
    void aRootWhoseSignatureNobodySawIsGoneOnWith() throws Exception {
        Freshness authority = authority();
        Map<RoleName, byte[]> files = newRoot(null);
        try (var _ = start(Duration.ofSeconds(20), Optional.of((snapshot, root, current) -> {
            authority.timestamp(snapshot, root, current);
            throw Problem.storage("gone before it is published");
        }))) {
            assertEquals(503, site.submit(files).statusCode());
            assertEquals(1, site.repository().version(RoleName.ROOT), "readers see nothing of it");
        }
        try (var _ = start(Duration.ofSeconds(20), Optional.of(authority()))) {
            HttpResponse<String> answer = site.submit(site.release("other", "other/1.0.0/hello.hvt", new byte[0], author));
            assertEquals(202, answer.statusCode(), answer.body());
            assertEquals(200, site.submit(files).statusCode());
            assertEquals(2, site.repository().version(RoleName.ROOT));
        }
    }

    @Test
    void aRootThatTheTimestampsKeyMayNotSignUnderIsNotStaged() throws Exception {
        try (var _ = start(Duration.ofSeconds(20), Optional.of(authority()))) {
            var two = new Editor.Keys(List.of(new KeyHolder(Site.key().key(), "")), 2);
            HttpResponse<String> answer = site.submit(newRoot(two));
            assertEquals(422, answer.statusCode(), answer.body());
            assertTrue(answer.body().contains("too few keys at hand may sign timestamp"), answer.body());
            assertEquals(404, site.get("/v1/roots/2").statusCode());
        }
    }
}
