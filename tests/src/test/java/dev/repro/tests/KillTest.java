package dev.repro.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.base.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// However repro is ended: soon nothing of the build runs, nothing is mounted, nothing is half-written, and the next run works.
class KillTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// Stands in the arguments of every process of the builds, bwrap included.
    private static final String MARK = "repro-kill-" + UUID.randomUUID();

    @TempDir
    static Path temp;
    private static Map<String, String> env;

    /// @param signal name
    /// @param group whether all of the process group get it, as by Ctrl-C, or Java alone
    /// @param code what the shell calls the end by that signal
    private record Case(String verb, String signal, boolean group, int code) {
        @Override
        public String toString() {
            return verb + ", SIG" + signal + " to " + (group ? "the group" : "java");
        }
    }

    @BeforeAll
    static void projects() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setsid")) && Files.isExecutable(Path.of("/usr/bin/env")),
                "skipped: setsid (util-linux) is missing");
        env = Scratch.cache(temp.resolve("cache"));
        Scratch.hostProject(temp.resolve("app"),
                ": " + MARK + "; echo begun > app.bin; (setsid sh -c ': " + MARK + "; while :; do sleep 9; done' &); "
                        + "while :; do sleep 9; done", "");
        Scratch.hostProject(temp.resolve("quick"), "echo made > app.bin", "");
        Repro.Answer answer = Repro.run(temp, env, "lock", "app", "quick");
        assertEquals(0, answer.code(), answer::toString);
        Files.writeString(temp.resolve("app/app.bin"), "the old file");
    }

    @TestFactory
    Stream<DynamicTest> everyEnd() {
        return Stream.of(new Case("check", "INT", false, 130), new Case("check", "TERM", false, 143),
                new Case("check", "KILL", false, 137),
                new Case("check", "INT", true, 130), new Case("build", "TERM", true, 143), new Case("build", "KILL", true, 137))
                .map(one -> DynamicTest.dynamicTest(one.toString(), () -> end(one)));
    }

    private static void end(Case one) throws Exception {
        var before = Scratch.contents(temp.resolve("app"));
        // A test that runs in the background of a shell ignores SIGINT, and so would its children.
        var builder = new ProcessBuilder("setsid", "env", "--default-signal", Repro.HOME.resolve("repro").toString(), one.verb,
                "--json", "app").directory(temp.toFile());
        builder.environment().putAll(env);
        Process process = builder.start();
        int builds = one.verb.equals("check") ? 2 : 1;
        until("all builds run",
                () -> Processes.with(MARK).stream().filter(p -> p.contains(": sh -c : " + MARK)).count() == builds);

        Scratch.tool(temp, "/bin/kill", "-" + one.signal, "--", (one.group ? "-" : "") + process.pid());
        assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), "repro did not end");
        until("nothing of the build runs", () -> Processes.with(MARK).isEmpty());
        Repro.Answer answer = Repro.finish(process);
        assertEquals(one.code, answer.code(), answer::toString);
        if (!one.signal.equals("KILL")) {
            assertEquals(Json.of("interrupted"), answer.json().members().get("error"), answer::toString);
        }
        Scratch.noTrace(answer);
        assertEquals(before, Scratch.contents(temp.resolve("app")), answer::toString);
        assertEquals(List.of(), mounts());

        Repro.Answer next = Repro.run(temp, env, "check", "quick");
        assertEquals(0, next.code(), next::toString);
        assertFalse(next.err().contains("warning"), next::toString);
        Scratch.tidy(env);
    }

    private static List<String> mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream().filter(l -> l.contains(temp.toString())
                || l.contains("/newroot")).toList();
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void until(String what, Condition condition) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < deadline, () -> "not in " + PATIENCE.toSeconds() + " s: " + what);
            Thread.sleep(20);
        }
    }
}
