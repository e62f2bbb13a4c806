package dev.repro.builder.source;

import dev.repro.builder.recipe.ExcludeGlobs;
import dev.repro.builder.recipe.OwnFiles;
import dev.repro.builder.recipe.Recipe;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Which paths of a folder or repository are source: all but the declared outputs, the files of `repro` itself and the globs of
/// `exclude`.
final class Selection {
    private final Set<String> never = new HashSet<>();
    private final ExcludeGlobs globs;

    private Selection(Recipe recipe, List<String> exclude) {
        recipe.outputs().forEach(output -> never.add(output.path()));
        globs = new ExcludeGlobs(exclude);
    }

    static Selection ofGit(Recipe recipe) {
        return new Selection(recipe, List.of());
    }

    /// The recipe itself is no source either: the lock has its own digest of it, which comments do not change.
    ///
    /// @param folder real path of the source, `recipeFile` real path of the recipe
    static Selection ofFolder(Path folder, Path recipeFile, Recipe recipe, List<String> exclude) {
        var selection = new Selection(recipe, exclude);
        if (recipeFile.startsWith(folder)) {
            selection.never.add(folder.relativize(recipeFile).toString());
        }
        return selection;
    }

    boolean accepts(String path) {
        return !never.contains(path) && !OwnFiles.matches(path) && !globs.matches(path);
    }
}
