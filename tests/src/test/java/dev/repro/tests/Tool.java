package dev.repro.tests;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// Runs other programs of this machine.
public final class Tool {
    private static final long PATIENCE_SECONDS = 120;

    private Tool() {}

    /// @param text what it printed, to stdout and stderr
    public record Ended(int code, String text) {}

    public static boolean found(String program) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }

    public static Ended run(Path directory, String... argv) throws IOException, InterruptedException {
        return run(directory, PATIENCE_SECONDS, argv);
    }

    public static Ended run(Path directory, long patienceSeconds, String... argv) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(argv).directory(directory.toFile()).redirectErrorStream(true)
                .redirectInput(new File("/dev/null")).start();
        try (var ends = java.util.concurrent.Executors.newSingleThreadScheduledExecutor()) {
            var late = ends.schedule(process::destroyForcibly, patienceSeconds, TimeUnit.SECONDS);
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            late.cancel(false);
            return new Ended(code, text);
        }
    }
}
