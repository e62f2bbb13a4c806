package dev.repro.diffoscopelite;

import java.util.Objects;

/// A text that a double build planted: value `a` in build A, value `b` in build B, both in the place that `variation` names.
///
/// A value found where the two outputs differ proves that this place leaks into them. Numbers (uid, umask in octal, core count,
/// the modification time of the sources in seconds) are planted as decimal or octal digits and only count when they stand alone.
///
/// @param variation the stable name of the variation, which becomes the name of the cause
/// @param a the text in build A, empty when it has none
/// @param b the text in build B, empty when it has none
public record Canary(String variation, String a, String b) {
    public Canary {
        Objects.requireNonNull(variation);
        Objects.requireNonNull(a);
        Objects.requireNonNull(b);
    }
}
