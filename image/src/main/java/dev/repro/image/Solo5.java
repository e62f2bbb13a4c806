package dev.repro.image;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Function;

/// The notes that make an ELF file a Solo5 image: ABI1 (what it is built for) and MFT1 (what devices it needs).
///
/// There are two readers in the world, and a hostile file can show each another note. Tenders and `solo5-elftool` look at
/// `PT_NOTE` segments, the *first* note of each, and take the first that fits ([#manifest], [#abi]; `elf_load_note` of Solo5's
/// tenders/common/elf.c). Other tools (readelf, the OCaml elftool that Albatross uses) look at the sections
/// `.note.solo5.manifest` and `.note.solo5.abi` ([#manifestOfSection], [#abiOfSection]). [Lint] tells where they differ.
public final class Solo5 {
    public static final String OWNER = "Solo5";
    /// `MFT1`
    public static final int MFT1 = 0x3154464d;
    /// `ABI1`
    public static final int ABI1 = 0x31494241;
    public static final String MANIFEST_SECTION = ".note.solo5.manifest";
    public static final String ABI_SECTION = ".note.solo5.abi";

    /// Note header (12) and owner `Solo5\0` with its padding (8).
    static final int HEADER = 20;
    /// Owner, its NUL included.
    static final int OWNER_SIZE = 6;
    /// Padding between note header and `struct mft`, which is aligned to 8.
    static final int MFT_PAD = 4;

    /// The two kinds of note.
    enum Kind {
        MANIFEST(MFT1, MFT_PAD + 8 + Manifest.MAX_ENTRIES * Device.SIZE, MANIFEST_SECTION),
        // Off-spec: ABI1_NOTE_MAX_SIZE counts the 16 bytes of the content twice, so a tender takes up to 32.
        ABI(ABI1, 2 * AbiNote.SIZE, ABI_SECTION);

        final int type;
        final int maxSize;
        final String section;

        Kind(int type, int maxSize, String section) {
            this.type = type;
            this.maxSize = maxSize;
            this.section = section;
        }
    }

    private Solo5() {}

    /// The manifest that tenders and `solo5-elftool query-manifest` see.
    public static Reading<Manifest> manifest(ElfFile elf) {
        return decodeManifest(ofSegments(elf, Kind.MANIFEST));
    }

    /// The ABI that tenders and `solo5-elftool query-abi` see. Off-spec: a note of less than 16 bytes is refused; the tender
    /// would go on to read memory behind it that is not the note's.
    public static Reading<AbiNote> abi(ElfFile elf) {
        return decodeAbi(ofSegments(elf, Kind.ABI));
    }

    /// The manifest that tools see which read sections.
    public static Reading<Manifest> manifestOfSection(ElfFile elf) {
        return decodeManifest(ofSection(elf, Kind.MANIFEST));
    }

    /// The ABI that tools see which read sections.
    public static Reading<AbiNote> abiOfSection(ElfFile elf) {
        return decodeAbi(ofSection(elf, Kind.ABI));
    }

    /// Whether anything in the file claims to be Solo5's, readable or not.
    static boolean claimed(ElfFile elf) {
        return Notes.readable(elf).stream().anyMatch(n -> n.owner().equals(OWNER)) || claimedBySection(elf);
    }

    private static boolean claimedBySection(ElfFile elf) {
        try {
            return elf.sections().list().stream()
                    .anyMatch(s -> s.name().equals(MANIFEST_SECTION) || s.name().equals(ABI_SECTION));
        } catch (MalformedElf e) {
            return false;
        }
    }

    /// Why `ehdr_is_valid` of Solo5's tenders/common/elf.c would refuse the header on any machine that Solo5 knows; what
    /// [ElfFile#parse] has refused already is not looked at again.
    ///
    /// 1. ELF64, `e_version` 1; 2. sizes of the headers, and at least one segment; 3. ET_EXEC, for a known machine.
    static Optional<String> headerRefusal(ElfHeader h) {
        if (!h.wide()) {
            return Optional.of("the class is ELF32, not ELF64");
        }
        if (h.version() != 1) {
            return Optional.of("e_version is " + h.version() + ", not 1");
        }
        if (h.headerSize() != 64) {
            return Optional.of("e_ehsize is " + h.headerSize() + ", not 64");
        }
        if (h.programHeaderCount() == 0) {
            return Optional.of("there are no segments");
        }
        if (h.programHeaderCount() == ElfHeader.PN_XNUM) {
            return Optional.of("e_phnum is 0xffff, which a tender takes for a number of segments");
        }
        if (h.type() != ElfHeader.ET_EXEC) {
            return Optional.of("the type is " + h.typeName() + ", not EXEC");
        }
        return switch (h.machine()) {
            case ElfHeader.EM_X86_64, ElfHeader.EM_AARCH64, ElfHeader.EM_PPC64 -> Optional.empty();
            default -> Optional.of("no tender runs on " + h.machineName());
        };
    }

