package dev.repro.tender.hvt;

import static dev.repro.tender.hvt.TestGuest.CALL;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a guest sees and says under this tender is what it sees and says under the true one, byte by byte.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SameAsSolo5Test {
    private static final int DEVICE = 8 + 104; // from the manifest: its head, and the first entry
    private static final int PRIVATE = 56 + DEVICE + 88;

    @TempDir
    Path folder;

    @BeforeEach
    void needsBoth() {
        TestGuest.needsKvm();
        boolean there = Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(p -> Files.isExecutable(Path.of(p, "solo5-hvt")));
        assumeTrue(there, "skipped: solo5-hvt is not on PATH (build Solo5 and put its tenders on PATH)");
    }

    private TestGuest.Ended solo5(byte[] image, List<String> options, String... arguments) throws IOException, InterruptedException {
        var argv = new ArrayList<>(List.of("solo5-hvt"));
        argv.addAll(options);
        argv.addAll(List.of("--", Files.write(folder.resolve("guest.hvt"), image).toString()));
        argv.addAll(List.of(arguments));
        Process process = new ProcessBuilder(argv).redirectInput(new File("/dev/null")).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        byte[] console = process.getInputStream().readAllBytes();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return new TestGuest.Ended(process.exitValue(), console);
    }

    private static void assertSame(TestGuest.Ended expected, TestGuest.Ended found) {
        assertArrayEquals(expected.console(), found.console());
        assertEquals(expected.status(), found.status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "exit=7", "exit=255 a", "exit=256"})
    void helloSaysTheSame(String line) throws Exception {
        byte[] hello = TestGuest.example("hello/hello.hvt");
        assertSame(solo5(hello, List.of("--mem=2"), line.isEmpty() ? new String[0] : line.split(" ")), TestGuest.run(hello, 2 << 20, line));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5, 64, 4096})
    void theBootInformationIsTheSame(int mebibytes) throws Exception {
        TestGuest guest = TestGuest.hello().puts((int) BootInfo.ADDRESS, 56 + 8 + 104 + BootInfo.COMMAND_LINE + 64).halt(3);
        assertSame(solo5(guest.image(), List.of("--mem=" + mebibytes), "a", "b  c"), TestGuest.run(guest.image(), (long) mebibytes << 20, "a b  c"));
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 4096})
    void aDiskIsDescribedTheSame(int sector) throws Exception {
        Path disk = Files.write(folder.resolve("disk.img"), new byte[3 * 4096]);
        TestGuest guest = TestGuest.blk().puts((int) BootInfo.ADDRESS, 56 + DEVICE + 104 + BootInfo.COMMAND_LINE).halt(0);
        var expected = solo5(guest.image(), List.of("--mem=2", "--block:storage=" + disk, "--block-sector-size:storage=" + sector));
        var found = guest.run(new HvtGuest.Block("storage", disk, false, OptionalInt.of(sector)));
        Arrays.fill(expected.console(), PRIVATE, PRIVATE + 8, (byte) 0); // the true one shows its own file descriptor
        assertSame(expected, found);
    }

    @Test
    void blkSaysTheSameAndLeavesTheSame() throws Exception {
        byte[] content = Arrays.copyOf("label\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII), 8192);
        Path theirs = Files.write(folder.resolve("theirs.img"), content);
        Path ours = Files.write(folder.resolve("ours.img"), content);
        byte[] blk = TestGuest.example("blk/blk.hvt");
        assertSame(solo5(blk, List.of("--mem=2", "--block:storage=" + theirs)),
                TestGuest.run(blk, 2 << 20, "", new HvtGuest.Block("storage", ours, false, OptionalInt.empty())));
        assertArrayEquals(Files.readAllBytes(theirs), Files.readAllBytes(ours));
    }

    /// rsp, cr0, cr3, cr4, at the first instruction; the direction flag and the rest of rflags.
    @Test
    void theProcessorStartsTheSame() throws Exception {
        TestGuest guest = TestGuest.hello().code(0x48, 0x89, 0x24, 0x25, 0x40, 0x00, 0x11, 0x00) // movq %rsp, 0x110040
                .code(0x0f, 0x20, 0xc0, 0x48, 0x89, 0x04, 0x25, 0x48, 0x00, 0x11, 0x00) // %cr0
                .code(0x0f, 0x20, 0xd8, 0x48, 0x89, 0x04, 0x25, 0x50, 0x00, 0x11, 0x00) // %cr3
                .code(0x0f, 0x20, 0xe0, 0x48, 0x89, 0x04, 0x25, 0x58, 0x00, 0x11, 0x00) // %cr4
                .code(0x48, 0x89, 0x3c, 0x25, 0x60, 0x00, 0x11, 0x00) // %rdi
                .puts(CALL + 0x40, 0x28).halt(0);
        assertSame(solo5(guest.image(), List.of("--mem=2")), guest.run());
    }

    /// Of the calls with numbers as results: what is not on the disk, handles of nothing, time that is over.
    @Test
    void callsAnswerTheSame() throws Exception {
        Path disk = Files.write(folder.resolve("disk.img"), new byte[1024]);
        int[][] calls = {{5, 1, 0, 512}, {5, 1, 512, 512}, {5, 1, 1024, 512}, {5, 1, 512, 513}, {5, 2, 0, 512}, {5, 0, 0, 512}, {4, 1, -1, 512},
            {4, 1, 0, 1024}, {4, 1, 3, 5}, {4, 64, 0, 512}};
        for (int[] call : calls) {
            TestGuest guest = TestGuest.blk().store(CALL, call[1]).store(CALL + 8, call[2]).store(CALL + 16, 0x120000).store(CALL + 24, call[3])
                    .store(CALL + 32, 77).call(call[0], CALL).haltWith(CALL + 32);
            assertSame(solo5(guest.image(), List.of("--mem=2", "--block:storage=" + disk)),
                    guest.run(new HvtGuest.Block("storage", disk, false, OptionalInt.empty())));
        }
        TestGuest poll = TestGuest.hello().store(CALL, 1000).store(CALL + 8, -1).store(CALL + 16, -1).call(3, CALL).copy(0x120000, CALL + 8)
                .copy(0x120004, CALL + 16).puts(0x120000, 8).halt(0);
        assertSame(solo5(poll.image(), List.of("--mem=2")), poll.run());
    }
}
