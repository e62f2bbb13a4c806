package dev.repro.builder;

import dev.repro.base.Problem;
import dev.repro.builder.vary.Profile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/// Builds A and B of one check, made side by side.
record Pair(BuildResult a, BuildResult b) {

    private static final int LOG_LINES = 8;

    static Pair build(BuildRunner runner, Profile profile, Consumer<String> progress) throws Problem, InterruptedException {
        progress.accept("building A and B side by side");
        try (var both = Executors.newFixedThreadPool(2)) {
            Future<BuildResult> a = both.submit(() -> runner.run("A", profile.a()));
            Future<BuildResult> b = both.submit(() -> runner.run("B", profile.b()));
            try {
                return new Pair(a.get(), b.get());
            } catch (ExecutionException e) {
                both.shutdownNow();
                if (e.getCause() instanceof Problem problem) {
                    throw problem;
                }
                throw new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                both.shutdownNow();
                throw e;
            }
        }
    }

    /// Of the builds that failed: which, why, and the end of its log.
    List<String> failures() throws IOException {
        var out = new ArrayList<String>();
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
        List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
        return lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size());
    }
}
