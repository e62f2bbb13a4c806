package dev.repro.timestamp;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/// What this machine says of the time.
///
/// @param wall what signatures are dated by; anybody who can set the clock, or answer for a time server, can move it
/// @param nanos from any beginning, and only ever forward, at the pace of time
public record Clocks(InstantSource wall, LongSupplier nanos) {

    public static Clocks system() {
        return new Clocks(InstantSource.system(), System::nanoTime);
    }

    Instant now() {
        return wall.instant();
    }

    /// Since a value of [#nanos].
    Duration since(long then) {
        return Duration.ofNanos(nanos.getAsLong() - then);
    }
}
