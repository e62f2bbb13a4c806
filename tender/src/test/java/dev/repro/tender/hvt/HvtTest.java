package dev.repro.tender.hvt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Real guests on /dev/kvm.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HvtTest {
    private static final int CALL = TestGuest.CALL;

    @TempDir
    Path folder;

    @Test
    void helloGreetsAndEndsAsItIsTold() throws Exception {
        var ended = TestGuest.run(TestGuest.example("hello/hello.hvt"), 2 << 20, "exit=7 and more");
        assertEquals("hello from a unikernel on hvt\ncommand line: exit=7 and more\n", ended.text());
        assertEquals(7, ended.status());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 64, 513, 4096})
    void memoryIsWholeTwoMebibytes(long mebibytes) throws Exception {
        var ended = TestGuest.hello().puts((int) BootInfo.ADDRESS, 8).halt(0).run(mebibytes << 20);
        assertEquals(Math.max(2, mebibytes & ~1) << 20, little(ended.console()).getLong());
    }

    @Test
    void aCommandLineHasItsLimit() throws Exception {
        String longest = "x".repeat(8191);
        assertTrue(TestGuest.run(TestGuest.example("hello/hello.hvt"), 2 << 20, longest).text().contains(longest));
        assertProblem(2, "the guest's command line is too long (expected at most 8191 bytes, found 8192)",
                () -> TestGuest.run(TestGuest.example("hello/hello.hvt"), 2 << 20, longest + "x"));
        assertProblem(2, "NUL", () -> TestGuest.run(TestGuest.example("hello/hello.hvt"), 2 << 20, "a\0b"));
    }

    @Test
    void theWallClockIsTheOneGiven() throws Exception {
        var ended = TestGuest.hello().call(1, CALL + 64).puts(CALL + 64, 8).halt(0).run();
        assertEquals(1_800_000_000_123_456_789L, little(ended.console()).getLong());
    }

    @Test
    void pollWaitsForTheTimeAsked() throws Exception {
        int wait = CALL + 64;
        long start = System.nanoTime();
        var ended = TestGuest.hello().store(wait, 200_000_000).store(wait + 8, -1).store(wait + 16, -1).call(3, wait).puts(wait + 8, 12).halt(0).run();
        assertTrue(System.nanoTime() - start >= 200_000_000);
        assertArrayEquals(new byte[12], ended.console(), "nothing is ready");
    }

    @Test
    void theStackBeginsAsAFunctionFindsIt() throws Exception {
        var ended = TestGuest.hello().code(0x48, 0x89, 0x24, 0x25, 0x40, 0x00, 0x11, 0x00) // movq %rsp, CALL + 64
                .puts(CALL + 64, 8).halt(0).run();
        assertEquals((2 << 20) - 8, little(ended.console()).getLong());
    }

    @Test
    void blkReadsAndWritesItsDisk() throws Exception {
        Path disk = disk("a disk of the tests\n", 8 * 512);
        var ended = TestGuest.run(TestGuest.example("blk/blk.hvt"), 2 << 20, "", block(disk, false));
        assertEquals("storage: 4096 bytes in blocks of 512\nsector 0: a disk of the tests\nSUCCESS\n", ended.text());
        byte[] after = Files.readAllBytes(disk);
        assertEquals("a disk of the tests\n", new String(after, 0, 20, StandardCharsets.US_ASCII));
        assertEquals(8, after[512 + 1]); // 1 * 7 + 1, as examples/blk/main.c has it
        assertArrayEquals(new byte[6 * 512], Arrays.copyOfRange(after, 1024, after.length), "the rest was let be");
    }

    @Test
    void aReadOnlyDiskIsNotWritten() throws Exception {
        Path disk = disk("x", 1024);
        byte[] before = Files.readAllBytes(disk);
        assertTrue(disk.toFile().setWritable(false));
        var ended = TestGuest.run(TestGuest.example("blk/blk.hvt"), 2 << 20, "", block(disk, true));
        assertEquals(1, ended.status());
        assertTrue(ended.text().endsWith("FAILURE: sector 1 cannot be written\n"), ended::text);
        assertArrayEquals(before, Files.readAllBytes(disk));
    }

    @ParameterizedTest
    @ValueSource(strings = {"offset 1024 512", "offset -1 512", "offset 512 513", "offset 0 -1", "handle 0", "handle 2", "handle -1", "handle 64"})
    void whatIsNotOnTheDiskIsInvalid(String what) throws Exception {
        String[] words = what.split(" ");
        boolean offset = words[0].equals("offset");
        for (int call : new int[] {4, 5}) {
            var ended = TestGuest.blk().store(CALL, offset ? 1 : Integer.parseInt(words[1])).store(CALL + 8, offset ? Integer.parseInt(words[1]) : 0)
                    .store(CALL + 16, 0x120000).store(CALL + 24, offset ? Integer.parseInt(words[2]) : 512).store(CALL + 32, 77).call(call, CALL)
                    .haltWith(CALL + 32).run(block(disk("x", 1024), false));
            assertEquals(Hypercalls.INVALID, ended.status());
        }
    }

    @Test
    void aNetCallWithAHandleOfAnotherKindIsInvalid() throws Exception {
        for (int call : new int[] {6, 7}) {
            var ended = TestGuest.blk().store(CALL, 1).store(CALL + 8, 0x120000).store(CALL + 16, 64).store(CALL + 24, 77).call(call, CALL)
                    .haltWith(CALL + 24).run(block(disk("x", 1024), false));
            assertEquals(Hypercalls.INVALID, ended.status());
        }
    }

    @Test
    void devicesAreThoseOfTheManifest() throws Exception {
        byte[] blk = TestGuest.example("blk/blk.hvt");
        Path disk = disk("x", 1024);
        assertProblem(2, "test.hvt: device `storage` of type BLOCK_BASIC is in the manifest and not attached", () -> TestGuest.run(blk, 2 << 20, ""));
        assertProblem(2, "`other` is attached and not in the manifest", () -> TestGuest.run(blk, 2 << 20, "", block(disk, false),
                new HvtGuest.Block("other", disk, false, OptionalInt.empty())));
        assertProblem(2, "`storage` is attached twice", () -> TestGuest.run(blk, 2 << 20, "", block(disk, false), block(disk, false)));
        assertProblem(2, "another type", () -> TestGuest.run(blk, 2 << 20, "", new HvtGuest.Net("storage", "tap0", java.util.Optional.empty())));
    }

    @Test
    void aBadDiskIsTold() throws Exception {
        byte[] blk = TestGuest.example("blk/blk.hvt");
        assertProblem(2, "no such file", () -> TestGuest.run(blk, 2 << 20, "", block(folder.resolve("missing"), false)));
        assertProblem(2, "neither a regular file nor a block device", () -> TestGuest.run(blk, 2 << 20, "", block(folder, false)));
        assertProblem(2, "is not whole sectors (expected a multiple of 512 bytes, at least one, found 0 bytes)",
                () -> TestGuest.run(blk, 2 << 20, "", block(disk("", 0), false)));
        assertProblem(2, "found 700 bytes", () -> TestGuest.run(blk, 2 << 20, "", block(disk("", 700), false)));
        for (int size : new int[] {0, 256, 777, 65536}) {
            assertProblem(2, "found " + size, () -> TestGuest.run(blk, 2 << 20, "",
                    new HvtGuest.Block("storage", disk("", 4096), false, OptionalInt.of(size))));
        }
        Path disk = disk("", 4096);
        try (BlockDevice other = BlockDevice.open(new HvtGuest.Block("storage", disk, true, OptionalInt.empty()))) {
            assertEquals(true, other.readOnly());
            assertProblem(3, "in use", () -> TestGuest.run(blk, 2 << 20, "", block(disk, false)));
        }
        assertEquals(0, TestGuest.run(blk, 2 << 20, "", block(disk, false)).status());
    }

    @Test
    void aTapThatIsNotThereIsToldAndNotMade() {
        for (String name : new String[] {"nosuchtap0", "tap%d", "", "a/b", "sixteen-letters-"}) {
            var asked = new HvtGuest.Net("service", name, java.util.Optional.empty());
            assertProblem(2, "net device `service`", () -> TestGuest.run(TestGuest.example("net/net.hvt"), 2 << 20, "", asked));
        }
        assertTrue(!Files.exists(Path.of("/sys/class/net/nosuchtap0")));
    }

    private HvtGuest.Block block(Path file, boolean readOnly) {
        return new HvtGuest.Block("storage", file, readOnly, OptionalInt.empty());
    }

    private Path disk(String text, int size) throws Exception {
        return Files.write(folder.resolve("disk.img"), Arrays.copyOf(text.getBytes(StandardCharsets.US_ASCII), size));
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @FunctionalInterface
    interface Launch {
        Object run() throws Exception;
    }

    static void assertProblem(int code, String part, Launch launch) {
        Problem problem = assertThrows(Problem.class, launch::run);
        assertTrue(problem.line().contains(part), () -> "expected `" + part + "` in: " + problem.line());
        assertEquals(code, problem.exit().code, problem::line);
    }
}
