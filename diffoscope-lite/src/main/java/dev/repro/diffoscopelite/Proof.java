package dev.repro.diffoscopelite;

import java.util.Locale;

/// How well the cause of a finding is known, strongest first.
public enum Proof {
    /// A planted text or the planted time stands in the differing bytes.
    CANARY,
    /// A further build that varied this alone differed too.
    REBUILT,
    /// The differing bytes look like it.
    LIKELY,
    NONE;

    /// The name in JSON.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
