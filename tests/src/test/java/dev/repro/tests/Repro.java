package dev.repro.tests;

import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs `./repro` as a user does: as a process.
public final class Repro {

    /// The root of the project.
    public static final Path HOME = home();

    private static final long PATIENCE_MINUTES = 10;

    private Repro() {}

    public record Answer(int code, String out, String err) {
        /// The one object on stdout; anything beside it is refused.
        public Json.Obj json() throws JsonParser.SyntaxException {
            return (Json.Obj) JsonParser.parse(out);
        }

        /// For the message of an assertion.
        @Override
        public String toString() {
            return "exit " + code + "\n--- stdout\n" + out + "\n--- stderr\n" + err;
        }
    }

    public static Answer run(String... args) {
        return run(HOME, Map.of(), args);
    }

    public static Answer run(Path directory, Map<String, String> env, String... args) {
        try {
            Process process = start(directory, env, args);
            return finish(process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// @param env added to the environment of the tests; an empty value removes
    public static Process start(Path directory, Map<String, String> env, String... args) throws IOException {
        var command = new java.util.ArrayList<>(List.of(HOME.resolve("repro").toString()));
        command.addAll(List.of(args));
        var builder = new ProcessBuilder(command).directory(directory.toFile());
        new HashMap<>(env).forEach((name, value) -> {
            if (value.isEmpty()) {
                builder.environment().remove(name);
            } else {
                builder.environment().put(name, value);
            }
        });
        return builder.redirectInput(new java.io.File("/dev/null")).start();
    }

    static Answer finish(Process process) throws IOException, InterruptedException {
        var err = new java.util.concurrent.FutureTask<>(() -> new String(process.getErrorStream().readAllBytes()));
        Thread.ofVirtual().start(err);
        String out = new String(process.getInputStream().readAllBytes());
        if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IllegalStateException("repro did not end in " + PATIENCE_MINUTES + " minutes");
        }
        try {
            return new Answer(process.exitValue(), out, err.get());
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The cache of the `repro` that the tests run.
    public static Path cache() {
        String base = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
        return (base.startsWith("/") ? Path.of(base) : Path.of(System.getenv("HOME"), ".cache")).resolve("repro");
    }

    private static Path home() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isExecutable(at.resolve("repro")) && Files.exists(at.resolve("pom.xml"))) {
                return at;
            }
        }
        throw new IllegalStateException("the tests run inside a checkout of repro");
    }

    /// A copy of an example outside git, without what repro or make left there.
    static Path copy(String example, Path into) throws IOException {
        Path from = HOME.resolve("examples").resolve(example);
        Path to = Files.createDirectories(into.resolve(from.getFileName()));
        try (var files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.toString().endsWith(".o")) {
                    Path target = to.resolve(from.relativize(file));
                    Files.createDirectories(target.getParent());
                    Files.copy(file, target);
                }
            }
        }
        return to;
    }
}
