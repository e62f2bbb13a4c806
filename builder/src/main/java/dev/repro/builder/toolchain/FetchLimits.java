package dev.repro.builder.toolchain;

import java.time.Duration;

/// When a server is given up.
///
/// @param connect for the connection, and again for the first byte of the answer
/// @param window the time in which at least `floor` bytes of the body must come
/// @param floor in bytes
/// @param attempts at one address where a transfer broke off
record FetchLimits(Duration connect, Duration window, long floor, int attempts) {

    /// 20 s to connect, 1 KiB/s over any 20 s, a second attempt.
    static final FetchLimits USUAL = new FetchLimits(Duration.ofSeconds(20), Duration.ofSeconds(20), 20 << 10, 2);
}
