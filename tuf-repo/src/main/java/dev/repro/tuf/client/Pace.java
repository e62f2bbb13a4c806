package dev.repro.tuf.client;

import dev.repro.tuf.Limits;
import java.io.IOException;
import java.time.Duration;

/// How slow one request may be: a time until the first byte, then a floor on the bytes of each window, and for some a time for all of it.
/// The answer to slow retrieval: a server that drips is left after one window, however fast it was before.
final class Pace {
    private final long floor;
    private final Duration window;
    private final Duration patience;
    private final long end;
    private long windowEnd;
    private long bytes;
    private boolean begun;

    private Pace(Limits limits, boolean bounded) {
        long now = System.nanoTime();
        this.floor = limits.bytesPerSecond() * limits.grace().toMillis() / 1000;
        this.window = limits.grace();
        this.patience = limits.metadataTime();
        this.windowEnd = now + patience.toNanos();
        this.end = bounded ? windowEnd : now + Long.MAX_VALUE / 2;
    }

    /// For a file that must be here as a whole before [Limits#metadataTime] is over.
    static Pace bounded(Limits limits) {
        return new Pace(limits, true);
    }

    /// For a file of any size.
    static Pace unbounded(Limits limits) {
        return new Pace(limits, false);
    }

    /// It is the other side's turn: until its next byte it has the time that it has for its first.
    void await() {
        begun = false;
        windowEnd = System.nanoTime() + patience.toNanos();
    }

    /// How long the next read may wait.
    ///
    /// @return milliseconds, at least 1
    /// @throws IOException if it was too slow already
    int patience() throws IOException {
        long now = System.nanoTime();
        if (now >= end || now >= windowEnd && !begun) {
            throw new IOException(begun ? "it took too long" : "no answer came in time");
        }
        if (now >= windowEnd) {
            if (bytes < floor) {
                throw new IOException("too slow: " + bytes + " bytes in " + window.toMillis() + " ms (expected at least " + floor + ")");
            }
            open(now);
        }
        return (int) Math.min(Integer.MAX_VALUE, (Math.min(windowEnd, end) - now) / 1_000_000 + 1);
    }

    void count(int read) {
        if (!begun) {
            begun = true;
            open(System.nanoTime());
        }
        bytes += read;
    }

    private void open(long now) {
        windowEnd = now + window.toNanos();
        bytes = 0;
    }
}
