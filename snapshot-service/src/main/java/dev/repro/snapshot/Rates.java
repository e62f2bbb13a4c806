package dev.repro.snapshot;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/// How much each of many may do in a span of time: a bucket for each that fills steadily.
final class Rates {
    private static final int KNOWN = 100_000; // then those whose bucket is full are forgotten

    private static final class Bucket {
        private double left;
        private long at;
    }

    private final ConcurrentHashMap<String, Bucket> buckets = new ConcurrentHashMap<>();
    private final double size;
    private final double perNano;
    private final LongSupplier nanoTime;

    /// @param amount in each span, and at once
    Rates(double amount, java.time.Duration span, LongSupplier nanoTime) {
        this.size = amount;
        this.perNano = amount / span.toNanos();
        this.nanoTime = nanoTime;
    }

    /// @return 0 if it may; else after how many seconds it may
    int take(String who, double amount) {
        if (buckets.size() > KNOWN) {
            long now = nanoTime.getAsLong();
            buckets.values().removeIf(b -> b.left + (now - b.at) * perNano >= size);
        }
        var wait = new int[1];
        buckets.compute(who, (_, known) -> {
            Bucket bucket = known == null ? new Bucket() : known;
            long now = nanoTime.getAsLong();
            bucket.left = known == null ? size : Math.min(size, bucket.left + (now - bucket.at) * perNano);
            bucket.at = now;
            if (bucket.left >= Math.min(amount, size)) {
                bucket.left -= amount;
            } else {
                wait[0] = (int) Math.clamp(Math.ceil((Math.min(amount, size) - bucket.left) / perNano / 1e9), 1, 3600);
            }
            return bucket;
        });
        return wait[0];
    }
}
