package dev.repro.builder.sandbox;

import dev.repro.base.Problem;
import dev.repro.builder.files.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/// Runs builds that see only what they were given: own root, no network but an unconnected loopback, own process ids, a cleared
/// environment, limits. Made by bubblewrap; no privilege is needed.
///
/// **Holds:** a build that ends, is stopped, or whose `repro` is killed in any way leaves no process and no mount. Files that
/// a killed `repro` left are removed by the next [#open] with the same state folder.
///
/// **Nearly holds:** a SIGKILL in the moment in which bwrap sets a sandbox up, before each link of its chain is tied to the one above. A
/// command that prints soon dies of the closed pipe; another one runs on until the next [#open], which ends it where there are cgroups.
///
/// **Does not hold:** against a build that breaks out of the kernel. Inside can be seen: the kernel's name and version, its load,
/// and in `/proc/self/mountinfo` the host's paths of what was mounted and the caller's user id.
public final class Sandbox implements AutoCloseable {

    /// What builds are made with.
    record Means(Tools tools, Cgroups cgroups, Capabilities capabilities, Leftovers leftovers, Launcher launcher) {

        /// The value of RLIMIT_NPROC where nothing better limits processes. It counts all processes of the user, so those there
        /// now are added, and room for a second build beside; it does not bind root.
        Optional<Long> processRlimit(int processes) {
            if (cgroups.pids() != null || isRoot()) {
                return Optional.empty();
            }
            int user = user(ProcessHandle.current());
            long now = ProcessHandle.allProcesses().filter(p -> user(p) == user).mapToLong(Sandbox::threads).sum();
            return Optional.of(now + 2L * processes);
        }
    }

    private static final int PROBE_USER = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Means means;
    private final Thread hook = new Thread(this::end, "repro-sandbox-end");
    private final AtomicInteger names = new AtomicInteger();
    private final Set<Thread> running = new HashSet<>(); // guarded by itself
    private volatile boolean ending;

    private Sandbox(Means means) {
        this.means = means;
    }

    /// Looks at what this machine can do, tries it, and removes what a killed predecessor left in `stateDir`.
    ///
    /// @param stateDir a folder of the user, made if absent
    /// @param env      of this process: `PATH`; `REPRO_BWRAP` for another bwrap
    public static Sandbox open(Path stateDir, Map<String, String> env) throws Problem, InterruptedException {
        Tools tools = Tools.find(env);
        try {
            var leftovers = Leftovers.open(stateDir);
            var launcher = new Launcher();
            var cgroups = usable(Cgroups.find(Path.of("/proc")), leftovers);
            var means = new Means(tools, cgroups, look(tools, cgroups, launcher), leftovers, launcher);
            var sandbox = new Sandbox(means);
            Runtime.getRuntime().addShutdownHook(sandbox.hook);
            try {
                sandbox.probe();
                return sandbox;
            } catch (Problem e) {
                sandbox.close();
                throw e;
            }
        } catch (IOException e) {
            throw Problem.storage("the state of the sandbox cannot be kept").where(stateDir).found(e).because(e);
        }
    }

    /// What this machine can do, for `doctor` and for the verdict.
    public Capabilities capabilities() {
        return means.capabilities();
    }

    /// Runs one build to its end. Any number of threads may do so at once. An interrupt ends the build.
    public Run run(SandboxSpec spec) throws Problem, InterruptedException {
        enter();
        try {
            Run run = new Build(means, spec, Integer.toString(names.incrementAndGet())).run();
            if (ending) {
                throw new InterruptedException("the sandbox was closed");
            }
            return run;
        } catch (IOException e) {
            throw Problem.storage("the build cannot be run").where(spec.log()).found(e).because(e);
        } finally {
            synchronized (running) {
                running.remove(Thread.currentThread());
                running.notifyAll();
            }
        }
    }

    private void enter() throws InterruptedException {
        synchronized (running) {
            if (ending) {
                throw new InterruptedException("the sandbox is closed");
            }
            running.add(Thread.currentThread());
        }
    }

