package dev.repro.snapshot;

import com.sun.net.httpserver.HttpExchange;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// The bodies of requests: read up to a limit, whole or as they come, and given up when they come too slowly.
final class Bodies implements AutoCloseable {
    private static final int UNIT = 1 << 16; // bytes that one permit stands for
    /// Of this process's memory to bodies: parsed and decoded, one takes some five times its length.
    private static final int SHARE = 8;

    private final ServiceLimits limits;
    private final Metrics metrics;
    private final int units;
    private final Semaphore memory;
    private final Set<Slow> running = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(
            work -> Thread.ofPlatform().name("bodies").daemon().unstarted(work));

    Bodies(ServiceLimits limits, Metrics metrics) {
        this.limits = limits;
        this.metrics = metrics;
        this.units = (int) Math.max(1, Math.min(limits.bodiesBytes(), Runtime.getRuntime().maxMemory() / SHARE) / UNIT);
        this.memory = new Semaphore(units, true);
        long tick = Math.clamp(limits.grace().toMillis() / 4, 50, 1000);
        watch.scheduleAtFixedRate(() -> running.forEach(Slow::check), tick, tick, TimeUnit.MILLISECONDS);
    }

    /// A body whose reader is interrupted, which closes the connection, once it is slower than the floor.
    final class Slow extends FilterInputStream {
        private final Thread reader = Thread.currentThread();
        private final long since = System.nanoTime();
        private volatile long bytes;
        private boolean late;
        private boolean done;

        private Slow(InputStream in) {
            super(in);
            running.add(this);
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int n = in.read(into, offset, length);
            bytes += Math.max(n, 0);
            return n;
        }

        @Override
        public int read() throws IOException {
            int one = in.read();
            bytes += one < 0 ? 0 : 1;
            return one;
        }

        private synchronized void check() {
            long late = System.nanoTime() - since - limits.grace().toNanos();
            if (!done && late > 0 && bytes < late / 1e9 * limits.bytesPerSecond() + 1) {
                this.late = true;
                done = true;
                reader.interrupt();
            }
        }

        /// The end of reading; the connection is left to the exchange.
        @Override
        public synchronized void close() {
            done = true;
            running.remove(this);
            if (late) {
                metrics.count("repro_slow_bodies_total", "Requests that were given up because they came too slowly.", "");
            }
        }

        synchronized boolean isLate() {
            return late;
        }
    }

    Slow open(HttpExchange exchange) {
        return new Slow(exchange.getRequestBody());
    }

    /// What reads a whole body does with it.
    interface Use<T> {
        T with(byte[] body) throws Refused, dev.repro.base.Problem, IOException, InterruptedException;
    }

    /// Reads all of a body, of which the request must say the length, and holds its memory until `use` is over.
    <T> T whole(HttpExchange exchange, int most, Use<T> use) throws Refused, dev.repro.base.Problem, IOException, InterruptedException {
        long length = length(exchange);
        if (length > most) {
            throw new Refused(413, "body-too-large", 2, "the body is larger than this service takes").expected("at most " + most + " bytes")
                    .found(length + " bytes");
        }
        int permits = Math.min((int) (length / UNIT) + 1, units);
        if (!memory.tryAcquire(permits, limits.answerTime().toMillis(), TimeUnit.MILLISECONDS)) {
            throw new Refused(503, "busy", 4, "too many large requests at once").retryAfter(5);
        }
        try {
            return use.with(read(exchange, (int) length));
        } finally {
            memory.release(permits);
        }
    }

    private byte[] read(HttpExchange exchange, int length) throws IOException, Refused {
        try (Slow in = open(exchange)) {
            byte[] body = in.readNBytes(length);
            if (body.length < length) {
                throw new Refused(400, "body-cut", 2, "the body ends early").expected(length + " bytes").found(body.length + " bytes")
                        .hint("send it again");
            }
            return body;
        }
    }

    /// @throws Refused if the request does not say it
    static long length(HttpExchange exchange) throws Refused {
        String text = exchange.getRequestHeaders().getFirst("Content-Length");
        if (text == null || !text.matches("[0-9]{1,18}")) {
            throw new Refused(411, "length-required", 2, "the request does not say how long its body is").hint("send Content-Length");
        }
        return Long.parseLong(text);
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }
}
