package dev.repro.image;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Compares what [ElfFile] reads of a file with what GNU `readelf -hSlsn --wide` prints of it.
final class ReadelfOracle {
    private static final Pattern HEADER = Pattern.compile("^  ([A-Z][A-Za-z/ ]+):\\s+(.*)$");
    private static final Pattern SECTION = Pattern.compile("^\\s*\\[\\s*(\\d+)\\] (.*?)\\s+"
            + "(SYMTAB SECTION INDICES|\\S+)\\s+([0-9a-f]{8,16}) ([0-9a-f]{6,}) ([0-9a-f]{6,}) ([0-9a-f]{2,})\\s+"
            + "([A-Za-z]*)\\s+(\\d+)\\s+(\\d+)\\s+(\\d+)$");
    private static final Pattern SEGMENT = Pattern.compile("^  (\\S+)\\s+0x([0-9a-f]+) 0x([0-9a-f]+) 0x([0-9a-f]+) 0x([0-9a-f]+)"
            + " 0x([0-9a-f]+) ([R ][W ][E ]) (0x[0-9a-f]+|0)$");
    private static final Pattern SYMBOLS = Pattern.compile("^Symbol table '(.*)' contains (\\d+) entr(y|ies):$");
    private static final Pattern SYMBOL = Pattern.compile("^\\s*(\\d+): ([0-9a-f]{8,16})\\s+(\\S+)"
            + "\\s+(<[^>]*>: \\S+|\\S+)\\s+(<[^>]*>: \\S+|\\S+)\\s+(\\S+)\\s+(?:\\[.*\\]\\s+)?(\\S+)(?: (.*))?$");
    private static final Pattern NOTES = Pattern.compile("^Displaying notes found in: (.*)$");
    private static final Pattern NOTE = Pattern.compile("^  (\\S.*?)\\s+0x([0-9a-f]{8})\\t.*$");

    private static final Map<String, Integer> SECTION_TYPES = Map.of("NULL", 0, "PROGBITS", 1, "SYMTAB", 2, "STRTAB", 3, "RELA",
            4, "DYNAMIC", 6, "NOTE", 7, "NOBITS", 8, "REL", 9, "DYNSYM", 11);
    private static final Map<String, Integer> SEGMENT_TYPES = Map.of("NULL", 0, "LOAD", 1, "DYNAMIC", 2, "INTERP", 3, "NOTE", 4,
            "PHDR", 6, "TLS", 7, "GNU_EH_FRAME", 0x6474e550, "GNU_STACK", 0x6474e551, "GNU_RELRO", 0x6474e552);
    private static final Map<String, Integer> SYMBOL_TYPES = Map.of("NOTYPE", 0, "OBJECT", 1, "FUNC", 2, "SECTION", 3, "FILE", 4,
            "COMMON", 5, "TLS", 6, "IFUNC", 10);
    private static final Map<String, Integer> BINDINGS = Map.of("LOCAL", 0, "GLOBAL", 1, "WEAK", 2, "UNIQUE", 10);
    private static final Map<String, Integer> INDEXES = Map.of("UND", 0, "ABS", Symbol.ABSOLUTE, "COM", Symbol.COMMON);

    private final ElfFile elf;
    private final Sections sections;
    private final List<String> differences = new ArrayList<>();
    private List<Symbol> symbols = List.of();
    private List<Note> notes = List.of();
    private boolean dynamic;
    private boolean dynamicSeen;
    private int note;
    private int seenSections;
    private int seenSegments;
    private int seenSymbols;
    private int seenNotes;

    private ReadelfOracle(ElfFile elf, Sections sections) {
        this.elf = elf;
        this.sections = sections;
    }

