package dev.repro.builder.recipe;

import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;

/// Finds the recipe that makes an image: beside it, else in the parent folders up to the top of the git work tree.
public final class RecipeFinder {

    /// @param file the recipe's file
    /// @param output which output of the recipe the image is; null where a folder was asked for
    public record Found(Path file, Recipe recipe, Recipe.Output output) {}

    private RecipeFinder() {}

    /// For an image the nearest recipe that makes it; for a folder the nearest recipe.
    ///
    /// @throws Problem of exit code 2 where there is none, or where the recipes that there are make something else
    public static Found find(Path imageOrFolder) throws Problem {
        Path start = imageOrFolder.toAbsolutePath().normalize();
        if (!Files.exists(start)) {
            throw Problem.usage("no such file or folder").where(imageOrFolder);
        }
        boolean folder = Files.isDirectory(start);
        Problem other = null;
        for (Path at = folder ? start : start.getParent(); at != null; at = at.getParent()) {
            Path file = at.resolve(Recipe.FILE_NAME);
            if (Files.exists(file)) {
                Recipe recipe = Recipe.read(file);
                if (folder) {
                    return new Found(file, recipe, null);
                }
                Optional<Recipe.Output> output = outputAt(file, recipe, start);
                if (output.isPresent()) {
                    return new Found(file, recipe, output.get());
                }
                other = other == null ? doesNotMake(file, recipe, imageOrFolder) : other;
            }
            if (Files.exists(at.resolve(".git"))) {
                break;
            }
        }
        throw other != null ? other : Problem.usage("no " + Recipe.FILE_NAME + " beside it nor in a parent folder")
                .where(imageOrFolder)
                .hint("write one with `repro init`, or name one with --recipe");
    }

    /// For a recipe that the user named: which of its outputs the image is, by its place, else by its file name.
    ///
    /// @throws Problem of exit code 2 where it is none of them
    public static Found named(Path recipeFile, Path image) throws Problem {
        Recipe recipe = Recipe.read(recipeFile);
        Optional<Recipe.Output> output = outputAt(recipeFile, recipe, image.toAbsolutePath().normalize()).or(() -> byName(recipe, image));
        return new Found(recipeFile, recipe, output.orElseThrow(() -> doesNotMake(recipeFile, recipe, image)));
    }

    /// The output with the image's file name, if there is just one.
    private static Optional<Recipe.Output> byName(Recipe recipe, Path image) {
        var found = recipe.outputs().stream().filter(o -> Path.of(o.path()).getFileName().equals(image.getFileName())).toList();
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    private static Optional<Recipe.Output> outputAt(Path file, Recipe recipe, Path image) throws Problem {
        for (Recipe.Output output : recipe.outputs()) {
            if (same(SourceFolder.output(file, recipe, output), image)) {
                return Optional.of(output);
            }
        }
        if (recipe.source() instanceof Recipe.Source.Git && same(image.getParent(), SourceFolder.home(file))) {
            return byName(recipe, image); // a git source has no work tree here: its image is known by its name
        }
        return Optional.empty();
    }

    private static boolean same(Path a, Path b) throws Problem {
        try {
            return a.equals(b) || Files.exists(a) && Files.exists(b) && Files.isSameFile(a, b);
        } catch (IOException e) {
            throw Problem.storage("cannot be read: " + e.getMessage()).where(a).because(e);
        }
    }

    private static Problem doesNotMake(Path file, Recipe recipe, Path image) {
        String makes = recipe.outputs().stream().map(Recipe.Output::path).collect(Collectors.joining(", "));
        return Problem.usage("the recipe " + file + " does not make it; it makes " + makes).where(image)
                .hint("declare it under `[[output]]`, or name another recipe with --recipe");
    }
}
