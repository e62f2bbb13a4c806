package dev.repro.builder.sandbox;

import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.base.Problem;
import dev.repro.builder.files.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// One run of one build: start, watch, stop, tell.
final class Build {
    private static final long TICK = 20; // ms
    private static final long GRACE = 2_000; // ms, for bwrap to see that its namespace is dead
    private static final int KILLED = 137;
    private static final int FILE_TOO_LARGE = 128 + 25; // SIGXFSZ
    /// What strerror(ENOSPC), strerror(EFBIG) and strsignal(SIGXFSZ) say, in the C locale.
    private static final List<String> FULL = List.of("No space left on device", "File too large", "File size limit exceeded");

    private final Sandbox.Means means;
    private final SandboxSpec spec;
    private final String name;
    private final Group group;
    private final LogPump pump;
    private final Inside inside = new Inside();
    private Wrapper wrapper;
    private Writes writes;
    private Process process;
    /// The first process of the namespace: killing it kills all of the build.
    private ProcessHandle inner;
    /// Whether `inner` has left the host's root for its own; until then, to look inside is to look at the host.
    private boolean entered;

    Build(Sandbox.Means means, SandboxSpec spec, String name) {
        this.means = means;
        this.spec = spec;
        this.name = name;
        this.group = new Group(means.cgroups(), means.leftovers().name() + "-" + name);
        this.pump = new LogPump(spec.log(), means.leftovers().name() + "-" + name, spec.limits().logBytes());
    }

    Run run() throws Problem, IOException, InterruptedException {
        Path folder = means.leftovers().folder(name);
        try {
            start(folder);
            long from = System.nanoTime();
            Optional<End> stopped = watch(from + spec.limits().time().toNanos());
            Duration wall = Duration.ofNanos(System.nanoTime() - from);
            pump.join();
            return finish(stopped, wall);
        } finally {
            clean(folder);
        }
    }

    private void start(Path folder) throws Problem, IOException, InterruptedException {
        wrapper = new Wrapper(means.tools(), folder);
        Files.createDirectory(wrapper.texts());
        List<String> mounts = RootPlan.arguments(spec, wrapper.texts());
        writes = new Writes(spec);
        means.leftovers().note(pump.beside());
        for (Path made : group.folders()) {
            means.leftovers().note(made);
        }
        group.make(spec.limits());
        process = means.launcher().start(wrapper.command(spec, mounts, prefixes(), group.folders()));
        pump.start(process.getInputStream());
    }

    /// Programs that set what a process inherits and start the next; the order does not matter.
    private List<String> prefixes() {
        var words = new ArrayList<String>();
        Tools tools = means.tools();
        Limits limits = spec.limits();
        tools.prlimit().ifPresent(prlimit -> {
            words.addAll(List.of(prlimit.toString(), "--core=0:0", both("--fsize", limits.outputBytes())));
            if (means.cgroups().memory() == null) {
                words.add(both("--as", limits.memoryBytes()));
            }
            means.processRlimit(limits.processes()).ifPresent(n -> words.add(both("--nproc", n)));
            words.add("--");
        });
        if (!spec.cpus().isEmpty() && means.capabilities().affinity().isFull()) {
            String list = String.join(",", spec.cpus().stream().map(String::valueOf).toList());
            words.addAll(List.of(tools.taskset().orElseThrow().toString(), "-c", list));
        }
        if (!spec.randomAddresses() && means.capabilities().aslr().isFull()) {
            words.addAll(List.of(tools.setarch().orElseThrow().toString(), "-R"));
        }
        return words;
    }

    private static String both(String option, long softAndHard) {
        return option + "=" + softAndHard + ":" + softAndHard;
    }

    /// Waits for the end, or for a limit, at which everything is stopped.
    private Optional<End> watch(long deadline) throws IOException, InterruptedException {
        try {
            while (!process.waitFor(TICK, TimeUnit.MILLISECONDS)) {
                learn();
                if (entered) {
                    inside.look(root());
                }
                Optional<End> end = counted().or(() -> System.nanoTime() > deadline ? Optional.of(End.TIME) : Optional.empty());
                if (end.isEmpty() && entered && writes.exceeded(root())) {
                    end = Optional.of(End.OUTPUT);
                }
                if (end.isPresent()) {
                    return end;
                }
            }
            return counted();
        } finally {
            stop();
        }
    }

