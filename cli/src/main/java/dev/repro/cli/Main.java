package dev.repro.cli;

import dev.repro.base.Problem;
import dev.repro.builder.Workshop;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Entry of the `repro` command. `--version` is answered before anything else is loaded.
public final class Main {

    private static final String JAR = "/repro-cli-";
    private static final Set<String> BUILDING = Set.of("build", "check", "lock");

    /// The version of this build.
    static final String VERSION = version();

    /// For a verb to stop at a signal: some waits on the network hear of no interrupt.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static volatile boolean ending;

    private Main() {}

    public static void main(String[] args) {
        int code = 0;
        var told = new CountDownLatch(1);
        if (asksVersion(args)) {
            System.out.println("repro " + VERSION);
        } else {
            var caller = Thread.currentThread();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(caller, told), "repro-end"));
            code = start(args);
        }
        if (System.out.checkError() && code == 0) {
            System.err.println("repro: error: the answer could not be written to stdout\nrepro: hint: is its disk full, or the pipe closed?");
            code = Problem.Exit.STORAGE.code;
        }
        told.countDown();
        if (code != 0) { // else the end of main is enough: System.exit looks for a logger first, which takes 20 ms
            System.exit(code);
        }
    }

    /// At a signal: makes the verb stop and say so. At the usual end nothing is left to do.
    private static void end(Thread caller, CountDownLatch told) {
        if (told.getCount() == 0) {
            return;
        }
        ending = true;
        caller.interrupt();
        try {
            if (!told.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                System.err.println("repro: error: interrupted");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody interrupts it
        }
    }

    /// Whether a signal ends this process.
    static boolean ending() {
        return ending;
    }

    private static int start(String[] args) {
        var streams = new Streams(System.out, System.err, terminal(1), terminal(2));
        try {
            return run(args, streams, System.getenv(), Path.of(""));
        } catch (Error e) {
            var voice = new Voice(streams, System.getenv(), false, List.of(args).contains("--json"));
            if (e instanceof OutOfMemoryError) {
                voice.fail(Problem.environment("this needs more memory than repro may take (" + (Runtime.getRuntime().maxMemory() >> 20) + " MiB)")
                        .hint("report it as a bug, with the size of the image"));
                return Problem.Exit.ENVIRONMENT.code;
            }
            voice.bug(e);
            return Voice.BUG;
        }
    }

    /// @param outSeen whether stdout is a terminal
    /// @param errSeen likewise stderr
    record Streams(PrintStream out, PrintStream err, boolean outSeen, boolean errSeen) {}

    /// Whether a file descriptor of this process is a terminal, as its link in /proc tells; `System.console` only tells of all three at once.
    private static boolean terminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false; // closed, or no /proc: plain lines are right then
        }
    }

    static int run(String[] args, Streams streams, Map<String, String> env, Path directory) {
        if (args.length > 0 && BUILDING.contains(args[0])) {
            Workshop.prepare();
        }
        return Commands.run(args, streams, env, directory);
    }

    private static boolean asksVersion(String[] args) {
        return args.length == 1 && (args[0].equals("--version") || args[0].equals("-V") || args[0].equals("version"));
    }

    /// As the name of the jar tells: reading it from the jar's manifest costs as much as the JVM's start.
    private static String version() {
        String path = System.getProperty("java.class.path");
        int start = path.indexOf(JAR) + JAR.length();
        int end = path.indexOf(".jar", start);
        return path.contains(JAR) && end > 0 ? path.substring(start, end) : "unreleased";
    }
}
