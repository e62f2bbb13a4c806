package dev.repro.builder;

import dev.repro.base.Problem;
import dev.repro.builder.files.Trees;
import dev.repro.builder.files.Why;
import dev.repro.builder.recipe.Recipe;
import dev.repro.builder.sandbox.End;
import dev.repro.builder.sandbox.Limits;
import dev.repro.builder.sandbox.Mount;
import dev.repro.builder.sandbox.Root;
import dev.repro.builder.sandbox.Run;
import dev.repro.builder.sandbox.SandboxSpec;
import dev.repro.builder.source.SourceTree;
import dev.repro.builder.vary.Surroundings;
import dev.repro.builder.vary.Vary;
import dev.repro.diffoscopelite.Clock;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Runs builds of one project, each in surroundings of its own and in a work folder of its own, which are gone on close.
final class BuildRunner implements AutoCloseable {
    /// Bytes of `stage` that are read: it names one output at most.
    private static final int MAX_STAGE = 8192;

    private final Workshop workshop;
    private final Project project;
    private final Path home;

    BuildRunner(Workshop workshop, Project project) throws IOException {
        this.workshop = workshop;
        this.project = project;
        this.home = workshop.work().fresh();
    }

    /// @param side names the work folder: `A`, `B`, or what is proven
    BuildResult run(String side, Surroundings around) throws Problem, InterruptedException {
        try {
            Path folder = Files.createDirectory(home.resolve(side));
            Path tar = folder.resolve("source.tar");
            try (var out = new BufferedOutputStream(Files.newOutputStream(tar), 1 << 16)) {
                var order = around.get(Vary.FILE_ORDER).equals("ascending") ? SourceTree.Order.ASCENDING : SourceTree.Order.DESCENDING;
                project.tree().writeTar(out, order, Long.parseLong(around.get(Vary.MTIME)), Integer.parseInt(around.get(Vary.UMASK), 8));
            }
            Path outputs = Files.createDirectory(folder.resolve("out"));
            Path log = folder.resolve("log");
            var start = workshop.clock().instant();
            Run run = workshop.sandbox().run(spec(around, tar, outputs, log));
            var time = new Clock(start, workshop.clock().instant());
            Files.delete(tar);
            Optional<Path> forged = forged(outputs);
            if (forged.isPresent()) {
                return new BuildResult.Failed(side, around, run, log, time, "it put something else than a file at " + Driver.OUT + "/" + forged.get().getFileName());
            }
            String why = failure(run, outputs);
            return why == null ? new BuildResult.Built(side, around, run, log, time, collect(outputs))
                    : new BuildResult.Failed(side, around, run, log, time, why);
        } catch (IOException e) {
            throw Problem.storage("a build could not be prepared or its outputs not be taken: " + Why.of(e)).where(workshop.cache())
                    .hint("free space, or point XDG_CACHE_HOME elsewhere").because(e);
        }
    }

    /// Deletes the outputs and the log of a build that is not needed any more.
    void discard(BuildResult result) throws IOException {
        Trees.delete(home.resolve(result.side()));
    }

    @Override
    public void close() throws IOException {
        Trees.delete(home);
    }

    private SandboxSpec spec(Surroundings around, Path tar, Path outputs, Path log) throws IOException {
        var root = project.root();
        var limits = limits(project.recipe().limits());
        String home = around.get(Vary.HOME);
        String temporary = around.get(Vary.TEMP_NAMES);
        var mounts = new ArrayList<Mount>(Faces.mounts(around));
        mounts.add(new Mount.Tmpfs(top(around.buildPath()), limits.outputBytes()));
        mounts.add(new Mount.Tmpfs(home, limits.outputBytes()));
        if (!temporary.equals("/tmp")) {
            mounts.add(new Mount.Tmpfs(temporary, limits.outputBytes()));
        }
        mounts.add(new Mount.ReadOnly(tar, Driver.SOURCE));
        mounts.add(new Mount.Text(Driver.PATH, Driver.SCRIPT));
        mounts.add(new Mount.Text(Driver.OUTPUTS, String.join("\n", outputPaths()) + "\n"));
        mounts.add(new Mount.Writable(outputs, Driver.OUT));
        shell(around.get(Vary.SHELL)).ifPresent(mounts::add);
        mounts.addAll(Touch.mounts(root, around, outputs.getParent()));
        String faketime = root.libfaketime() == null ? "" : root.libfaketime();
        var argv = Driver.argv(around, project.recipe().build().directory(), faketime, project.recipe().build().command());
        return new SandboxSpec(root.isHost() ? new Root.Host() : new Root.Tree(root.tree()), mounts, argv, environment(around), "/", around.get(Vary.HOST), around.uid(), around.gid(),
                around.get(Vary.ASLR).equals("on"), around.cpus(), limits, log);
    }

