package dev.repro.diffoscopelite;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The items of a stretch, in order: texts between NULs and line ends, or what begins at symbols.
final class Items {
    /// More than this and the stretch is compared byte by byte.
    static final int MAX = 1 << 20;

    private static final int SHORTEST = 4;

    private long[] starts = new long[64];
    private long[] ends = new long[64];
    private long[] keys = new long[64];
    private int size;

    private void add(long start, long end, long key) {
        if (size == starts.length) {
            starts = Arrays.copyOf(starts, size * 2);
            ends = Arrays.copyOf(ends, size * 2);
            keys = Arrays.copyOf(keys, size * 2);
        }
        starts[size] = start;
        ends[size] = end;
        keys[size++] = key;
    }

    /// Null when there are too many.
    static Items texts(MemorySegment bytes, long from, long to) {
        var items = new Items();
        long start = from;
        long hash = 0;
        for (long i = from; i <= to; i++) {
            int c = i == to ? 0 : bytes.get(ValueLayout.JAVA_BYTE, i);
            if (c != 0 && c != '\n') {
                hash = (hash ^ c) * 0x100000001b3L;
                continue;
            }
            if (i > start) {
                items.add(start, i, hash);
            }
            start = i + 1;
            hash = 0;
            if (items.size > MAX) {
                return null;
            }
        }
        return items;
    }

    /// The zero-terminated texts among other bytes, of at least 4 characters; null when there are too many.
    static Items strings(MemorySegment bytes, long from, long to) {
        var items = new Items();
        long start = from;
        long hash = 0;
        for (long i = from; i < to; i++) {
            int c = bytes.get(ValueLayout.JAVA_BYTE, i);
            if (Region.printable(c) || c == '\n') {
                hash = (hash ^ c) * 0x100000001b3L;
                continue;
            }
            if (c == 0 && i - start >= SHORTEST) {
                items.add(start, i, hash);
            }
            start = i + 1;
            hash = 0;
            if (items.size > MAX) {
                return null;
            }
        }
        return items;
    }

    /// From each symbol to the next; what stands before the first symbol is an item with key 0.
    static Items symbols(Region region) {
        var items = new Items();
        var marks = region.marks();
        if (marks.getFirst().start() > 0) {
            items.add(0, marks.getFirst().start(), 0);
        }
        for (int i = 0; i < marks.size(); i++) {
            long end = i + 1 < marks.size() ? marks.get(i + 1).start() : region.size();
            items.add(marks.get(i).start(), end, hash(marks.get(i).name()));
        }
        return items;
    }

    private static long hash(String name) {
        long hash = 1;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }

    long[] keys() {
        return Arrays.copyOf(keys, size);
    }

    int size() {
        return size;
    }

    long start(int i) {
        return starts[i];
    }

    long end(int i) {
        return ends[i];
    }

    long length(int i) {
        return ends[i] - starts[i];
    }

    /// The text of the item, each byte a character, or its beginning.
    String text(Region region, int i, int max) {
        return new String(region.bytes().asSlice(starts[i], Math.min(length(i), max)).toArray(ValueLayout.JAVA_BYTE),
                StandardCharsets.ISO_8859_1);
    }

    /// What a person calls the item: the symbol, or the text itself.
    String label(Region region, int i, boolean symbols) {
        return symbols ? region.symbolAt(starts[i]) : text(region, i, 200);
    }
}