    /// What counters say: exact, and still there when the build has ended.
    private Optional<End> counted() throws IOException {
        if (group.outOfMemory()) {
            return Optional.of(End.MEMORY);
        }
        if (group.forkRefused() || !group.countsProcesses() && inside.processes() > spec.limits().processes() + 1) {
            return Optional.of(End.PROCESSES);
        }
        return pump.over() ? Optional.of(End.LOG) : Optional.empty();
    }

    private Path root() {
        return Path.of("/proc", Long.toString(inner.pid()), "root");
    }

    private void learn() throws IOException {
        if (inner == null) {
            status("child-pid").flatMap(ProcessHandle::of).ifPresent(handle -> inner = handle);
        }
        if (inner != null && !entered) {
            entered = ownRoot();
        }
    }

    private boolean ownRoot() {
        try {
            return !Files.isSameFile(root(), Path.of("/"));
        } catch (IOException gone) {
            return false;
        }
    }

    /// A number of bwrap's report; a line that is not whole yet does not count.
    private Optional<Long> status(String member) throws IOException {
        if (!Files.exists(wrapper.status())) {
            return Optional.empty();
        }
        String text = Files.readString(wrapper.status());
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).split("\n")) {
            if (!line.isBlank() && parse(line).members().get(member) instanceof Json.Int(long value)) {
                return Optional.of(value);
            }
        }
        return Optional.empty();
    }

    private static Json.Obj parse(String line) {
        try {
            return (Json.Obj) JsonParser.parse(line.getBytes(StandardCharsets.UTF_8));
        } catch (JsonParser.SyntaxException e) {
            throw new IllegalStateException("bwrap reports in JSON", e);
        }
    }

    private void stop() throws IOException, InterruptedException {
        learn();
        if (process.isAlive()) {
            if (inner != null) {
                inner.destroyForcibly();
                process.waitFor(GRACE, TimeUnit.MILLISECONDS);
            }
            // Not Process.destroyForcibly, which closes the pipe under the thread that reads the log.
            process.toHandle().destroyForcibly();
            process.waitFor();
        }
        while (inner != null && inner.isAlive() && !zombie(inner)) {
            TimeUnit.MILLISECONDS.sleep(1); // bwrap ends before its namespace does
        }
    }

    /// Dead, all of its namespace with it, but in a container without an init nobody may ever ask how it ended.
    private static boolean zombie(ProcessHandle handle) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(handle.pid()), "stat"), StandardCharsets.ISO_8859_1);
            return stat.charAt(stat.lastIndexOf(')') + 2) == 'Z';
        } catch (IOException gone) {
            return true;
        }
    }

    private Run finish(Optional<End> stopped, Duration wall) throws Problem, IOException {
        Optional<Long> code = status("exit-code");
        Optional<End> limit = stopped.isPresent() ? stopped : counted();
        if (limit.isEmpty() && code.isEmpty()) {
            throw Diagnosis.notStarted(pump.tail(), spec);
        }
        End end = limit.orElse(End.EXITED);
        int exit = limit.isPresent() ? KILLED : code.orElseThrow().intValue();
        if (end == End.EXITED && exit != 0 && wroteTooMuch(exit)) {
            end = End.OUTPUT;
        }
        pump.publish(end == End.EXITED ? null : "repro: the build was stopped: " + end.sentence() + " (" + limit(end) + ")");
        return new Run(end, exit, wall, inside.cpu(), group.peakMemory(), pump.kept());
    }

    private boolean wroteTooMuch(int exit) throws IOException {
        String tail = pump.tail();
        return exit == FILE_TOO_LARGE || FULL.stream().anyMatch(tail::contains);
    }

    private String limit(End end) {
        Limits limits = spec.limits();
        return switch (end) {
            case TIME -> limits.time().toMillis() / 1000.0 + " seconds";
            case MEMORY -> limits.memoryBytes() + " bytes";
            case PROCESSES -> limits.processes() + " processes";
            case OUTPUT -> limits.outputBytes() + " bytes, or the size of a tmpfs";
            case LOG -> limits.logBytes() + " bytes, which are above; the rest is lost";
            case EXITED -> throw new IllegalStateException("no limit");
        };
    }

    private void clean(Path folder) throws IOException, InterruptedException {
        if (process != null) {
            process.destroyForcibly(); // alive only after a second interrupt
        }
        group.remove();
        Files.deleteIfExists(pump.beside());
        Trees.delete(folder);
    }
}
