package dev.repro.diffoscopelite;

import java.util.List;
import java.util.Objects;

/// What is known about the two builds whose outputs are compared.
///
/// @param sourceDateEpoch seconds since 1970, the same in both builds
public record Planted(List<Canary> canaries, Clock a, Clock b, long sourceDateEpoch) {
    public Planted {
        canaries = List.copyOf(canaries);
        Objects.requireNonNull(a);
        Objects.requireNonNull(b);
    }
}
