package dev.repro.image;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// An ELF file (ELF64 or ELF32, little-endian) as a loader reads it: header and segments.
///
/// The section view is read apart ([#sections]) and may be malformed where this view is not. Nothing is copied: contents are
/// slices of the bytes given, so the file must not change while it is read. Immutable otherwise, and safe for any number of
/// threads.
public final class ElfFile {
    private final MemorySegment file;
    private final ElfHeader header;
    private final List<Segment> segments;

    private ElfFile(MemorySegment file, ElfHeader header, List<Segment> segments) {
        this.file = file;
        this.header = header;
        this.segments = segments;
    }

    /// Reads header and segment table:
    ///
    /// 1. the header is one ([ElfHeader#read]);
    /// 2. where there are segments, an entry has the size that the class gives;
    /// 3. the whole table lies in the file.
    ///
    /// Lenient: contents of segments are checked when they are asked for ([#bytes(Segment)]), and their addresses by [Lint]
    /// alone; where `e_phnum` is 0xffff the count is in section 0, as the format has it.
    public static ElfFile parse(MemorySegment bytes) throws MalformedElf {
        MemorySegment file = bytes.asReadOnly();
        ElfHeader header = ElfHeader.read(file);
        long count = header.programHeaderCount();
        if (count == ElfHeader.PN_XNUM && header.sectionHeaderOffset() != 0) {
            count = Integer.toUnsignedLong(SectionReader.first(file, header).info());
        }
        return new ElfFile(file, header, count == 0 ? List.of() : segments(file, header, count));
    }

    private static List<Segment> segments(MemorySegment file, ElfHeader header, long count) throws MalformedElf {
        long offset = header.programHeaderOffset();
        if (header.programHeaderSize() != header.segmentEntry()) {
            throw new MalformedElf("the size of a program header is not that of its class", offset, header.segmentEntry(),
                    header.programHeaderSize());
        }
        long size = Cursor.tableSize(count, header.segmentEntry(), offset, "the program header table");
        Cursor in = Cursor.over(file, offset, size, "the program header table");
        var segments = new ArrayList<Segment>((int) count);
        for (int i = 0; i < count; i++) {
            segments.add(Segment.read(i, in, header.wide()));
        }
        return List.copyOf(segments);
    }

    /// Whether the first four bytes are those of an ELF file.
    public static boolean magic(MemorySegment bytes) {
        return ElfHeader.magic(bytes);
    }

    public ElfHeader header() {
        return header;
    }

    /// The whole file, read-only.
    public MemorySegment bytes() {
        return file;
    }

    public List<Segment> segments() {
        return segments;
    }

    /// What of a segment is in the file.
    public MemorySegment bytes(Segment segment) throws MalformedElf {
        return Cursor.slice(file, segment.offset(), segment.fileSize(), "segment " + segment.index());
    }

    /// All notes of a `PT_NOTE` segment. A tender sees the first one only; see [Solo5].
    public List<Note> notes(Segment segment) throws MalformedElf {
        return Note.readAll(bytes(segment), segment.offset(), segment.alignment());
    }

    /// The view of tools: read anew at each call, so keep it.
    public Sections sections() throws MalformedElf {
        return SectionReader.read(file, header);
    }
}
