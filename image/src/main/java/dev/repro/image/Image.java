package dev.repro.image;

import dev.repro.base.Json;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What an image is: its format, and everything about it that tells what boots it.
///
/// @param format `ELF64 EXEC x86-64`, or `not an ELF file`
/// @param size in bytes
/// @param marks at least one; the first is the one that says most
public record Image(String format, long size, List<Mark> marks) {

    public Image {
        marks = List.copyOf(marks);
    }

    /// Describes any bytes; never fails.
    public static Image describe(MemorySegment bytes) {
        try {
            ElfFile elf = ElfFile.parse(bytes);
            var marks = new ArrayList<Mark>();
            solo5(elf).ifPresent(marks::add);
            unikraft(elf).ifPresent(marks::add);
            ofNotes(elf, marks);
            multiboot(bytes).ifPresent(marks::add);
            return new Image(elf.header().format(), bytes.byteSize(),
                    marks.isEmpty() ? List.of(new Mark.Opaque("no mark of any known unikernel")) : marks);
        } catch (MalformedElf e) {
            String format = ElfFile.magic(bytes) ? "malformed ELF file" : "not an ELF file";
            Mark mark = multiboot(bytes).orElse(new Mark.Opaque(ElfFile.magic(bytes) ? e.getMessage() : format));
            return new Image(format, bytes.byteSize(), List.of(mark));
        }
    }

    /// The stable word of the first mark: `solo5-hvt`, `unikraft`, `hermit`, `xen-pvh`, `multiboot1`, `opaque`, …
    public String kind() {
        return marks.getFirst().kind();
    }

    /// The first mark of that type.
    public <T extends Mark> Optional<T> mark(Class<T> type) {
        return marks.stream().filter(type::isInstance).map(type::cast).findFirst();
    }

    /// `repro.image.v1`
    public Json.Obj toJson() {
        return Json.object("schema", "repro.image.v1", "kind", kind(), "format", format, "size", size,
                "marks", marks.stream().map(Mark::toJson).toList());
    }

    private static Optional<Mark> solo5(ElfFile elf) {
        var abi = Solo5.abi(elf);
        var manifest = Solo5.manifest(elf);
        boolean found = abi instanceof Reading.Found || manifest instanceof Reading.Found || Solo5.claimed(elf);
        return found ? Optional.of(new Mark.Solo5(abi, manifest)) : Optional.empty();
    }

    private static Optional<Mark> unikraft(ElfFile elf) {
        try {
            Sections sections = elf.sections();
            Optional<Section> section = sections.named(LibInfo.SECTION).filter(Section::stored);
            return section.isEmpty() ? Optional.empty()
                    : Optional.of(libInfo(section.get(), sections));
        } catch (MalformedElf e) {
            return Optional.empty();
        }
    }

    private static Mark libInfo(Section section, Sections sections) {
        try {
            return new Mark.Unikraft(LibInfo.read(sections.bytes(section), section.offset()));
        } catch (MalformedElf e) {
            return new Mark.Broken("unikraft", e.getMessage());
        }
    }

    private static void ofNotes(ElfFile elf, List<Mark> marks) {
        List<Note> notes = Notes.readable(elf);
        for (Note note : notes) {
            if (note.is(Mark.Hermit.OWNER, Mark.Hermit.ENTRY_VERSION) && note.descriptor().byteSize() == 1) {
                marks.add(new Mark.Hermit(Notes.u8(note), hermitVersion(notes)));
                return;
            }
            if (note.is(Mark.XenPvh.OWNER, Mark.XenPvh.PHYS32_ENTRY) && Notes.number(note).isPresent()) {
                marks.add(new Mark.XenPvh(Notes.number(note).getAsLong()));
                return;
            }
        }
    }

    private static String hermitVersion(List<Note> notes) {
        for (Note note : notes) {
            List<Long> words = note.is("GNU", 1) && note.descriptor().byteSize() == 16 ? Notes.words(note) : List.of();
            if (!words.isEmpty() && words.getFirst() == Mark.Hermit.ABI_TAG_OS) {
                return words.get(1) + "." + words.get(2) + "." + words.get(3);
            }
        }
        return "";
    }

    private static Optional<Mark> multiboot(MemorySegment bytes) {
        return Multiboot.find(bytes).map(Mark.Multiboot1::new);
    }
}
