package dev.repro.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

    private static final int MAGIC = 0x1badb002;
    private static final long ADDRESSES = 0x10000;
    private static final int REACH = 8192;
    private static final int HEADER = 12;

    /// The first header of the file, if any.
    static Optional<Multiboot> find(MemorySegment file) {
        int reach = (int) Math.min(REACH, file.byteSize());
        var head = ByteBuffer.wrap(file.asSlice(0, reach).toArray(ValueLayout.JAVA_BYTE)).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at + HEADER <= reach; at += 4) {
            if (head.getInt(at) == MAGIC && MAGIC + head.getInt(at + 4) + head.getInt(at + 8) == 0) {
                return read(file, at);
            }
        }
        return Optional.empty();
    }

    private static Optional<Multiboot> read(MemorySegment file, long at) {
        try {
            Cursor in = Cursor.over(file, at + 4, file.byteSize() - at - 4, "the multiboot header");
            long flags = in.u32();
            in.skip(4);
            return Optional.of((flags & ADDRESSES) == 0 ? new Multiboot(at, flags, false, 0, 0, 0, 0, 0)
                    : new Multiboot(at, flags, true, in.u32(), in.u32(), in.u32(), in.u32(), in.u32()));
        } catch (MalformedElf e) {
            // The file ends within the addresses: a boot loader takes no such header either.
            return Optional.empty();
        }
    }

    /// Where in the file the loaded part begins; may be negative, which no boot loader takes.
    long fileStart() {
        return offset - (headerAddress - load);
    }
}
