package dev.repro.release;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.image.ElfFile;
import dev.repro.image.Image;
import dev.repro.image.MalformedElf;
import dev.repro.image.Mark;
import dev.repro.image.Section;
import dev.repro.image.Segment;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// What embedding changes of an image: the new header, and the bytes behind the image. Both are a function of image and envelope, so who
/// strips can make them again and compare.
///
/// Behind the image, at the next multiple of 8: the section headers (the image's own, one of a table of names where it had none, one of
/// `.repro.release`), the names of sections (the image's own, and the new ones), and last the content of `.repro.release`:
///
/// | bytes | what, little-endian |
/// |---|---|
/// | 8 | `REPROREL` |
/// | 4 | version, 1 |
/// | 8 | length of the image |
/// | 8, 2, 2, 2 | `e_shoff`, `e_shentsize`, `e_shnum`, `e_shstrndx` of the image |
/// | 2 | 0 |
/// | 32 | SHA-256 of the image |
/// | 4 | length of the envelope |
/// | | the envelope |
/// | 4 | length of all of this |
/// | 8 | `REPROREL` |
///
/// The image's own bytes stay where they are, all but four fields of its header. The section is of type PROGBITS, without flags or an
/// address: no loader looks at it.
final class ElfTail {
    static final String SECTION = ".repro.release";
    static final byte[] MAGIC = "REPROREL".getBytes(StandardCharsets.US_ASCII);
    /// Bytes of the content before the envelope, and after it.
    static final int HEAD = 8 + 4 + 8 + 8 + 2 + 2 + 2 + 2 + 32 + 4;
    static final int FOOT = 4 + 8;

    static final int VERSION = 1;
    private static final String NAMES = ".shstrtab";
    private static final int RESERVED = 0xff00; // SHN_LORESERVE: from here on counts are in section 0
    private static final int ALIGN = 8;

    private final MemorySegment image;
    private final ElfFile elf;
    private final List<Section> sections;
    private final byte[] envelope;
    private final boolean wide;

    private ElfTail(MemorySegment image, byte[] envelope) throws Problem {
        this.image = image;
        this.envelope = envelope;
        try {
            elf = ElfFile.parse(image);
            sections = elf.sections().list();
        } catch (MalformedElf e) {
            throw cannot("it is not an ELF file whose sections can be read: " + e.getMessage()).because(e);
        }
        wide = elf.header().wide();
        check();
    }

    /// @param head the first bytes of the file, as long as the header of its class
    /// @param tail from the end of the image on
    record Change(byte[] head, byte[] tail) {}

    /// @param image without an embedded release
    /// @throws Problem exit code 2: an image that cannot carry one
    static Change of(MemorySegment image, byte[] envelope) throws Problem {
        return new ElfTail(image, envelope).change();
    }

    /// What would break if bytes were put behind the file: 1. a segment or section that reaches beyond it, which would reach into them; 2. a
    /// multiboot loader that loads to the end of the file. And what cannot be written: more sections than the header counts; a second section of
    /// this name.
    private void check() throws Problem {
        long size = image.byteSize();
        for (Segment segment : elf.segments()) {
            if (beyond(segment.offset(), segment.fileSize(), size)) {
                throw cannot("segment " + segment.index() + " reaches beyond the end of the file");
            }
        }
        for (Section section : sections) {
            if (section.stored() && beyond(section.offset(), section.size(), size)) {
                throw cannot("section " + section.index() + " reaches beyond the end of the file");
            }
            if (section.name().equals(SECTION)) {
                throw cannot("it has a section " + SECTION + " that repro did not write");
            }
        }
        if (elf.header().sectionHeaderCount() != sections.size() || sections.size() + 2 >= RESERVED
                || elf.header().nameSectionIndex() >= RESERVED) {
            throw cannot("it has too many sections");
        }
        if (!sections.isEmpty() && sections.get(elf.header().nameSectionIndex()).allocated()) {
            throw cannot("its section names are loaded into memory");
        }
        if (Image.describe(image).mark(Mark.Multiboot1.class).filter(m -> m.header().addresses() && m.header().loadEnd() == 0).isPresent()) {
            throw cannot("a multiboot loader would load it to the end of the file");
        }
        if (Embedded.endsWithMagic(image)) {
            throw cannot("it ends as if there were one already");
        }
        if (size > ReleaseImage.MAX_SIZE) {
            throw cannot("it is larger than " + ReleaseImage.MAX_SIZE + " bytes");
        }
    }

    private static boolean beyond(long offset, long length, long size) {
        return length != 0 && (offset < 0 || offset > size || length < 0 || length > size - offset);
    }

