package dev.repro.builder.recipe;

import java.util.List;

/// The names of what may differ between the two builds. They are stable: recipes, locks and records hold them.
public final class VariationNames {

    public static final List<String> ALL = List.of("build-path", "environment", "home", "path", "user", "host", "timezone",
            "locale", "umask", "time", "aslr", "cpu-count", "cpu-model", "kernel", "file-order", "mtime", "shell", "temp-names",
            "parallelism", "randomness");

    private VariationNames() {}
}
