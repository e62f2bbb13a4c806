package dev.repro.image;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Reads the section header table.
final class SectionReader {

    private SectionReader() {}

    /// A section header whose name is still a place in the string table.
    record Raw(long name, int type, long flags, long address, long offset, long size, int link, int info, long alignment,
            long entrySize) {

        static Raw read(Cursor in, boolean wide) throws MalformedElf {
            return new Raw(in.u32(), (int) in.u32(), in.word(wide), in.word(wide), in.word(wide), in.word(wide), (int) in.u32(),
                    (int) in.u32(), in.word(wide), in.word(wide));
        }

        Section named(int index, String name) {
            return new Section(index, name, type, flags, address, offset, size, link, info, alignment, entrySize);
        }
    }

    /// Section 0, which holds the counts that are too large for the header.
    static Raw first(MemorySegment file, ElfHeader header) throws MalformedElf {
        long offset = header.sectionHeaderOffset();
        if (header.sectionHeaderSize() != header.sectionEntry()) {
            throw new MalformedElf("the size of a section header is not that of its class", offset, header.sectionEntry(),
                    header.sectionHeaderSize());
        }
        return Raw.read(Cursor.over(file, offset, header.sectionEntry(), "section header 0"), header.wide());
    }

    /// Reads the table:
    ///
    /// 1. a table that is nowhere (`e_shoff` 0) has no entries;
    /// 2. an entry has the size that the class gives;
    /// 3. the whole table lies in the file; its length is `e_shnum`, or `sh_size` of section 0 where that is 0;
    /// 4. the section that holds the names (`e_shstrndx`, or `sh_link` of section 0) exists and is a string table in the file;
    /// 5. every name lies in it, ends in it, and all together stay in proportion to the file ([StringTable]).
    ///
    /// Lenient: a file may name no section that holds the names: then they are empty. Contents are checked when they are asked
    /// for, and may overlap. `sh_link` and `sh_info` are checked where they are followed. Entries of type NULL have no name.
    static Sections read(MemorySegment file, ElfHeader header) throws MalformedElf {
        if (header.sectionHeaderOffset() == 0) {
            if (header.sectionHeaderCount() != 0) {
                throw new MalformedElf("section headers are counted that are nowhere", 0, 0, header.sectionHeaderCount());
            }
            return new Sections(file, header, List.of());
        }
        Raw first = first(file, header);
        long count = header.sectionHeaderCount() == 0 ? first.size() : header.sectionHeaderCount();
        long offset = header.sectionHeaderOffset();
        long size = Cursor.tableSize(count, header.sectionEntry(), offset, "the section header table");
        Cursor in = Cursor.over(file, offset, size, "the section header table");
        var raw = new ArrayList<Raw>((int) count);
        for (int i = 0; i < count; i++) {
            raw.add(Raw.read(in, header.wide()));
        }
        long index = header.nameSectionIndex() == ElfHeader.SHN_XINDEX ? Integer.toUnsignedLong(first.link())
                : header.nameSectionIndex();
        return new Sections(file, header, named(file, raw, index, offset));
    }

    private static List<Section> named(MemorySegment file, List<Raw> raw, long index, long offset) throws MalformedElf {
        if (index >= raw.size() && index != 0) {
            throw new MalformedElf("the section that holds the section names does not exist", offset,
                    "below " + raw.size(), index);
        }
        StringTable names = index == 0 ? null : names(file, raw.get((int) index), offset);
        var sections = new ArrayList<Section>(raw.size());
        for (int i = 0; i < raw.size(); i++) {
            boolean named = names != null && raw.get(i).type() != Section.SHT_NULL;
            sections.add(raw.get(i).named(i, named ? names.at(raw.get(i).name()) : ""));
        }
        return List.copyOf(sections);
    }

    private static StringTable names(MemorySegment file, Raw section, long offset) throws MalformedElf {
        if (section.type() != Section.SHT_STRTAB) {
            throw new MalformedElf("the section that holds the section names is no string table", offset, Section.SHT_STRTAB,
                    section.type());
        }
        MemorySegment bytes = Cursor.slice(file, section.offset(), section.size(), "the table of section names");
        return new StringTable(bytes, section.offset(), file.byteSize());
    }
}
