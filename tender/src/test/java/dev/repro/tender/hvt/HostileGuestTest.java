package dev.repro.tender.hvt;

import static dev.repro.tender.hvt.TestGuest.CALL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Guests that do what no guest may: each is ended with one line, and nothing of the host or of its own code is touched.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileGuestTest {
    private static final int END = 2 << 20;

    @TempDir
    Path folder;

    static Stream<Arguments> outside() {
        return Stream.of(
                Arguments.of("puts gave 64 bytes at 0x1fffff, which it may not read", TestGuest.hello().puts(END - 1, 64)),
                Arguments.of("puts gave 18446744073709551615 bytes at 0x100000", TestGuest.hello().puts(0x100000, -1)),
                Arguments.of("puts gave 1 bytes at 0xffffffffffffffff", TestGuest.hello().puts(-1, 1)),
                Arguments.of("puts gave 2 bytes at 0xffffffffffffffff", TestGuest.hello().puts(-1, 2)),
                Arguments.of("puts gave 4096 bytes at 0x2000, which it may not read", TestGuest.hello().puts(0x2000, 4096)),
                Arguments.of("puts gave 16 bytes at 0x1ffff8", TestGuest.hello().call(2, END - 8)),
                Arguments.of("puts gave 16 bytes at 0xfffffff8", TestGuest.hello().call(2, -8)),
                Arguments.of("puts gave 16 bytes at 0x0", TestGuest.hello().call(2, 0)),
                Arguments.of("walltime gave 8 bytes at 0x100000, which it may not write", TestGuest.hello().call(1, 0x100000)),
                Arguments.of("walltime gave 8 bytes at 0x101000, which it may not write", TestGuest.hello().call(1, 0x101000)),
                Arguments.of("walltime gave 8 bytes at 0x10000, which it may not write", TestGuest.hello().call(1, 0x10000)),
                Arguments.of("walltime gave 8 bytes at 0x3000, which it may not write", TestGuest.hello().call(1, 0x3000)),
                Arguments.of("poll gave 20 bytes at 0x100ffc", TestGuest.hello().call(3, 0x100ffc)),
                Arguments.of("halt gave 12 bytes at 0x1ffffc", TestGuest.hello().call(8, END - 4)),
                Arguments.of("halt gave 512 bytes at 0x1fff00", TestGuest.hello().store(CALL, END - 256).call(8, CALL)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("outside")
    void anAddressThatIsNotTheGuestsEndsIt(String line, TestGuest guest) {
        assertEnds("test.hvt: guest ended: " + line, guest);
    }

    static Stream<Arguments> ports() {
        return Stream.of(
                Arguments.of("hypercall 0 does not exist", TestGuest.hello().call(0, CALL)),
                Arguments.of("invalid access to port 0x509: rip=0x1000", TestGuest.hello().call(9, CALL)),
                Arguments.of("invalid access to port 0x502", TestGuest.hello().code(0x66, 0xba, 0x02, 0x05, 0xee)), // outb
                Arguments.of("invalid access to port 0x502", TestGuest.hello().code(0x66, 0xba, 0x02, 0x05, 0xed)), // inl
                Arguments.of("invalid access to port 0x3f8", TestGuest.hello().code(0x66, 0xba, 0xf8, 0x03, 0xef)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ports")
    void aPortThatIsNoHypercallEndsIt(String line, TestGuest guest) {
        assertEnds("test.hvt: guest ended: " + line, guest);
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of("write to code", "cr2=0x100000", TestGuest.hello().store(TestGuest.TEXT, 0)),
                Arguments.of("write to read-only data", "cr2=0x101008", TestGuest.hello().store(TestGuest.RODATA + 8, 0)),
                Arguments.of("write to the boot information", "cr2=0x10000", TestGuest.hello().store(0x10000, 0)),
                Arguments.of("read of the page tables", "cr2=0x2000", TestGuest.hello().copy(CALL, 0x2000)),
                Arguments.of("read beyond the memory", "cr2=0x200000", TestGuest.hello().copy(CALL, END)),
                Arguments.of("execution of data", "rip=0x102000", TestGuest.hello().jump(TestGuest.DATA)),
                Arguments.of("execution of read-only data", "rip=0x101100", TestGuest.hello().jump(TestGuest.RODATA + 0x100)),
                Arguments.of("execution of the heap", "rip=0x110000", TestGuest.hello().store(CALL, 0x90909090).jump(CALL)),
                Arguments.of("execution of the boot information", "rip=0x10000", TestGuest.hello().jump(0x10000)),
                Arguments.of("an instruction that does not exist", "rip=0x100000", TestGuest.hello().code(0x0f, 0x0b)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void theProcessorKeepsWhatTheSegmentsSay(String what, String registers, TestGuest guest) {
        String line = assertEnds("test.hvt: guest ended: ", guest.halt(0));
        assertTrue(line.contains(registers + " ") || line.endsWith(registers), line);
    }

    @Test
    void haltingTheProcessorEndsIt() {
        assertEnds("test.hvt: guest ended: the processor was halted, and nothing could wake it: rip=0x100001", TestGuest.hello().code(0xf4));
    }

    /// Ring 0 may make tables of its own in which all can be written; the memory behind them still cannot.
    @Test
    void tablesOfItsOwnDoNotMakeCodeWritable() {
        assertEnds("test.hvt: guest ended: ", ownTables().store(TestGuest.TEXT + 0x140, 0).halt(0));
    }

    @Test
    void tablesOfItsOwnAreItsOwnAffair() throws Exception {
        assertEquals(5, ownTables().store(0x180000, 5).haltWith(0x180000).run().status());
    }

    /// PML4, PDPT, one directory, a page of 2 MiB: present and writable (3), and large (0x80).
    private static TestGuest ownTables() {
        return TestGuest.hello().store(0x120000, 0x121003).store(0x121000, 0x122003).store(0x122000, 0x83)
                .code(0xb8, 0x00, 0x00, 0x12, 0x00, 0x0f, 0x22, 0xd8); // movl $0x120000, %eax; movq %rax, %cr3
    }

    @Test
    void aDiskIsNotReadOverCode() throws Exception {
        Path disk = Files.write(folder.resolve("disk.img"), new byte[1024]);
        var block = new HvtGuest.Block("storage", disk, false, OptionalInt.empty());
        for (int address : new int[] {TestGuest.TEXT, TestGuest.RODATA, 0x8000, END - 511, -512}) {
            TestGuest guest = TestGuest.blk().store(CALL, 1).store(CALL + 8, 0).store(CALL + 16, address).store(CALL + 24, 512).call(5, CALL).halt(0);
            Problem problem = assertThrows(Problem.class, () -> guest.run(block));
            assertTrue(problem.line().startsWith("test.hvt: guest ended: block read gave 512 bytes at 0x"), problem::line);
        }
        TestGuest guest = TestGuest.blk().store(CALL, 1).store(CALL + 8, 0).store(CALL + 16, 0x4000).store(CALL + 24, 512).call(4, CALL).halt(0);
        assertTrue(assertThrows(Problem.class, () -> guest.run(block)).line().contains("block write gave 512 bytes at 0x4000, which it may not read"));
    }

    private static String assertEnds(String start, TestGuest guest) {
        Problem problem = assertThrows(Problem.class, guest::run);
        assertTrue(problem.line().startsWith(start), () -> "expected `" + start + "`: " + problem.line());
        assertEquals(Problem.Exit.NO, problem.exit());
        return problem.line();
    }
}
