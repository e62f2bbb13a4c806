package dev.repro.builder.toolchain;

import dev.repro.base.Problem;
import dev.repro.builder.files.Why;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Runs a program of this machine to its end: apt, dpkg, rpm.
record Command(int exitCode, String out, String err) {

    /// @param environment the whole environment, but for the language, which is English
    static Command run(List<String> argv, Map<String, String> environment, Duration limit) throws Problem, InterruptedException {
        var builder = new ProcessBuilder(argv);
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().remove("LANGUAGE");
        Process process;
        try {
            process = builder.start();
            process.getOutputStream().close();
        } catch (IOException e) {
            throw Problem.environment("cannot run `" + argv.getFirst() + "` on this machine").found(Why.of(e)).because(e);
        }
        try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                var out = readers.submit(() -> text(process.getInputStream()));
                var err = readers.submit(() -> text(process.getErrorStream()));
                if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
                    throw Problem.environment("`" + argv.getFirst() + "` did not end in time").expected(limit.toSeconds() + " s");
                }
                return new Command(process.exitValue(), out.get(), err.get());
            } catch (ExecutionException e) {
                throw Problem.environment("cannot read what `" + argv.getFirst() + "` says").found(e.getCause()).because(e);
            } finally {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }
    }

    private static String text(InputStream in) throws IOException {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
