package dev.repro.tender.hvt;

import dev.repro.tender.os.Sys;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;

/// Waits for the network, or for time to pass: ppoll(2) over the guest's net devices, to the nanosecond.
final class Poll {
    private static final int PPOLL = 271; // asm/unistd_64.h
    private static final short POLLIN = 1;
    /// `struct pollfd`: i32 descriptor, i16 asked, i16 found.
    private static final int ENTRY = 8;
    private static final long SECOND = 1_000_000_000L;

    private final int[] handles;
    private final MemorySegment entries;
    private final MemorySegment time;

    /// @param arena lives as long as this is used
    Poll(Map<Integer, Device> devices, Arena arena) {
        handles = devices.entrySet().stream().filter(e -> e.getValue() instanceof NetDevice).mapToInt(Map.Entry::getKey).sorted().toArray();
        entries = arena.allocate(Math.max(ENTRY, handles.length * ENTRY), 8);
        time = arena.allocate(16, 8);
        for (int i = 0; i < handles.length; i++) {
            entries.set(ValueLayout.JAVA_INT, (long) i * ENTRY, ((NetDevice) devices.get(handles[i])).fd());
            entries.set(ValueLayout.JAVA_SHORT, (long) i * ENTRY + 4, POLLIN);
        }
    }

    /// @param nanoseconds unsigned
    /// @return the set of handles that have something to read: bit n stands for handle n
    long await(long nanoseconds) {
        time.set(ValueLayout.JAVA_LONG, 0, Long.divideUnsigned(nanoseconds, SECOND));
        time.set(ValueLayout.JAVA_LONG, 8, Long.remainderUnsigned(nanoseconds, SECOND));
        long found;
        do {
            found = Sys.call(PPOLL, entries.address(), handles.length, time.address()); // what is left of the time is written back (ppoll(2), NOTES)
        } while (found == -Sys.EINTR);
        long ready = 0;
        for (int i = 0; i < handles.length && found > 0; i++) {
            if (entries.get(ValueLayout.JAVA_SHORT, (long) i * ENTRY + 6) != 0) {
                ready |= 1L << handles[i];
            }
        }
        return ready;
    }
}
