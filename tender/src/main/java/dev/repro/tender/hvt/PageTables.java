package dev.repro.tender.hvt;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The tables by which the processor enforces a [MemoryMap], in the guest's memory below 0x10000, which the guest does not see: memory mapped one
/// to one, by pages of 2 MiB, of 4 KiB where the access changes in between (Intel SDM volume 3A, 4.5, "4-Level Paging"). And the descriptors
/// of the two segments that long mode needs.
///
/// | at | what (Solo5 tenders/hvt/hvt_cpu_x86_64.h) |
/// | --- | --- |
/// | 0x1000 | descriptors: none, code, data |
/// | 0x2000 | PML4 |
/// | 0x3000 | PDPT |
/// | 0x4000 – 0x7fff | page directories, one for each GiB |
/// | 0x8000 | page table of the first 2 MiB |
/// | 0x9000 – 0xffff | page tables of other 2 MiB that hold an edge of a segment: 7 at most (hvt has none, as it does not tell segments apart) |
final class PageTables {
    static final long GDT = 0x1000;
    static final long PML4 = 0x2000;
    static final long LARGE = 0x200000;
    static final int MOST = 8;

    private static final long PDPT = 0x3000;
    private static final long DIRECTORIES = 0x4000;
    private static final long TABLES = 0x8000;
    private static final long PRESENT = 1;
    private static final long WRITABLE = 2;
    private static final long PAGE_SIZE = 1 << 7;
    private static final long NO_EXECUTE = 1L << 63;

    private static final long CODE = 0x00af_9900_0000_ffffL; // 64-bit code, ring 0, execute-only, accessed
    private static final long DATA = 0x00cf_9300_0000_ffffL; // data, ring 0, writable, accessed

    private final MemorySegment memory;
    private final MemoryMap map;
    private long nextTable = TABLES;

    private PageTables(MemorySegment memory, MemoryMap map) {
        this.memory = memory;
        this.map = map;
    }

    /// How many page tables a map needs, the first included; there is room for [#MOST].
    static int needed(MemoryMap map, long size) {
        int needed = 1;
        for (long start = LARGE; start < size; start += LARGE) {
            needed += map.uniform(start, start + LARGE) ? 0 : 1;
        }
        return needed;
    }

    /// @param memory zeroed below 0x10000; all of the guest's, whole pages of 2 MiB
    /// @param map that needs no more tables than there is room for
    static void write(MemorySegment memory, MemoryMap map) {
        var tables = new PageTables(memory, map);
        tables.put(GDT + 8, CODE);
        tables.put(GDT + 16, DATA);
        tables.put(PML4, PDPT | PRESENT | WRITABLE);
        for (int i = 0; i < 4; i++) {
            tables.put(PDPT + 8 * i, DIRECTORIES + i * MemoryMap.PAGE | PRESENT | WRITABLE);
        }
        for (long start = 0; start < memory.byteSize(); start += LARGE) {
            tables.put(DIRECTORIES + start / LARGE * 8, tables.region(start));
        }
    }

    /// The entry of 2 MiB in its directory.
    private long region(long start) {
        if (start > 0 && map.uniform(start, start + LARGE)) {
            return entry(start, PAGE_SIZE);
        }
        long table = nextTable;
        nextTable += MemoryMap.PAGE;
        for (long page = start; page < start + LARGE; page += MemoryMap.PAGE) {
            put(table + (page - start) / MemoryMap.PAGE * 8, entry(page, 0));
        }
        return table | PRESENT | WRITABLE;
    }

    /// What can be executed can be read: the processor knows no less.
    private long entry(long address, long kind) {
        int access = map.at(address);
        if (access == 0) {
            return 0;
        }
        return address | PRESENT | kind | ((access & MemoryMap.WRITE) != 0 ? WRITABLE : 0) | ((access & MemoryMap.EXECUTE) != 0 ? 0 : NO_EXECUTE);
    }

    private void put(long address, long value) {
        memory.set(ValueLayout.JAVA_LONG, address, value);
    }
}
