package dev.repro.diffoscopelite;

import java.util.Arrays;

/// Which items of two sequences are the same, given a key for each: the n-th with a key goes with the n-th of that key.
///
/// What keeps its order is an *anchor* (a longest increasing subsequence of the pairs); the other pairs have moved.
final class Matching {
    /// For each item of A its partner in B, or -1.
    final int[] toB;
    /// For each item of B its partner in A, or -1.
    final int[] toA;
    /// For each item of A whether its pair keeps its order.
    final boolean[] anchor;
    /// Pairs that do not.
    final int moved;

    private Matching(int[] toB, int[] toA, boolean[] anchor, int moved) {
        this.toB = toB;
        this.toA = toA;
        this.anchor = anchor;
        this.moved = moved;
    }

    static Matching of(long[] a, long[] b) {
        int[] toB = new int[a.length];
        int[] toA = new int[b.length];
        Arrays.fill(toB, -1);
        Arrays.fill(toA, -1);
        boolean[] anchor = new boolean[a.length];
        int prefix = 0;
        while (prefix < a.length && prefix < b.length && a[prefix] == b[prefix]) {
            prefix++;
        }
        int suffix = 0;
        while (suffix < a.length - prefix && suffix < b.length - prefix && a[a.length - 1 - suffix] == b[b.length - 1 - suffix]) {
            suffix++;
        }
        for (int i = 0; i < a.length; i++) {
            int partner = i < prefix ? i : i >= a.length - suffix ? b.length - a.length + i : -1;
            if (partner >= 0) {
                pair(toB, toA, i, partner);
                anchor[i] = true;
            }
        }
        pairByKey(a, b, prefix, suffix, toB, toA);
        int moved = anchors(toB, prefix, a.length - suffix, anchor);
        return new Matching(toB, toA, anchor, moved);
    }

    private static void pair(int[] toB, int[] toA, int i, int j) {
        toB[i] = j;
        toA[j] = i;
    }

    private static void pairByKey(long[] a, long[] b, int prefix, int suffix, int[] toB, int[] toA) {
        int endA = a.length - suffix;
        int endB = b.length - suffix;
        // First item of each key, and for each item the next one of its key: built backwards, so that the first comes first.
        var first = new LongIntMap(endB - prefix);
        int[] next = new int[Math.max(0, endB - prefix)];
        for (int j = endB - 1; j >= prefix; j--) {
            next[j - prefix] = first.put(b[j], j);
        }
        for (int i = prefix; i < endA; i++) {
            int j = first.get(a[i]);
            if (j >= 0) {
                pair(toB, toA, i, j);
                first.put(a[i], next[j - prefix]);
            }
        }
    }

    /// Marks a longest increasing subsequence of the partners from `from` to `to`; answers how many pairs are not of it.
    private static int anchors(int[] toB, int from, int to, boolean[] anchor) {
        int[] tails = new int[Math.max(0, to - from)];
        int[] before = new int[Math.max(0, to - from)];
        int length = 0;
        int pairs = 0;
        for (int i = from; i < to; i++) {
            if (toB[i] < 0) {
                continue;
            }
            pairs++;
            int low = 0;
            int high = length;
            while (low < high) {
                int middle = low + high >>> 1;
                if (toB[tails[middle]] < toB[i]) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            before[i - from] = low == 0 ? -1 : tails[low - 1];
            tails[low] = i;
            length = Math.max(length, low + 1);
        }
        for (int i = length == 0 ? -1 : tails[length - 1]; i >= 0; i = before[i - from]) {
            anchor[i] = true;
        }
        return pairs - length;
    }
}
