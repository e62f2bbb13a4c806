package dev.repro.builder.sandbox;

import java.time.Duration;

/// What a build may use.
///
/// @param time        wall time
/// @param memoryBytes of all its processes together, with what they keep in tmpfs
/// @param processes   processes and threads alive at once
/// @param outputBytes largest file, size of the default /tmp, and growth of the writable folders together
/// @param logBytes    standard output and standard error together
public record Limits(Duration time, long memoryBytes, int processes, long outputBytes, long logBytes) {

    public Limits {
        if (!time.isPositive() || memoryBytes <= 0 || processes <= 0 || outputBytes <= 0 || logBytes <= 0) {
            throw new IllegalArgumentException("a limit is a positive number");
        }
    }
}
