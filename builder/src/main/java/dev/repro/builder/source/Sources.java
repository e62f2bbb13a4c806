package dev.repro.builder.source;

import dev.repro.base.Problem;
import dev.repro.builder.recipe.LockedSource;
import dev.repro.builder.recipe.Recipe;
import java.nio.file.Path;

/// Reads the source that a recipe or a lock names.
public final class Sources {

    private Sources() {}

    /// Gets JGit ready, which takes some time.
    public static void prepare() {
        Jgit.prepare();
    }

    /// The source as the recipe names it, for a new lock: a ref becomes a commit, a git source is fetched whole so that it can
    /// be described.
    ///
    /// @param cache folder for fetched repositories, shared with other processes
    /// @param allowDirty whether a folder may differ from the commit that is checked out
    public static Source resolve(Path recipeFile, Recipe recipe, Path cache, boolean allowDirty) throws Problem, InterruptedException {
        return switch (recipe.source()) {
            case Recipe.Source.Folder folder -> FolderSource.open(recipeFile, recipe, folder, allowDirty);
            case Recipe.Source.Git git -> new GitSource(recipeFile, recipe, cache).resolve(git);
        };
    }

    /// The source that a lock pins. A folder is read as it is now, and may turn out to be another one; a git source is exactly
    /// what is locked, or a [Problem].
    public static Source locked(Path recipeFile, Recipe recipe, LockedSource locked, Path cache, boolean allowDirty)
            throws Problem, InterruptedException {
        return switch (locked) {
            case LockedSource.Git git -> new GitSource(recipeFile, recipe, cache).open(git);
            case LockedSource.Folder _ when recipe.source() instanceof Recipe.Source.Folder folder ->
                    FolderSource.open(recipeFile, recipe, folder, allowDirty);
            case LockedSource.Folder _ -> throw Problem
                    .usage("the lock disagrees with the recipe: a folder in the lock, git in the recipe").where(recipeFile)
                    .hint("run `repro lock`");
        };
    }
}
