package dev.repro.diffoscopelite;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Alignment of bytes of which no structure is known, by equal blocks, and whether they are the same numbers in another order.
final class Chunks {
    /// Bytes of a block. Each block of A that is unlike all others is looked for at every offset of B.
    private static final int BLOCK = 16;
    /// Longer stretches are not aligned by blocks.
    private static final long MAX = 16 << 20;
    private static final long MAX_PERMUTED = 1 << 20;
    private static final int DUPLICATE = -2;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    interface Places {
        /// What is at offset `a` of region A is at offset `b` of region B.
        void same(long a, long b);
    }

    private Chunks() {}

    static void align(Region a, long fromA, long lengthA, Region b, long fromB, long lengthB, Alignment out, Places places) {
        var x = a.bytes().asSlice(fromA, lengthA);
        var y = b.bytes().asSlice(fromB, lengthB);
        long prefix = x.mismatch(y);
        if (prefix < 0) {
            return;
        }
        if (a.kind() == Region.Kind.TABLE || a.kind() == Region.Kind.PACKED) {
            out.add(fromA, lengthA, fromB, lengthB);
            return;
        }
        if (lengthA == lengthB && a.kind() == Region.Kind.CODE || Math.max(lengthA, lengthB) > MAX) {
            plain(fromA, lengthA, fromB, lengthB, out);
            return;
        }
        long suffix = suffix(x, y, prefix);
        if (lengthA == lengthB) {
            if (!shifted(a, fromA, b, fromB, lengthA)) {
                out.add(fromA, lengthA, fromB, lengthB);
                return;
            }
        }
        places.same(fromA + lengthA - suffix, fromB + lengthB - suffix);
        blocks(a, fromA + prefix, lengthA - prefix - suffix, b, fromB + prefix, lengthB - prefix - suffix, out, places);
    }

    /// Whether much more differs in place than would after an alignment: something was inserted and something else left out.
    private static boolean shifted(Region a, long fromA, Region b, long fromB, long length) {
        var x = a.bytes().asSlice(fromA, length);
        var y = b.bytes().asSlice(fromB, length);
        long differing = length > MAX ? 0 : differing(x, y);
        return differing > BLOCK && 2 * cost(a, fromA, b, fromB, length) + BLOCK <= differing;
    }

    private static long cost(Region a, long fromA, Region b, long fromB, long length) {
        var blocks = new Alignment(a, b);
        blocks(a, fromA, length, b, fromB, length, blocks, (_, _) -> {});
        long[] cost = new long[1];
        blocks.forEach((_, la, _, lb) -> cost[0] += Math.max(la, lb));
        return cost[0];
    }

    private static void plain(long fromA, long lengthA, long fromB, long lengthB, Alignment out) {
        long common = Math.min(lengthA, lengthB);
        out.add(fromA, common, fromB, common);
        out.add(fromA + common, lengthA - common, fromB + common, lengthB - common);
    }

    private static long suffix(MemorySegment x, MemorySegment y, long prefix) {
        long max = Math.min(x.byteSize(), y.byteSize()) - prefix;
        long n = 0;
        while (n < max && x.get(ValueLayout.JAVA_BYTE, x.byteSize() - 1 - n) == y.get(ValueLayout.JAVA_BYTE,
                y.byteSize() - 1 - n)) {
            n++;
        }
        return n;
    }

    private static long differing(MemorySegment x, MemorySegment y) {
        long count = 0;
        for (long i = 0; i < x.byteSize(); i++) {
            count += x.get(ValueLayout.JAVA_BYTE, i) == y.get(ValueLayout.JAVA_BYTE, i) ? 0 : 1;
        }
        return count;
    }

