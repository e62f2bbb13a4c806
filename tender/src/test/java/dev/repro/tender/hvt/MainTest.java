package dev.repro.tender.hvt;

import static dev.repro.tender.hvt.HvtTest.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.repro.tender.Mac;
import dev.repro.tender.os.Sealed;
import dev.repro.tender.os.Sys;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    @Test
    void optionsAreThoseOfTheTender() throws Exception {
        Options options = Options.parse(List.of("--mem=64", "--net:a=tap0", "--net-mac:a=02:00:00:C0:FF:EE", "--block:b=/x y", "--block-sector-size:b=4096",
                "--block-read-only:b", "--", "i.hvt", "--mem=1", "--"));
        assertEquals(Optional.of(Path.of("i.hvt")), options.image());
        assertEquals(64 << 20, options.memory());
        assertEquals(List.of("--mem=1", "--"), options.arguments());
        assertEquals(List.of(new HvtGuest.Net("a", "tap0", Optional.of(new Mac("02:00:00:c0:ff:ee"))),
                new HvtGuest.Block("b", Path.of("/x y"), true, OptionalInt.of(4096))), options.devices());
        Options least = Options.parse(List.of("i.hvt"));
        assertEquals(512L << 20, least.memory());
        assertEquals(List.of(), least.arguments());
        assertEquals(OptionalInt.of(7), Options.parse(List.of("--fd=7", "--name=x", "--", "a")).descriptor());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--", "--mem=64foo i", "--mem=-1 i", "--mem i", "--mem=1 --mem=1 i", "--x-exec-heap i", "-m i", "--net:a i", "--net:=t i",
        "--net:a-b=t i", "--net:a=t --net:a=t i", "--net:a=t --block:a=f i", "--net-mac:a=02:00:00:00:00:00 i", "--net:a=t --net-mac:a=2 i",
        "--net:a=t --net-mac:a=01:00:00:00:00:00 i", "--net:a=t --block-sector-size:a=512 i", "--block:a=f --block-sector-size:a=512x i",
        "--block:a=f --block-read-only:a=1 i", "--block-read-only:a i", "--fd=x", "--fd=-1", "--gdb i"})
    void whatTheTenderReadsLooselyIsRefused(String line) {
        assertProblem(2, "", () -> Options.parse(line.isEmpty() ? List.of() : Arrays.asList(line.split(" "))));
    }

    @Test
    void anImageIsReadFromSealedMemory() throws Exception {
        TestGuest.needsKvm();
        try (Sealed sealed = Sealed.copy(TestGuest.EXAMPLES.resolve("hello/hello.hvt"), 1 << 20)) {
            var console = new ByteArrayOutputStream();
            int status = Main.run(List.of("--mem=2", "--fd=" + sealed.fd(), "--", "exit=9"), Channels.newChannel(console));
            assertEquals(9, status);
            assertEquals("hello from a unikernel on hvt\ncommand line: exit=9\n", console.toString());
        }
    }

    @Test
    void memoryThatCanStillChangeIsRefused() {
        try (Arena arena = Arena.ofConfined()) {
            int fd = (int) Sys.call(Sys.MEMFD_CREATE, arena.allocateFrom("open").address(), 1 | 2, 0); // MFD_CLOEXEC, MFD_ALLOW_SEALING
            assertProblem(2, "this memory can still be changed", () -> Inherited.map(fd, arena));
            Sys.call(Sys.FCNTL, fd, 1033, 2 | 4 | 8); // F_ADD_SEALS: all but the seal of the seals
            assertProblem(2, "found seals 0xe", () -> Inherited.map(fd, arena));
            Sys.call(Sys.FCNTL, fd, 1033, 1);
            assertProblem(2, "it is empty", () -> Inherited.map(fd, arena));
            Sys.close(fd);
            assertProblem(2, "no descriptor of sealed memory", () -> Inherited.map(fd, arena));
            int file = (int) Sys.call(Sys.OPEN, arena.allocateFrom("/dev/null").address(), 0x80000, 0);
            assertProblem(2, "no descriptor of sealed memory", () -> Inherited.map(file, arena));
            Sys.close(file);
        }
    }
}
