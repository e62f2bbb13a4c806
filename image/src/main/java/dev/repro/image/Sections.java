package dev.repro.image;

import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The sections of an ELF file, as tools read them. Immutable.
public final class Sections {
    private final MemorySegment file;
    private final ElfHeader header;
    private final List<Section> list;

    Sections(MemorySegment file, ElfHeader header, List<Section> list) {
        this.file = file;
        this.header = header;
        this.list = list;
    }

    /// In the order of the table, entry 0 included; empty where the file has none.
    public List<Section> list() {
        return list;
    }

    /// The first section of that name.
    public Optional<Section> named(String name) {
        return list.stream().filter(s -> s.name().equals(name)).findFirst();
    }

    /// The section that holds the byte of the file at `offset`; where sections overlap the smallest.
    public Optional<Section> atOffset(long offset) {
        return list.stream().filter(s -> s.holds(offset)).min(Comparator.comparingLong(Section::size));
    }

    /// The section that is mapped at `address`; where sections overlap the smallest.
    public Optional<Section> atAddress(long address) {
        return list.stream().filter(s -> s.holdsAddress(address)).min(Comparator.comparingLong(Section::size));
    }

    /// What of a section is in the file, compressed where it is compressed.
    public MemorySegment bytes(Section section) throws MalformedElf {
        return section.stored() ? Cursor.slice(file, section.offset(), section.size(), "section " + section.index())
                : MemorySegment.NULL;
    }

    public List<Note> notes(Section section) throws MalformedElf {
        return Note.readAll(bytes(section), section.offset(), section.alignment());
    }

    /// The symbols of `.symtab`, or where it was stripped those of `.dynsym`, or none. Read anew at each call, so keep them.
    public Symbols symbols() throws MalformedElf {
        Optional<Section> table = first(Section.SHT_SYMTAB).or(() -> first(Section.SHT_DYNSYM));
        return table.isPresent() ? symbols(table.get()) : new Symbols(List.of(), false);
    }

    /// The symbols of one table.
    public Symbols symbols(Section table) throws MalformedElf {
        return new Symbols(SymbolReader.read(file, this, table, header), header.type() == ElfHeader.ET_REL);
    }

    private Optional<Section> first(int type) {
        return list.stream().filter(s -> s.type() == type).findFirst();
    }
}