    /// Ends the builds that still run.
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyShuttingDown) {
            return; // the hook does the rest
        }
        end();
    }

    private void end() {
        try {
            synchronized (running) {
                ending = true;
                running.forEach(Thread::interrupt);
                long now = System.nanoTime();
                long deadline = now + PATIENCE.toNanos();
                while (!running.isEmpty() && now < deadline) {
                    running.wait((deadline - now) / 1_000_000 + 1);
                    now = System.nanoTime();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        means.launcher().close();
        try {
            means.leftovers().close();
        } catch (IOException e) {
            // The next open sweeps: what is written down in the list stays written down.
            System.getLogger(Sandbox.class.getName()).log(System.Logger.Level.DEBUG, "leftovers stay", e);
        }
    }

    /// The smallest build, by all the means of a real one.
    private void probe() throws Problem, IOException, InterruptedException {
        Path folder = means.leftovers().folder("probe");
        var limits = new Limits(Duration.ofSeconds(20), 256 << 20, 16, 1 << 20, 1 << 16);
        var spec = new SandboxSpec(new Root.Host(), List.of(), List.of("true"), Map.of("PATH", "/usr/bin:/bin"), "/", "probe",
                PROBE_USER, PROBE_USER, true, List.of(), limits, folder.resolve("log"));
        Run run;
        try {
            run = run(spec);
        } catch (Problem e) {
            throw e.exit() == Problem.Exit.STORAGE ? e : Diagnosis.noSandbox(e, Path.of("/"));
        }
        if (run.end() != End.EXITED || run.exitCode() != 0) {
            throw Problem.environment("the smallest build fails in the sandbox").expected("exit code 0")
                    .found(run.end() + ", exit code " + run.exitCode());
        }
        Trees.delete(folder);
    }

    private static Capabilities look(Tools tools, Cgroups cgroups, Launcher launcher) throws IOException, InterruptedException {
        boolean root = isRoot();
        return new Capabilities(tools.bwrap(), tools.versionText(), root ? "as root" : "unprivileged", cgroups.mode(),
                memory(tools, cgroups), processes(tools, cgroups, root), aslr(tools, launcher),
                tools.taskset().isPresent() ? Ability.full("taskset") : missing("taskset"));
    }

    private static Ability memory(Tools tools, Cgroups cgroups) {
        if (cgroups.memory() != null) {
            return Ability.full(cgroups.memoryHow());
        }
        return tools.prlimit().isEmpty() ? missing("prlimit")
                : Ability.partial("RLIMIT_AS", "each process is limited alone, not all together: " + cgroups.memoryReason());
    }

    private static Ability processes(Tools tools, Cgroups cgroups, boolean root) {
        if (cgroups.pids() != null) {
            return Ability.full(cgroups.pidsHow());
        }
        return tools.prlimit().isEmpty() || root
                ? Ability.partial("counting", "processes are counted only every 20 ms: " + cgroups.pidsReason())
                : Ability.partial("RLIMIT_NPROC", "it counts all processes of this user: " + cgroups.pidsReason());
    }

    private static Ability aslr(Tools tools, Launcher launcher) throws IOException, InterruptedException {
        if (tools.setarch().isEmpty()) {
            return missing("setarch");
        }
        var process = launcher.start(List.of(tools.setarch().get().toString(), "-R", "/bin/sh", "-c", ":"));
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).strip();
        return process.waitFor() == 0 ? Ability.full("setarch -R") : Ability.none(said);
    }

    private static Ability missing(String tool) {
        return Ability.none(tool + " is not on PATH: apt-get install util-linux");
    }

    /// The groups if one can really be made, else none, with the reason.
    private static Cgroups usable(Cgroups found, Leftovers leftovers) throws IOException, InterruptedException {
        var group = new Group(found, leftovers.name() + "-try");
        for (Path folder : group.folders()) {
            leftovers.note(folder);
        }
        try {
            group.make(new Limits(Duration.ofSeconds(1), 256 << 20, 16, 1, 1));
            return found;
        } catch (IOException e) {
            return new Cgroups(null, false, null, false, e.toString(), e.toString());
        } finally {
            group.remove();
        }
    }

    private static boolean isRoot() {
        return user(ProcessHandle.current()) == 0;
    }

    /// Effective user id, or -1 when the process is gone.
    private static int user(ProcessHandle process) {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc", Long.toString(process.pid())), "unix:uid");
        } catch (IOException gone) {
            return -1;
        }
    }

    private static long threads(ProcessHandle process) {
        try (var tasks = Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            return tasks.count();
        } catch (IOException | java.io.UncheckedIOException gone) {
            return 1;
        }
    }
}
