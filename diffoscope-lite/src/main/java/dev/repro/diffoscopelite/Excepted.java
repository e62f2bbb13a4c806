package dev.repro.diffoscopelite;

import java.util.Objects;

/// A declared, reviewed difference: this section may differ.
public record Excepted(String section, String reason) {
    public Excepted {
        Objects.requireNonNull(section);
        Objects.requireNonNull(reason);
    }
}
