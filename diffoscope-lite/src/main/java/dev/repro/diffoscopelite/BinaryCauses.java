package dev.repro.diffoscopelite;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.BitSet;

/// Why bytes that are no text differ, in two regions at places of equal length: epochs, planted numbers, addresses that moved,
/// pointers of the building process, random bytes.
final class BinaryCauses {
    private static final ValueLayout.OfInt INT_LE = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT_BE = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG_LE = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int AARCH64 = 183;
    /// Shorter runs are not called random.
    private static final int RANDOM = 8;
    /// Longer ranges are judged by their beginning.
    private static final int LOOKED_AT = 4096;

    interface Sink {
        /// @param role ROOT with a clue; without one CONSEQUENCE for an address that moved, UNEXPLAINED for what is left
        void found(Role role, Clue clue, long offsetA, long offsetB, long length);
    }

    private final Instants instants;
    private final Numbers numbers;
    private final Moves moves;
    private final int machine;

    BinaryCauses(Planted planted, Moves moves, int machine) {
        this.instants = new Instants(planted);
        this.numbers = new Numbers(planted.canaries());
        this.moves = moves;
        this.machine = machine;
    }

    /// Whether an epoch of build A stands here that is one of build B there: the clue, or null. It is tried before texts, since
    /// an epoch can consist of printable bytes.
    Clue epoch(Region a, long offsetA, Region b, long offsetB) {
        var window = new Window(a, offsetA, b, offsetB, 1);
        return window.epoch(0) == 0 ? null : window.clue;
    }

    void explain(Region a, long offsetA, Region b, long offsetB, long length, Sink sink) {
        new Window(a, offsetA, b, offsetB, (int) Math.min(length, LOOKED_AT)).explain(sink, length);
    }

    private final class Window {
        private final Region a;
        private final long offsetA;
        private final Region b;
        private final long offsetB;
        private final int length;
        private Clue clue;

        Window(Region a, long offsetA, Region b, long offsetB, int length) {
            this.a = a;
            this.offsetA = offsetA;
            this.b = b;
            this.offsetB = offsetB;
            this.length = length;
        }

        private boolean differs(int i) {
            return a.at(offsetA + i) != b.at(offsetB + i);
        }

        private boolean holds(long relative, int width) {
            return offsetA + relative >= 0 && offsetB + relative >= 0 && offsetA + relative + width <= a.stored()
                    && offsetB + relative + width <= b.stored();
        }

        void explain(Sink sink, long whole) {
            var left = new BitSet();
            for (int i = 0; i < length; i++) {
                if (!differs(i)) {
                    continue;
                }
                int moved = moved(i);
                int end = moved != 0 ? moved : root(i);
                if (end == 0) {
                    left.set(i);
                } else {
                    boolean follows = moved != 0;
                    sink.found(follows ? Role.CONSEQUENCE : Role.ROOT, follows ? null : clue, offsetA + i, offsetB + i, end - i);
                    i = end - 1;
                }
            }
            if (!left.isEmpty()) {
                rest(sink, left, whole);
            }
        }

        private int root(int i) {
            int end = epoch(i);
            end = end != 0 ? end : number(i);
            return end != 0 ? end : pointer(i);
        }

        private void rest(Sink sink, BitSet left, long whole) {
            int first = left.nextSetBit(0);
            long size = (whole > length ? whole : left.length()) - first;
            boolean random = a.kind() != Region.Kind.CODE && left.length() - first >= RANDOM && entropic(a, offsetA + first, left)
                    && entropic(b, offsetB + first, left)
                    && left.cardinality() * 10 >= (left.length() - first) * 8;
            var clue = random
                    ? new Clue("randomness", Proof.LIKELY, hex(a, offsetA + first, size), hex(b, offsetB + first, size)) : null;
            sink.found(random ? Role.ROOT : Role.UNEXPLAINED, clue, offsetA + first, offsetB + first, size);
        }

        /// Whether nearly as many values occur as would in random bytes.
        private boolean entropic(Region region, long offset, BitSet left) {
            int count = Math.min(left.length() - left.nextSetBit(0), 256);
            var values = new BitSet();
            for (int i = 0; i < count; i++) {
                values.set(region.at(offset + i));
            }
            // Of n random bytes 256·(1−e^(−n/256)) values are expected.
            return values.cardinality() >= 0.8 * 256 * (1 - Math.exp(-count / 256.0));
        }

        private static String hex(Region region, long offset, long size) {
            return Shown.hex(region.bytes(), offset, Math.min(size, region.stored() - offset));
        }

