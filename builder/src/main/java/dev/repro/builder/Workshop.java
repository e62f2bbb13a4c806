package dev.repro.builder;

import dev.repro.base.Problem;
import dev.repro.builder.sandbox.Limits;
import dev.repro.builder.sandbox.Mount;
import dev.repro.builder.sandbox.Root;
import dev.repro.builder.sandbox.Run;
import dev.repro.builder.sandbox.Sandbox;
import dev.repro.builder.sandbox.SandboxSpec;
import dev.repro.builder.toolchain.Runner;
import dev.repro.builder.toolchain.Toolchains;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// What one run of repro works with: cache, work folder, sandbox, toolchains, clock, and whom it tells of its progress.
public final class Workshop implements AutoCloseable {

    /// For programs of a toolchain that repro itself runs: `localedef`, `cc --version`.
    private static final Limits SMALL = new Limits(Duration.ofMinutes(1), 1L << 30, 64, 256L << 20, 1L << 20);

    private final Path cache;
    private final Map<String, String> env;
    private final Consumer<String> progress;
    private final InstantSource clock;
    private final WorkFolder work;
    private final Sandbox sandbox;
    private final Toolchains toolchains;

    private Workshop(Path cache, Map<String, String> env, Consumer<String> progress, InstantSource clock) throws Problem, InterruptedException, IOException {
        this.cache = cache;
        this.env = Map.copyOf(env);
        this.progress = progress;
        this.clock = clock;
        this.sandbox = Sandbox.open(cache.resolve("sandbox"), env);
        this.work = WorkFolder.open(cache);
        this.toolchains = new Toolchains(cache, env, this::run);
    }

    /// @param progress takes short lines; the newest replaces the one before
    public static Workshop open(Map<String, String> env, Consumer<String> progress) throws Problem, InterruptedException {
        Path cache = cache(env);
        try {
            Files.createDirectories(cache);
            return new Workshop(cache, env, progress, InstantSource.system());
        } catch (IOException e) {
            throw Problem.storage("the cache cannot be used: " + reason(e)).where(cache).hint("free space, or point XDG_CACHE_HOME elsewhere").because(e);
        }
    }

    /// `$XDG_CACHE_HOME/repro`, else `$HOME/.cache/repro`.
    static Path cache(Map<String, String> env) throws Problem {
        String base = env.getOrDefault("XDG_CACHE_HOME", "");
        if (!base.startsWith("/")) { // XDG: a relative path is ignored
            String home = env.getOrDefault("HOME", "");
            if (!home.startsWith("/")) {
                throw Problem.environment("no folder for the cache: neither XDG_CACHE_HOME nor HOME is set");
            }
            base = home + "/.cache";
        }
        return Path.of(base, "repro");
    }

    static String reason(IOException e) {
        return e instanceof java.nio.file.FileSystemException f && f.getReason() != null ? f.getReason() + " (" + f.getFile() + ")" : e.getMessage();
    }

    Path cache() {
        return cache;
    }

    WorkFolder work() {
        return work;
    }

    Sandbox sandbox() {
        return sandbox;
    }

    Toolchains toolchains() {
        return toolchains;
    }

    InstantSource clock() {
        return clock;
    }

    Consumer<String> progress() {
        return progress;
    }

    String version() {
        String version = Workshop.class.getPackage().getImplementationVersion();
        return version == null ? "unreleased" : version;
    }

    /// [Runner]: a program of a toolchain, in a sandbox that shows that toolchain and one writable folder.
    private Runner.Output run(Path tree, List<String> argv, Path writable) throws Problem, InterruptedException {
        var mounts = new ArrayList<Mount>();
        if (writable != null) {
            mounts.add(new Mount.Writable(writable, Runner.WRITABLE));
        }
        try {
            Path log = Files.createTempFile(work.folder("tools"), "", ".log");
            var spec = new SandboxSpec(tree == null ? new Root.Host() : new Root.Tree(tree), mounts, argv,
                    Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL", "C.UTF-8", "HOME", "/tmp"), "/", "build", 1000, 1000, true, List.of(), SMALL, log);
            Run run = sandbox.run(spec);
            return new Runner.Output(run.exitCode(), Files.readString(log, java.nio.charset.StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw Problem.storage("a program of the toolchain could not be run: " + reason(e)).where(argv.getFirst()).because(e);
        }
    }

    @Override
    public void close() throws Problem {
        try {
            sandbox.close();
            work.close();
        } catch (IOException e) {
            throw Problem.storage("the work folder could not be removed: " + reason(e)).because(e);
        }
    }
}