    /// The descriptor of the note that a tender takes.
    static Reading<MemorySegment> ofSegments(ElfFile elf, Kind kind) {
        Optional<String> refusal = headerRefusal(elf.header());
        if (refusal.isPresent()) {
            return new Reading.Refused<>(refusal.get());
        }
        for (Segment segment : elf.segments()) {
            if (segment.is(Segment.PT_NOTE)) {
                var reading = ofSegment(elf, segment, kind);
                if (!(reading instanceof Reading.Absent)) {
                    return reading;
                }
            }
        }
        return new Reading.Absent<>();
    }

    private static Reading<MemorySegment> ofSegment(ElfFile elf, Segment segment, Kind kind) {
        String where = "segment " + segment.index();
        if (Long.compareUnsigned(segment.fileSize(), 12) < 0) {
            return new Reading.Refused<>(where + " is a PT_NOTE of " + segment.fileSize() + " bytes, too small for a note");
        }
        if (Long.compareUnsigned(segment.fileSize(), HEADER) < 0) {
            return new Reading.Absent<>();
        }
        return first(elf.bytes(), segment.offset(), segment.fileSize(), where, kind);
    }

    private static Reading<MemorySegment> ofSection(ElfFile elf, Kind kind) {
        try {
            Optional<Section> section = elf.sections().named(kind.section).filter(Section::stored);
            if (section.isEmpty()) {
                return new Reading.Absent<>();
            }
            Section s = section.get();
            return first(elf.bytes(), s.offset(), s.size(), "section " + s.name(), kind);
        } catch (MalformedElf e) {
            return new Reading.Refused<>(e.getMessage());
        }
    }

    /// The first note of a region, where it is of that kind.
    private static Reading<MemorySegment> first(MemorySegment file, long offset, long size, String where, Kind kind) {
        try {
            Cursor in = Cursor.over(file, offset, HEADER, "the note in " + where);
            long nameSize = in.u32();
            long descriptorSize = in.u32();
            long type = in.u32();
            if (nameSize != OWNER_SIZE || !Note.text(in.take(OWNER_SIZE)).equals(OWNER) || (int) type != kind.type) {
                return new Reading.Absent<>();
            }
            if (descriptorSize < 1 || descriptorSize > kind.maxSize) {
                return new Reading.Refused<>("the note in " + where + " has a descriptor of " + descriptorSize
                        + " bytes, not of 1 to " + kind.maxSize);
            }
            if (Long.compareUnsigned(size, HEADER + descriptorSize) < 0) {
                return new Reading.Refused<>("the note in " + where + " is larger than what holds it");
            }
            MemorySegment descriptor = Cursor.slice(file, offset + HEADER, descriptorSize, "the note in " + where);
            return new Reading.Found<>(descriptor, where, offset, descriptor);
        } catch (MalformedElf e) {
            return new Reading.Refused<>(e.getMessage());
        }
    }

    private static Reading<Manifest> decodeManifest(Reading<MemorySegment> note) {
        return decode(note, (bytes, base) -> {
            if (bytes.byteSize() <= MFT_PAD) {
                throw new MalformedElf("the manifest is empty", base, "more than " + MFT_PAD, bytes.byteSize());
            }
            return Manifest.decode(bytes.asSlice(MFT_PAD), base + MFT_PAD);
        }, Manifest::refusal);
    }

    private static Reading<AbiNote> decodeAbi(Reading<MemorySegment> note) {
        return decode(note, AbiNote::decode, _ -> Optional.empty());
    }

    private interface Decoder<T> {
        T decode(MemorySegment descriptor, long base) throws MalformedElf;
    }

    private static <T> Reading<T> decode(Reading<MemorySegment> note, Decoder<T> decoder,
            Function<T, Optional<String>> refusal) {
        // No `switch` over types, here and wherever a launch comes by: see dev.repro.base.JsonText
        if (note instanceof Reading.Refused<MemorySegment>(var reason)) {
            return new Reading.Refused<>(reason);
        } else if (!(note instanceof Reading.Found<MemorySegment>(var bytes, var where, var offset, _))) {
            return new Reading.Absent<>();
        } else {
            try {
                T value = decoder.decode(bytes, offset + HEADER);
                Optional<String> reason = refusal.apply(value);
                return reason.isPresent() ? new Reading.Refused<>("the note in " + where + ": " + reason.get())
                        : new Reading.Found<>(value, where, offset, bytes);
            } catch (MalformedElf e) {
                return new Reading.Refused<>(e.getMessage());
            }
        }
    }
}
