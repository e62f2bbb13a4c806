package dev.repro.diffoscopelite;

import java.util.Arrays;

/// A map from long to int of fixed capacity, without boxes: files have millions of items.
final class LongIntMap {
    private final long[] keys;
    private final int[] values;
    private final boolean[] used;
    private final int mask;

    LongIntMap(int capacity) {
        int size = Integer.highestOneBit(Math.max(8, capacity)) << 2;
        keys = new long[size];
        values = new int[size];
        used = new boolean[size];
        mask = size - 1;
        Arrays.fill(values, -1);
    }

    /// The value, or -1.
    int get(long key) {
        return values[slot(key)];
    }

    /// Sets the value; answers the one before, or -1.
    int put(long key, int value) {
        int slot = slot(key);
        int old = values[slot];
        keys[slot] = key;
        used[slot] = true;
        values[slot] = value;
        return old;
    }

    private int slot(long key) {
        int slot = (int) (mix(key) & mask);
        while (used[slot] && keys[slot] != key) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    /// The finalizer of MurmurHash3: every bit of the key reaches every bit of the result.
    static long mix(long z) {
        z = (z ^ z >>> 33) * 0xff51afd7ed558ccdL;
        z = (z ^ z >>> 33) * 0xc4ceb9fe1a85ec53L;
        return z ^ z >>> 33;
    }
}
