package dev.repro.image;

/// One program header (`Elf64_Phdr`, `Elf32_Phdr`); 64-bit fields are unsigned, and nothing is said of their truth.
///
/// @param index place in the table, from 0
/// @param type one of the `PT_` numbers
/// @param flags the `PF_` bits
/// @param offset of the content in the file
public record Segment(int index, int type, int flags, long offset, long virtualAddress, long physicalAddress, long fileSize,
        long memorySize, long alignment) {

    public static final int PT_LOAD = 1;
    public static final int PT_INTERP = 3;
    public static final int PT_NOTE = 4;

    public static final int PF_X = 1;
    public static final int PF_W = 2;
    public static final int PF_R = 4;

    public boolean is(int type) {
        return this.type == type;
    }

    public boolean executable() {
        return (flags & PF_X) != 0;
    }

    public boolean writable() {
        return (flags & PF_W) != 0;
    }

    static Segment read(int index, Cursor in, boolean wide) throws MalformedElf {
        int type = (int) in.u32();
        if (wide) {
            return new Segment(index, type, (int) in.u32(), in.u64(), in.u64(), in.u64(), in.u64(), in.u64(), in.u64());
        }
        long offset = in.u32();
        long virtualAddress = in.u32();
        long physicalAddress = in.u32();
        long fileSize = in.u32();
        long memorySize = in.u32();
        return new Segment(index, type, (int) in.u32(), offset, virtualAddress, physicalAddress, fileSize, memorySize, in.u32());
    }
}
