package dev.repro.image;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The segments: what `elf_load` of Solo5's tenders/common/elf.c refuses, and what it does not look at.
final class LintSegments {
    /// `HVT_GUEST_MIN_BASE`, `SPT_GUEST_MIN_BASE`
    private static final long BASE = 0x100000;
    private static final long PAGE = 0x1000;
    /// hvt gives at most 4 GiB; spt has less room still.
    private static final long MOST_MEMORY = 1L << 32;
    /// hvt gives whole pages of 2 MiB.
    private static final long HVT_STEP = 1L << 21;
    private static final String INTERP = "/nonexistent/solo5/";

    private final Lint lint;
    private final ElfFile elf;
    private final List<Segment> loads;

    LintSegments(Lint lint, ElfFile elf) {
        this.lint = lint;
        this.elf = elf;
        this.loads = elf.segments().stream().filter(s -> s.is(Segment.PT_LOAD)).toList();
    }

    /// @param tender whether a Solo5 tender loads the image; the other rules hold for any
    void check(boolean tender, Optional<Target> target, OptionalLong memory) {
        loads.forEach(this::writableAndExecutable);
        loads.forEach(this::inFile);
        if (elf.header().type() != ElfHeader.ET_REL) {
            entryExecutable();
        }
        if (tender) {
            long limit = limit(target, memory);
            entryInMemory(limit);
            load(limit);
            loads.stream().filter(s -> s.fileSize() == 0 && s.memorySize() != 0).forEach(s -> bss(s, limit));
            bssOverlap();
        }
        if (target.isPresent() || tender) {
            interp();
        }
    }

    private static long limit(Optional<Target> target, OptionalLong memory) {
        if (memory.isEmpty()) {
            return MOST_MEMORY;
        }
        long wanted = memory.getAsLong();
        return target.isPresent() && target.get() == Target.SPT ? wanted
                : Math.clamp(wanted - wanted % HVT_STEP, HVT_STEP, MOST_MEMORY);
    }

    private void writableAndExecutable(Segment s) {
        if (s.writable() && s.executable() && s.memorySize() != 0) {
            lint.add(Rule.WRITABLE_AND_EXECUTABLE, where(s),
                    s.fileSize() == 0 ? "writable and executable, without content" : "writable and executable");
        }
    }

    private void inFile(Segment s) {
        try {
            elf.bytes(s);
        } catch (MalformedElf e) {
            if (s.fileSize() != 0) {
                lint.add(Rule.SEGMENT_BEYOND_FILE, where(s), e.getMessage());
            }
        }
    }

    private void entryExecutable() {
        long entry = elf.header().entry();
        boolean inside = loads.stream().anyMatch(s -> s.executable() && Long.compareUnsigned(entry, s.virtualAddress()) >= 0
                && Long.compareUnsigned(entry - s.virtualAddress(), s.fileSize()) < 0);
        if (!inside) {
            lint.add(Rule.ENTRY_NOT_EXECUTABLE, "header", "the entry " + hex(entry)
                    + " is in the content of no executable segment");
        }
    }

    private void entryInMemory(long limit) {
        long entry = elf.header().entry();
        if (below(entry, BASE) || !below(entry, limit)) {
            lint.add(Rule.ENTRY_OUTSIDE_MEMORY, "header", "the entry " + hex(entry) + " is not in " + range(limit));
        }
    }

    /// The checks of `elf_load` in its order, of the segments that it looks at: those with content.
    private void load(long limit) {
        long last = 0;
        long end = 0;
        for (Segment s : loads) {
            if (s.fileSize() == 0) {
                continue;
            }
            long start = s.virtualAddress();
            if (below(start, last)) {
                lint.add(Rule.SEGMENT_ORDER, where(s), "begins at " + hex(start) + ", the one before at " + hex(last));
            }
            last = start;
            if (Long.bitCount(s.alignment()) != 1) {
                lint.add(Rule.SEGMENT_ALIGNMENT, where(s), "the alignment " + hex(s.alignment()) + " is no power of two");
                continue;
            }
            long alignedStart = start & -s.alignment();
            if (below(alignedStart, BASE)) {
                lint.add(Rule.SEGMENT_BELOW_BASE, where(s), "begins at " + hex(alignedStart) + ", below " + hex(BASE));
            }
            if (below(alignedStart, end)) {
                lint.add(Rule.SEGMENT_OVERLAP, where(s),
                        "begins at " + hex(alignedStart) + ", the one before ends at " + hex(end));
            }
            long alignedEnd = end(s, limit, alignedStart);
            end = below(end, alignedEnd) ? alignedEnd : end;
        }
    }

