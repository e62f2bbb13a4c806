package dev.repro.builder;

import dev.repro.builder.sandbox.Run;
import dev.repro.builder.vary.Surroundings;
import dev.repro.diffoscopelite.Clock;
import java.nio.file.Path;
import java.util.Map;

/// What came of one build.
///
/// `clock` is what the build's own clock showed: shifted, where time is varied.
sealed interface BuildResult {
    String side();

    Surroundings around();

    Run run();

    Path log();

    Clock realTime();

    /// @param outputs declared path to the file that was made
    record Built(String side, Surroundings around, Run run, Path log, Clock realTime, Map<String, Path> outputs) implements BuildResult {
        Clock clock() {
            return new Clock(realTime.start().plusSeconds(around.clockOffset()), realTime.end().plusSeconds(around.clockOffset()));
        }
    }

    /// @param why one clause for a person: `the command exited with 2`
    record Failed(String side, Surroundings around, Run run, Path log, Clock realTime, String why) implements BuildResult {}
}
