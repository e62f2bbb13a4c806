package dev.repro.tests.release.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Snapshot service and timestamp service in two network name spaces, and every packet between them lost in the middle of a submission: it is
/// not acknowledged, readers see nothing of it, and once the network is back the same submission lands, once.
class NetworkCutTest {
    private static final long PATIENCE_SECONDS = 60;
    private static final String NOWHERE = "02:00:00:00:00:99";
    private static final String SPACE = "repro" + ProcessHandle.current().pid() % 100_000;
    private static final String HERE = "10.213.87.1";
    private static final String THERE = "10.213.87.2";

    @TempDir
    Path folder;

    private final HttpClient http = Author.client();

    @BeforeEach
    void connect() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "skipped: network name spaces need root");
        assumeTrue(ip("netns", "add", SPACE) == 0, "skipped: this machine lets nobody make a network name space");
        for (String line : List.of("link add " + SPACE + " type veth peer name there netns " + SPACE, "addr add " + HERE + "/30 dev " + SPACE, "link set "
                + SPACE + " up", "-n " + SPACE + " addr add " + THERE + "/30 dev there", "-n " + SPACE + " link set there up", "-n " + SPACE + " link set lo up")) {
            assertEquals(0, ip(line.split(" ")), line);
        }
    }

    @AfterEach
    void remove() throws Exception {
        ip("link", "del", SPACE);
        ip("netns", "del", SPACE);
    }

    private static int ip(String... arguments) throws Exception {
        var command = new java.util.ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (java.io.IOException e) {
            return -1; // there is no such program
        }
        String said = new String(process.getInputStream().readAllBytes());
        int code = process.waitFor();
        if (code != 0) {
            System.out.println("NetworkCutTest: ip " + String.join(" ", arguments) + ": " + said.strip());
        }
        return code;
    }

    /// Lets each side send to an address that nobody has.
    private static void cut() throws Exception {
        assertEquals(0, ip("neigh", "replace", THERE, "lladdr", NOWHERE, "nud", "permanent", "dev", SPACE));
        assertEquals(0, ip("-n", SPACE, "neigh", "replace", HERE, "lladdr", NOWHERE, "nud", "permanent", "dev", "there"));
    }

    private static void mend() throws Exception {
        assertEquals(0, ip("neigh", "del", THERE, "dev", SPACE));
        assertEquals(0, ip("-n", SPACE, "neigh", "del", HERE, "dev", "there"));
    }

    @Test
    void networkIsCutInTheMiddleOfASubmission() throws Exception {
        int port = Daemon.free().getPort();
        try (Services services = Services.found(folder, new InetSocketAddress(HERE, port), new InetSocketAddress(THERE, port),
                List.of("ip", "netns", "exec", SPACE), Map.of())) {
            Author author = services.authors(http, 1).getFirst();
            services.start();
            String url = services.snapshot().url();
            Author.Release first = author.publishNext(url);
            Reader reader = Reader.of(url, http);
            reader.require(reader.refresh(), first);

            Author.Release next = author.next();
            author.upload(url, next);
            cut();
            var answer = CompletableFuture.supplyAsync(() -> submit(author, url, next));
            until("it is staged", () -> services.snapshot().said().lines().filter(l -> l.contains("\"staged\"")).count() >= 2, services);
            assertFalse(answer.isDone(), "acknowledged without a timestamp");
            HttpResponse<String> away = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertEquals(503, away.statusCode(), away::body);
            assertTrue(away.body().contains("timestamp-service-away"), away::body);
            assertFalse(reader.has(reader.refresh(), next), "readers see what is not acknowledged");
            reader.require(reader.refresh(), first);

            mend();
            long begun = System.nanoTime();
            HttpResponse<String> landed = submit(author, url, next);
            while (landed.statusCode() == 503 && System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
                landed = submit(author, url, next);
            }
            String body = landed.body();
            assertEquals(200, landed.statusCode(), () -> body + services.timestamp().said());
            System.out.println("NetworkCutTest: landed " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun) + " ms after the network was back");
            author.acknowledge(next);
            reader.require(reader.refresh(), next);
            reader.requireFiles(next);
            assertEquals(1, services.snapshot().said().lines().filter(l -> l.contains("\"published\"") && l.contains("\"author0\"")).count() - 1,
                    () -> "published more than once: " + services.snapshot().said());
            Author.Release last = author.publishNext(url);
            reader.require(reader.refresh(), last);
            reader.requireRight();
            services.requireNoBug();
        }
    }

    private static HttpResponse<String> submit(Author author, String url, Author.Release release) {
        try {
            return author.submit(url, release);
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Condition {
        boolean holds();
    }

    private static void until(String what, Condition condition, Services services) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < deadline, () -> "not in time: " + what + "\n" + services.snapshot().said());
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
