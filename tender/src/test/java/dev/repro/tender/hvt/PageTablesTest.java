package dev.repro.tender.hvt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageTablesTest {
    private static final int R = MemoryMap.READ;
    private static final int RX = MemoryMap.READ | MemoryMap.EXECUTE;
    private static final int RW = MemoryMap.READ | MemoryMap.WRITE;
    private static final long NX = 1L << 63;
    private static final long MIB = 1 << 20;

    private final Arena arena = Arena.ofAuto();

    private MemorySegment tables(long size, MemoryMap.Area... segments) {
        MemorySegment memory = arena.allocate(size, 4096);
        MemoryMap map = MemoryMap.of(size, List.of(segments));
        assertEquals(true, PageTables.needed(map, size) <= PageTables.MOST);
        PageTables.write(memory, map);
        return memory;
    }

    private static List<Long> words(MemorySegment memory, long address, int count) {
        var words = new ArrayList<Long>();
        for (int i = 0; i < count; i++) {
            words.add(memory.get(ValueLayout.JAVA_LONG, address + 8L * i));
        }
        return words;
    }

    /// Every byte below the boot information, and none above.
    @Test
    void theFirstTwoMebibytesAreHvts() {
        MemorySegment memory = tables(2 * MIB, new MemoryMap.Area(0x100000, 0x102000, RX), new MemoryMap.Area(0x102000, 0x103000, R));
        MemorySegment expected = arena.allocate(2 * MIB, 4096);
        expected.set(ValueLayout.JAVA_LONG, 0x1008, 0x00af99000000ffffL);
        expected.set(ValueLayout.JAVA_LONG, 0x1010, 0x00cf93000000ffffL);
        expected.set(ValueLayout.JAVA_LONG, 0x2000, 0x3003);
        for (int i = 0; i < 4; i++) {
            expected.set(ValueLayout.JAVA_LONG, 0x3000 + 8 * i, 0x4003 + 0x1000 * i);
        }
        expected.set(ValueLayout.JAVA_LONG, 0x4000, 0x8003);
        for (long page = 0x10000; page < 2 * MIB; page += 0x1000) {
            long rights = page < 0x100000 ? NX | 1 : page < 0x102000 ? 1 : page < 0x103000 ? NX | 1 : NX | 3;
            expected.set(ValueLayout.JAVA_LONG, 0x8000 + page / 0x1000 * 8, page | rights);
        }
        assertEquals(-1, expected.mismatch(memory));
    }

    @Test
    void memoryBeyondIsLargePagesForReadingAndWriting() {
        MemorySegment memory = tables(8 * MIB, new MemoryMap.Area(0x100000, 0x101000, RX));
        assertEquals(List.of(0x8003L, NX | 0x200083L, NX | 0x400083L, NX | 0x600083L, 0L), words(memory, 0x4000, 5));
    }

    @Test
    void aLargeSegmentHasLargePagesAndSmallOnesAtItsEdge() {
        MemorySegment memory = tables(10 * MIB, new MemoryMap.Area(0x100000, 0x601000, RX), new MemoryMap.Area(0x601000, 0x603000, R));
        assertEquals(List.of(0x8003L, 0x200081L, 0x400081L, 0x9003L, NX | 0x800083L), words(memory, 0x4000, 5));
        assertEquals(List.of(0x600001L, NX | 0x601001L, NX | 0x602001L, NX | 0x603003L, NX | 0x604003L), words(memory, 0x9000, 5));
        assertEquals(NX | 0x7ff003L, memory.get(ValueLayout.JAVA_LONG, 0x9ff8));
    }

    @Test
    void fourGibibytesHaveFourDirectories() {
        MemoryMap map = MemoryMap.of(1L << 32, List.of(new MemoryMap.Area(0x100000, 0x101000, RX)));
        assertEquals(1, PageTables.needed(map, 1L << 32));
        assertEquals(RW, map.at((1L << 32) - 1));
    }

    @Test
    void edgesInTooManyPlacesAreCounted() {
        var segments = new ArrayList<MemoryMap.Area>();
        for (int i = 0; i < 8; i++) {
            segments.add(new MemoryMap.Area(2 * MIB * i + 0x100000, 2 * MIB * i + 0x101000, R));
        }
        assertEquals(8, PageTables.needed(MemoryMap.of(32 * MIB, segments), 32 * MIB));
        segments.add(new MemoryMap.Area(20 * MIB + 0x100000, 20 * MIB + 0x101000, R));
        assertEquals(9, PageTables.needed(MemoryMap.of(32 * MIB, segments), 32 * MIB));
        segments.removeLast();
        MemorySegment memory = tables(32 * MIB, segments.toArray(MemoryMap.Area[]::new));
        assertEquals(List.of(0x8003L, 0x9003L, 0xa003L, 0xb003L, 0xc003L, 0xd003L, 0xe003L, 0xf003L), words(memory, 0x4000, 8));
        assertEquals(0, memory.get(ValueLayout.JAVA_LONG, 0x10000), "the boot information is not overwritten");
    }
}
