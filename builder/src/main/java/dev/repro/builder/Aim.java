package dev.repro.builder;

import dev.repro.base.Problem;
import dev.repro.builder.recipe.Recipe;
import dev.repro.builder.recipe.RecipeFinder;
import dev.repro.builder.recipe.SourceFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What a check is asked about: a recipe, which of its outputs, and the files to compare with.
///
/// @param image the image that was named; null where a folder or a recipe was
/// @param shown the target as the user gave it
/// @param outputs the one that makes the image, or all
record Aim(Path recipeFile, Recipe recipe, Path image, Path shown, List<Recipe.Output> outputs) {

    /// @param named the recipe that the user named, if any
    static Aim find(Path target, Path shown, Optional<Path> named) throws Problem {
        if (!Files.exists(target)) {
            throw Problem.usage("there is no such file or folder").where(shown).hint("name an image, a recipe, or a folder that holds a recipe");
        }
        if (Files.isDirectory(target) || target.getFileName().toString().equals(Recipe.FILE_NAME)) {
            Path file = named.isPresent() ? named.get() : recipeOf(target);
            Recipe recipe = Recipe.read(file);
            return new Aim(file, recipe, null, shown, recipe.outputs());
        }
        var found = named.isPresent() ? RecipeFinder.named(named.get(), target) : RecipeFinder.find(target);
        return new Aim(found.file(), found.recipe(), target, shown, List.of(found.output()));
    }

    /// The recipe that a folder holds, or that a path is.
    static Path recipeOf(Path target) throws Problem {
        Path file = Files.isDirectory(target) ? target.resolve(Recipe.FILE_NAME) : target;
        if (!Files.isRegularFile(file)) {
            throw Problem.usage("there is no recipe").where(file).hint("`repro init " + target + "` writes a first one");
        }
        return file;
    }

    /// The file to compare that output with, or null where there is none.
    Path file(Recipe.Output output) throws Problem {
        Path file = image != null ? image : SourceFolder.output(recipeFile, recipe, output);
        return Files.isRegularFile(file) ? file : null;
    }

    /// How a report names that output.
    String shown(Recipe.Output output) {
        if (image != null) {
            return shown.toString();
        }
        Path folder = shown.getFileName() != null && shown.getFileName().toString().equals(Recipe.FILE_NAME) ? shown.resolveSibling("") : shown;
        return folder.resolve(output.path()).toString();
    }
}
