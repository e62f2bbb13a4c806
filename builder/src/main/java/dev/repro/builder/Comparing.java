package dev.repro.builder;

import dev.repro.builder.recipe.Recipe;
import dev.repro.builder.vary.Profile;
import dev.repro.diffoscopelite.Canary;
import dev.repro.diffoscopelite.Clock;
import dev.repro.diffoscopelite.Comparison;
import dev.repro.diffoscopelite.Diff;
import dev.repro.diffoscopelite.Excepted;
import dev.repro.diffoscopelite.Planted;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;

/// Compares what builds of one project made, each comparison knowing what was planted in its two sides.
final class Comparing {
    private final Project project;
    private final Profile profile;

    Comparing(Project project, Profile profile) {
        this.project = project;
        this.profile = profile;
    }

    /// Build A with build B.
    Diff sides(Recipe.Output output, BuildResult.Built a, BuildResult.Built b) throws IOException {
        return compare(output.path(), a.outputs().get(output.path()), b.outputs().get(output.path()), profile.canaries(), a.clock(), b.clock());
    }

    /// Build A with a file of unknown making: it may hold what is planted in builds, but that is no proof.
    Diff withFile(Recipe.Output output, BuildResult.Built a, Path file) throws IOException {
        return compare(output.path(), a.outputs().get(output.path()), file, profile.canaries(), a.clock(), a.clock()).guessed();
    }

    /// Build A with another build in the same surroundings: only the clock went on.
    Diff again(String output, BuildResult.Built a, BuildResult.Built again) throws IOException {
        return compare(output, a.outputs().get(output), again.outputs().get(output), List.of(), a.clock(), again.clock());
    }

    private Diff compare(String output, Path a, Path b, List<Canary> canaries, Clock clockA, Clock clockB) throws IOException {
        var exceptions = project.recipe().exceptions().stream().filter(e -> e.output().equals(output))
                .map(e -> new Excepted(e.section(), e.reason())).toList();
        try (var arena = Arena.ofConfined()) {
            var planted = new Planted(canaries, clockA, clockB, project.sourceDateEpoch());
            return Comparison.compare(Mapped.of(a, arena), Mapped.of(b, arena), planted, exceptions).withPath(output);
        }
    }
}
