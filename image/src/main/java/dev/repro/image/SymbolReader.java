package dev.repro.image;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Reads one symbol table.
final class SymbolReader {
    private static final int SHN_LORESERVE = 0xff00;
    private static final int SHN_XINDEX = 0xffff;

    private SymbolReader() {}

    /// Reads the table:
    ///
    /// 1. it is a symbol table whose entries have the size that the class gives, in whole numbers;
    /// 2. its content lies in the file;
    /// 3. `sh_link` names a section of the file that holds the names, and each name lies and ends in it ([StringTable]);
    /// 4. a symbol whose section number is elsewhere (`SHN_XINDEX`) has an entry in a table of section numbers of this table.
    ///
    /// Lenient: value, size, and the number of the section are not checked: nothing here follows them.
    static List<Symbol> read(MemorySegment file, Sections sections, Section table, ElfHeader header) throws MalformedElf {
        int entry = header.symbolEntry();
        String what = "symbol table " + table.index();
        if (table.type() != Section.SHT_SYMTAB && table.type() != Section.SHT_DYNSYM) {
            throw new MalformedElf(what + " is none", table.offset(), "type 2 or 11", table.type());
        }
        if (table.entrySize() != entry || table.size() % entry != 0) {
            throw new MalformedElf(what + " has entries of another size than its class has", table.offset(),
                    "a multiple of " + entry, table.size() + " bytes of " + table.entrySize() + " each");
        }
        MemorySegment bytes = sections.bytes(table);
        StringTable names = names(file, sections, table);
        var in = new Cursor(bytes, table.offset(), what);
        Cursor numbers = numbers(sections, table);
        var symbols = new ArrayList<Symbol>((int) (bytes.byteSize() / entry));
        while (in.remaining() > 0) {
            symbols.add(symbol(in, names, numbers, header.wide()));
        }
        return symbols;
    }

    private static Symbol symbol(Cursor in, StringTable names, Cursor numbers, boolean wide) throws MalformedElf {
        long offset = in.offset();
        long name = in.u32();
        long value = wide ? 0 : in.u32();
        long size = wide ? 0 : in.u32();
        int info = in.u8();
        in.skip(1);
        int section = in.u16();
        if (wide) {
            value = in.u64();
            size = in.u64();
        }
        long number = numbers == null ? 0 : numbers.u32();
        if (section == SHN_XINDEX) {
            if (numbers == null || number > Integer.MAX_VALUE) {
                throw new MalformedElf("a symbol has no section number", offset, "an entry in a table of them", number);
            }
            section = (int) number;
        } else if (section >= SHN_LORESERVE) {
            section = (short) section;
        }
        return new Symbol(names.at(name), value, size, info & 15, info >> 4, section);
    }

    private static StringTable names(MemorySegment file, Sections sections, Section table) throws MalformedElf {
        int link = table.link();
        if (link <= 0 || link >= sections.list().size() || sections.list().get(link).type() != Section.SHT_STRTAB) {
            throw new MalformedElf("symbol table " + table.index() + " has no string table", table.offset(),
                    "the number of a string table", Integer.toUnsignedString(link));
        }
        Section strings = sections.list().get(link);
        return new StringTable(sections.bytes(strings), strings.offset(), file.byteSize());
    }

    /// The table of section numbers that belongs to `table`, or null.
    private static Cursor numbers(Sections sections, Section table) throws MalformedElf {
        for (Section section : sections.list()) {
            if (section.type() == Section.SHT_SYMTAB_SHNDX && section.link() == table.index()) {
                return new Cursor(sections.bytes(section), section.offset(), "the table of section numbers");
            }
        }
        return null;
    }
}
