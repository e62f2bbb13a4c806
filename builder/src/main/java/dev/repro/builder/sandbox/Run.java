package dev.repro.builder.sandbox;

import java.time.Duration;

/// What one build did.
///
/// @param exitCode        of the command; 128 + n for signal n; 137 when a limit stopped it
/// @param cpu             user and system time of all its processes, as last looked at, 20 ms before the end or less
/// @param peakMemoryBytes most memory used at once, page cache included; -1: unknown here
/// @param logBytes        bytes that it printed, as far as they were kept
public record Run(End end, int exitCode, Duration wall, Duration cpu, long peakMemoryBytes, long logBytes) {}