    private static void blocks(Region a, long fromA, long lengthA, Region b, long fromB, long lengthB, Alignment out,
            Places places) {
        var x = a.bytes().asSlice(fromA, lengthA);
        var y = b.bytes().asSlice(fromB, lengthB);
        var index = index(x);
        long doneA = 0;
        long doneB = 0;
        for (long j = 0; j + BLOCK <= lengthB; j++) {
            long i = index.get(key(y, j));
            if (i < doneA || !same(x, i, y, j)) {
                continue;
            }
            long start = 0;
            while (i - start > doneA && j - start > doneB && byteAt(x, i - start - 1) == byteAt(y, j - start - 1)) {
                start++;
            }
            long end = BLOCK;
            while (i + end < lengthA && j + end < lengthB && byteAt(x, i + end) == byteAt(y, j + end)) {
                end++;
            }
            out.add(fromA + doneA, i - start - doneA, fromB + doneB, j - start - doneB);
            places.same(fromA + i - start, fromB + j - start);
            doneA = i + end;
            doneB = j + end;
            j = doneB - 1;
        }
        out.add(fromA + doneA, lengthA - doneA, fromB + doneB, lengthB - doneB);
    }

    private static LongIntMap index(MemorySegment x) {
        var index = new LongIntMap((int) (x.byteSize() / BLOCK) + 1);
        for (long i = 0; i + BLOCK <= x.byteSize(); i += BLOCK) {
            int before = index.put(key(x, i), (int) i);
            if (before != -1) {
                index.put(key(x, i), DUPLICATE);
            }
        }
        return index;
    }

    private static long key(MemorySegment bytes, long offset) {
        return LongIntMap.mix(bytes.get(LONG, offset)) + bytes.get(LONG, offset + 8);
    }

    private static boolean same(MemorySegment x, long i, MemorySegment y, long j) {
        return x.get(LONG, i) == y.get(LONG, j) && x.get(LONG, i + 8) == y.get(LONG, j + 8);
    }

    private static byte byteAt(MemorySegment bytes, long offset) {
        return bytes.get(ValueLayout.JAVA_BYTE, offset);
    }

    /// The same chunks of 16, 8, 4 bytes, or the same 8 or more bytes, in another order; null when it is not that.
    static Alignment.Permutation permutation(Region a, long fromA, Region b, long fromB, long length) {
        var x = a.bytes().asSlice(fromA, length);
        var y = b.bytes().asSlice(fromB, length);
        long first = x.mismatch(y);
        long last = length - suffix(x, y, first);
        if (last - first > MAX_PERMUTED) {
            return null;
        }
        for (int width : new int[] {16, 8, 4, 1}) {
            // Chunks are aligned in the region, not in the stretch.
            long start = Math.max(0, first - Math.floorMod(fromA + first, (long) width));
            long end = Math.min(length, start + Math.ceilDiv(last - start, (long) width) * width);
            long count = (end - start) / width;
            if (count * width == end - start && count >= (width == 1 ? 8 : 2)
                    && Arrays.equals(sorted(x, start, count, width), sorted(y, start, count, width))) {
                return new Alignment.Permutation(fromA + start, a.symbolAt(fromA + start), Shown.hex(x, start, end - start),
                        Shown.hex(y, start, end - start), moved(x, y, start, count, width), false);
            }
        }
        return null;
    }

    private static long[] sorted(MemorySegment bytes, long start, long count, int width) {
        long[] chunks = new long[(int) count];
        for (int i = 0; i < count; i++) {
            long offset = start + (long) i * width;
            chunks[i] = switch (width) {
                case 16 -> key(bytes, offset);
                case 8 -> bytes.get(LONG, offset);
                case 4 -> bytes.get(ValueLayout.JAVA_INT_UNALIGNED, offset);
                default -> byteAt(bytes, offset);
            };
        }
        Arrays.sort(chunks);
        return chunks;
    }

    private static int moved(MemorySegment x, MemorySegment y, long start, long count, int width) {
        int moved = 0;
        for (long i = 0; i < count; i++) {
            long offset = start + i * width;
            moved += x.asSlice(offset, width).mismatch(y.asSlice(offset, width)) < 0 ? 0 : 1;
        }
        return moved;
    }
}
