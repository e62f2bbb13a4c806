package dev.repro.image;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;

/// The notes of a whole file, from every place that can hold some.
final class Notes {
    private Notes() {}

    /// @param broken why a region could not be read to its end
    record Region(String where, List<Note> notes, MalformedElf broken) {}

    private record Place(String where, long offset, long size, long alignment) {}

    /// The regions of all `PT_NOTE` segments, in their order; a region that several segments name counts once.
    static List<Region> ofSegments(ElfFile elf) {
        return read(elf, elf.segments().stream().filter(s -> s.is(Segment.PT_NOTE))
                .map(s -> new Place("segment " + s.index(), s.offset(), s.fileSize(), s.alignment())).toList());
    }

    /// The regions of all sections of notes, in their order; a region that several sections name counts once.
    static List<Region> ofSections(ElfFile elf, Sections sections) {
        return read(elf, sections.list().stream().filter(s -> s.type() == Section.SHT_NOTE)
                .map(s -> new Place("section " + s.name(), s.offset(), s.size(), s.alignment())).toList());
    }

    private static List<Region> read(ElfFile elf, List<Place> places) {
        var out = new ArrayList<Region>();
        var seen = new HashSet<List<Long>>();
        // Places of notes may overlap, but in all they hold no more than the file.
        long budget = elf.bytes().byteSize();
        for (Place place : places) {
            if (seen.add(List.of(place.offset, place.size))) {
                out.add(region(elf, place, budget));
                budget -= Long.compareUnsigned(place.size, budget) <= 0 ? place.size : 0;
            }
        }
        return out;
    }

    private static Region region(ElfFile elf, Place place, long budget) {
        try {
            if (Long.compareUnsigned(place.size, budget) > 0) {
                throw new MalformedElf("the places of notes share their bytes", place.offset, "at most the file's size in all",
                        "more");
            }
            var bytes = Cursor.slice(elf.bytes(), place.offset, place.size, place.where);
            return new Region(place.where, Note.readAll(bytes, place.offset, place.alignment), null);
        } catch (MalformedElf e) {
            return new Region(place.where, List.of(), e);
        }
    }

    /// The notes of all regions that can be read.
    static List<Note> readable(ElfFile elf) {
        return ofSegments(elf).stream().flatMap(r -> r.notes().stream()).toList();
    }

    static int u8(Note note) {
        return note.descriptor().get(ValueLayout.JAVA_BYTE, 0) & 0xff;
    }

    /// The descriptor as one number of 4 or 8 bytes.
    static OptionalLong number(Note note) {
        try {
            long size = note.descriptor().byteSize();
            return size == 4 || size == 8 ? OptionalLong.of(new Cursor(note.descriptor(), 0, "").word(size == 8))
                    : OptionalLong.empty();
        } catch (MalformedElf e) {
            throw new IllegalStateException("the size was looked at", e);
        }
    }

    /// The descriptor as u32 numbers; its size is a multiple of 4.
    static List<Long> words(Note note) {
        try {
            var in = new Cursor(note.descriptor(), 0, "");
            var words = new ArrayList<Long>();
            while (in.remaining() > 0) {
                words.add(in.u32());
            }
            return words;
        } catch (MalformedElf e) {
            throw new IllegalStateException("the size is a multiple of 4", e);
        }
    }
}
