package dev.repro.builder.toolchain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.builder.files.Trees;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobCacheTest {
    private static final byte[] CONTENT = "the content of a package ".repeat(4000).getBytes(StandardCharsets.UTF_8);
    private static final Digest DIGEST = Digest.of(CONTENT);
    private static final FetchLimits QUICK = new FetchLimits(Duration.ofSeconds(2), Duration.ofMillis(300), 1000, 2);

    @TempDir
    Path folder;

    TestServer server;
    final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void start() throws IOException {
        server = new TestServer(CONTENT);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private BlobCache cache() {
        return new BlobCache(folder, () -> HttpClient.newBuilder().connectTimeout(QUICK.connect()).build(), QUICK);
    }

    private Blob blob(String... paths) {
        return new Blob("libx 1.0", DIGEST, CONTENT.length, List.of(paths).stream().map(server::uri).toList());
    }

    private Problem refused(Blob blob) throws IOException {
        Problem p = assertThrows(Problem.class, () -> cache().fetch(List.of(blob), BlobCache.Kind.PACKAGES, lines::add));
        assertEquals(Problem.Exit.STORAGE, p.exit());
        assertEquals(List.of(), Trees.children(folder.resolve("blobs/sha256")), "nothing is left behind");
        return p;
    }

    private void fetched(Blob blob) throws Exception {
        Path file = cache().fetch(List.of(blob), BlobCache.Kind.PACKAGES, lines::add).getFirst();
        assertArrayEquals(CONTENT, Files.readAllBytes(file));
        assertEquals(List.of(file), Trees.children(folder.resolve("blobs/sha256")));
    }

    @Test
    void fetchesOnceAndTellsHowFar() throws Exception {
        fetched(blob("/good"));
        fetched(blob("/good"));
        assertEquals(List.of("/good"), server.asked());
        assertEquals("fetching 0 of 1 packages, 0 of 0 MB", lines.getFirst());
        assertEquals("fetched 1 of 1 packages, 0 of 0 MB", lines.getLast());
    }

    @Test
    void asksTheSecondMirror() throws Exception {
        fetched(blob("/404", "/good"));
        assertEquals(List.of("/404", "/good"), server.asked());
    }

    @Test
    void aPackageThatNoMirrorOffersIsSaidByName() throws Exception {
        Problem p = refused(blob("/404", "/410"));
        assertEquals("no mirror offers libx 1.0 any more (found 1 of 1 to fetch; tried " + server.uri("/404") + ", "
                + server.uri("/410") + ")", p.line());
        assertTrue(p.hint().contains("snapshot archive") && p.hint().contains("deb_folders") && p.hint()
                .contains("repro lock --update"), p.hint());
    }

    @Test
    void allThatAreGoneAreNamedTogether() throws Exception {
        var other = new Blob("liby 2.0", Digest.of(new byte[] {1}), 1, List.of(server.uri("/404")));
        Problem p = assertThrows(Problem.class, () -> cache().fetch(List.of(blob("/404"), blob("/404"), other),
                BlobCache.Kind.PACKAGES, lines::add));
        assertTrue(p.line().startsWith("no mirror offers libx 1.0, liby 2.0 any more (found 2 of 2 to fetch"), p.line());
    }

    @Test
    void aFileWithoutAnyAddress() throws Exception {
        assertEquals("there is no address to fetch libx 1.0 from", refused(blob()).line());
    }

    @Test
    void aWrongContentIsRefusedAndTheNextMirrorAsked() throws Exception {
        Problem p = refused(blob("/wrong", "/404"));
        byte[] wrong = TestServer.wrong(CONTENT);
        assertEquals(server.uri("/wrong") + ": what is there is not libx 1.0 (expected sha256 " + DIGEST + ", found sha256 "
                + Digest.of(wrong) + ")", p.line());
        fetched(blob("/wrong", "/good"));
    }

    @Test
    void anEndlessBodyIsCutAtTheExpectedSize() throws Exception {
        Problem p = refused(blob("/endless"));
        assertEquals(server.uri("/endless") + ": what is there is not libx 1.0 (expected " + CONTENT.length
                + " bytes, found more)", p.line());
        fetched(blob("/endless", "/good"));
    }

    @Test
    void aServerThatDripsIsGivenUp() throws Exception {
        Problem p = refused(blob("/drip"));
        assertEquals(server.uri("/drip") + ": cannot fetch libx 1.0 (found less than 1000 bytes in 300 ms)", p.line());
        fetched(blob("/drip", "/good"));
    }

    @Test
    void aServerThatNeverAnswersIsGivenUpOnceForAllFiles() throws Exception {
        var quick = new FetchLimits(Duration.ofMillis(300), QUICK.window(), QUICK.floor(), 2);
        var cache = new BlobCache(folder, () -> HttpClient.newBuilder().build(), quick);
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            URI address = URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/x");
            var blob = new Blob("libx 1.0", DIGEST, CONTENT.length, List.of(address, address, address));
            Problem p = assertThrows(Problem.class, () -> cache.fetch(List.of(blob), BlobCache.Kind.PACKAGES, lines::add));
            assertEquals(address + ": cannot fetch libx 1.0 (found no answer in 300 ms)", p.line());
        }
    }

    @Test
    void aBodyThatBreaksOffIsFetchedAgain() throws Exception {
        fetched(blob("/truncated-once"));
        assertEquals(List.of("/truncated-once", "/truncated-once"), server.asked());
    }

    @Test
    void aBodyThatAlwaysBreaksOff() throws Exception {
        assertTrue(refused(blob("/truncated")).line().startsWith(server.uri("/truncated") + ": cannot fetch libx 1.0 (found "));
        assertEquals(2, server.asked().size());
    }

    @Test
    void aShortBodyIsSaidToBeShort() throws Exception {
        assertEquals(server.uri("/short") + ": cannot fetch libx 1.0 (found the body ended after 10 of " + CONTENT.length
                + " bytes)",
                refused(blob("/short")).line());
    }

    @Test
    void aServerInTroubleIsAskedAgain() throws Exception {
        assertEquals(server.uri("/503") + ": cannot fetch libx 1.0 (found status 503)", refused(blob("/503")).line());
        assertEquals(server.uri("/403") + ": cannot fetch libx 1.0 (found status 403)", refused(blob("/403")).line());
        assertEquals(List.of("/503", "/503", "/403"), server.asked());
    }

    @Test
    void connectionRefused() throws Exception {
        URI closed = server.uri("/good");
        server.close();
        Problem p = refused(new Blob("libx 1.0", DIGEST, CONTENT.length, List.of(closed)));
        assertTrue(p.line().startsWith(closed + ": cannot fetch libx 1.0 (found no connection"), p.line());
    }

    @Test
    void aLocalFileIsCheckedToo() throws Exception {
        Path good = Files.write(folder.resolve("any name.bin"), CONTENT);
        fetched(new Blob("libx 1.0", DIGEST, CONTENT.length, List.of(folder.resolve("missing").toUri(), good.toUri())));
    }

    @Test
    void aFileOfUnknownSize() throws Exception {
        Path file = cache().fetch(DIGEST, -1, List.of(server.uri("/good")), lines::add);
        assertArrayEquals(CONTENT, Files.readAllBytes(file));
        Problem p = assertThrows(Problem.class, () -> cache().fetch(Digest.of(new byte[0]), -1, List.of(server.uri("/404")),
                lines::add));
        assertTrue(p.line().startsWith("no address offers " + server.uri("/404")), p.line());
        assertTrue(p.hint().contains("[[file]]"));
    }

    @Test
    void aDamagedFileOfTheCacheIsDeleted() throws Exception {
        fetched(blob("/good"));
        Path file = Files.writeString(cache().path(DIGEST), "bit rot");
        Problem p = assertThrows(Problem.class, () -> cache().checked(DIGEST, "libx 1.0"));
        assertEquals(Problem.Exit.STORAGE, p.exit());
        assertFalse(Files.exists(file));
        fetched(blob("/good"));
    }

    @Test
    void manyAtOnceByTwoCaches() throws Exception {
        var all = new ArrayList<Future<List<Path>>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                all.add(threads.submit(() -> cache().fetch(List.of(blob("/good")), BlobCache.Kind.PACKAGES, lines::add)));
            }
        }
        for (var one : all) {
            assertArrayEquals(CONTENT, Files.readAllBytes(one.get().getFirst()));
        }
        assertEquals(1, Trees.children(folder.resolve("blobs/sha256")).size());
    }

    @Test
    void partsOfKilledProcessesAreSwept() throws Exception {
        Path blobs = Files.createDirectories(folder.resolve("blobs/sha256"));
        Path old = Files.writeString(blobs.resolve(".part-old"), "x");
        Files.setLastModifiedTime(old, FileTime.fromMillis(0));
        fetched(blob("/good"));
        assertFalse(Files.exists(old));
    }
}
