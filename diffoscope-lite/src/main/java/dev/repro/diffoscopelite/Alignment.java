package dev.repro.diffoscopelite;

import java.util.Arrays;

/// What of two regions of one name stands for what: the stretches that are not equal, and what moved.
///
/// Stretches are kept four numbers each: a region of 10 MB can have a hundred thousand.
final class Alignment {

    /// The same items in another order.
    ///
    /// @param offset in A of the first item that moved
    /// @param a the items as they follow each other in A from there on, shortened
    /// @param moved how many are out of order
    /// @param locale whether one side is sorted by bytes and the other as a language sorts
    record Permutation(long offset, String symbol, String a, String b, int moved, boolean locale) {}

    interface Visitor {
        /// @param a offset in the region of A, `b` in that of B; at most one of the lengths is 0
        void stretch(long a, long lengthA, long b, long lengthB);
    }

    final Region a;
    final Region b;
    private long[] stretches = new long[16];
    private int size;
    private Permutation permutation;
    private int loose;

    /// One of the regions may be null.
    Alignment(Region a, Region b) {
        this.a = a;
        this.b = b;
    }

    void add(long offsetA, long lengthA, long offsetB, long lengthB) {
        if (lengthA == 0 && lengthB == 0) {
            return;
        }
        if (size == stretches.length) {
            stretches = Arrays.copyOf(stretches, size * 2);
        }
        stretches[size++] = offsetA;
        stretches[size++] = lengthA;
        stretches[size++] = offsetB;
        stretches[size++] = lengthB;
    }

    /// The first permutation is kept, with the items of all.
    void permuted(Permutation found) {
        permutation = permutation == null ? found : new Permutation(permutation.offset, permutation.symbol, permutation.a,
                permutation.b,
                permutation.moved + found.moved, permutation.locale && found.locale);
    }

    /// Fill between items whose length differs: it follows from what stands around it.
    void loose() {
        loose++;
    }

    Permutation permutation() {
        return permutation;
    }

    int looseCount() {
        return loose;
    }

    boolean isEmpty() {
        return size == 0 && permutation == null && loose == 0;
    }

    /// Whether something has another size or another place in its region.
    boolean moving() {
        return permutation != null || loose > 0 || a == null || b == null || a.size() != b.size();
    }

    void forEach(Visitor visitor) {
        for (int i = 0; i < size; i += 4) {
            visitor.stretch(stretches[i], stretches[i + 1], stretches[i + 2], stretches[i + 3]);
        }
    }
}
