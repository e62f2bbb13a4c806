package dev.repro.builder.vary;

import java.util.Locale;

/// What must not matter to a build, and is therefore different in the two builds.
///
/// The 14 variations of reprotest, and what it leaves out: CPU model, file times, shell, temporary names, parallelism, randomness.
public enum Vary {
    BUILD_PATH, ENVIRONMENT, HOME, PATH, USER, HOST, TIMEZONE, LOCALE, UMASK, TIME, ASLR, CPU_COUNT, CPU_MODEL, KERNEL, FILE_ORDER, MTIME, SHELL,
    TEMP_NAMES, PARALLELISM, RANDOMNESS;

    /// The stable name, as in recipes, verdicts and records: `build-path`.
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
