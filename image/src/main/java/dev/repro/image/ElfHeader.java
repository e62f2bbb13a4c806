package dev.repro.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The ELF header as it stands in the file (`Elf64_Ehdr`, `Elf32_Ehdr`); 64-bit fields are unsigned.
///
/// @param wide ELF64; else ELF32
/// @param type one of the `ET_` numbers
/// @param programHeaderCount `e_phnum` itself, even where it says that the count is elsewhere
/// @param sectionHeaderCount `e_shnum` itself, even where it says that the count is elsewhere
public record ElfHeader(boolean wide, int osAbi, int abiVersion, int type, int machine, long version, long entry,
        long programHeaderOffset, long sectionHeaderOffset, long flags, int headerSize, int programHeaderSize,
        int programHeaderCount, int sectionHeaderSize, int sectionHeaderCount, int nameSectionIndex) {

    public static final int ET_REL = 1;
    public static final int ET_EXEC = 2;
    public static final int ET_DYN = 3;

    public static final int EM_386 = 3;
    public static final int EM_PPC64 = 21;
    public static final int EM_X86_64 = 62;
    public static final int EM_AARCH64 = 183;

    /// `e_phnum` of a file whose count is in section 0.
    static final int PN_XNUM = 0xffff;
    /// `e_shstrndx` of a file whose index is in section 0.
    static final int SHN_XINDEX = 0xffff;

    private static final int MAGIC = 0x464c457f;
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    static boolean magic(MemorySegment file) {
        return file.byteSize() >= 4 && file.get(U32, 0) == MAGIC;
    }

    /// Reads and checks the header:
    ///
    /// 1. the magic number; 2. a class that exists; 3. little-endian, as all that is built here; 4. the header is complete.
    ///
    /// Not checked on purpose: OS/ABI and its version (compilers write what they like); the version in the first bytes, which no
    /// tender looks at; `e_version`, `e_ehsize`, type and machine, which a reader does not need ([Lint] tells where a tender
    /// would refuse them).
    static ElfHeader read(MemorySegment file) throws MalformedElf {
        var in = new Cursor(file, 0, "the ELF header");
        expect("not an ELF file", 0, MAGIC, in.u32());
        int elfClass = in.u8();
        if (elfClass != 1 && elfClass != 2) {
            throw new MalformedElf("unknown ELF class", 4, "1 or 2", elfClass);
        }
        boolean wide = elfClass == 2;
        expect("not a little-endian ELF file", 5, 1, in.u8());
        in.skip(1);
        int osAbi = in.u8();
        int abiVersion = in.u8();
        in.skip(7);
        return new ElfHeader(wide, osAbi, abiVersion, in.u16(), in.u16(), in.u32(), in.word(wide), in.word(wide), in.word(wide),
                in.u32(), in.u16(), in.u16(), in.u16(), in.u16(), in.u16(), in.u16());
    }

    private static void expect(String what, long offset, long expected, long found) throws MalformedElf {
        if (expected != found) {
            throw new MalformedElf(what, offset, "0x" + Long.toHexString(expected), "0x" + Long.toHexString(found));
        }
    }

    /// Bytes of one entry of the program header table.
    int segmentEntry() {
        return wide ? 56 : 32;
    }

    /// Bytes of one entry of the section header table.
    int sectionEntry() {
        return wide ? 64 : 40;
    }

    /// Bytes of one symbol.
    int symbolEntry() {
        return wide ? 24 : 16;
    }

    /// `ELF64 EXEC x86-64`, for a line that a person reads.
    public String format() {
        return (wide ? "ELF64 " : "ELF32 ") + typeName() + " " + machineName();
    }

    public String typeName() {
        return switch (type) {
            case ET_REL -> "REL";
            case ET_EXEC -> "EXEC";
            case ET_DYN -> "DYN";
            case 4 -> "CORE";
            default -> "type " + type;
        };
    }

    public String machineName() {
        return switch (machine) {
            case EM_386 -> "i386";
            case EM_PPC64 -> "ppc64";
            case EM_X86_64 -> "x86-64";
            case EM_AARCH64 -> "aarch64";
            default -> "machine " + machine;
        };
    }
}
