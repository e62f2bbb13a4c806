package dev.repro.tender.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpawnTest {
    private static final int APPEND = 1 | 0x40 | 0x400 | 0x80000; // O_WRONLY O_CREAT O_APPEND O_CLOEXEC

    @TempDir
    Path folder;

    private final BlockingQueue<Ending> endings = new LinkedBlockingQueue<>();
    private final List<Integer> descriptors = new ArrayList<>();
    private Reaper reaper;
    private int nothing;
    private int out;

    @BeforeEach
    void open() throws Problem {
        reaper = new Reaper(Runnable::run);
        nothing = open(Path.of("/dev/null"), 2 | 0x80000);
        out = open(folder.resolve("out"), APPEND);
    }

    private int open(Path file, int flags) throws Problem {
        try (Arena arena = Arena.ofConfined()) {
            descriptors.add((int) Sys.checked(Sys.call(Sys.OPEN, CString.of(file.toString(), arena).address(), flags, 0600), "open", file));
            return descriptors.getLast();
        }
    }

    @AfterEach
    void close() {
        reaper.close();
        descriptors.forEach(Sys::close);
    }

    private Pid start(String... argv) throws Problem {
        Pid pid = Pid.child(Spawn.start(argv[0], List.of(argv), List.of("NAME=a value"), List.of(nothing, out, out), List.of()));
        reaper.watch(pid, endings::add);
        return pid;
    }

    private Ending ended() throws InterruptedException {
        return endings.poll(60, TimeUnit.SECONDS);
    }

    private String said() throws Exception {
        return Files.readString(folder.resolve("out"), StandardCharsets.UTF_8);
    }

    @Test
    void tellsExitStatusesAndSignalsExactly() throws Exception {
        start("/bin/true");
        assertEquals(new Ending.Exited(0), ended());
        start("/bin/false");
        assertEquals(new Ending.Exited(1), ended());
        start("/bin/sh", "-c", "exit 255");
        assertEquals(new Ending.Exited(255), ended());
        start("/bin/sh", "-c", "kill -TERM $$");
        assertEquals(new Ending.Signalled(Pid.SIGTERM), ended());
        Pid sleeping = start("/bin/sleep", "1000");
        sleeping.signal(Pid.SIGKILL);
        assertEquals(new Ending.Signalled(Pid.SIGKILL), ended());
        sleeping.signal(Pid.SIGKILL); // to nobody
    }

    @Test
    void argumentsAndEnvironmentArriveAsTheyAre() throws Exception {
        start("/usr/bin/printf", "[%s]", "a b", "", "$(true); *", "ü\n");
        assertEquals(new Ending.Exited(0), ended());
        assertEquals("[a b][][$(true); *][ü\n]", said());
        start("/usr/bin/env");
        assertEquals(new Ending.Exited(0), ended());
        assertTrue(said().endsWith("]NAME=a value\n"), said());
    }

    @Test
    void theChildHasTheDescriptorsThatItIsGivenAndNoOthers() throws Exception {
        open(Path.of("/dev/zero"), 0); // not close-on-exec
        try (Sealed image = Sealed.of("hello".getBytes(StandardCharsets.UTF_8), "image")) {
            String list = "cat " + image.path() + "; echo; exec ls -l /proc/self/fd";
            int pid = Spawn.start("/bin/sh", List.of("sh", "-c", list), List.of("PATH=/usr/bin:/bin"), List.of(nothing, out, out), List.of(image.fd()));
            reaper.watch(Pid.child(pid), endings::add);
            assertEquals(new Ending.Exited(0), ended());
            List<String> links = said().lines().filter(l -> l.contains(" -> ")).map(l -> l.replaceFirst(".* ([0-9]+) -> ", "$1 ")).sorted().toList();
            assertTrue(said().startsWith("hello\n"), said());
            assertEquals(List.of("0 /dev/null", "1 " + folder.resolve("out"), "2 " + folder.resolve("out"), image.fd() + " /memfd:image (deleted)"),
                    links.stream().filter(l -> !l.matches("3 /proc/[0-9]+/fd")).toList()); // 3 is the folder that it lists
            assertEquals(5, links.size(), links::toString);
        }
    }

    @Test
    void aProgramInSealedMemoryRunsThoughTheChildDoesNotHaveItsDescriptor() throws Exception {
        try (Sealed program = Sealed.executable(Path.of("/bin/true").toRealPath(), 1 << 24)) {
            String path = "/proc/" + ProcessHandle.current().pid() + "/fd/" + program.fd();
            reaper.watch(Pid.child(Spawn.start(path, List.of("true"), List.of(), List.of(nothing, out, out), List.of())), endings::add);
            assertEquals(new Ending.Exited(0), ended());
        }
    }

    @Test
    void theChildHasASessionOfItsOwnAndBlocksAndIgnoresNoSignal() throws Exception {
        Pid pid = start("/bin/sh", "-c", "cat /proc/self/status; exec cat /proc/$$/stat");
        assertEquals(new Ending.Exited(0), ended());
        assertTrue(said().contains("SigBlk:\t0000000000000000\n"), said());
        assertTrue(said().matches("(?s).*SigIgn:\t0000000[01]80000000\n.*|.*SigIgn:\t0{16}\n.*"), said()); // 32 and 33 are glibc's own
        String[] stat = said().lines().toList().getLast().replaceFirst(".*\\) ", "").split(" ");
        assertEquals("" + pid.number(), stat[3], "session");
        assertEquals("" + pid.started(), stat[19], "start");
    }

    @Test
    void whatCannotBeStartedIsTold() {
        Problem missing = assertThrows(Problem.class, () -> start("/nonexistent/tender"));
        assertEquals(Problem.Exit.ENVIRONMENT, missing.exit());
        assertTrue(missing.line().contains("/nonexistent/tender: the program does not start: no such file"), missing.line());
        assertThrows(Problem.class, () -> start("/etc/passwd"));
        assertThrows(Problem.class, () -> start("/bin/true", "a\0b"));
        assertThrows(IllegalArgumentException.class, () -> Spawn.start("/bin/true", List.of("true"), List.of(), List.of(0, 1, 2), List.of()));
    }

    @Test
    void manyAtOnceEachEndAsTheyDo() throws Exception {
        for (int i = 0; i < 200; i++) {
            start("/bin/sh", "-c", "exit " + i);
        }
        var statuses = new java.util.TreeSet<Integer>();
        for (int i = 0; i < 200; i++) {
            statuses.add(((Ending.Exited) ended()).status());
        }
        assertEquals(200, statuses.size());
    }

    @Test
    void aProcessOfSomebodyElseIsFoundAgainByNumberAndStart() throws Exception {
        Process other = new ProcessBuilder("/bin/sleep", "1000").start();
        try {
            int number = (int) other.pid();
            long started = Pid.started(number).orElseThrow();
            assertNull(Pid.other(number, started + 1), "another process with its number");
            assertNull(Pid.other(1 << 22, 1), "no such process");
            Pid found = Pid.other(number, started);
            reaper.watch(found, endings::add);
            found.signal(Pid.SIGTERM);
            assertEquals(new Ending.Unknown(), ended());
            assertEquals(128 + Pid.SIGTERM, other.waitFor(), "its parent still learns how it ended");
        } finally {
            other.destroyForcibly();
        }
    }
}