    /// What differs, a line each; empty where all is the same.
    ///
    /// @throws IOException where the file or readelf cannot be read
    static List<String> compare(Path file) throws IOException, InterruptedException {
        List<String> lines = readelf(file);
        try (var channel = FileChannel.open(file); Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            ElfFile elf = ElfFile.parse(bytes);
            var oracle = new ReadelfOracle(elf, elf.sections());
            for (String line : lines) {
                oracle.line(line);
            }
            oracle.counts();
            return oracle.differences;
        } catch (MalformedElf e) {
            return List.of(e.toString());
        }
    }

    private static List<String> readelf(Path file) throws IOException, InterruptedException {
        var builder = new ProcessBuilder("readelf", "-hSlsn", "--wide", file.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return out.lines().toList();
    }

    private void line(String line) throws MalformedElf {
        Matcher m;
        if ((m = SYMBOLS.matcher(line)).matches()) {
            symbols(m.group(1), Integer.parseInt(m.group(2)));
        } else if ((m = NOTES.matcher(line)).matches()) {
            String name = m.group(1);
            note = 0;
            notes = sections.notes(sections.list().stream().filter(s -> s.name().equals(name) && s.type() == Section.SHT_NOTE)
                    .findFirst().orElseThrow(() -> new AssertionError("no notes in " + name)));
            seenNotes++;
        } else if (!notes.isEmpty() && (m = NOTE.matcher(line)).matches()) {
            note(m);
        } else if ((m = SECTION.matcher(line)).matches()) {
            section(m);
        } else if ((m = SEGMENT.matcher(line)).matches()) {
            segment(m);
        } else if ((m = SYMBOL.matcher(line)).matches()) {
            symbol(m);
        } else if ((m = HEADER.matcher(line)).matches()) {
            header(m.group(1), m.group(2));
        }
    }

    private void header(String key, String text) {
        ElfHeader h = elf.header();
        String first = text.split(" ")[0];
        switch (key) {
            case "Class" -> same(key, text, h.wide() ? "ELF64" : "ELF32");
            case "Type" -> same(key, first, h.typeName());
            case "Entry point address" -> same(key, first, "0x" + Long.toHexString(h.entry()));
            case "Start of program headers" -> same(key, first, h.programHeaderOffset());
            case "Start of section headers" -> same(key, first, h.sectionHeaderOffset());
            case "Flags" -> same(key, first.replace(",", ""), "0x" + Long.toHexString(h.flags()));
            case "Size of this header" -> same(key, first, h.headerSize());
            case "Size of program headers" -> same(key, first, h.programHeaderSize());
            case "Number of program headers" -> same(key, first, h.programHeaderCount());
            case "Size of section headers" -> same(key, first, h.sectionHeaderSize());
            case "Number of section headers" -> same(key, first, h.sectionHeaderCount());
            default -> {
            }
        }
    }

    private void section(Matcher m) {
        seenSections++;
        Section s = sections.list().get(Integer.parseInt(m.group(1)));
        String what = "section " + s.index();
        same(what + " name", m.group(2), s.name());
        if (SECTION_TYPES.containsKey(m.group(3))) {
            same(what + " type", SECTION_TYPES.get(m.group(3)), s.type());
        }
        same(what + " address", hex(m.group(4)), s.address());
        same(what + " offset", hex(m.group(5)), s.offset());
        same(what + " size", hex(m.group(6)), s.size());
        same(what + " entry size", hex(m.group(7)), s.entrySize());
        same(what + " flags", m.group(8).replaceAll("[^WAX]", ""), ((s.flags() & Section.SHF_WRITE) != 0 ? "W" : "")
                + (s.allocated() ? "A" : "") + ((s.flags() & Section.SHF_EXECINSTR) != 0 ? "X" : ""));
        same(what + " link", m.group(9), s.link());
        same(what + " info", m.group(10), s.info());
        same(what + " alignment", m.group(11), s.alignment());
    }

    private void segment(Matcher m) {
        Segment s = elf.segments().get(seenSegments++);
        String what = "segment " + s.index();
        if (SEGMENT_TYPES.containsKey(m.group(1))) {
            same(what + " type", SEGMENT_TYPES.get(m.group(1)), s.type());
        }
        same(what + " offset", hex(m.group(2)), s.offset());
        same(what + " address", hex(m.group(3)), s.virtualAddress());
        same(what + " physical", hex(m.group(4)), s.physicalAddress());
        same(what + " file size", hex(m.group(5)), s.fileSize());
        same(what + " memory size", hex(m.group(6)), s.memorySize());
        same(what + " flags", m.group(7), ((s.flags() & 4) != 0 ? "R" : " ") + (s.writable() ? "W" : " ")
                + (s.executable() ? "E" : " "));
        same(what + " alignment", Long.decode(m.group(8)), s.alignment());
    }

    private void symbols(String name, int count) throws MalformedElf {
        // Two tables never share a name but in files that no linker makes.
        Section table = sections.list().stream().filter(s -> s.name().equals(name)
                && (s.type() == Section.SHT_SYMTAB || s.type() == Section.SHT_DYNSYM)).findFirst().orElseThrow();
        symbols = sections.symbols(table).all();
        dynamic = table.type() == Section.SHT_DYNSYM;
        dynamicSeen |= dynamic;
        same("symbols of " + name, count, symbols.size());
    }

    private void symbol(Matcher m) {
        seenSymbols++;
        int index = Integer.parseInt(m.group(1));
        Symbol s = symbols.get(index);
        String what = (dynamic ? "dynamic symbol " : "symbol ") + index;
        same(what + " value", hex(m.group(2)), s.value());
        same(what + " size", Long.decode(m.group(3)), s.size());
        if (SYMBOL_TYPES.containsKey(m.group(4))) {
            same(what + " type", SYMBOL_TYPES.get(m.group(4)), s.type());
        }
        if (BINDINGS.containsKey(m.group(5))) {
            same(what + " binding", BINDINGS.get(m.group(5)), s.binding());
        }
        if (INDEXES.containsKey(m.group(7)) || m.group(7).matches("\\d+")) {
            same(what + " section", INDEXES.getOrDefault(m.group(7), INDEXES.containsKey(m.group(7)) ? 0 : parse(m.group(7))),
                    s.section());
        }
        // readelf names a section symbol after its section, adds versions, and rewrites what a terminal might not show.
        boolean printable = s.name().chars().allMatch(c -> c > 0x20 && c < 0x7f);
        if (s.type() != Symbol.SECTION && printable) {
            String name = m.group(8) == null ? "" : m.group(8);
            same(what + " name", dynamic && !s.name().contains("@") ? name.replaceAll("@.*", "") : name, s.name());
        }
    }

    private static int parse(String number) {
        return number.matches("\\d+") ? Integer.parseInt(number) : 0;
    }

    private void note(Matcher m) {
        if (note >= notes.size()) {
            differences.add("readelf shows more notes than " + notes.size());
            return;
        }
        Note n = notes.get(note++);
        same("note owner", m.group(1), n.owner().isEmpty() ? "(NONE)" : n.owner());
        same("note size", hex(m.group(2)), n.descriptor().byteSize());
    }

    /// Nothing that is in the file was passed over because a pattern did not fit.
    private void counts() throws MalformedElf {
        same("sections", seenSections, sections.list().size());
        same("segments", seenSegments, elf.segments().size());
        same("sections of notes", seenNotes,
                sections.list().stream().filter(s -> s.type() == Section.SHT_NOTE && s.size() > 0).count());
        long all = 0;
        for (Section s : sections.list()) {
            if (s.type() == Section.SHT_SYMTAB || s.type() == Section.SHT_DYNSYM && dynamicSeen) {
                all += sections.symbols(s).all().size();
            }
        }
        same("symbols", seenSymbols, all);
    }

    private static long hex(String text) {
        return Long.parseUnsignedLong(text, 16);
    }

    private void same(String what, Object readelf, Object ours) {
        if (!readelf.toString().equals(ours.toString())) {
            differences.add(what + ": readelf " + readelf + ", ours " + ours);
        }
    }
}
