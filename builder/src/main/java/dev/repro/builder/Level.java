package dev.repro.builder;

import dev.repro.base.Problem;
import dev.repro.diffoscopelite.Verdict;
import java.util.Locale;

/// How equal build A, build B and the file are; the weakest of the pairs is the verdict of a check.
public enum Level {
    /// Every byte.
    BITWISE,
    /// All that a tender maps: segments, entry, notes.
    MAPPED,
    /// All but sections that the recipe excepts, with a reason.
    EXCEPTED,
    /// None of these.
    DIFFERENT,
    /// A build failed: there is nothing to compare.
    UNBUILT;

    public static Level parse(String text) throws Problem {
        for (Level level : new Level[] {BITWISE, MAPPED, EXCEPTED}) {
            if (level.text().equals(text)) {
                return level;
            }
        }
        throw Problem.usage("unknown level `" + text + "`").expected("bitwise, mapped or excepted").hint("see `repro check --help`");
    }

    static Level of(Verdict verdict) {
        return switch (verdict) {
            case IDENTICAL -> BITWISE;
            case MAPPED -> MAPPED;
            case EXCEPTED -> EXCEPTED;
            case DIFFERENT -> DIFFERENT;
        };
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    Level weaker(Level other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
