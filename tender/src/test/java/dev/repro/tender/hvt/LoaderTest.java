package dev.repro.tender.hvt;

import static dev.repro.tender.hvt.HvtTest.assertProblem;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoaderTest {
    private static final long SIZE = 2 << 20;
    private static final int R = MemoryMap.READ;
    private static final int RX = MemoryMap.READ | MemoryMap.EXECUTE;
    private static final int RW = MemoryMap.READ | MemoryMap.WRITE;

    /// Segments of the image of the example `hello`, by their place in the table.
    private static final int INTERP = 0;
    private static final int TEXT = 1;
    private static final int RODATA = 2;
    private static final int DATA = 3;
    private static final int ABI_TARGET = 0x2030 + 20;

    private static Loader check(TestGuest guest) throws Problem {
        return Loader.check(MemorySegment.ofArray(guest.image()), "test.hvt", SIZE);
    }

    @Test
    void anImageBecomesWhatItsSegmentsSay() throws Exception {
        Loader loaded = check(TestGuest.original());
        assertEquals(0x100130, loaded.entry());
        assertEquals(0x103000, loaded.end());
        assertEquals(List.of(new MemoryMap.Area(0, 0x10000, 0), new MemoryMap.Area(0x10000, 0x100000, R), new MemoryMap.Area(0x100000, 0x101000, RX),
                new MemoryMap.Area(0x101000, 0x102000, R), new MemoryMap.Area(0x102000, 0x103000, RW), new MemoryMap.Area(0x103000, SIZE, RW)),
                loaded.map().areas());
    }

    @Test
    void itsBytesComeToTheirPlaceAndNothingElse() throws Exception {
        byte[] image = TestGuest.example("hello/hello.hvt");
        byte[] memory = new byte[(int) SIZE];
        check(TestGuest.original()).load(MemorySegment.ofArray(memory));
        byte[] expected = new byte[(int) SIZE];
        System.arraycopy(image, 0x1000, expected, 0x100000, 0x147);
        System.arraycopy(image, 0x2000, expected, 0x101000, 0x113);
        System.arraycopy(image, 0x3000, expected, 0x102000, 8);
        assertEquals(-1, Arrays.mismatch(expected, memory));
    }

    @Test
    void zeroedMemoryOfASegmentIsTheSegments() throws Exception {
        Loader loaded = check(TestGuest.original().segment(DATA, TestGuest.P_MEMSZ, 0x2001));
        assertEquals(0x105000, loaded.end());
        assertTrue(loaded.map().areas().contains(new MemoryMap.Area(0x102000, 0x105000, RW)));
        // All of its memory is zeroed, none in the file: solo5-hvt does not look at it, and would hand its memory out as heap.
        assertEquals(0x106000, check(TestGuest.original().segment(DATA, TestGuest.P_FILESZ, 0).segment(DATA, TestGuest.P_MEMSZ, 0x3001)).end());
    }

    static Stream<Arguments> hostile() {
        return Stream.of(
                Arguments.of("writable and executable code", TestGuest.original().segment(TEXT, TestGuest.P_FLAGS, 7), "writable-and-executable"),
                Arguments.of("writable and executable, without content",
                        TestGuest.original().segment(DATA, TestGuest.P_FLAGS, 7).segment(DATA, TestGuest.P_FILESZ, 0), "writable-and-executable"),
                Arguments.of("zeroed memory at 0", TestGuest.original().segment(DATA, TestGuest.P_FILESZ, 0).segment(DATA, TestGuest.P_VADDR, 0), "bss-range"),
                Arguments.of("zeroed memory of a terabyte",
                        TestGuest.original().segment(DATA, TestGuest.P_FILESZ, 0).segment(DATA, TestGuest.P_MEMSZ, 1L << 40), "bss-range"),
                Arguments.of("zeroed memory beyond the memory", TestGuest.original().segment(DATA, TestGuest.P_MEMSZ, SIZE), "segment-outside-memory"),
                Arguments.of("a size that wraps around", TestGuest.original().segment(DATA, TestGuest.P_MEMSZ, -1), "segment-size"),
                Arguments.of("less memory than content", TestGuest.original().segment(DATA, TestGuest.P_MEMSZ, 7), "segment-size"),
                Arguments.of("a segment over the tables", TestGuest.original().segment(RODATA, TestGuest.P_VADDR, 0x1000), "segment-"),
                Arguments.of("a segment at 2^63", TestGuest.original().segment(DATA, TestGuest.P_VADDR, Long.MIN_VALUE), "segment-outside-memory"),
                Arguments.of("zeroed memory on a page of code",
                        TestGuest.original().segment(DATA, TestGuest.P_FILESZ, 0).segment(DATA, TestGuest.P_VADDR, 0x100f00), "shares a page"),
                Arguments.of("two segments on one page", TestGuest.original().segment(DATA, TestGuest.P_VADDR, 0x101800), "segment-overlap"),
                Arguments.of("an alignment of 3", TestGuest.original().segment(DATA, TestGuest.P_ALIGN, 3), "segment-alignment"),
                Arguments.of("an alignment of 2^63", TestGuest.original().segment(DATA, TestGuest.P_ALIGN, Long.MIN_VALUE), "segment-"),
                Arguments.of("content beyond the file",
                        TestGuest.original().segment(DATA, TestGuest.P_FILESZ, 0x9000).segment(DATA, TestGuest.P_MEMSZ, 0x9000), "segment-beyond-file"),
                Arguments.of("an entry at 0", TestGuest.original().entry(0), "entry-"),
                Arguments.of("an entry in data", TestGuest.original().entry(0x102000), "entry-not-executable"),
                Arguments.of("an entry beyond the memory", TestGuest.original().entry(SIZE), "entry-"),
                Arguments.of("an entry of -1", TestGuest.original().entry(-1), "entry-"),
                Arguments.of("no PT_INTERP", TestGuest.original().bytes(64 + INTERP * 56, 0), "interp-missing"),
                Arguments.of("another target", TestGuest.original().bytes(ABI_TARGET, 2), "it is not for the target hvt"),
                Arguments.of("another version", TestGuest.original().bytes(ABI_TARGET + 4, 3), "abi-version-unknown"),
                Arguments.of("another machine", TestGuest.original().bytes(18, 183), "aarch64"),
                Arguments.of("no ELF", TestGuest.original().bytes(0, 0), "not-an-elf"),
                Arguments.of("a shared object", TestGuest.original().bytes(16, 3), "elf-header"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void whatNoTenderShouldRunIsRefused(String what, TestGuest guest, String part) {
        assertProblem(1, "test.hvt: invalid image: ", () -> check(guest));
        assertProblem(1, part, () -> check(guest));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello/hello.spt", "hello/hello.virtio", "hello/main.c"})
    void imagesOfOthersAreRefused(String name) {
        assertProblem(1, "invalid image", () -> Loader.check(MemorySegment.ofArray(TestGuest.example(name)), name, SIZE));
    }

    @Test
    void aSegmentWithoutAnyRightIsOutOfReach() throws Exception {
        MemoryMap map = check(TestGuest.original().segment(DATA, TestGuest.P_FLAGS, 0)).map();
        assertEquals(0, map.at(0x102000));
        assertTrue(!map.allows(0x102000, 1, MemoryMap.READ) && map.allows(0x103000, 1, MemoryMap.READ | MemoryMap.WRITE));
    }

    @Test
    void rangesAreHeldToEveryPage() throws Exception {
        MemoryMap map = check(TestGuest.original()).map();
        assertTrue(map.allows(0x10000, SIZE - 0x10000, MemoryMap.READ));
        assertTrue(!map.allows(0xffff, 1, MemoryMap.READ) && !map.allows(0xffff, 2, MemoryMap.READ));
        assertTrue(map.allows(SIZE - 1, 1, RW) && !map.allows(SIZE - 1, 2, RW) && !map.allows(SIZE, 1, R));
        assertTrue(!map.allows(0x101fff, 2, RW) && map.allows(0x102000, 0x1000, RW));
        for (long wrapping : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertTrue(!map.allows(0x102000, wrapping, R) && !map.allows(wrapping, 1, R) && !map.allows(wrapping, wrapping, R));
        }
        assertTrue(map.allows(0x102000, 0, RW));
    }

    @Test
    void theManifestIsTheOneOfTheNote() throws Exception {
        Loader blk = Loader.check(MemorySegment.ofArray(TestGuest.example("blk/blk.hvt")), "blk.hvt", SIZE);
        assertEquals(List.of("", "storage"), blk.manifest().entries().stream().map(dev.repro.image.Device::name).toList());
        assertArrayEquals(Arrays.copyOfRange(TestGuest.example("blk/blk.hvt"), 0x2054 + 24, 0x2054 + 24 + 8 + 2 * 104),
                blk.manifestBytes().toArray(ValueLayout.JAVA_BYTE));
    }
}
