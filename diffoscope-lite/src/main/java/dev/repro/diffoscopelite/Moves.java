package dev.repro.diffoscopelite;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// Where what is mapped at an address of build A is mapped in build B: constant from one step to the next.
///
/// A number that differs is only a consequence when it is an address, or a distance of two addresses, and both ends moved by what
/// the number changed. Steps are first [#add]ed, then [#seal]ed, then asked.
final class Moves {
    private static final long NOWHERE = Long.MIN_VALUE;
    /// From a relocated field to where the processor counts from: its own size, and what immediate operand follows it.
    private static final int[] REACH = {4, 5, 6, 8, 0};

    private record Step(long address, long delta) {}

    private final List<Step> steps = new ArrayList<>();
    private long[] addresses;
    private long[] deltas;
    private boolean any;

    /// From this address of build A on, things stand `delta` bytes further in build B.
    void add(long address, long delta) {
        any |= delta != 0;
        if (steps.isEmpty() || steps.getLast().delta != delta || steps.getLast().address > address) {
            steps.add(new Step(address, delta));
        }
    }

    /// From this address of build A on, nothing is mapped.
    void end(long address) {
        steps.add(new Step(address, NOWHERE));
    }

    void seal() {
        // An end and a beginning at one address: the beginning holds.
        steps.sort(Comparator.comparingLong(Step::address).thenComparing(s -> s.delta != NOWHERE));
        addresses = steps.stream().mapToLong(Step::address).toArray();
        deltas = steps.stream().mapToLong(Step::delta).toArray();
        steps.clear();
    }

    /// Whether anything moved at all.
    boolean any() {
        return any;
    }

    private long delta(long address) {
        int i = Arrays.binarySearch(addresses, address);
        i = i >= 0 ? i : -i - 2;
        while (i >= 0 && i + 1 < addresses.length && addresses[i + 1] == address) {
            i++;
        }
        return i < 0 ? NOWHERE : deltas[i];
    }

    /// Whether an address `a` became `b`. An address just behind something moves with it, too.
    boolean address(long a, long b) {
        return any && (delta(a) == b - a || delta(a - 1) == b - a);
    }

    /// Whether a distance of 32 bits `a` became `b`, counted from `field` on, which is where it stands in build A.
    boolean distance(long field, int a, int b) {
        long from = delta(field);
        if (!any || from == NOWHERE) {
            return false;
        }
        for (int reach : REACH) {
            long target = field + reach + a;
            long change = (long) b - a;
            if (moved(delta(target), from, change) || moved(delta(target - 1), from, change)) {
                return true;
            }
        }
        return false;
    }

    private static boolean moved(long target, long from, long change) {
        return target != NOWHERE && target - from == change;
    }
}
