package dev.repro.builder;

import dev.repro.base.Problem;
import dev.repro.builder.files.Why;
import dev.repro.builder.sandbox.Limits;
import dev.repro.builder.sandbox.Mount;
import dev.repro.builder.sandbox.Root;
import dev.repro.builder.sandbox.Run;
import dev.repro.builder.sandbox.Sandbox;
import dev.repro.builder.sandbox.SandboxSpec;
import dev.repro.builder.source.Sources;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

/// What one run of repro works with: cache, work folder, sandbox, toolchains, clock, and whom it tells of its progress.
public final class Workshop implements AutoCloseable {

    /// For programs of a toolchain that repro itself runs: `localedef`, `cc --version`.
    private static final Limits SMALL = new Limits(Duration.ofMinutes(1), 1L << 30, 64, 256L << 20, 1L << 20);

    /// Characters of one line that is passed on.
    private static final int MAX_LINE = 300;

    private final Path cache;
    private final Map<String, String> env;
    private final Consumer<String> progress;
    private final InstantSource clock;
    private final WorkFolder work;
    private final FutureTask<Sandbox> sandbox;
    private final Toolchains toolchains;

    private Workshop(Path cache, Map<String, String> env, Consumer<String> progress, InstantSource clock) throws Problem, InterruptedException, IOException {
        this.cache = cache;
        this.env = Map.copyOf(env);
        this.progress = progress;
        this.clock = clock;
        this.work = WorkFolder.open(cache);
        // Trying out what this machine's sandbox can do takes as long as reading recipe, lock and source: both at once.
        this.sandbox = new FutureTask<>(() -> Sandbox.open(cache.resolve("sandbox"), env));
        Thread.ofPlatform().daemon().name("sandbox-opening").start(sandbox);
        this.toolchains = new Toolchains(cache, env, this::run);
    }

    /// Begins to load what every build needs and what takes longest, while the command line is still being read.
    public static void prepare() {
        Thread.ofPlatform().daemon().name("preparing").start(() -> {
            Sources.prepare();
            CheckReport.prepare();
        });
    }

    /// @param progress takes short lines; the newest replaces the one before
    public static Workshop open(Map<String, String> env, Consumer<String> progress) throws Problem, InterruptedException {
        Path cache = cache(env);
        try {
            Files.createDirectories(cache);
            return new Workshop(cache, env, progress, InstantSource.system());
        } catch (IOException e) {
            throw Problem.storage("the cache cannot be used: " + Why.of(e)).where(cache).hint("free space, or point XDG_CACHE_HOME elsewhere").because(e);
        }
    }

    /// `$XDG_CACHE_HOME/repro`, else `$HOME/.cache/repro`.
    static Path cache(Map<String, String> env) throws Problem {
        String base = env.getOrDefault("XDG_CACHE_HOME", "");
        if (!base.startsWith("/")) { // XDG: a relative path is ignored
            String home = env.getOrDefault("HOME", "");
            if (!home.startsWith("/")) {
                throw Problem.environment("no folder for the cache: neither XDG_CACHE_HOME nor HOME is set").hint("set XDG_CACHE_HOME to a folder of yours");
            }
            base = home + "/.cache";
        }
        return Path.of(base, "repro");
    }

    /// A line that a build or a file name made up, so that it cannot steer a terminal or pretend to be another line.
    static String printable(String line) {
        var out = new StringBuilder();
        line.codePoints().limit(MAX_LINE).forEach(c -> out.appendCodePoint(Character.isISOControl(c) && c != '\t' ? '?' : c));
        return line.codePointCount(0, line.length()) > MAX_LINE ? out + "…" : out.toString();
    }

    Path cache() {
        return cache;
    }

    WorkFolder work() {
        return work;
    }

    /// @throws Problem where this machine has no sandbox
    Sandbox sandbox() throws Problem, InterruptedException {
        try {
            return sandbox.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Problem problem -> throw problem;
                case InterruptedException interrupted -> throw interrupted;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
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
            Run run = sandbox().run(spec);
            return new Runner.Output(run.exitCode(), Files.readString(log, java.nio.charset.StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw Problem.storage("a program of the toolchain could not be run: " + Why.of(e)).where(argv.getFirst()).because(e);
        }
    }

    @Override
    public void close() throws Problem {
        try (work) {
            sandbox.get().close();
        } catch (ExecutionException e) {
            return; // it was never opened; whoever asked for it was told why
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the sandbox ends with this process
        } catch (IOException e) {
            throw Problem.storage("the work folder could not be removed: " + Why.of(e)).because(e);
        }
    }
}
