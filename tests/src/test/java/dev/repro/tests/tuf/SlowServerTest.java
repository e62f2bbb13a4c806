package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.tuf.Limits;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A server that keeps the client busy: python-tuf 5.1.0 and sigstore-java 2.0.0 wait for ever for a file that comes a byte a
/// second.
class SlowServerTest extends Attack {
    private static final long SECOND = 1000;
    private static final String LONG = "HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n";

    private long begun;

    @BeforeEach
    void start() {
        victim.limits = Victim.STRICT;
        begun = System.nanoTime();
    }

    private void tookLessThan(int seconds) {
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        assertTrue(took.toSeconds() < seconds, took::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"root", "timestamp", "snapshot", "targets"})
    void aByteASecond(String role) throws Exception {
        forge.publish("targets");
        web.on(role.equals("root") ? "metadata/2.root.json" : forge.path(role), Web.drip(LONG, new byte[9000], SECOND));
        victim.fails("too slow");
        tookLessThan(20);
        recovers(forge.copy());
    }

    /// Not slow enough for the floor, but for ever: the deadline of metadata.
    @Test
    void justFastEnough() throws Exception {
        victim.limits = limits(1, Duration.ofMillis(1500));
        web.on("metadata/timestamp.json", Web.drip(LONG, new byte[9000], 100));
        victim.fails("took too long");
        tookLessThan(20);
    }

    private static Limits limits(long bytesPerSecond, Duration metadataTime) {
        Limits l = Victim.STRICT;
        return new Limits(l.rootBytes(), l.timestampBytes(), l.snapshotBytes(), l.targetsBytes(), l.rotateBytes(),
                l.rootRotations(), l.keyRotations(),
                l.delegations(), l.connect(), metadataTime, bytesPerSecond, l.grace());
    }

    @Test
    void noAnswerAtAll() throws Exception {
        victim.limits = limits(1_000, Duration.ofMillis(1500));
        web.on("metadata/timestamp.json", out -> Thread.sleep(600 * SECOND));
        victim.fails("no answer came in time");
        tookLessThan(20);
    }

    @Test
    void headers() throws Exception {
        web.on("metadata/timestamp.json", Web.drip("HTTP/1.1 200 OK\r\nX-Slow: ", Forge.bytes("o".repeat(9000)), SECOND));
        victim.fails("too slow");
        tookLessThan(20);
    }

    /// A target has no deadline, for it may be of any size; it has the floor, and what came stays for the next try.
    @Test
    void target() throws Exception {
        String content = "x".repeat(100_000);
        forge.publish("targets", targets -> forge.withTarget(targets, "large", content), forge.targets);
        byte[] bytes = Forge.bytes(content);
        Web.Answer slow = out -> {
            out.write(Forge.bytes("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"));
            out.write(bytes, 0, 50_000);
            out.flush();
            Web.drip("", new byte[9000], SECOND).to(out);
        };
        web.on(Forge.targetPath("large", content), slow);
        victim.failsTarget("too slow", "large");
        tookLessThan(20);
        assertEquals(1, victim.downloaded().size());
        assertTrue(victim.downloaded().getFirst().endsWith(".part"), () -> victim.downloads.toString());
        assertTrue(Files.size(victim.downloads.resolve(victim.downloaded().getFirst())) >= 50_000);
        web.reform();
        assertEquals(content, victim.download("large"));
    }

    /// Fast at first: that does not buy time later.
    @Test
    void fastAtFirst() throws Exception {
        web.on("metadata/timestamp.json", out -> {
            out.write(Forge.bytes("HTTP/1.1 200 OK\r\n\r\n" + " ".repeat(8000)));
            out.flush();
            Web.drip("", new byte[1000], SECOND).to(out);
        });
        victim.fails("too slow");
        tookLessThan(20);
    }
}
