package dev.repro.tests.release.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The wall clock of a running service jumps a day: nothing is signed, log and `/readyz` say why, and once the clock is right all goes on.
/// libfaketime moves the clock of the process, and leaves the monotonic one.
class ClockJumpTest {
    private static final Path LIBRARY = Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1");
    private static final long PATIENCE_SECONDS = 20;

    @TempDir
    Path folder;

    private final HttpClient http = Author.client();
    private Path clock;

    @BeforeEach
    void needsLibfaketime() throws IOException {
        assumeTrue(Files.exists(LIBRARY), "skipped: libfaketime (package faketime) is missing");
        clock = Files.writeString(folder.resolve("clock"), "+0\n");
    }

    private Map<String, String> env() {
        var env = new HashMap<String, String>();
        env.put("LD_PRELOAD", LIBRARY.toString());
        env.put("FAKETIME_TIMESTAMP_FILE", clock.toString());
        env.put("FAKETIME_CACHE_DURATION", "1"); // seconds
        env.put("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        env.put("NO_FAKE_STAT", "1");
        return env;
    }

    private void set(String offset) throws IOException {
        Path next = Files.writeString(folder.resolve("clock.next"), offset + "\n");
        Files.move(next, clock, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void until(Daemon service, int status) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (service.status("/readyz") != status) {
            assertTrue(System.nanoTime() < deadline, () -> "/readyz is not " + status + ": " + service.get("/readyz") + service.said());
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static String timestamp(Daemon service) {
        String answer = service.get("/metadata/timestamp.json");
        return answer.substring(answer.indexOf("\r\n\r\n"));
    }

    @Test
    void serve() throws Exception {
        Path home = folder.resolve("home");
        try (Daemon service = Daemon.serve(home, folder.resolve("log"), env())) {
            service.start();
            Author author = Maintainers.authors(home, service.url(), http, "author", 1).getFirst();
            author.publishNext(service.url());
            for (String jump : new String[] {"+1d", "-1d"}) {
                jump(service, author, jump);
            }
            afterARestart(service, author);
            service.requireNoBug();
        }
    }

    private void jump(Daemon service, Author author, String jump) throws Exception {
        assertEquals(200, service.status("/readyz"), service::said);
        Author.Release release = author.next();
        String before = timestamp(service);
        set(jump);
        until(service, 503); // without anybody asking for a signature
        assertTrue(service.get("/readyz").contains("timestamp-clock"), () -> service.get("/readyz"));
        assertRefused(publish(service, author, release), service);
        assertEquals(before, timestamp(service));
        set("+0");
        until(service, 200);
        HttpResponse<String> answer = publish(service, author, release);
        assertEquals(200, answer.statusCode(), answer::body);
        Reader reader = Reader.of(service.url(), http);
        reader.require(reader.refresh(), release);
    }

    private static void assertRefused(HttpResponse<String> answer, Daemon service) {
        assertEquals(503, answer.statusCode(), answer::body);
        assertTrue(answer.body().contains("timestamp-clock"), answer::body);
        assertTrue(service.said().lines().anyMatch(l -> l.contains("\"ALARM\"") && l.contains("timestamp-clock")), service::said);
    }

    /// A clock that is behind what was signed cannot be right, whenever the process has begun.
    private void afterARestart(Daemon service, Author author) throws Exception {
        service.stop();
        set("-1d");
        service.start();
        until(service, 503);
        Author.Release release = author.next();
        assertRefused(publish(service, author, release), service);
        set("+0");
        assertRefused(publish(service, author, release), service); // the process began with a wrong clock, as the hint says
        service.stop();
        service.start();
        until(service, 200);
        assertEquals(200, publish(service, author, release).statusCode());
    }

    /// The server's clock has jumped, so it may take a connection for one that was idle too long, and close it while it is used. Who publishes asks again.
    private static HttpResponse<String> publish(Daemon service, Author author, Author.Release release) throws Exception {
        try {
            return author.publish(service.url(), release);
        } catch (IOException closed) {
            return author.publish(service.url(), release);
        }
    }
}
