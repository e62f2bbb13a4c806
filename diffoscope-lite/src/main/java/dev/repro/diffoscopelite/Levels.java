package dev.repro.diffoscopelite;

import dev.repro.image.ElfFile;
import dev.repro.image.ElfHeader;
import dev.repro.image.MalformedElf;
import dev.repro.image.Note;
import dev.repro.image.Section;
import dev.repro.image.Segment;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;

/// The levels of equality below "every byte".
final class Levels {
    private static final String SOLO5 = "Solo5";

    private Levels() {}

    /// Whether a tender maps the same: kind of file, machine and entry point; every `PT_LOAD` with its addresses, sizes, flags
    /// and the bytes in the file, in their order; and every note of Solo5 (`MFT1`, `ABI1`). Strict: where a segment covers the
    /// ELF header, a section table that moved is a difference, since the header is mapped.
    static boolean mapped(ElfFile a, ElfFile b) {
        ElfHeader x = a.header();
        ElfHeader y = b.header();
        if (x.wide() != y.wide() || x.type() != y.type() || x.machine() != y.machine() || x.entry() != y.entry()
                || x.flags() != y.flags()) {
            return false;
        }
        try {
            var loadsA = a.segments().stream().filter(s -> s.is(Segment.PT_LOAD)).toList();
            var loadsB = b.segments().stream().filter(s -> s.is(Segment.PT_LOAD)).toList();
            if (loadsA.isEmpty() || loadsA.size() != loadsB.size()) {
                return false;
            }
            for (int i = 0; i < loadsA.size(); i++) {
                if (!same(loadsA.get(i), loadsB.get(i)) || a.bytes(loadsA.get(i)).mismatch(b.bytes(loadsB.get(i))) != -1) {
                    return false;
                }
            }
            return sameNotes(notes(a), notes(b));
        } catch (MalformedElf _) {
            return false;
        }
    }

    private static boolean same(Segment a, Segment b) {
        return a.virtualAddress() == b.virtualAddress() && a.physicalAddress() == b.physicalAddress()
                && a.memorySize() == b.memorySize()
                && a.flags() == b.flags() && a.alignment() == b.alignment();
    }

    private static List<Note> notes(ElfFile file) throws MalformedElf {
        var notes = new ArrayList<Note>();
        for (var segment : file.segments()) {
            if (segment.is(Segment.PT_NOTE)) {
                file.notes(segment).stream().filter(n -> n.owner().equals(SOLO5)).forEach(notes::add);
            }
        }
        return notes;
    }

    private static boolean sameNotes(List<Note> a, List<Note> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (a.get(i).type() != b.get(i).type() || a.get(i).descriptor().mismatch(b.get(i).descriptor()) != -1) {
                return false;
            }
        }
        return true;
    }

    /// Whether all but the named sections is equal: every other section by name with all that its header says except where it
    /// stands in the file, headers but for such offsets, and what lies between (which may be more or less of zero bytes).
    static boolean equalWithout(Layout a, Layout b, Set<String> excepted) {
        if (excepted.isEmpty() || a.sections() == null || b.sections() == null
                || !header(a.elf().header()).equals(header(b.elf().header())) || !segments(a).equals(segments(b))
                || !sections(a, excepted).equals(sections(b, excepted))) {
            return false;
        }
        var left = new HashMap<String, Region>();
        b.regions().forEach(r -> left.put(r.key(), r));
        for (var region : a.regions()) {
            var other = left.remove(region.key());
            if (!excepted.contains(region.name()) && !equal(region, other)) {
                return false;
            }
        }
        return left.values().stream().allMatch(r -> excepted.contains(r.name()) || equal(r, null));
    }

    private static boolean equal(Region a, Region b) {
        if (a.kind() == Region.Kind.HEADER && b != null) {
            return true; // compared field by field
        }
        if (b != null && a.size() == b.size() && a.bytes().mismatch(b.bytes()) == -1) {
            return true;
        }
        return a.kind() == Region.Kind.GAP && zero(a.bytes()) && (b == null || zero(b.bytes()));
    }

    private static boolean zero(MemorySegment bytes) {
        for (long i = 0; i < bytes.byteSize(); i++) {
            if (bytes.get(ValueLayout.JAVA_BYTE, i) != 0) {
                return false;
            }
        }
        return true;
    }

    private static ElfHeader header(ElfHeader h) {
        return new ElfHeader(h.wide(), h.osAbi(), h.abiVersion(), h.type(), h.machine(), h.version(), h.entry(), 0, 0, h.flags(),
                h.headerSize(),
                h.programHeaderSize(), h.programHeaderCount(), h.sectionHeaderSize(), h.sectionHeaderCount(),
                        h.nameSectionIndex());
    }

    private static List<Segment> segments(Layout layout) {
        return layout.elf().segments().stream().map(s -> new Segment(s.index(), s.type(), s.flags(), 0, s.virtualAddress(),
                s.physicalAddress(),
                s.fileSize(), s.memorySize(), s.alignment())).toList();
    }

    private static List<Section> sections(Layout layout, Set<String> excepted) {
        return layout.sections().list().stream().map(s -> new Section(s.index(), s.name(), s.type(), s.flags(), s.address(), 0,
                excepted.contains(s.name()) ? 0 : s.size(), s.link(), s.info(), s.alignment(), s.entrySize())).toList();
    }

    /// What differs in the headers and cannot be the consequence of another size or place; empty texts where nothing does.
    static List<String> kinds(Layout a, Layout b) {
        var x = a.elf().header();
        var y = b.elf().header();
        String fieldsA = x.format() + ", flags 0x" + Long.toHexString(x.flags()) + ", " + flags(a);
        String fieldsB = y.format() + ", flags 0x" + Long.toHexString(y.flags()) + ", " + flags(b);
        return fieldsA.equals(fieldsB) ? List.of("", "") : List.of(fieldsA, fieldsB);
    }

    private static String flags(Layout layout) {
        var out = new StringBuilder("segments");
        for (var segment : layout.elf().segments()) {
            out.append(' ').append(Integer.toHexString(segment.type())).append(':').append(Integer.toHexString(segment.flags()));
        }
        return out.toString();
    }
}
