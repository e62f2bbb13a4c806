package dev.repro.diffoscopelite;

import dev.repro.image.ElfFile;
import dev.repro.image.ElfHeader;
import dev.repro.image.MalformedElf;
import dev.repro.image.Section;
import dev.repro.image.Sections;
import dev.repro.image.Segment;
import dev.repro.image.Symbol;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A file cut into regions which together cover all its bytes.
///
/// @param machine of the ELF header; -1 for a file that is none
/// @param elf null for a file that is none
/// @param sections null where the file has none that can be read
/// @param sources the names of its `STT_FILE` symbols, in order
record Layout(List<Region> regions, int machine, ElfFile elf, Sections sections, List<String> sources) {
    private static final int SHT_RELA = 4;
    private static final int SHT_HASH = 5;
    private static final int SHT_DYNAMIC = 6;
    private static final int SHT_REL = 9;
    private static final int SHT_GROUP = 17;
    private static final int SHT_RELR = 19;
    private static final int SHT_GNU_HASH = 0x6ffffff6;
    private static final int SHT_GNU_VERDEF = 0x6ffffffd;
    private static final int SHT_GNU_VERNEED = 0x6ffffffe;
    private static final int SHT_GNU_VERSYM = 0x6fffffff;
    private static final long SHF_STRINGS = 0x20;

    private record Stretch(long start, long end, String name) {}

    /// The file as one region without a name.
    static Layout opaque(MemorySegment file, boolean text) {
        var kind = text ? Region.Kind.STRINGS : Region.Kind.DATA;
        return new Layout(List.of(new Region("", "", kind, file.byteSize(), file, -1, List.of())), -1, null, null, List.of());
    }

    /// Null for what is no ELF file that can be read.
    static Layout elf(MemorySegment file) {
        try {
            return new Builder(ElfFile.parse(file)).layout();
        } catch (MalformedElf _) {
            return null;
        }
    }

    private static final class Builder {
        private final ElfFile elf;
        private final MemorySegment file;
        private final List<Region> regions = new ArrayList<>();
        private final List<Stretch> covered = new ArrayList<>();
        private final Map<String, Integer> names = new HashMap<>();

        Builder(ElfFile elf) {
            this.elf = elf;
            this.file = elf.bytes();
        }

        Layout layout() throws MalformedElf {
            var header = elf.header();
            table("(ELF header)", 0, header.headerSize());
            table("(program headers)", header.programHeaderOffset(), (long) elf.segments().size() * header.programHeaderSize());
            var sections = sectionsOrNull();
            var symbols = sections == null ? List.<Symbol>of() : symbols(sections);
            if (sections == null) {
                segments();
            } else {
                table("(section headers)", header.sectionHeaderOffset(),
                        (long) sections.list().size() * header.sectionHeaderSize());
                sections(sections, marks(sections, symbols, header.type() == ElfHeader.ET_REL));
            }
            gaps();
            var sources = symbols.stream().filter(s -> s.type() == Symbol.FILE).map(Symbol::name).toList();
            return new Layout(List.copyOf(regions), header.machine(), elf, sections, sources);
        }

        /// A file whose section table is broken, as no loader minds, is compared by its segments.
        private Sections sectionsOrNull() {
            try {
                var sections = elf.sections();
                return sections.list().isEmpty() ? null : sections;
            } catch (MalformedElf _) {
                return null;
            }
        }

        private static List<Symbol> symbols(Sections sections) {
            try {
                return sections.symbols().all();
            } catch (MalformedElf _) {
                return List.of();
            }
        }

        private void table(String name, long offset, long size) {
            if (size > 0 && inFile(offset, size)) {
                add(name, Region.Kind.HEADER, size, slice(offset, size, name), -1, List.of());
            }
        }

        private void segments() {
            for (var segment : elf.segments()) {
                if (segment.is(Segment.PT_LOAD) && inFile(segment.offset(), segment.fileSize())) {
                    String name = "(segment " + segment.index() + ")";
                    add(name, segment.executable() ? Region.Kind.CODE : Region.Kind.DATA, segment.memorySize(),
                            slice(segment.offset(), segment.fileSize(), name), segment.virtualAddress(), List.of());
                }
            }
        }

        private void sections(Sections sections, Map<Integer, List<Region.Mark>> marks) {
            for (var section : sections.list()) {
                boolean stored = section.stored() && inFile(section.offset(), section.size());
                if (!stored && section.type() != Section.SHT_NOBITS) {
                    continue;
                }
                var bytes = stored ? slice(section.offset(), section.size(), section.name()) : file.asSlice(0, 0);
                add(section.name(), kind(section, bytes), section.size(), bytes, section.allocated() ? section.address() : -1,
                        marks.getOrDefault(section.index(), List.of()));
            }
        }

