package dev.repro.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Builds that do what no build should. Each: verdict unbuilt, exit code 1, one line that says why; and the machine is as before.
class HostileBuildTest {
    /// Stands in the arguments of what a build starts, so that it can be found among the processes of the machine.
    private static final String MARK = "repro-hostile-" + UUID.randomUUID();
    private static final String SECRET = "secret-" + UUID.randomUUID();

    @TempDir
    static Path temp;
    private static Map<String, String> env;

    /// @param why what the line that starts with `failed` must say; null: the build is no failure
    private record Case(String command, String limits, String... why) {}

    private static final Map<String, Case> CASES = new LinkedHashMap<>();

    static {
        CASES.put("forks without end", new Case("f() { f | f & }; f; while :; do sleep 9; done", "processes = 64\ntime = \"20s\"", "more processes than it may"));
        CASES.put("writes without end to its folder", new Case("cat /dev/zero > big", "output = \"32MiB\"", "wrote more than it may"));
        CASES.put("writes without end to TMPDIR", new Case("cat /dev/zero > $TMPDIR/big", "output = \"32MiB\"", "wrote more than it may"));
        CASES.put("writes many files without end", new Case("n=0; while :; do n=$((n+1)); head -c 4194304 /dev/zero > part$n; done", "output = \"32MiB\"", "wrote more than it may"));
        CASES.put("writes without end to where outputs go", new Case("n=0; while :; do n=$((n+1)); head -c 4194304 /dev/zero > /repro/out/part$n; done",
                "output = \"32MiB\"\ntime = \"20s\"", "wrote more than it may"));
        CASES.put("prints without end", new Case("cat /dev/zero", "log = \"1MiB\"", "printed more than it may"));
        CASES.put("never ends", new Case("while :; do sleep 9; done", "time = \"2s\"", "ran longer than it may"));
        CASES.put("never ends, deaf to signals", new Case("trap '' TERM INT HUP; while :; do sleep 9; done", "time = \"2s\"", "ran longer than it may"));
        CASES.put("eats memory", new Case("x=xxxxxxxxxxxxxxxx; while :; do x=$x$x; done", "memory = \"64MiB\"\ntime = \"30s\"", "memory"));
        CASES.put("fails", new Case("echo first words; echo last words >&2; exit 42", "", "exited with 42", "last words"));
        CASES.put("writes control characters", new Case("printf '\\033[2Jtitle\\007\\n'; exit 1", "", "exited with 1", "?[2Jtitle?"));
        CASES.put("kills what started it", new Case("kill -9 $PPID; sleep 9", "", "did not come to its end"));
        CASES.put("puts a link in the place of an output", new Case("echo x > app.bin; ln -s " + "/etc/shadow" + " /repro/out/0", "", "something else than a file at /repro/out/0"));
        CASES.put("puts a link in the place of the stage", new Case("rm /repro/out/stage; ln -s /dev/zero /repro/out/stage; kill -9 $PPID; sleep 9", "", "something else than a file at /repro/out/stage"));
        CASES.put("says that it is done", new Case("echo done > /repro/out/stage; kill -9 -1", "", ""));
        CASES.put("leaves folders that cannot be listed", new Case("mkdir -p /repro/out/x/y; chmod 0 /repro/out/x; exit 1", "", ""));
        CASES.put("leaves daemons", new Case("(setsid sh -c ': " + MARK + "; while :; do sleep 9; done' > /dev/null 2>&1 &) ; echo made > app.bin", ""));
        CASES.put("looks around", new Case("""
                exec 2>&1; bad=; no() { echo "$1"; bad=1; }
                [ ! -e /root/.bashrc ] && [ ! -e /root/.cache ] || no "sees /root"
                [ "$(ls -A /home | grep -v -x "${HOME#/home/}" | grep -v "^q")" = "" ] || [ "$HOME" = /home/builder ] || no "sees /home"
                if cat /etc/shadow > /dev/null 2>&1; then no "reads /etc/shadow"; fi
                [ ! -e SECRETFILE ] || no "sees a file of the host"
                grep -l HOSTMARK /proc/[0-9]*/cmdline 2> /dev/null | grep -v -e /proc/$$/ -e /proc/self/ | grep . && no "sees a process of the host"
                [ "$(ls -d /proc/[0-9]* | wc -l)" -lt 12 ] || no "sees many processes"
                [ "$(ls /sys/class/net 2> /dev/null | grep -v -x lo)" = "" ] || no "sees a network card"
                if grep -q : /proc/net/route 2> /dev/null && [ "$(wc -l < /proc/net/route)" -gt 1 ]; then no "has a route"; fi
                if command -v perl > /dev/null && perl -MIO::Socket::INET -e 'exit !IO::Socket::INET->new(PeerAddr => "127.0.0.1:22", Timeout => 2)'; then no "reaches the host"; fi
                [ -z "$bad" ] && echo made > app.bin
                """, ""));
    }

    @BeforeAll
    static void lockAll() throws Exception {
        env = Scratch.cache(temp.resolve("cache"));
        Files.writeString(temp.resolve("secret"), SECRET);
        var args = new ArrayList<>(List.of("lock", "--quiet"));
        int number = 0; // the command line of repro is seen on the host, but for the brackets not in the build's own
        for (Case one : CASES.values()) {
            String command = one.command.replace("SECRETFILE", temp.resolve("secret").toString()).replace("HOSTMARK", "[d]ev.repro.cli.Main");
            Path project = Scratch.hostProject(temp.resolve("p" + number++), command, "[limits]\n" + one.limits);
            args.add(project.toString());
        }
        Repro.Answer answer = Repro.run(temp, env, args.toArray(String[]::new));
        assertEquals(0, answer.code(), answer::toString);
    }

    @TestFactory
    Stream<DynamicTest> everyHostileBuild() {
        var names = new ArrayList<>(CASES.keySet());
        return names.stream().map(name -> DynamicTest.dynamicTest(name, () -> check("p" + names.indexOf(name), CASES.get(name))));
    }

    private static void check(String project, Case one) throws IOException {
        var before = Scratch.contents(temp.resolve(project));
        Repro.Answer answer = Repro.run(temp, env, "check", "--no-prove", project);
        Scratch.noTrace(answer);
        assertFalse(answer.err().contains("repro: error"), answer::toString);
        assertFalse(answer.out().chars().anyMatch(c -> c < 0x20 && c != '\n'), answer::toString);
        assertTrue(answer.out().length() < 10_000, answer::toString);
        if (one.why.length == 0) {
            assertEquals(0, answer.code(), answer::toString);
        } else {
            assertEquals(1, answer.code(), answer::toString);
            assertTrue(answer.out().lines().anyMatch(l -> l.startsWith("unbuilt")), answer::toString);
            for (String why : one.why) {
                assertTrue(answer.out().lines().anyMatch(l -> (l.startsWith("failed") || l.startsWith("   ")) && l.contains(why)), () -> "no `" + why + "` in " + answer);
            }
        }
        assertEquals(before, Scratch.contents(temp.resolve(project)), "the project is as before");
        assertEquals(List.of(), Processes.with(MARK));
        Scratch.tidy(env);
    }

    @AfterAll
    static void nobodyIsLeft() throws IOException {
        assertEquals(List.of(), Processes.with(MARK));
    }
}
