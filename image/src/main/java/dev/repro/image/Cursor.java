package dev.repro.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The one way to read numbers out of untrusted bytes: little-endian, forward, never past the end.
final class Cursor {
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment bytes;
    private final long base;
    private final String what;
    private long at;

    /// @param base where `bytes` begin in the file, for messages
    /// @param what names the structure that is read, for messages
    Cursor(MemorySegment bytes, long base, String what) {
        this.bytes = bytes;
        this.base = base;
        this.what = what;
    }

    /// A cursor over `size` bytes of the file from `offset` on.
    static Cursor over(MemorySegment file, long offset, long size, String what) throws MalformedElf {
        return new Cursor(slice(file, offset, size, what), offset, what);
    }

    /// `size` bytes of the file from `offset` on; both are unsigned 64-bit numbers that the file gave.
    static MemorySegment slice(MemorySegment file, long offset, long size, String what) throws MalformedElf {
        if (offset < 0 || offset > file.byteSize()) {
            throw new MalformedElf(what + " begins beyond the end of the file", offset,
                    "at most " + file.byteSize(), Long.toUnsignedString(offset));
        }
        if (size < 0 || size > file.byteSize() - offset) {
            throw new MalformedElf(what + " reaches beyond the end of the file", offset,
                    "at most " + (file.byteSize() - offset) + " bytes", Long.toUnsignedString(size));
        }
        return file.asSlice(offset, size);
    }

    /// The size of a table in bytes; more than 2^31 - 1 entries are an error, whatever the file's size.
    static long tableSize(long count, int entrySize, long offset, String what) throws MalformedElf {
        if (count < 0 || count > Integer.MAX_VALUE) {
            throw new MalformedElf(what + " has more entries than any file needs", offset, "at most " + Integer.MAX_VALUE,
                    Long.toUnsignedString(count));
        }
        return count * entrySize;
    }

    int u8() throws MalformedElf {
        return bytes.get(ValueLayout.JAVA_BYTE, advance(1)) & 0xff;
    }

    int u16() throws MalformedElf {
        return bytes.get(U16, advance(2)) & 0xffff;
    }

    long u32() throws MalformedElf {
        return bytes.get(U32, advance(4)) & 0xffff_ffffL;
    }

    /// An unsigned 64-bit number: negative means 2^63 and more.
    long u64() throws MalformedElf {
        return bytes.get(U64, advance(8));
    }

    /// An address, offset or size: 8 bytes in ELF64, 4 in ELF32.
    long word(boolean wide) throws MalformedElf {
        return wide ? u64() : u32();
    }

    MemorySegment take(long size) throws MalformedElf {
        return bytes.asSlice(advance(size), size);
    }

    void skip(long size) throws MalformedElf {
        advance(size);
    }

    /// Goes on to the next multiple of `alignment` from the start of these bytes, or to their end.
    void align(int alignment) {
        at = Math.min(bytes.byteSize(), Math.ceilDiv(at, alignment) * alignment);
    }

    /// From the start of the file.
    long offset() {
        return base + at;
    }

    long remaining() {
        return bytes.byteSize() - at;
    }

    private long advance(long size) throws MalformedElf {
        if (size < 0 || size > remaining()) {
            throw new MalformedElf(what + " ends too early", offset(), size + " more bytes", remaining());
        }
        long start = at;
        at += size;
        return start;
    }
}