    private static Problem cannot(String why) {
        return Problem.usage("the image cannot carry a release: " + why).hint("publish it without --embed: its release is found by its digest");
    }

    private Change change() {
        var header = elf.header();
        int old = sections.size();
        boolean named = old > 0 && header.nameSectionIndex() != 0;
        int kept = Math.max(old, 1); // section 0 is the NULL one
        int names = named ? header.nameSectionIndex() : kept;
        int count = kept + (named ? 1 : 2);
        byte[] strings = named ? terminated(bytes(sections.get(names).offset(), sections.get(names).size())) : new byte[1];
        int nameOfNames = named ? 0 : strings.length;
        strings = named ? strings : joined(strings, NAMES + "\0");
        int nameOfContent = strings.length;
        strings = joined(strings, SECTION + "\0");
        byte[] content = content();
        int padding = Math.floorMod(-image.byteSize(), ALIGN);
        long table = image.byteSize() + padding;
        long stringsAt = table + (long) count * entry();
        long contentAt = stringsAt + strings.length;

        ByteBuffer out = buffer(Math.toIntExact(contentAt + content.length - image.byteSize()));
        out.put(padding, bytes(header.sectionHeaderOffset(), (long) old * entry()));
        if (named) {
            word(out, padding + names * entry() + (wide ? 24 : 16), stringsAt);
            word(out, padding + names * entry() + (wide ? 32 : 20), strings.length);
        } else {
            for (int i = 0; i < old; i++) {
                out.putInt(padding + i * entry(), 0); // there were no names to point at
            }
            section(out, padding + names * entry(), nameOfNames, Section.SHT_STRTAB, stringsAt, strings.length);
        }
        section(out, padding + (count - 1) * entry(), nameOfContent, Section.SHT_PROGBITS, contentAt, content.length);
        out.put(Math.toIntExact(stringsAt - image.byteSize()), strings);
        out.put(Math.toIntExact(contentAt - image.byteSize()), content);

        byte[] head = bytes(0, headerSize(wide));
        setHeader(head, wide, table, entry(), count, names);
        return new Change(head, out.array());
    }

    private byte[] content() {
        var header = elf.header();
        int length = HEAD + envelope.length + FOOT;
        return buffer(length).put(MAGIC).putInt(VERSION).putLong(image.byteSize()).putLong(header.sectionHeaderOffset())
                .putShort((short) header.sectionHeaderSize()).putShort((short) header.sectionHeaderCount())
                .putShort((short) header.nameSectionIndex()).putShort((short) 0).put(HexFormat.of().parseHex(digest(image).hex()))
                .putInt(envelope.length).put(envelope).putInt(length).put(MAGIC).array();
    }

    static Digest digest(MemorySegment bytes) {
        var digest = Digest.sha256();
        for (long at = 0; at < bytes.byteSize(); at += 1 << 20) {
            digest.update(bytes.asSlice(at, Math.min(1 << 20, bytes.byteSize() - at)).asByteBuffer());
        }
        return Digest.of(digest);
    }

    /// The four fields of an ELF header that say where the section headers are.
    static void setHeader(byte[] head, boolean wide, long offset, int size, int count, int names) {
        ByteBuffer out = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
        if (wide) {
            out.putLong(40, offset);
        } else {
            out.putInt(32, (int) offset);
        }
        int sizes = wide ? 58 : 46;
        out.putShort(sizes, (short) size).putShort(sizes + 2, (short) count).putShort(sizes + 4, (short) names);
    }

    static int headerSize(boolean wide) {
        return wide ? 64 : 52;
    }

    /// Bytes of a section header.
    private int entry() {
        return wide ? 64 : 40;
    }

    private void section(ByteBuffer out, int at, int name, int type, long offset, long size) {
        out.putInt(at, name).putInt(at + 4, type);
        word(out, at + (wide ? 24 : 16), offset);
        word(out, at + (wide ? 32 : 20), size);
        word(out, at + (wide ? 48 : 32), 1); // sh_addralign
    }

    private void word(ByteBuffer out, int at, long value) {
        if (wide) {
            out.putLong(at, value);
        } else {
            out.putInt(at, (int) value);
        }
    }

    private byte[] bytes(long offset, long size) {
        return image.asSlice(offset, size).toArray(ValueLayout.JAVA_BYTE);
    }

    private static byte[] terminated(byte[] strings) {
        return strings.length > 0 && strings[strings.length - 1] == 0 ? strings : Arrays.copyOf(strings, strings.length + 1);
    }

    private static byte[] joined(byte[] strings, String more) {
        byte[] out = Arrays.copyOf(strings, strings.length + more.length());
        System.arraycopy(more.getBytes(StandardCharsets.US_ASCII), 0, out, strings.length, more.length());
        return out;
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