        /// The end of an epoch (and of the fraction of a second behind it) that covers byte `i`; 0 when there is none.
        private int epoch(int i) {
            for (int back = 0; back < 8; back++) {
                long at = (long) i - back;
                if (back < 4 && holds(at, 4)) {
                    if (epoch(a.bytes().get(INT_LE, offsetA + at), b.bytes().get(INT_LE, offsetB + at))) {
                        // struct timespec: eight bytes of seconds, eight of nanoseconds.
                        boolean fraction = holds(at, 16) && a.bytes().get(INT_LE, offsetA + at + 4) == 0
                                && Long.compareUnsigned(a.bytes().get(LONG_LE, offsetA + at + 8), 1_000_000_000) < 0
                                && Long.compareUnsigned(b.bytes().get(LONG_LE, offsetB + at + 8), 1_000_000_000) < 0;
                        return (int) at + (fraction ? 16 : 4);
                    }
                    if (epoch(a.bytes().get(INT_BE, offsetA + at), b.bytes().get(INT_BE, offsetB + at))) {
                        return (int) at + 4;
                    }
                }
                if (holds(at, 8) && nanoseconds(a.bytes().get(LONG_LE, offsetA + at), b.bytes().get(LONG_LE, offsetB + at))) {
                    return (int) at + 8;
                }
            }
            return 0;
        }

        private boolean epoch(int x, int y) {
            return epochs(Integer.toUnsignedLong(x), Integer.toUnsignedLong(y), 1);
        }

        /// Milliseconds, microseconds or nanoseconds in 64 bits.
        private boolean nanoseconds(long x, long y) {
            for (long unit = 1_000; unit <= 1_000_000_000 && x > 0 && y > 0; unit *= 1_000) {
                if (epochs(x, y, unit)) {
                    return true;
                }
            }
            return false;
        }

        private boolean epochs(long x, long y, long unit) {
            String cause = x == y ? null : instants.epochs(x / unit, y / unit);
            clue = cause == null ? clue : new Clue(cause, Proof.CANARY, Long.toString(x), Long.toString(y));
            return cause != null;
        }

        /// The end of an address or distance over byte `i` that moved as what it points to; 0 when there is none.
        private int moved(int i) {
            if (!moves.any() || a.address() < 0) {
                return 0;
            }
            for (int back = 0; back < 8; back++) {
                long at = (long) i - back;
                if (holds(at, 8) && moves.address(a.bytes().get(LONG_LE, offsetA + at), b.bytes().get(LONG_LE, offsetB + at))) {
                    return (int) at + 8;
                }
                if (back >= 4 || !holds(at, 4)) {
                    continue;
                }
                int x = a.bytes().get(INT_LE, offsetA + at);
                int y = b.bytes().get(INT_LE, offsetB + at);
                if (moves.address(Integer.toUnsignedLong(x), Integer.toUnsignedLong(y))
                        || moves.distance(a.address() + offsetA + at, x, y)
                        || machine == AARCH64 && (offsetA + at) % 4 == 0 && Aarch64.sameButAddress(x, y)) {
                    return (int) at + 4;
                }
            }
            return 0;
        }

        private int number(int i) {
            for (int back = 0; back < 4; back++) {
                long at = (long) i - back;
                if (holds(at, 4)) {
                    clue = numbers.binary(a.bytes().get(INT_LE, offsetA + at), b.bytes().get(INT_LE, offsetB + at));
                    if (clue != null) {
                        return (int) at + 4;
                    }
                }
            }
            return 0;
        }

        private int pointer(int i) {
            for (int back = 0; back < 6; back++) {
                long at = (long) i - back;
                if (holds(at, 8) && pointer(a.bytes(), offsetA + at) && pointer(b.bytes(), offsetB + at)) {
                    clue = new Clue("aslr", Proof.LIKELY, "0x" + Long.toHexString(a.bytes().get(LONG_LE, offsetA + at)),
                            "0x" + Long.toHexString(b.bytes().get(LONG_LE, offsetB + at)));
                    return (int) at + 8;
                }
            }
            return 0;
        }

        /// 0x0000_55…, 0x0000_56…: programs; 0x0000_7e…, 0x0000_7f…: libraries and stacks.
        private static boolean pointer(MemorySegment bytes, long offset) {
            long top = bytes.get(LONG_LE, offset) >>> 40;
            return top == 0x55 || top == 0x56 || top == 0x7e || top == 0x7f;
        }
    }
}
