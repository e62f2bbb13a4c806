package dev.repro.release;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What an author says of a release beside its images.
///
/// @param limits of every image
/// @param limitsOf of single images, by file name, instead
/// @param lock to be part of it; empty: `repro.lock` is looked for, and taken where it is sure to be the image's
/// @param records likewise: build records; empty: `NAME.build.json` is looked for
/// @param seeds beside those that the lock declares
/// @param work an existing folder for the stripped bytes of images that have a release embedded; empty: such are refused
public record Extras(LaunchLimits limits, Map<String, LaunchLimits> limitsOf, Optional<Path> lock, List<Path> records, Map<String, String> seeds,
        Optional<Path> work) {

    /// Nothing.
    public static final Extras NONE = new Extras(LaunchLimits.NONE, Map.of(), Optional.empty(), List.of(), Map.of(), Optional.empty());

    public Extras {
        limitsOf = Map.copyOf(limitsOf);
        records = List.copyOf(records);
        seeds = Map.copyOf(seeds);
    }

    public Extras with(LaunchLimits all) {
        return new Extras(all, limitsOf, lock, records, seeds, work);
    }

    public Extras withWork(Path folder) {
        return new Extras(limits, limitsOf, lock, records, seeds, Optional.of(folder));
    }

    LaunchLimits of(String file) {
        return limitsOf.getOrDefault(file, limits);
    }
}
