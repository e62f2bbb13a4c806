package dev.repro.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Caches and projects of one test, and what every refusal must look like.
final class Scratch {
    private static boolean warm;

    private Scratch() {}

    /// The cache of the user, with the toolchain of the examples in it.
    static synchronized Path warmCache() {
        if (!warm) {
            Repro.Answer answer = Repro.run("check", "--quiet", "examples/hello/hello.hvt");
            assertEquals(0, answer.code(), answer::toString);
            warm = true;
        }
        String base = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
        return Path.of(base.startsWith("/") ? base : System.getenv("HOME") + "/.cache", "repro");
    }

    /// A new cache in that folder that has the warm one's files and toolchains, by link.
    ///
    /// @return the environment that makes repro use it
    static Map<String, String> cache(Path folder) throws IOException {
        Map<String, String> env = emptyCache(folder);
        for (String part : List.of("blobs", "rootfs")) {
            Files.createSymbolicLink(folder.resolve("repro").resolve(part), warmCache().resolve(part));
        }
        return env;
    }

    /// A new cache in that folder, with nothing in it but the start-up cache of the JDK.
    static Map<String, String> emptyCache(Path folder) throws IOException {
        Path from = warmCache().resolve("aot");
        if (Files.exists(from)) {
            link(from, folder.resolve("repro/aot"));
        }
        var env = new HashMap<String, String>();
        env.put("XDG_CACHE_HOME", folder.toString());
        return env;
    }

    /// The files of one folder in another: as hard links, or copied where that cannot be.
    static void link(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (var files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(file.getFileName());
                try {
                    Files.createLink(target, file);
                } catch (IOException | UnsupportedOperationException otherFileSystem) {
                    Files.copy(file, target);
                }
            }
        }
    }

    /// A project that this host's own tools build, not locked yet.
    ///
    /// @param rest more of the recipe; it makes `app.bin` if it says nothing else
    static Path hostProject(Path folder, String command, String rest) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("main.c"), "int main;\n");
        String output = rest.contains("[[output]]") ? "" : "[[output]]\npath = \"app.bin\"\nkind = \"file\"\n";
        Files.writeString(folder.resolve("repro.toml"), """
                schema = "repro.recipe.v1"
                name = "app"
                [toolchain]
                host = true
                [build]
                command = '''%s'''
                """.formatted(command) + rest + "\n" + output);
        return folder;
    }

    /// What every refusal looks like: the exit code, one error line, one hint line, all of `parts` in them, no stack trace.
    static void refused(Repro.Answer answer, int code, String... parts) {
        String said = one("repro: error: ", answer) + "\n" + one("repro: hint: ", answer);
        assertEquals(code, answer.code(), answer::toString);
        for (String part : parts) {
            assertTrue(said.contains(part), () -> "no `" + part + "` in error and hint of: " + answer);
        }
        noTrace(answer);
    }

    static void noTrace(Repro.Answer answer) {
        assertFalse(answer.err().contains("\tat ") || answer.err().contains("Exception")
                || answer.err().contains("internal error"), answer::toString);
    }

    private static String one(String start, Repro.Answer answer) {
        var lines = answer.err().lines().filter(l -> l.startsWith(start)).toList();
        assertEquals(1, lines.size(), () -> "lines that start with `" + start + "` in: " + answer);
        return lines.getFirst();
    }

    /// Nothing of a run is left in that cache.
    static void tidy(Map<String, String> env) throws IOException {
        Path cache = Path.of(env.get("XDG_CACHE_HOME"), "repro");
        assertEquals(List.of(), names(cache.resolve("work")));
        assertEquals(List.of("lock"), names(cache.resolve("sandbox/sandboxes")));
    }

    private static List<String> names(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    /// Every file below a folder with its content, to see that nothing was touched.
    static Map<String, String> contents(Path folder) throws IOException {
        var out = new TreeMap<String, String>();
        try (var files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.put(folder.relativize(file).toString(), dev.repro.base.Digest.of(file).hex());
            }
        }
        return out;
    }

    /// Runs a program that a test needs, to its good end.
    static String tool(Path directory, String... command) throws Exception {
        var process = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), () -> String.join(" ", command) + ": " + out);
        return out;
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }
}
