package dev.repro.builder;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.builder.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Copies of the files that the builds are compared with, made before the builds, so that all that is said about a file is said of the
/// same bytes; and what those of images say about themselves, which is found out while the builds run.
final class FilesToCompare {
    private final Map<String, Path> copies = new HashMap<>();
    private final Map<String, FutureTask<ImageFacts>> facts = new HashMap<>();

    FilesToCompare(Workshop workshop, Aim aim) throws IOException, Problem {
        for (Recipe.Output output : aim.outputs()) {
            Path file = aim.file(output);
            if (file == null) {
                continue;
            }
            Path copy = Files.copy(file, workshop.work().folder("files").resolve(Digest.of(file.toString().getBytes()).hex()));
            copies.put(output.path(), copy);
            if (output.kind() == Recipe.Kind.IMAGE) {
                var task = new FutureTask<>(() -> ImageFacts.of(copy));
                facts.put(output.path(), task);
                Thread.ofPlatform().daemon().name("reading " + output.path()).start(task);
            }
        }
    }

    /// Null where there is no file to compare with.
    Path copyOf(Recipe.Output output) {
        return copies.get(output.path());
    }

    /// @param output an image that there is a file of
    ImageFacts factsOf(Recipe.Output output) throws IOException, InterruptedException {
        try {
            return facts.get(output.path()).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
