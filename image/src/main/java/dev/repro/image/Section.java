package dev.repro.image;

/// One section header (`Elf64_Shdr`, `Elf32_Shdr`) with its name; 64-bit fields are unsigned, and nothing is said of their truth.
///
/// @param index place in the table, from 0
/// @param name empty where the file names no sections
/// @param type one of the `SHT_` numbers
/// @param flags the `SHF_` bits
/// @param offset of the content in the file
public record Section(int index, String name, int type, long flags, long address, long offset, long size, int link, int info,
        long alignment, long entrySize) {

    public static final int SHT_NULL = 0;
    public static final int SHT_PROGBITS = 1;
    public static final int SHT_SYMTAB = 2;
    public static final int SHT_STRTAB = 3;
    public static final int SHT_NOTE = 7;
    public static final int SHT_NOBITS = 8;
    public static final int SHT_DYNSYM = 11;
    public static final int SHT_SYMTAB_SHNDX = 18;

    public static final long SHF_WRITE = 1;
    public static final long SHF_ALLOC = 2;
    public static final long SHF_EXECINSTR = 4;
    public static final long SHF_COMPRESSED = 0x800;

    /// Whether the section has bytes in the file.
    public boolean stored() {
        return type != SHT_NOBITS && type != SHT_NULL;
    }

    public boolean allocated() {
        return (flags & SHF_ALLOC) != 0;
    }

    /// Whether the byte of the file at `position` is this section's.
    public boolean holds(long position) {
        return stored() && within(offset, position);
    }

    /// Whether the byte of memory at `place` is this section's.
    public boolean holdsAddress(long place) {
        return allocated() && within(address, place);
    }

    private boolean within(long start, long place) {
        return Long.compareUnsigned(place, start) >= 0 && Long.compareUnsigned(place - start, size) < 0;
    }
}
