package dev.repro.builder;

import dev.repro.base.Problem;
import dev.repro.builder.vary.Profile;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// Builds A and B of one check, made side by side.
record Pair(BuildResult a, BuildResult b) {

    private static final int LOG_LINES = 8;
    private static final int LOG_BYTES = 64 << 10;

    static Pair build(BuildRunner runner, Profile profile, Consumer<String> progress) throws Problem, InterruptedException {
        long start = System.nanoTime();
        Runnable tick = () -> progress.accept("building A and B side by side, " + (System.nanoTime() - start) / 1_000_000_000 + " s");
        try (var both = Executors.newFixedThreadPool(2)) {
            Future<BuildResult> a = both.submit(() -> runner.run("A", profile.a()));
            Future<BuildResult> b = both.submit(() -> runner.run("B", profile.b()));
            try {
                return new Pair(await(a, tick), await(b, tick));
            } finally {
                both.shutdownNow(); // where one has thrown, the other is in vain
            }
        }
    }

    /// What that build came to. A build is interrupted, too, when the sandbox is closed under it because the process ends.
    ///
    /// @param tick called at once, and each second until it is there
    static BuildResult await(Future<BuildResult> build, Runnable tick) throws Problem, InterruptedException {
        try {
            while (true) {
                tick.run();
                try {
                    return build.get(1, TimeUnit.SECONDS);
                } catch (TimeoutException e) {
                    // not yet
                }
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Problem problem -> throw problem;
                case InterruptedException interrupted -> throw interrupted;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    /// Of the builds that failed: which, why, and the end of its log, which is indented. Two that failed alike are told once.
    List<String> failures() throws IOException {
        var out = new ArrayList<String>();
        if (a instanceof BuildResult.Failed first && b instanceof BuildResult.Failed second && first.why().equals(second.why())) {
            out.add("builds A and B: " + first.why());
            end(first.log()).forEach(line -> out.add("  " + line));
            return out;
        }
        for (BuildResult result : List.of(a, b)) {
            if (result instanceof BuildResult.Failed failed) {
                out.add("build " + failed.side() + ": " + failed.why());
                end(failed.log()).forEach(line -> out.add("  " + line));
            }
        }
        return out;
    }

    /// The last lines of a log.
    static List<String> end(Path log) throws IOException {
        try (var file = Files.newByteChannel(log)) {
            file.position(Math.max(0, file.size() - LOG_BYTES));
            String text = new String(Channels.newInputStream(file).readNBytes(LOG_BYTES), StandardCharsets.UTF_8);
            List<String> lines = text.lines().filter(line -> !line.isBlank()).map(Workshop::printable).toList();
            return lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size());
        }
    }
}
