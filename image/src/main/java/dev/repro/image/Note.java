package dev.repro.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// One ELF note.
///
/// @param owner the name up to its first NUL, each byte a character (ISO 8859-1)
/// @param type unsigned
/// @param offset of the note's header in the file
/// @param descriptor a view of the file
public record Note(String owner, int type, long offset, MemorySegment descriptor) {

    private static final int HEADER = 12;

    public boolean is(String owner, int type) {
        return this.type == type && this.owner.equals(owner);
    }

    /// All notes of a segment or section: each a header of three u32 (name size, descriptor size, type), the name, the
    /// descriptor; descriptor and next note begin at multiples of 4, or of 8 where the region's own alignment is 8.
    ///
    /// 1. Every name and descriptor lies in the region. 2. What is left at the end is no header, so it must be zero bytes.
    /// Lenient: the padding after the last descriptor may be missing, as some assemblers leave it out; padding is not read.
    ///
    /// @param base where `region` begins in the file
    static List<Note> readAll(MemorySegment region, long base, long alignment) throws MalformedElf {
        int align = alignment == 8 ? 8 : 4;
        var notes = new ArrayList<Note>();
        var in = new Cursor(region, base, "a note");
        while (in.remaining() >= HEADER) {
            long offset = in.offset();
            long nameSize = in.u32();
            long descriptorSize = in.u32();
            int type = (int) in.u32();
            String owner = text(in.take(nameSize));
            in.align(align);
            notes.add(new Note(owner, type, offset, in.take(descriptorSize)));
            in.align(align);
        }
        while (in.remaining() > 0) {
            long offset = in.offset();
            int spare = in.u8();
            if (spare != 0) {
                throw new MalformedElf("bytes after the last note", offset, "zero padding, or a header of 12 bytes", spare);
            }
        }
        return List.copyOf(notes);
    }

    /// The bytes up to the first NUL.
    static String text(MemorySegment bytes) {
        String all = new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
        int end = all.indexOf('\0');
        return end < 0 ? all : all.substring(0, end);
    }
}