    private static Limits limits(Recipe.Limits limits) {
        return new Limits(limits.time(), limits.memoryBytes(), limits.processes(), limits.outputBytes(), limits.logBytes());
    }

    /// Puts that shell in the place of the file that /bin/sh is, unless it is that already.
    private Optional<Mount> shell(String name) {
        var root = project.root();
        Optional<Path> wanted = root.program(name).flatMap(root::file);
        Optional<Path> now = root.program("sh").flatMap(root::file);
        if (wanted.isEmpty() || now.isEmpty() || wanted.equals(now)) {
            return Optional.empty();
        }
        return Optional.of(new Mount.ReadOnly(wanted.get(), root.inside(now.get())));
    }

    private Map<String, String> environment(Surroundings around) {
        var env = new TreeMap<String, String>(project.recipe().build().environment());
        env.putAll(Recipe.seedEnvironment(project.recipe().seeds()));
        env.putAll(project.sourceEnvironment());
        env.put("PATH", around.get(Vary.PATH));
        env.put("HOME", around.get(Vary.HOME));
        env.put("USER", around.userName());
        env.put("LOGNAME", around.userName());
        env.put("TMPDIR", around.get(Vary.TEMP_NAMES));
        env.put("TZ", around.get(Vary.TIMEZONE));
        env.put("LANG", around.get(Vary.LOCALE));
        env.put("LC_ALL", around.get(Vary.LOCALE));
        env.put("MAKEFLAGS", "-j" + around.get(Vary.PARALLELISM));
        env.put("SOURCE_DATE_EPOCH", Long.toString(project.sourceDateEpoch()));
        env.put("TERM", "dumb");
        String extra = around.get(Vary.ENVIRONMENT);
        if (!extra.isEmpty()) {
            env.put(extra.substring(0, extra.indexOf('=')), extra.substring(extra.indexOf('=') + 1));
        }
        return env;
    }

    /// What a build put in the place of a file that is read out here: a link would lead to a file of the host, a pipe nowhere.
    private Optional<Path> forged(Path outputs) throws IOException {
        try (var files = Files.list(outputs)) {
            return files.filter(f -> !Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS)).findFirst();
        }
    }

    /// Why the build gave no outputs, or null.
    private String failure(Run run, Path outputs) throws IOException {
        if (run.end() != End.EXITED) {
            return "it was stopped: " + run.end().sentence();
        }
        Path file = outputs.resolve("stage");
        String stage = Files.exists(file) ? stage(file) : "";
        String[] words = stage.split(" ", 2);
        return switch (words[0]) {
            case "done" -> run.exitCode() != 0 ? "the driver exited with " + run.exitCode()
                    : collect(outputs).values().stream().allMatch(Files::exists) ? null : "it made the driver end before its outputs were taken";
            case "built" -> "the command exited with " + words[words.length - 1];
            case "missing" -> "it did not make the output `" + words[words.length - 1] + "`" + Made.instead(outputs.resolve("made"), words[words.length - 1]);
            case "link" -> "the output `" + words[words.length - 1] + "` is a symbolic link: name the file that it leads to";
            case "enter" -> "there is no folder `" + project.recipe().build().directory() + "` in the source ([build] directory)";
            case "unpack" -> "the source could not be unpacked (the sandbox's output limit, or a toolchain without tar)";
            case "copy" -> "the output `" + words[words.length - 1] + "` could not be copied";
            case "build" -> "the command did not come to its end";
            default -> "the sandbox did not start the build (exit " + run.exitCode() + ")";
        };
    }

    private static String stage(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return Workshop.printable(new String(in.readNBytes(MAX_STAGE), StandardCharsets.UTF_8).strip());
        }
    }

    private Map<String, Path> collect(Path outputs) {
        var out = new LinkedHashMap<String, Path>();
        List<String> paths = outputPaths();
        for (int i = 0; i < paths.size(); i++) {
            out.put(paths.get(i), outputs.resolve(Integer.toString(i)));
        }
        return out;
    }

    private List<String> outputPaths() {
        return project.recipe().outputs().stream().map(Recipe.Output::path).toList();
    }

    private static String top(String path) {
        int second = path.indexOf('/', 1);
        return second < 0 ? path : path.substring(0, second);
    }
}