    /// The aligned end of a segment; 0 where it has none that a tender would take.
    private long end(Segment s, long limit, long alignedStart) {
        if (below(s.memorySize(), s.fileSize())) {
            lint.add(Rule.SEGMENT_SIZE, where(s),
                    hex(s.memorySize()) + " bytes in memory, " + hex(s.fileSize()) + " in the file");
            return 0;
        }
        long end = s.virtualAddress() + s.memorySize();
        long alignedEnd = end + s.alignment() - 1 & -s.alignment();
        if (below(end, s.virtualAddress()) || below(alignedEnd, end)) {
            lint.add(Rule.SEGMENT_SIZE, where(s), "its end wraps around");
            return 0;
        }
        if (below(limit, alignedEnd)) {
            lint.add(Rule.SEGMENT_OUTSIDE_MEMORY, where(s), "ends at " + hex(alignedEnd) + ", beyond " + range(limit));
        }
        if (alignedStart % PAGE != 0 || alignedEnd % PAGE != 0) {
            lint.add(Rule.SEGMENT_ALIGNMENT, where(s), hex(alignedStart) + " to " + hex(alignedEnd) + " are not whole pages");
        }
        return alignedEnd;
    }

    /// A segment without content, which `elf_load` skips: held to the range that the others are held to.
    private void bss(Segment s, long limit) {
        long end = s.virtualAddress() + s.memorySize();
        if (below(s.virtualAddress(), BASE) || below(end, s.virtualAddress()) || below(limit, end)) {
            lint.add(Rule.BSS_RANGE, where(s), hex(s.memorySize()) + " bytes at " + hex(s.virtualAddress()) + " are not in "
                    + range(limit));
        }
    }

    private void bssOverlap() {
        var sorted = new ArrayList<>(loads.stream().filter(s -> s.memorySize() != 0).toList());
        sorted.sort(Comparator.comparingLong((Segment s) -> s.virtualAddress() + Long.MIN_VALUE));
        for (int i = 1; i < sorted.size(); i++) {
            Segment a = sorted.get(i - 1);
            Segment b = sorted.get(i);
            if ((a.fileSize() == 0 || b.fileSize() == 0) && below(b.virtualAddress() - a.virtualAddress(), a.memorySize())) {
                lint.add(Rule.BSS_RANGE, where(a.fileSize() == 0 ? a : b), "shares memory with "
                        + where(a.fileSize() == 0 ? b : a));
            }
        }
    }

    private void interp() {
        Optional<Segment> interp = elf.segments().stream().filter(s -> s.is(Segment.PT_INTERP)).findFirst();
        if (interp.isEmpty()) {
            lint.add(Rule.INTERP_MISSING, "segments", "there is no PT_INTERP");
            return;
        }
        try {
            MemorySegment content = elf.bytes(interp.get());
            // A kernel reads no longer path; more is not to be read for a message either.
            String path = Note.text(content.asSlice(0, Math.min(content.byteSize(), 4096)));
            if (!path.equals(INTERP)) {
                lint.add(Rule.INTERP_WRONG, where(interp.get()), "names " + quote(path) + ", not " + INTERP);
            }
        } catch (MalformedElf e) {
            lint.add(Rule.INTERP_WRONG, where(interp.get()), e.getMessage());
        }
    }

    /// A text of the image, cut short and harmless on a terminal.
    static String quote(String text) {
        String shown = text.length() > 80 ? text.substring(0, 80) + "…" : text;
        var out = new StringBuilder("`");
        shown.chars().forEach(c -> out.append(c < 0x20 || c >= 0x7f && c < 0xa0 ? "?" : String.valueOf((char) c)));
        return out.append('`').toString();
    }

    static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    private static String where(Segment s) {
        return "segment " + s.index();
    }

    private static String range(long limit) {
        return hex(BASE) + " to " + hex(limit);
    }

    private static boolean below(long a, long b) {
        return Long.compareUnsigned(a, b) < 0;
    }
}
