package dev.repro.builder.sandbox;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// Small builds for tests: a shell script over this host's /usr, with a writable /build of 8 MiB.
final class Builds implements AutoCloseable {
    static final Limits LIMITS = new Limits(Duration.ofSeconds(60), 512L << 20, 64, 8L << 20, 1L << 20);
    private static final AtomicInteger NAMES = new AtomicInteger();

    final Path folder;
    final Sandbox sandbox;

    private Builds(Path folder, Sandbox sandbox) {
        this.folder = folder;
        this.sandbox = sandbox;
    }

    /// Skips the test, and says why, on a machine without bubblewrap or without user namespaces.
    static Builds open(Path folder) throws InterruptedException {
        try {
            return new Builds(folder, Sandbox.open(folder.resolve("state"), System.getenv()));
        } catch (Problem e) {
            assumeTrue(e.exit() != Problem.Exit.ENVIRONMENT, "skipped: " + e.line());
            throw new AssertionError(e.line(), e);
        }
    }

    /// What a build did, and what it printed.
    record Result(Run run, String log) {}

    Result script(String script, Mount... mounts) throws Exception {
        return run(script, LIMITS, mounts);
    }

    Result run(String script, Limits limits, Mount... mounts) throws Exception {
        return run(spec(script, limits, mounts));
    }

    Result run(SandboxSpec spec) throws Problem, IOException, InterruptedException {
        return new Result(sandbox.run(spec), Files.readString(spec.log()));
    }

    SandboxSpec spec(String script, Limits limits, Mount... mounts) {
        return spec(folder.resolve("log" + NAMES.incrementAndGet()), script, limits, mounts);
    }

    static SandboxSpec spec(Path log, String script, Limits limits, Mount... mounts) {
        var all = new ArrayList<Mount>(List.of(new Mount.Tmpfs("/build", 8 << 20)));
        all.addAll(List.of(mounts));
        return new SandboxSpec(new Root.Host(), all, List.of("/bin/sh", "-c", script), Map.of("PATH", "/usr/bin:/bin"), "/build",
                "build", 1000, 1001, true, List.of(), limits, log);
    }

    @Override
    public void close() {
        sandbox.close();
    }
}
