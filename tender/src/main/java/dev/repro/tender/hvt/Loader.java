package dev.repro.tender.hvt;

import dev.repro.base.Problem;
import dev.repro.image.AbiNote;
import dev.repro.image.ElfFile;
import dev.repro.image.ElfHeader;
import dev.repro.image.Lint;
import dev.repro.image.MalformedElf;
import dev.repro.image.Manifest;
import dev.repro.image.Reading;
import dev.repro.image.Rule;
import dev.repro.image.Segment;
import dev.repro.image.Solo5;
import dev.repro.image.Target;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// What an image becomes in a guest's memory. All that Solo5's `elf_load` (tenders/common/elf.c) refuses is refused, and what it leaves open:
/// segments without content are held to the same ranges and to W^X, no two segments share a page, and whatever [Lint] calls an error.
///
/// Pure: nothing is touched before [#load].
final class Loader {
    /// The padding before `struct mft` in its note.
    private static final int MFT_PAD = 4;

    private final ElfFile elf;
    private final List<Segment> segments;
    private final MemoryMap map;
    private final long end;
    private final Reading.Found<Manifest> manifest;

    private Loader(ElfFile elf, List<Segment> segments, List<MemoryMap.Area> areas, long size, Reading.Found<Manifest> manifest) {
        this.elf = elf;
        this.segments = segments;
        this.map = MemoryMap.of(size, areas);
        this.end = areas.stream().mapToLong(MemoryMap.Area::end).max().orElse(MemoryMap.BASE);
        this.manifest = manifest;
    }

    /// @param name of the image, for messages
    /// @param size of the guest's memory: whole pages of 2 MiB, at most 4 GiB
    /// @throws Problem exit 1: no tender should run it
    static Loader check(MemorySegment image, String name, long size) throws Problem {
        for (Lint.Finding finding : Lint.check(image, OptionalLong.of(size))) {
            if (finding.rule().severity() == Rule.Severity.ERROR) {
                throw refused(name, finding.rule().word() + ": " + finding.where() + ": " + finding.message());
            }
        }
        try {
            return check(ElfFile.parse(image), name, size);
        } catch (MalformedElf e) {
            throw refused(name, e.getMessage());
        }
    }

    private static Loader check(ElfFile elf, String name, long size) throws Problem {
        if (elf.header().machine() != ElfHeader.EM_X86_64) {
            throw refused(name, "it is for " + elf.header().machineName() + ", not for x86-64");
        }
        if (!(Solo5.abi(elf) instanceof Reading.Found<AbiNote>(AbiNote abi, _, _, _)) || abi.target() != Target.HVT.number) {
            throw refused(name, "it is not for the target hvt");
        }
        if (abi.version() != Target.HVT.abiVersion) {
            throw refused(name, "it wants version " + abi.version() + " of the ABI, not " + Target.HVT.abiVersion);
        }
        if (!(Solo5.manifest(elf) instanceof Reading.Found<Manifest> manifest)) {
            throw refused(name, "it has no manifest");
        }
        List<Segment> segments = elf.segments().stream().filter(s -> s.is(Segment.PT_LOAD) && s.memorySize() != 0).toList();
        var areas = new ArrayList<MemoryMap.Area>();
        for (Segment segment : segments) {
            MemoryMap.Area area = area(segment, name, size);
            if (areas.stream().anyMatch(area::overlaps)) {
                throw refused(name, "segment " + segment.index() + " shares a page with another");
            }
            areas.add(area);
        }
        var loader = new Loader(elf, segments, areas, size, manifest);
        if (!loader.map.allows(elf.header().entry(), 1, MemoryMap.EXECUTE)) {
            throw refused(name, "the entry 0x" + Long.toHexString(elf.header().entry()) + " is in no executable segment");
        }
        int tables = PageTables.needed(loader.map, size);
        if (tables > PageTables.MOST) {
            throw refused(name, "its segments have edges in " + tables + " stretches of 2 MiB, and there are page tables for " + PageTables.MOST);
        }
        return loader;
    }

    /// The pages of a segment, by its own alignment where it has content, as `elf_load` has it.
    private static MemoryMap.Area area(Segment s, String name, long size) throws Problem {
        String where = "segment " + s.index();
        if (s.writable() && s.executable()) {
            throw refused(name, where + " can be written and executed");
        }
        long start = s.virtualAddress();
        if (start < MemoryMap.BASE || start >= size || s.memorySize() < 0 || s.memorySize() > size - start
                || Long.compareUnsigned(s.fileSize(), s.memorySize()) > 0) {
            throw refused(name, where + " is not in the guest's memory");
        }
        long alignment = s.fileSize() == 0 ? MemoryMap.PAGE : s.alignment();
        if (alignment <= 0 || alignment > size || Long.bitCount(alignment) != 1) {
            throw refused(name, where + " has an alignment that is no power of two");
        }
        var area = new MemoryMap.Area(start & -alignment, start + s.memorySize() + alignment - 1 & -alignment, access(s));
        if (area.start() < MemoryMap.BASE || area.end() > size || area.start() % MemoryMap.PAGE != 0 || area.end() % MemoryMap.PAGE != 0) {
            throw refused(name, where + " is not whole pages of the guest's memory");
        }
        return area;
    }

    /// Of a segment that is for execution or writing only the processor lets nothing less than reading.
    private static int access(Segment s) {
        int access = s.flags() & (MemoryMap.READ | MemoryMap.WRITE | MemoryMap.EXECUTE);
        return access == 0 ? 0 : access | MemoryMap.READ;
    }

    private static Problem refused(String name, String why) {
        return Problem.no("invalid image: " + why).where(name);
    }

    /// Copies the segments to where they belong.
    ///
    /// @param memory the guest's, zeroed
    void load(MemorySegment memory) throws Problem {
        try {
            for (Segment segment : segments) {
                memory.asSlice(segment.virtualAddress(), segment.fileSize()).copyFrom(elf.bytes(segment));
            }
        } catch (MalformedElf e) {
            throw refused("image", e.getMessage());
        }
    }

    MemoryMap map() {
        return map;
    }

    long entry() {
        return elf.header().entry();
    }

    /// After the last page of the image.
    long end() {
        return end;
    }

    Manifest manifest() {
        return manifest.value();
    }

    /// `struct mft` as it stands in the image.
    MemorySegment manifestBytes() {
        return manifest.descriptor().asSlice(MFT_PAD);
    }
}
