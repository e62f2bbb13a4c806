package dev.repro.cli;

import dev.repro.base.Problem;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the launcher runs once to fill an AOT cache. For the verbs that follow a repository: [TufTraining]. For launches: [LaunchTraining]. For services: [ServeTraining]. For all others: the way of a check of a unikernel in a git work tree, once of a reproducible one and
/// once of one that is not. The host's own tools build it, and where there is no sandbox or no git, the rest is still met.
///
/// All that is met here is loaded at the start of every run, so what is rarely asked for is left out.
final class Training {
    private static final String RECIPE = """
            schema = "repro.recipe.v1"
            name = "training"
            [source]
            exclude = ["*.md"]
            [toolchain]
            host = true
            [build]
            command = ["cp", "image", "app.hvt"]
            [[output]]
            path = "app.hvt"
            """;

    private final Path folder;
    private final Map<String, String> env = new HashMap<>(System.getenv());

    private Training(Path folder) {
        this.folder = folder;
        env.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    }

    /// @param args `tuf` for the verbs that follow a repository, `launch` for launches, `serve` for services, nothing for the others
    public static void main(String[] args) throws IOException, InterruptedException, Problem {
        Path folder = Files.createTempDirectory("repro-training");
        try {
            var training = new Training(folder);
            if (List.of(args).equals(List.of("tuf"))) {
                training.tuf();
            } else if (List.of(args).equals(List.of("launch"))) {
                try (var launches = new LaunchTraining(folder, training.env)) {
                    launches.lines().forEach(line -> training.repro(folder, line.split(" ")));
                }
            } else if (List.of(args).equals(List.of("serve"))) {
                new ServeTraining(folder, training.env).run();
            } else {
                training.run();
            }
        } finally {
            delete(folder);
        }
    }

    private void run() throws IOException, InterruptedException {
        Path good = Files.createDirectory(folder.resolve("good"));
        Path bad = Files.createDirectory(folder.resolve("bad"));
        Path hello = Path.of(System.getProperty("repro.home", ""), "examples/hello/hello.hvt"); // an image of Solo5, but in a release archive
        for (Path project : List.of(good, bad)) {
            Files.copy(Files.exists(hello) ? hello : Path.of("/bin/true"), project.resolve("image"));
            Files.copy(project.resolve("image"), project.resolve("app.hvt"), StandardCopyOption.REPLACE_EXISTING);
        }
        Files.writeString(good.resolve("repro.toml"), RECIPE);
        Files.writeString(bad.resolve("repro.toml"), RECIPE.replace("[\"cp\", \"image\", \"app.hvt\"]", "\"cp image app.hvt; pwd >> app.hvt\""));
        Files.writeString(folder.resolve(".gitignore"), "*.o\n/target/\n");
        commit();
        for (Path project : List.of(good, bad)) {
            repro(project, "lock", "--allow-dirty");
            repro(project, "check", "app.hvt", "--no-prove");
        }
        repro(good, "check", "--json");
    }

    private void tuf() throws IOException, Problem {
        try (var repository = new TufTraining(folder)) {
            repository.lines().forEach(line -> repro(folder, line.split(" ")));
        }
    }

    private void repro(Path project, String... args) {
        var nowhere = new PrintStream(OutputStream.nullOutputStream());
        Main.run(args, new Main.Streams(nowhere, nowhere, false, false), env, project);
    }

    /// Makes a git work tree of the folder, if there is a git.
    private void commit() throws IOException, InterruptedException {
        String[] commit = {"-c", "user.name=repro", "-c", "user.email=repro", "commit", "-q", "-m", "training", "--allow-empty"};
        String[][] commands = {{"init", "-q"}, {"add", "."}, commit, {"repack", "-q", "-a", "-d"}, commit}; // objects in a pack, and one alone
        for (String[] command : commands) {
            var words = new ArrayList<>(List.of("git"));
            words.addAll(List.of(command));
            var git = new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(new File("/dev/null"));
            git.environment().keySet().removeIf(name -> name.startsWith("GIT_"));
            git.environment().putAll(Map.of("GIT_CONFIG_NOSYSTEM", "1", "GIT_CONFIG_GLOBAL", "/dev/null"));
            try {
                git.start().waitFor();
            } catch (IOException e) {
                return; // there is none: the projects are plain folders then
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
