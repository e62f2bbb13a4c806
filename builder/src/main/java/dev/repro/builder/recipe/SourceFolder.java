package dev.repro.builder.recipe;

import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// Where on this machine the paths of a recipe point.
public final class SourceFolder {

    private SourceFolder() {}

    /// The real path of a folder that a recipe names (`source.folder`, `toolchain.oci`).
    ///
    /// @throws Problem of exit code 2 where it does not exist, or lies neither below the recipe nor in the recipe's git work tree
    public static Path resolve(Path recipeFile, String folder) throws Problem {
        Path home = home(recipeFile);
        Path target = home.resolve(folder);
        try {
            Path real = target.toRealPath();
            if (!Files.isDirectory(real)) {
                throw Problem.usage("`" + folder + "` is no folder").where(recipeFile);
            }
            Path bound = gitRoot(home).orElse(home);
            if (!real.startsWith(home) && !real.startsWith(bound)) {
                throw Problem.usage("`" + folder + "` leaves the folder of the recipe").where(recipeFile).found(real)
                        .hint("`..` is accepted inside one git work tree only");
            }
            return real;
        } catch (NoSuchFileException e) {
            throw Problem.usage("the folder `" + folder + "` of the recipe does not exist").where(recipeFile).because(e);
        } catch (IOException e) {
            throw Problem.storage("the folder `" + folder + "` of the recipe cannot be read: " + e.getMessage()).where(recipeFile)
                    .because(e);
        }
    }

    /// The real path of the folder that holds the recipe.
    public static Path home(Path recipeFile) throws Problem {
        Path parent = recipeFile.toAbsolutePath().normalize().getParent();
        try {
            return parent.toRealPath();
        } catch (IOException e) {
            throw Problem.usage("the folder of the recipe cannot be read").where(recipeFile).because(e);
        }
    }

    /// Where this output of the recipe lies outside the sandbox: in the source folder, or beside the recipe for a git source.
    public static Path output(Path recipeFile, Recipe recipe, Recipe.Output output) throws Problem {
        Path folder = switch (recipe.source()) {
            case Recipe.Source.Folder(var name, _) -> resolve(recipeFile, name);
            case Recipe.Source.Git _ -> home(recipeFile);
        };
        return folder.resolve(output.path());
    }

    /// The nearest folder from `folder` upwards that holds `.git`.
    public static Optional<Path> gitRoot(Path folder) {
        for (Path at = folder; at != null; at = at.getParent()) {
            if (Files.exists(at.resolve(".git"))) {
                return Optional.of(at);
            }
        }
        return Optional.empty();
    }
}
