package dev.repro.image;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// A multiboot 1 header: in the first 8192 bytes, at a multiple of 4, u32 each: magic 0x1badb002, flags, checksum, and where flag
/// 0x10000 is set (the "a.out kludge") the addresses that the loader goes by *instead of* any ELF header: of this header, of the
/// start and the end of what is loaded, of the end of the zeroed rest, and of the entry.
///
/// Source: Multiboot Specification 0.6.96, section 3.1.
///
/// @param offset of the header in the file
/// @param flags unsigned
/// @param addresses whether the addresses count; else they are 0 and the ELF32 headers say what is loaded
/// @param loadEnd 0: to the end of the file
/// @param bssEnd 0: there is no zeroed rest
public record Multiboot(long offset, long flags, boolean addresses, long headerAddress, long load, long loadEnd, long bssEnd,
        long entry) {

    private static final long MAGIC = 0x1badb002L;
    private static final long ADDRESSES = 0x10000;
    private static final int REACH = 8192;

    /// The first header of the file, if any.
    static Optional<Multiboot> find(MemorySegment file) {
        long reach = Math.min(REACH, file.byteSize());
        for (long at = 0; at + 12 <= reach; at += 4) {
            try {
                var in = Cursor.over(file, at, file.byteSize() - at, "the multiboot header");
                if (in.u32() == MAGIC) {
                    long flags = in.u32();
                    if ((int) (MAGIC + flags + in.u32()) == 0) {
                        return Optional.of(read(at, flags, in));
                    }
                }
            } catch (MalformedElf e) {
                // The file ends within the addresses: a boot loader takes no such header either.
                continue;
            }
        }
        return Optional.empty();
    }

    private static Multiboot read(long at, long flags, Cursor in) throws MalformedElf {
        if ((flags & ADDRESSES) == 0) {
            return new Multiboot(at, flags, false, 0, 0, 0, 0, 0);
        }
        return new Multiboot(at, flags, true, in.u32(), in.u32(), in.u32(), in.u32(), in.u32());
    }

    /// Where in the file the loaded part begins; may be negative, which no boot loader takes.
    long fileStart() {
        return offset - (headerAddress - load);
    }
}
