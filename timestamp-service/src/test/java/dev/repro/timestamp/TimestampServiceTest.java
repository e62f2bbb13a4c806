package dev.repro.timestamp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.base.Problem;
import dev.repro.keys.Signer;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class TimestampServiceTest {
    @TempDir
    Path folder;

    private final Makers makers = new Makers();
    private final AtomicReference<Instant> wall = new AtomicReference<>(Makers.NOW);
    private final AtomicLong nanos = new AtomicLong();
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private FakeSnapshotService other;
    private TimestampService service;

    @BeforeEach
    void open() throws Exception {
        other = new FakeSnapshotService();
        Files.write(folder.resolve("1.root.json"), makers.root(1));
        service = start(other.url(), Optional.empty());
    }

    @AfterEach
    void close() {
        service.close();
        other.close();
    }

    private TimestampService start(URI url, Optional<String> alarm) throws Exception {
        return TimestampService.start(new TimestampService.Settings(url, folder.resolve("1.root.json"), folder.resolve("state"),
                Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)), alarm), List.of(makers.timestamp),
                new Clocks(wall::get, nanos::get), new Random(1), new PrintStream(log, true, StandardCharsets.UTF_8));
    }

    private HttpResponse<String> ask(String path, String method) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.address().orElseThrow().getPort() + path))
                    .method(method, HttpRequest.BodyPublishers.noBody()).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private int ready() throws Exception {
        return ask("/readyz", "GET").statusCode();
    }

    private Signed.Timestamp newest() throws Exception {
        return Metadata.parse(MetadataType.TIMESTAMP, RoleName.TIMESTAMP, other.timestamps.getLast()).unverified();
    }

    private void pass(Duration time) {
        wall.updateAndGet(w -> w.plus(time));
        nanos.addAndGet(time.toNanos());
    }

    private List<Json.Obj> lines(String event) {
        return log.toString(StandardCharsets.UTF_8).lines().map(l -> {
            try {
                return (Json.Obj) JsonParser.parse(l.getBytes(StandardCharsets.UTF_8));
            } catch (JsonParser.SyntaxException e) {
                throw new AssertionError(l, e);
            }
        }).filter(l -> l.members().get("event").equals(new Json.Str(event))).toList();
    }

    @Test
    void whatIsStagedIsPublished() throws Exception {
        assertEquals(503, ready());
        assertTrue(service.step().isPositive()); // nothing yet
        other.offer(1, makers.snapshot(1, Map.of()));
        assertEquals(Duration.ZERO, service.step());
        assertEquals(1, newest().snapshot().version());
        assertEquals(200, ready());
        other.offer(2, makers.snapshot(2, Map.of()));
        service.step();
        assertEquals(2, newest().snapshot().version());
        assertEquals(2, newest().version());
        assertTrue(service.step().isPositive());
        assertEquals(2, other.timestamps.size(), "nothing new, nothing signed");
        assertEquals(2, lines("published").size());
    }

    @Test
    void halfOfALifeIsHalfATimestamp() throws Exception {
        other.offer(1, makers.snapshot(1, Map.of()));
        service.step();
        pass(Duration.ofHours(83));
        service.step();
        assertEquals(1, newest().version());
        pass(Duration.ofHours(1));
        service.step();
        assertEquals(2, newest().version());
        assertEquals(Makers.NOW.plus(Duration.ofHours(84 + 168)), newest().header().expires());
    }

    @Test
    void aNewRootIsSignedUnder() throws Exception {
        other.offer(1, makers.snapshot(1, Map.of()));
        service.step();
        Signer old = makers.timestamp;
        other.metadata.put("2.root.json", makers.root(2));
        service.step();
        assertEquals(2, newest().version());
        makers.timestamp = Makers.key();
        other.metadata.put("3.root.json", makers.root(3));
        assertTrue(service.step().isPositive());
        assertEquals(2, newest().version());
        assertTrue(lines("failed").getLast().toString().contains("too few keys"), log::toString);
        service.close();
        Signer replaced = makers.timestamp;
        service = TimestampService.start(new TimestampService.Settings(other.url(), folder.resolve("1.root.json"), folder.resolve("state"),
                Optional.empty(),
                Optional.empty()), List.of(old, replaced), new Clocks(wall::get, nanos::get), new Random(1), new PrintStream(log, true,
                        StandardCharsets.UTF_8));
        service.step();
        assertEquals(2, Metadata.parse(MetadataType.TIMESTAMP, RoleName.TIMESTAMP, other.timestamps.getLast()).signatures().size());
    }

    @Test
    void anAlarmIsRaisedAndTheLastGoodOneKeptFresh() throws Exception {
        service.close();
        Path seen = folder.resolve("seen");
        service = start(other.url(), Optional.of("echo \"$REPRO_REFUSAL\" > " + seen + ".new && mv " + seen + ".new " + seen));
        other.offer(7, makers.snapshot(7, Map.of("hello", 2)));
        service.step();
        other.offer(8, makers.snapshot(8, Map.of()));
        assertTrue(service.step().isPositive());
        service.step();
        assertEquals(1, other.timestamps.size());
        assertEquals(503, ready());
        assertTrue(ask("/readyz", "GET").body().contains("delegated-removed"));
        assertEquals(200, ask("/healthz", "GET").statusCode());
        assertEquals(1, lines("refused").size(), "once for one alarm");
        assertEquals(new Json.Str("ALARM"), lines("refused").getFirst().members().get("level"));
        assertTrue(ask("/metrics", "GET").body().contains("repro_timestamp_refusals_total{refusal=\"delegated-removed\"} 2\n"));
        while (!Files.exists(seen)) {
            Thread.onSpinWait();
        }
        assertEquals("delegated-removed\n", Files.readString(seen));
        pass(Duration.ofDays(4));
        service.step();
        assertEquals(7, newest().snapshot().version());
        assertEquals(2, newest().version());
        assertEquals(503, ready());
        other.offer(9, makers.snapshot(9, Map.of("hello", 2)));
        service.step();
        assertEquals(9, newest().snapshot().version());
        assertEquals(200, ready());
        assertEquals(1, lines("calm").size());
    }

    @Test
    void aJumpOfTheClockIsSeenAtTheNextLook() throws Exception {
        other.offer(1, makers.snapshot(1, Map.of()));
        service.step();
        for (Duration jump : List.of(Duration.ofDays(1), Duration.ofDays(-1))) {
            wall.updateAndGet(w -> w.plus(jump));
            service.step();
            assertEquals(503, ready());
            wall.updateAndGet(w -> w.minus(jump));
            service.step();
            assertEquals(200, ready());
        }
    }

    @Test
    void aServiceThatIsAwayIsTriedAgainMoreAndMoreSlowly() throws Exception {
        other.offer(1, makers.snapshot(1, Map.of()));
        service.step();
        other.status = 503;
        Duration last = Duration.ZERO;
        for (int i = 0; i < 12; i++) {
            Duration next = service.step();
            assertTrue(next.compareTo(last) > 0 || i > 7, next + " after " + last);
            assertTrue(next.compareTo(Duration.ofMinutes(1)) <= 0, next::toString);
            last = next;
        }
        assertTrue(lines("failed").getLast().toString().contains("503, out-of-order"), log::toString);
        assertEquals(200, ready());
        pass(Duration.ofMinutes(3));
        assertEquals(503, ready());
        other.status = 0;
        service.step();
        assertEquals(200, ready());
    }

    @Test
    void noServiceAtAll() throws Exception {
        service.close();
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        service = start(URI.create("http://127.0.0.1:" + port), Optional.empty());
        assertTrue(service.step().isPositive());
        assertTrue(lines("failed").getFirst().toString().contains("no connection"), log::toString);
        assertEquals(503, ready());
    }

    @Test
    void anEndlessSnapshotIsCut() throws Exception {
        other.offer(1, new byte[16_000_001]);
        assertTrue(service.step().isPositive());
        assertEquals(1, lines("failed").size(), log::toString);
        assertEquals(0, other.timestamps.size());
    }

    @Test
    void aRootThatCannotBeHadIsNotTheEndOfTheChain() throws Exception {
        other.offer(1, makers.snapshot(1, Map.of()));
        service.step();
        try (var broken = new FakeSnapshotService()) {
            broken.status = 500;
            service.close();
            service = start(broken.url(), Optional.empty());
            service.step();
            assertEquals(List.of(), broken.timestamps);
        }
    }

    @Test
    void itStopsWhenItIsTold() throws Exception {
        other.offer(1, makers.snapshot(1, Map.of()));
        var thread = Thread.ofPlatform().start(service::run);
        while (other.timestamps.isEmpty()) {
            Thread.onSpinWait();
        }
        thread.interrupt();
        thread.join();
        assertEquals(1, lines("stopped").size());
        assertEquals(1, lines("started").size());
    }

    @Test
    void itsPagesCanOnlyBeRead() throws Exception {
        assertEquals(405, ask("/metrics", "POST").statusCode());
        assertEquals(404, ask("/v1/snapshot", "GET").statusCode());
        assertEquals("", ask("/metrics", "HEAD").body());
        other.offer(1, makers.snapshot(1, Map.of()));
        service.step();
        String metrics = ask("/metrics", "GET").body();
        for (String line : List.of("repro_role_expires_seconds{role=\"timestamp\"} " + Makers.NOW.plus(Duration.ofDays(7)).getEpochSecond(),
                "repro_role_version{role=\"snapshot\"} 1", "repro_timestamp_alarm 0", "repro_timestamp_published_total 1")) {
            assertTrue(metrics.contains(line + "\n"), metrics);
        }
        metrics.lines().forEach(l -> assertTrue(l.matches("# (HELP|TYPE) .*|[a-z_]+(\\{[a-z]+=\"[^\"]+\"\\})? [0-9.E-]+"), l));
        assertFalse(metrics.isEmpty());
    }

    @Test
    void badSettingsAreTold() {
        assertEquals(Problem.Exit.USAGE, assertThrows(Problem.class, () -> start(URI.create("ftp://host/"), Optional.empty())).exit());
        assertEquals(Problem.Exit.ENVIRONMENT, assertThrows(Problem.class, () -> TimestampService.start(new TimestampService.Settings(other.url(),
                folder.resolve("1.root.json"), folder.resolve("state"), service.address(), Optional.empty()), List.of(makers.timestamp),
                Clocks.system(), new Random(), System.err)).exit());
        assertEquals(Problem.Exit.USAGE, assertThrows(Problem.class, () -> TimestampService.start(new TimestampService.Settings(other.url(),
                folder.resolve("none"), folder.resolve("state"), Optional.empty(), Optional.empty()), List.of(makers.timestamp),
                Clocks.system(), new Random(), System.err)).exit());
    }
}
