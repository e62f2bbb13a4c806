package dev.repro.diffoscopelite;

import java.util.Locale;

/// How much of two files is equal; the first level that holds is the verdict.
public enum Verdict {
    /// Every byte.
    IDENTICAL,
    /// What a tender maps: entry point, machine, `PT_LOAD` addresses, flags and contents, and both Solo5 notes.
    MAPPED,
    /// Everything but the sections of declared exceptions.
    EXCEPTED,
    /// None of these.
    DIFFERENT;

    /// The name in JSON.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
