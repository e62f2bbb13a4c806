package dev.repro.diffoscopelite;

import java.util.Locale;

/// What a finding is in the story of a difference; in the order in which a reader needs them.
public enum Role {
    /// A difference with a cause of its own.
    ROOT,
    /// A difference whose cause is not known.
    UNEXPLAINED,
    /// A difference that is there only because something else differs.
    CONSEQUENCE;

    /// The name in JSON.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
