package dev.repro.tender.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.tender.os.Ending;
import dev.repro.tender.os.Pid;
import dev.repro.tender.os.Reaper;
import dev.repro.tender.os.Spawn;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuestsTest {
    private static final String BOOT = "a-boot";
    private static final Digest DIGEST = Digest.of(new byte[0]);
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-22T12:00:00Z"));
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path state;

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private Reaper reaper;
    private Consoles consoles;
    private GuestFiles files;
    private Guests guests;

    @BeforeEach
    void open() throws Problem {
        reaper = new Reaper(Runnable::run);
        guests = another();
    }

    /// As the next daemon would begin.
    private Guests another() throws Problem {
        consoles = Consoles.open(state);
        files = GuestFiles.open(state);
        return new Guests(files, consoles, reaper, CLOCK, new Log(new PrintStream(log, true, StandardCharsets.UTF_8), CLOCK, true));
    }

    @AfterEach
    void end() throws Exception {
        guests.living().forEach(g -> guests.signal(g, Pid.SIGKILL));
        for (Guest guest : guests.living()) {
            assertTrue(guest.await(PATIENCE));
        }
        reaper.close();
    }

    private static Guest guest(String id, int processes, String... claims) {
        var facts = new Guest.Facts(id, DIGEST, "hello", "1.0.0", DIGEST, Stream.of(claims).map(c -> "--" + c).toList(), List.of(claims), 1 << 20,
                List.of("a b"), true, 1000, "alice", CLOCK.instant(), BOOT);
        return new Guest(facts, Stream.generate(() -> new Guest.Process("hello.spt", DIGEST, "spt", "/bin/tender", 0, 0, null, null))
                .limit(processes).toList());
    }

    private Pid run(Guest guest, int index, String... argv) throws Problem {
        int number = Spawn.start(argv[0], List.of(argv), files.tags().environment(guest.id(), index),
                List.of(consoles.nothing(), consoles.nothing(), consoles.nothing()), List.of());
        return Pid.child(number);
    }

    private Guest start(String id, String... argv) throws Exception {
        Guest guest = guest(id, 1);
        assertTrue(guests.reserve(guest).isEmpty());
        files.write(guest);
        guests.watch(guest, 0, run(guest, 0, argv));
        guests.started(guest);
        return guest;
    }

    private List<String> folder(String name) throws Exception {
        try (Stream<Path> all = Files.list(state.resolve(name))) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whatEndsIsArchivedWithHowItEnded() throws Exception {
        Guest guest = start("one", "/bin/sh", "-c", "exit 7");
        assertTrue(guest.await(PATIENCE));
        assertEquals(new Ending.Exited(7), guest.processes().getFirst().ending());
        assertEquals(0, guests.count());
        assertEquals(guest, guests.find("one").orElseThrow());
        assertEquals(List.of(), folder("running"));
        assertEquals(List.of("one.json"), folder("ended"));
        Guest read = Guest.read(Files.readAllBytes(state.resolve("ended/one.json")), "one.json");
        assertEquals(guest.toJson(), read.toJson());
    }

    @Test
    void aFileNeverStaysOfWhatEndedWhileItWasWrittenDown() throws Exception {
        for (int i = 0; i < 100; i++) {
            assertTrue(start("g" + i, "/bin/true").await(PATIENCE));
        }
        assertEquals(List.of(), folder("running"));
        assertEquals(100, folder("ended").size());
    }

    @Test
    void oneDeviceIsForOneGuest() throws Exception {
        Guest first = guest("first", 1, "tap tap0", "block 8 12");
        guests.reserve(first);
        Busy busy = assertThrows(Busy.class, () -> guests.reserve(guest("second", 1, "tap tap1", "block 8 12")));
        assertEquals("device-busy (61): --block 8 12 asks for what a running guest has (expected a device that no guest has, found hello 1.0.0, id first)",
                busy.line());
        guests.reserve(guest("third", 1, "tap tap1")); // the second took nothing
        guests.drop(first);
        guests.reserve(guest("fourth", 1, "block 8 12"));
        guests.drop(guests.find("third").orElseThrow());
        guests.drop(guests.find("fourth").orElseThrow());
    }

    @Test
    void anIdIsOneLaunch() throws Exception {
        Guest first = guest("same", 1, "tap tap0");
        guests.reserve(first);
        assertEquals(Optional.of(first), guests.reserve(guest("same", 1, "tap tap0")));
        guests.drop(first);
    }

    @Test
    void theNextDaemonFindsWhatRunsAndItsDevices() throws Exception {
        Guest guest = guest("long", 1, "tap tap0");
        guests.reserve(guest);
        files.write(guest);
        Pid pid = run(guest, 0, "/bin/sleep", "1000");
        guest.started(0, pid.number(), pid.started());
        files.write(guest);
        Guests next = another();
        next.recover(BOOT);
        Guest found = next.find("long").orElseThrow();
        assertEquals(pid.number(), found.processes().getFirst().pid());
        assertThrows(Busy.class, () -> next.reserve(guest("other", 1, "tap tap0")));
        next.signal(found, Pid.SIGTERM);
        assertTrue(found.await(PATIENCE));
        assertEquals(new Ending.Unknown(), found.processes().getFirst().ending(), "it was no child of the next one");
        assertEquals(List.of(), folder("running"));
        guests.drop(guest);
        assertEquals(0, waited(pid));
    }

    /// Takes the ended child of this process away.
    private int waited(Pid pid) throws Exception {
        var ended = new java.util.concurrent.CountDownLatch(1);
        reaper.watch(pid, _ -> ended.countDown());
        ended.await();
        return 0;
    }

    @Test
    void whatWasStartedButNotNotedIsFoundByItsTag() throws Exception {
        Guest guest = guest("untold", 1);
        files.write(guest);
        Pid pid = run(guest, 0, "/bin/sleep", "1000");
        while (!files.tags().running().containsKey("untold/0")) {
            Thread.onSpinWait(); // a program has its environment a moment after it was executed
        }
        Guests next = another();
        next.recover(BOOT);
        Guest found = next.find("untold").orElseThrow();
        assertEquals(pid.number(), found.processes().getFirst().pid());
        assertEquals(1, next.count());
        next.signal(found, Pid.SIGKILL);
        assertTrue(found.await(PATIENCE));
        waited(pid);
    }

    @Test
    void aSetThatWasNotStartedWholeIsStopped() throws Exception {
        Guest guest = guest("half", 2);
        files.write(guest);
        Pid pid = run(guest, 0, "/bin/sleep", "1000");
        guest.started(0, pid.number(), pid.started());
        files.write(guest);
        Guests next = another();
        next.recover(BOOT);
        assertTrue(next.find("half").orElseThrow().await(PATIENCE));
        assertEquals(0, next.count());
        waited(pid);
    }

    @Test
    void nothingOfAnotherBootOrAnotherProcessIsTakenForAGuest() throws Exception {
        Process other = new ProcessBuilder("/bin/sleep", "1000").start();
        try {
            Guest rebooted = guest("rebooted", 1);
            rebooted.started(0, (int) other.pid(), Pid.started((int) other.pid()).orElseThrow());
            files.write(rebooted);
            Guests next = another();
            next.recover("another-boot");
            assertTrue(next.find("rebooted").orElseThrow().isEnded());

            Guest reused = guest("reused", 1);
            reused.started(0, (int) other.pid(), 1);
            files.write(reused);
            Files.writeString(state.resolve("running/torn.json"), "{\"schema\":");
            next = another();
            next.recover(BOOT);
            assertTrue(next.find("reused").orElseThrow().isEnded());
            assertTrue(log.toString(StandardCharsets.UTF_8).contains("torn.json"), log::toString);
            assertTrue(other.isAlive());
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void historyIsBounded() throws Exception {
        for (int i = 0; i < Guests.HISTORY + 3; i++) {
            Guest guest = start("g" + i, "/bin/true");
            Files.writeString(state.resolve("console/g" + i + ".0.log"), "hello");
            assertTrue(guest.await(PATIENCE));
        }
        assertEquals(Guests.HISTORY, guests.ended().size());
        assertEquals(Guests.HISTORY, folder("ended").size());
        assertTrue(guests.find("g0").isEmpty());
        assertEquals(Guests.HISTORY, folder("console").size());
    }
}
