package dev.repro.diffoscopelite;

import java.time.Instant;

/// What the wall clock of one build showed, from its first to its last moment.
public record Clock(Instant start, Instant end) {
    public Clock {
        if (end.isBefore(start)) {
            throw new IllegalArgumentException("a clock that ends before it starts");
        }
    }
}
