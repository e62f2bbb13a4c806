package dev.repro.timestamp;

import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import java.time.Duration;
import java.time.Instant;

/// Sees whether the wall clock can be believed: since the process began it must have gone as far as the monotonic clock has. It is always
/// held to the beginning and not to the last look, so that many small steps do not add up to what one step may not do.
///
/// A clock that is set right again is believed again. One that was wrong when the process began cannot be known; then only the
/// newest time that was ever signed speaks against it.
final class ClockWatch {
    private final Clocks clocks;
    private final Duration bound;
    private final Instant wall;
    private final long nanos;

    /// @param bound how far the wall clock may stray: leap seconds, and steps of a time server that finds it a little wrong
    ClockWatch(Clocks clocks, Duration bound) {
        this.clocks = clocks;
        this.bound = bound;
        this.wall = clocks.now();
        this.nanos = clocks.nanos().getAsLong();
    }

    /// @param signed the newest time that was ever signed; null if there is none
    Instant now(Instant signed) throws Refusal {
        Instant now = clocks.now();
        Instant due = wall.plus(clocks.since(nanos));
        if (Duration.between(due, now).abs().compareTo(bound) > 0) {
            throw Refusal.of(Refusal.Rule.CLOCK, RoleName.TIMESTAMP).expected(due + ", give or take " + bound.toSeconds() + " s").found(now)
                    .hint("set this machine's clock right; if it was the start of this process that was wrong, or the machine slept, start the "
                            + "process again");
        }
        if (signed != null && now.isBefore(signed.minus(bound))) {
            throw Refusal.of(Refusal.Rule.CLOCK, RoleName.TIMESTAMP).expected("after " + signed + ", when the last timestamp was signed").found(now)
                    .hint("set this machine's clock right");
        }
        return now;
    }
}
