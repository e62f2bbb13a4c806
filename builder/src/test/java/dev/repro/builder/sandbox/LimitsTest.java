package dev.repro.builder.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Builds that want too much are stopped in time, by the limit that they hit.
@Timeout(60)
class LimitsTest {
    private static final Duration LONG = Duration.ofSeconds(50);
    /// More than 40 processes that stay.
    static final String CROWD = "i=0; while [ $i -lt 60 ]; do sleep 40 & i=$((i+1)); done; wait";

    @TempDir
    Path folder;
    private Builds builds;

    @BeforeEach
    void open() throws InterruptedException {
        builds = Builds.open(folder);
    }

    @AfterEach
    void close() {
        if (builds != null) {
            builds.close();
        }
    }

    private static Limits limits(Duration time, long memory, int processes, long output, long log) {
        return new Limits(time, memory, processes, output, log);
    }

    @Test
    void endlessLoop() throws Exception {
        var result = builds.run("echo begin; while :; do :; done", limits(Duration.ofSeconds(2), 64 << 20, 8, 1 << 20, 1000));
        assertEquals(End.TIME, result.run().end());
        assertEquals("begin\n\nrepro: the build was stopped: it ran longer than it may (2.0 seconds)\n", result.log());
        assertTrue(result.run().wall().compareTo(Duration.ofSeconds(20)) < 0, result.run().toString());
        assertTrue(result.run().cpu().toMillis() > 50, result.run().toString());
    }

    @Test
    void backgroundProcessesEndWithTheCommand() throws Exception {
        String marker = "sleep " + (1_000_000 + ProcessHandle.current().pid());
        assertEquals(0, builds.script(marker + " & exit 0").run().exitCode());
        assertFalse(KillTest.running(marker));
    }

    @Test
    void memory() throws Exception {
        assumeTrue(builds.sandbox.capabilities().memory().isFull(), "skipped: " + builds.sandbox.capabilities().memory());
        var result = builds.run("cat /dev/zero | tail", limits(LONG, 64 << 20, 16, 1 << 20, 1 << 16));
        assertEquals(End.MEMORY, result.run().end(), result.log());
        assertTrue(result.run().peakMemoryBytes() <= 64 << 20, result.run().toString());
    }

    @Test
    void forkBomb() throws Exception {
        assumeTrue(builds.sandbox.capabilities().processes().isFull(), "skipped: " + builds.sandbox.capabilities().processes());
        var result = builds.run("bomb() { bomb | bomb & }; bomb; sleep 40", limits(LONG, 256 << 20, 40, 1 << 20, 1 << 20));
        assertEquals(End.PROCESSES, result.run().end(), result.log());
    }

    @Test
    void crowd() throws Exception {
        var result = builds.run(CROWD, limits(LONG, 256 << 20, 40, 1 << 20, 1 << 20));
        assertEquals(End.PROCESSES, result.run().end(), result.log());
    }

    @Test
    void asManyProcessesAsItMay() throws Exception {
        var result = builds.run("for i in 1 2 3 4 5 6 7; do sleep 0.2 & done; wait; echo done",
                limits(LONG, 256 << 20, 8, 1 << 20, 1 << 20));
        assertEquals(End.EXITED, result.run().end(), result.log());
        assertEquals("done\n", result.log());
    }

    @Test
    void endlessFileInMemory() throws Exception {
        var result = builds.run("yes > file", limits(LONG, 256 << 20, 16, 64 << 20, 1 << 16));
        assertEquals(End.OUTPUT, result.run().end(), result.log());
    }

    @Test
    void fullFolderWhoseBuildDoesNotEnd() throws Exception {
        var result = builds.run("yes > file 2> /dev/null; sleep 40", limits(LONG, 256 << 20, 16, 64 << 20, 1 << 16));
        assertEquals(End.OUTPUT, result.run().end(), result.log());
    }

    @Test
    void endlessFileOnDisk() throws Exception {
        Path out = Files.createDirectory(folder.resolve("out"));
        var result = builds.run("yes > /out/file", limits(LONG, 256 << 20, 16, 4 << 20, 1 << 16),
                new Mount.Writable(out, "/out"));
        assertEquals(End.OUTPUT, result.run().end(), result.log());
        assertEquals(4 << 20, Files.size(out.resolve("file")));
    }

    @Test
    void manyFilesOnDisk() throws Exception {
        Path out = Files.createDirectory(folder.resolve("out"));
        Files.write(out.resolve("before"), new byte[8 << 20]); // does not count
        var result = builds.run("for i in 1 2 3 4 5 6; do head -c 1000000 /dev/zero > /out/$i; done; sleep 40",
                limits(LONG, 256 << 20, 16, 5_000_000, 1 << 16), new Mount.Writable(out, "/out"));
        assertEquals(End.OUTPUT, result.run().end(), result.log());
    }

    @Test
    void endlessLog() throws Exception {
        var result = builds.run("echo first; yes", limits(LONG, 64 << 20, 16, 1 << 20, 10_000));
        assertEquals(End.LOG, result.run().end());
        assertEquals(10_000, result.run().logBytes());
        assertTrue(result.log().startsWith("first\ny\n"));
        assertTrue(result.log().endsWith("\nrepro: the build was stopped: it printed more than it may "
                + "(10000 bytes, which are above; the rest is lost)\n"));
    }

    @Test
    void interrupt() throws Exception {
        String marker = "sleep " + (2_000_000 + ProcessHandle.current().pid());
        var spec = builds.spec(marker, limits(LONG, 64 << 20, 16, 1 << 20, 10_000));
        var thrown = new AtomicReference<Throwable>();
        var started = new CountDownLatch(1);
        var runner = Thread.ofPlatform().start(() -> {
            started.countDown();
            thrown.set(assertThrows(InterruptedException.class, () -> builds.sandbox.run(spec)));
        });
        started.await();
        KillTest.await(() -> KillTest.running(marker));
        runner.interrupt();
        runner.join();
        assertTrue(thrown.get() instanceof InterruptedException);
        assertFalse(KillTest.running(marker));
        try (var left = Files.list(folder)) {
            assertEquals(List.of("state"), left.map(p -> p.getFileName().toString()).toList());
        }
    }
}