        /// What no region covers, named after the region before it.
        private void gaps() {
            covered.sort(Comparator.comparingLong(Stretch::start).thenComparingLong(Stretch::end));
            long end = 0;
            String before = "start";
            for (var stretch : List.copyOf(covered)) {
                gap(end, stretch.start, before);
                if (stretch.end > end) {
                    end = stretch.end;
                    before = stretch.name;
                }
            }
            gap(end, file.byteSize(), before);
        }

        private void gap(long start, long end, String before) {
            if (end > start) {
                String name = end == file.byteSize() ? "(end of file)" : "(after " + before + ")";
                add(name, Region.Kind.GAP, end - start, file.asSlice(start, end - start), -1, List.of());
            }
        }

        private void add(String name, Region.Kind kind, long size, MemorySegment bytes, long address, List<Region.Mark> marks) {
            String key = stableName(name);
            int count = names.merge(key, 1, Integer::sum);
            regions.add(new Region(key + "#" + count, name, kind, size, bytes, address, marks));
        }

        private MemorySegment slice(long offset, long size, String name) {
            covered.add(new Stretch(offset, offset + size, name));
            return file.asSlice(offset, size);
        }

        private boolean inFile(long offset, long size) {
            return offset >= 0 && size >= 0 && offset <= file.byteSize() && size <= file.byteSize() - offset;
        }
    }

    /// Without the random suffix that gcc gives to sections of link-time optimisation.
    private static String stableName(String name) {
        return name.startsWith(".gnu.lto_") ? name.replaceFirst("\\.[0-9a-f]{6,16}$", "") : name;
    }

    private static Region.Kind kind(Section section, MemorySegment bytes) {
        String name = section.name();
        if (name.equals(".note.gnu.build-id") || name.equals(".gnu_debuglink") || name.equals(".gnu_debugaltlink")) {
            return Region.Kind.BUILD_ID;
        }
        if ((section.flags() & Section.SHF_COMPRESSED) != 0 || name.startsWith(".gnu.lto_")) {
            return Region.Kind.PACKED;
        }
        return switch (section.type()) {
            case Section.SHT_STRTAB -> Region.Kind.NAMES;
            case Section.SHT_SYMTAB, Section.SHT_DYNSYM, Section.SHT_SYMTAB_SHNDX, SHT_RELA, SHT_REL, SHT_RELR, SHT_HASH,
                    SHT_GNU_HASH,
                    SHT_GNU_VERSYM, SHT_GNU_VERNEED, SHT_GNU_VERDEF, SHT_DYNAMIC, SHT_GROUP -> Region.Kind.TABLE;
            default -> {
                boolean strings = (section.flags() & SHF_STRINGS) != 0;
                if (!strings && (name.startsWith(".debug_") || name.equals(".gdb_index"))) {
                    yield Region.Kind.DEBUG;
                }
                if (name.startsWith(".eh_frame") || name.startsWith(".gcc_except_table") || name.startsWith(".got")) {
                    yield Region.Kind.TABLE;
                }
                if ((section.flags() & Section.SHF_EXECINSTR) != 0) {
                    yield Region.Kind.CODE;
                }
                yield strings || Region.mostlyText(bytes) ? Region.Kind.STRINGS : Region.Kind.DATA;
            }
        };
    }

    /// By section; of several symbols at one place the one with a size, then the one whose name sorts first.
    private static Map<Integer, List<Region.Mark>> marks(Sections sections, List<Symbol> symbols, boolean relocatable) {
        var placed = new HashMap<Integer, List<Symbol>>();
        for (var symbol : symbols) {
            if (symbol.placed() && !symbol.name().isEmpty() && !symbol.name().startsWith("$")
                    && symbol.section() < sections.list().size()) {
                placed.computeIfAbsent(symbol.section(), _ -> new ArrayList<>()).add(symbol);
            }
        }
        var marks = new HashMap<Integer, List<Region.Mark>>();
        placed.forEach((index, list) -> marks.put(index, marks(sections.list().get(index), list, relocatable)));
        return marks;
    }

    private static List<Region.Mark> marks(Section section, List<Symbol> symbols, boolean relocatable) {
        long base = relocatable ? 0 : section.address();
        symbols.removeIf(s -> s.value() - base < 0 || s.value() - base >= section.size());
        symbols.sort(Comparator.comparingLong((Symbol s) -> s.value() - base).thenComparing(s -> s.size() == 0)
                .thenComparing(Symbol::name));
        var marks = new ArrayList<Region.Mark>();
        for (int i = 0; i < symbols.size(); i++) {
            var symbol = symbols.get(i);
            long start = symbol.value() - base;
            if (!marks.isEmpty() && marks.getLast().start() == start) {
                continue;
            }
            long next = section.size();
            for (int j = i + 1; j < symbols.size(); j++) {
                if (symbols.get(j).value() != symbol.value()) {
                    next = symbols.get(j).value() - base;
                    break;
                }
            }
            long end = symbol.size() > 0 && symbol.size() < next - start ? start + symbol.size() : next;
            marks.add(new Region.Mark(symbol.name(), start, end, symbol.type() == Symbol.FUNC));
        }
        return List.copyOf(marks);
    }
}
