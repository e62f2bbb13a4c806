package dev.repro.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// What the launcher runs once to fill the AOT cache: the verbs, on a tiny project that the host's own tools build and that is not
/// reproducible, so that comparing and explaining are met too. Where there is no sandbox, the rest is still met.
final class Training {
    private static final String RECIPE = """
            schema = "repro.recipe.v1"
            name = "training"
            [toolchain]
            host = true
            [build]
            command = "pwd > app.bin; cp /bin/true app.elf; pwd >> app.elf"
            [[output]]
            path = "app.bin"
            kind = "file"
            [[output]]
            path = "app.elf"
            """;

    private Training() {}

    public static void main(String[] args) throws IOException {
        Path folder = Files.createTempDirectory("repro-training");
        try {
            Files.writeString(folder.resolve("repro.toml"), RECIPE);
            Files.writeString(folder.resolve("main.c"), "int main;\n");
            Files.createDirectories(folder.resolve(".git/objects"));
            Files.createDirectories(folder.resolve(".git/refs"));
            Files.writeString(folder.resolve(".git/HEAD"), "ref: refs/heads/main\n");
            Map<String, String> env = new HashMap<>(System.getenv());
            env.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
            for (String line : new String[] {"--version", "--help", "help check", "no-such-verb", "doctor --json", "lock --allow-dirty",
                "check --allow-dirty --json --no-prove", "check --allow-dirty app.elf", "manifest show app.elf", "manifest lint --json app.elf"}) {
                run(line.split(" "), env, folder);
            }
        } finally {
            delete(folder);
        }
    }

    private static void run(String[] args, Map<String, String> env, Path folder) throws IOException {
        Files.write(folder.resolve("app.elf"), Files.readAllBytes(Path.of("/bin/true")));
        var nowhere = new PrintStream(OutputStream.nullOutputStream());
        Main.run(args, new Main.Streams(nowhere, nowhere, false, false), env, folder);
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
