package dev.repro.builder.toolchain;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Closes a stream through which too little comes, so that who reads it goes on.
final class Watch implements AutoCloseable {
    private final FetchLimits limits;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory());

    Watch(FetchLimits limits) {
        this.limits = limits;
    }

    /// One stream that is watched until it is closed.
    final class Watched implements AutoCloseable {
        private final AtomicLong count = new AtomicLong();
        private final Future<?> check;
        private long before;
        private volatile boolean stalled;

        private Watched(Closeable stream) {
            long nanos = limits.window().toNanos();
            check = timer.scheduleAtFixedRate(() -> check(stream), nanos, nanos, TimeUnit.NANOSECONDS);
        }

        void came(long bytes) {
            count.addAndGet(bytes);
        }

        boolean stalled() {
            return stalled;
        }

        private void check(Closeable stream) {
            long now = count.get();
            if (now - before < limits.floor()) {
                stalled = true;
                try {
                    stream.close();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e); // ends these checks; the stream is of no more use
                }
            }
            before = now;
        }

        @Override
        public void close() {
            check.cancel(false);
        }
    }

    Watched on(Closeable stream) {
        return new Watched(stream);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
