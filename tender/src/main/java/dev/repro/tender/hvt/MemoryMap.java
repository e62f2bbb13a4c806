package dev.repro.tender.hvt;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// What the guest may do with which of its memory, page by page. The layout is hvt's (Solo5 tenders/hvt/hvt_cpu_x86_64.h): nothing below 0x10000,
/// where the machine's own tables are; from there to 0x100000 what the tender tells the guest, for reading; then the segments of the image,
/// as the image says; all else is for reading and writing.
///
/// Off-spec: hvt leaves guest memory executable outside of the first 64 KiB. Here nothing can be executed but what a segment says.
final class MemoryMap {
    static final int EXECUTE = 1;
    static final int WRITE = 2;
    static final int READ = 4;

    /// `X86_PT0_MAP_START`, `X86_BOOT_INFO_BASE`
    static final long INPUT = 0x10000;
    /// `HVT_GUEST_MIN_BASE`
    static final long BASE = 0x100000;
    static final long PAGE = 0x1000;

    private final List<Area> areas;

    /// @param start in bytes, whole pages
    /// @param end after the last byte
    /// @param access of [#READ], [#WRITE], [#EXECUTE]; 0: none
    record Area(long start, long end, int access) {

        boolean overlaps(Area other) {
            return start < other.end && other.start < end;
        }
    }

    private MemoryMap(List<Area> areas) {
        this.areas = List.copyOf(areas);
    }

    /// @param size of the guest's memory
    /// @param segments within [#BASE] and `size`, none overlapping another
    static MemoryMap of(long size, List<Area> segments) {
        var areas = new ArrayList<>(List.of(new Area(0, INPUT, 0), new Area(INPUT, BASE, READ)));
        long at = BASE;
        for (Area segment : segments.stream().sorted(Comparator.comparingLong(Area::start)).toList()) {
            if (at < segment.start()) {
                areas.add(new Area(at, segment.start(), READ | WRITE));
            }
            areas.add(segment);
            at = segment.end();
        }
        if (at < size) {
            areas.add(new Area(at, size, READ | WRITE));
        }
        return new MemoryMap(areas);
    }

    /// All of the guest's memory, in order, without gaps.
    List<Area> areas() {
        return areas;
    }

    /// Whether every byte of a range is the guest's and open to this access. Both numbers are unsigned, and no sum of them is believed.
    boolean allows(long address, long length, int access) {
        long size = areas.getLast().end();
        if (address < 0 || length < 0 || address > size || length > size - address) {
            return false;
        }
        for (Area area : areas) {
            if (area.start() < address + length && address < area.end() && (area.access() & access) != access) {
                return false;
            }
        }
        return true;
    }

    /// The access of a page.
    int at(long address) {
        for (Area area : areas) {
            if (address < area.end()) {
                return area.access();
            }
        }
        throw new IllegalArgumentException("there is no memory at " + address);
    }

    /// Whether one access holds for the whole range.
    boolean uniform(long start, long end) {
        int access = at(start);
        for (Area area : areas) {
            if (area.start() < end && start < area.end() && area.access() != access) {
                return false;
            }
        }
        return true;
    }
}
