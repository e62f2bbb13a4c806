package dev.repro.builder.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.base.Problem;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The sandbox, proven from inside.
class SandboxTest {
    @TempDir
    Path folder;
    private Builds builds;

    @BeforeEach
    void open() throws InterruptedException {
        builds = Builds.open(folder);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        if (builds != null) {
            builds.close();
            try (var left = Files.list(folder.resolve("state/sandboxes"))) {
                assertEquals(List.of("lock"), left.map(p -> p.getFileName().toString()).toList());
            }
        }
    }

    private String inside(String script, Mount... mounts) throws Exception {
        var result = builds.script(script, mounts);
        assertEquals(End.EXITED, result.run().end(), result.log());
        assertEquals(0, result.run().exitCode(), result.log());
        return result.log();
    }

    @Test
    void exitCodeIsPassedOn() throws Exception {
        assertEquals(42, builds.script("exit 42").run().exitCode());
        assertEquals(128 + 15, builds.script("kill -TERM $$").run().exitCode());
    }

    @Test
    void bothOutputsGoToTheLogInOrder() throws Exception {
        assertEquals("1\n2\n3\n", inside("echo 1; echo 2 >&2; echo 3"));
    }

    @Test
    void noNetworkButLoopback() throws Exception {
        assertEquals("lo\n", inside("tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '"));
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assumeTrue(Files.exists(Path.of("/usr/bin/bash")), "skipped: no bash for /dev/tcp");
            var result = builds.script("exec bash -c 'exec 5<>/dev/tcp/127.0.0.1/" + server.getLocalPort() + "'");
            assertNotEquals(0, result.run().exitCode());
            assertTrue(result.log().contains("Connection refused"), result.log());
        }
    }

    @Test
    void noFilesOfTheHost() throws Exception {
        assertEquals("build\ndev\netc\nproc\ntmp\nusr\n",
                inside("for f in /*; do [ -L $f ] || echo ${f#/}; done | grep -v '^lib' | grep -v bin"));
        assertEquals("", inside("ls -A /home /root /sys /work /var /run " + folder + " 2>/dev/null; :"));
        assertFalse(inside("ls /etc").contains("passwd"));
        assertTrue(inside("ls /dev").lines().allMatch(List.of("core", "fd", "full", "null", "ptmx", "pts", "random", "shm",
                "stderr", "stdin", "stdout", "tty", "urandom", "zero", "console")::contains));
    }

    @Test
    void nothingIsWritableButWhatWasGiven() throws Exception {
        assertEquals("/build\n/dev/shm\n/tmp\n", inside("""
                for d in / /build /dev /dev/shm /etc /proc /tmp /usr /usr/bin; do
                    (: > $d/x) 2> /dev/null && echo $d
                done; :"""));
    }

    @Test
    void environmentIsCleared() throws Exception {
        assertEquals("PATH=/usr/bin:/bin\nPWD=/build\n", inside("exec env | grep -v '^_=' | sort"));
        assertEquals("0022\n", inside("umask"));
        assertEquals("0\n1\n2\n", inside("for i in 0 1 2 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$i ] && echo $i; done; :"));
    }

    @Test
    void textIsUtf8WhateverTheLocale() throws Exception {
        assertEquals("é ✓\n", inside("echo é $(cat /text)", new Mount.Text("/text", "✓")));
    }

    @Test
    void ownUserHostAndProcesses() throws Exception {
        assertEquals("1000 1001\nbuild\n", inside("echo $(id -u) $(id -g); uname -n"));
        assertEquals("1\n", inside("ls /proc | grep '^[0-9]*$' | head -1; [ $$ -lt 10 ]"));
        assertNotEquals(0, builds.script("unshare -U true").run().exitCode());
    }

    @Test
    void mounts() throws Exception {
        Path given = Files.createDirectory(folder.resolve("a folder's, \"name\""));
        Files.writeString(given.resolve("in"), "from outside\n");
        String log = inside("""
                cat /deep/er/ro/in /proc/version /etc/passwd /sys/devices/system/cpu/online
                readlink /link; ls -A /empty
                cp /deep/er/ro/in /rw/out
                echo no > /deep/er/ro/in || df -k --output=size /small | tail -1""",
                new Mount.ReadOnly(given, "/deep/er/ro"), new Mount.Writable(given, "/rw"),
                new Mount.Text("/proc/version", "Linux 0\n"), new Mount.Text("/etc/passwd", "me:x:1000:\n"),
                new Mount.Text("/sys/devices/system/cpu/online", "0-6\n"), new Mount.Link("/link", "to where"),
                new Mount.Folder("/empty"), new Mount.Tmpfs("/small", 64 << 10));
        assertTrue(log.startsWith("from outside\nLinux 0\nme:x:1000:\n0-6\nto where\n"), log);
        assertTrue(log.stripTrailing().endsWith(" 64"), log);
        assertEquals("from outside\n", Files.readString(given.resolve("out")));
    }

    @Test
    void aShellInPlaceOfTheShell() throws Exception {
        Path bash = Path.of("/usr/bin/bash");
        assumeTrue(Files.exists(bash), "skipped: no bash");
        assertTrue(inside("echo ${BASH_VERSION:-none}", new Mount.ReadOnly(bash, "/bin/sh")).matches("[0-9].*\n"));
    }

    @Test
    void twoAtOnce() throws Exception {
        Path shared = Files.createDirectory(folder.resolve("shared"));
        String meet = "for i in $(seq 500); do [ -e /shared/%s ] && echo met && exit; sleep 0.02; done; exit 9";
        var together = new CyclicBarrier(2);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var runs = List.of("a", "b").stream().map(me -> threads.submit(() -> {
                together.await(20, TimeUnit.SECONDS);
                String other = me.equals("a") ? "b" : "a";
                return builds.script(": > /shared/" + me + "; " + meet.formatted(other), new Mount.Writable(shared, "/shared"));
            })).toList();
            for (var run : runs) {
                assertEquals("met\n", run.get().log());
            }
        }
    }

    @Test
    void outlivesTheThreadThatAsked() throws Exception {
        var starter = new Thread[1];
        var result = new Builds.Result[1];
        starter[0] = Thread.ofPlatform().start(() -> {
            try {
                result[0] = builds.script("sleep 0.3; echo alive");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        assertEquals("other\n", inside("echo other"));
        starter[0].join();
        assertEquals("alive\n", result[0].log());
    }

    @Test
    void addressesAndCpus() throws Exception {
        var abilities = builds.sandbox.capabilities();
        assumeTrue(abilities.aslr().isFull() && abilities.affinity().isFull(), "skipped: " + abilities);
        var s = builds.spec("for i in 1 2 3; do grep stack /proc/self/maps; done | cut -d- -f1 | sort -u | wc -l; nproc",
                Builds.LIMITS);
        var fixed = new SandboxSpec(s.root(), s.mounts(), s.argv(), s.environment(), s.directory(), s.hostname(), s.uid(),
                s.gid(), false, List.of(0), s.limits(), s.log());
        assertEquals("1\n1\n", builds.run(fixed).log());
        assertEquals("3", builds.run(s).log().lines().findFirst().orElseThrow());
    }

    @Test
    void timeAndMemoryAreTold() throws Exception {
        var result = builds.script("""
                i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done
                head -c 30000000 /dev/zero | tail | wc -c""");
        assertTrue(result.run().cpu().toMillis() > 20, result.run().toString());
        assertTrue(result.run().wall().compareTo(result.run().cpu().dividedBy(8)) > 0, result.run().toString());
        if (builds.sandbox.capabilities().memory().how().startsWith("cgroup")) {
            assertTrue(result.run().peakMemoryBytes() > 20_000_000, result.run().toString());
        }
    }

    @Test
    void commandThatIsNotThere() throws Exception {
        var s = builds.spec("", Builds.LIMITS);
        var missing = new SandboxSpec(s.root(), s.mounts(), List.of("no-such-cc"), Map.of(), "/", "h", 1, 1, true, List.of(),
                s.limits(), s.log());
        Problem problem = assertThrows(Problem.class, () -> builds.sandbox.run(missing));
        assertEquals(Problem.Exit.USAGE, problem.exit());
        assertEquals("no-such-cc: the command of the build cannot be started (found no such file or directory)", problem.line());
        assertFalse(Files.exists(s.log()));
    }

    @Test
    void optionsOfBwrapInTheEnvironment() {
        var s = builds.spec("ls /host", Builds.LIMITS);
        var environment = Map.of("A", "x\0--ro-bind\0/\0/host");
        var sneaky = new SandboxSpec(s.root(), s.mounts(), s.argv(), environment, s.directory(), "h", 1, 1, true,
                List.of(), s.limits(), s.log());
        Problem problem = assertThrows(Problem.class, () -> builds.sandbox.run(sneaky));
        assertEquals(Problem.Exit.USAGE, problem.exit());
    }

    @Test
    void mountThatIsNotThere() throws Exception {
        Problem problem = assertThrows(Problem.class,
                () -> builds.script(":", new Mount.ReadOnly(folder.resolve("none"), "/x")));
        assertEquals(Problem.Exit.ENVIRONMENT, problem.exit());
        assertTrue(problem.line().contains("none"), problem.line());
    }

    @Test
    void noBubblewrap() {
        Problem problem = assertThrows(Problem.class, () -> Sandbox.open(folder, Map.of("PATH", folder.toString())));
        assertEquals(Problem.Exit.ENVIRONMENT, problem.exit());
        assertEquals("bubblewrap is not installed", problem.line());
        assertEquals("apt-get install bubblewrap", problem.hint());
    }

    @Test
    void brokenBubblewrap() throws Exception {
        Path fake = folder.resolve("bwrap");
        Files.writeString(fake, """
                #!/bin/sh
                [ $1 = --version ] && echo bubblewrap 0.8.0 && exit
                echo 'bwrap: No permissions' >&2; exit 1
                """);
        assertTrue(fake.toFile().setExecutable(true));
        var env = Map.of("PATH", System.getenv("PATH"), "REPRO_BWRAP", fake.toString());
        Problem problem = assertThrows(Problem.class, () -> Sandbox.open(folder.resolve("state"), env));
        assertEquals(Problem.Exit.ENVIRONMENT, problem.exit());
        assertTrue(problem.line().contains("bwrap: No permissions"), problem.line());
    }

    @Test
    void oldBubblewrap() throws Exception {
        Path fake = folder.resolve("bwrap");
        Files.writeString(fake, "#!/bin/sh\necho bubblewrap 0.4.1\n");
        assertTrue(fake.toFile().setExecutable(true));
        var env = Map.of("REPRO_BWRAP", fake.toString());
        Problem problem = assertThrows(Problem.class, () -> Sandbox.open(folder.resolve("state"), env));
        assertEquals(fake + ": bubblewrap is too old (expected 0.7.0 or newer, found 0.4.1)", problem.line());
    }
}
