package dev.repro.builder.recipe;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Which environment variables a recipe may set.
final class EnvironmentNames {

    static final String SEED_PREFIX = "REPRO_SEED_";

    private static final String VARIED = "it is one of the things that differ between the two builds";
    private static final String PRIVATE = "each build has its own";

    /// Variables that the sandbox sets, and why a recipe cannot.
    private static final Map<String, String> OWNED = Map.ofEntries(
            Map.entry("HOME", VARIED), Map.entry("PATH", "the toolchain sets it, and it differs between the two builds"),
            Map.entry("TZ", VARIED), Map.entry("LANG", VARIED), Map.entry("LANGUAGE", VARIED), Map.entry("USER", VARIED),
            Map.entry("LOGNAME", VARIED), Map.entry("HOSTNAME", VARIED), Map.entry("SHELL", VARIED),
            Map.entry("PWD", "`build.directory` sets it"), Map.entry("OLDPWD", "`build.directory` sets it"),
            Map.entry("SOURCE_DATE_EPOCH", "`build.source_date_epoch` sets it"),
            Map.entry("TMPDIR", PRIVATE), Map.entry("TMP", PRIVATE), Map.entry("TEMP", PRIVATE), Map.entry("TEMPDIR", PRIVATE),
            Map.entry("LD_PRELOAD", "variations are brought in through it"));

    private EnvironmentNames() {}

    static String ofSeed(String seed) {
        return SEED_PREFIX + seed.toUpperCase(Locale.ROOT).replace('-', '_').replace('.', '_');
    }

    /// Why a recipe cannot set this variable; empty where it can.
    static Optional<String> refusal(String name) {
        if (!wellFormed(name)) {
            return Optional.of("`" + RecipePath.printable(name)
                    + "` is no environment name: letters, digits and `_`, not a digit first");
        }
        String reason = name.startsWith("LC_") ? VARIED
                : name.startsWith("REPRO_") ? "names that start with REPRO_ are its own, `[seeds]` sets REPRO_SEED_*"
                : OWNED.get(name);
        return reason == null ? Optional.empty() : Optional.of("the sandbox sets `" + name + "`: " + reason);
    }

    private static boolean wellFormed(String name) {
        return !name.isEmpty() && !(name.charAt(0) >= '0' && name.charAt(0) <= '9')
                && name.chars().allMatch(c -> c == '_' || c < 0x80 && Character.isLetterOrDigit(c));
    }
}
