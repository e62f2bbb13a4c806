package dev.repro.snapshot;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/// Bounds how long the head of a request may take. The JDK's server bounds head and body together (`maxReqTime`), and bodies of ours may
/// take minutes; but it reads each head in a task of its executor, so what has not come to its handler in time is interrupted, and that closes
/// its connection. Between requests the server's own bounds hold (`idleInterval`).
///
/// From which address a head comes cannot be known before it is whole: the server tells nobody of a connection that it has accepted.
final class HeadWatch implements Executor, AutoCloseable {
    private static final Duration ROUND = Duration.ofSeconds(1);

    /// A head that is being read.
    private static final class Head {
        private final long since = System.nanoTime();
        private boolean over;

        synchronized void end() {
            over = true;
        }

        synchronized void interruptAfter(long nanos, Thread reader) {
            if (!over && System.nanoTime() - since > nanos) {
                over = true;
                reader.interrupt();
            }
        }
    }

    private final Executor threads;
    private final long limit;
    private final Map<Thread, Head> heads = new ConcurrentHashMap<>();
    private final Thread watcher = Thread.ofPlatform().daemon().name("slow-heads").unstarted(this::watch);

    /// @param threads one for each task
    HeadWatch(Executor threads, Duration limit) {
        this.threads = threads;
        this.limit = limit.toNanos();
    }

    HeadWatch start() {
        watcher.start();
        return this;
    }

    @Override
    public void execute(Runnable exchange) {
        threads.execute(() -> {
            heads.put(Thread.currentThread(), new Head());
            try {
                exchange.run();
            } finally {
                arrived();
            }
        });
    }

    /// This thread has read a head whole.
    void arrived() {
        Head head = heads.remove(Thread.currentThread());
        if (head != null) {
            head.end();
        }
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(ROUND);
                heads.forEach((thread, head) -> head.interruptAfter(limit, thread));
            }
        } catch (InterruptedException e) {
            heads.clear(); // the service ends
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
