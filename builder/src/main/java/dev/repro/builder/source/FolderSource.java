package dev.repro.builder.source;

import dev.repro.base.Problem;
import dev.repro.builder.recipe.LockedSource;
import dev.repro.builder.recipe.Recipe;
import dev.repro.builder.recipe.SourceFolder;
import dev.repro.builder.recipe.SourceState;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.errors.ConfigInvalidException;

/// A source folder. In a git work tree: the files that git tracks below it, as they are on disk; elsewhere all files.
///
/// Untracked files are never source, however dirty the folder may be. A folder of which git tracks nothing counts as one
/// outside git where git ignores it, or where a dirty one is accepted.
final class FolderSource {

    /// Files that a refusal names before it counts the rest.
    private static final int NAMED = 5;

    private FolderSource() {}

    static Source open(Path recipeFile, Recipe recipe, Recipe.Source.Folder source, boolean allowDirty) throws Problem {
        Path folder = SourceFolder.resolve(recipeFile, source.folder());
        Path realRecipe = SourceFolder.home(recipeFile).resolve(recipeFile.getFileName());
        var selection = Selection.ofFolder(folder, realRecipe, recipe, source.exclude());
        try {
            Optional<WorkTreeFiles> git = WorkTreeFiles.read(folder, selection);
            List<String> dirt = git.map(WorkTreeFiles::dirt).orElse(List.of());
            if (!allowDirty && !dirt.isEmpty()) {
                throw dirty(folder, dirt);
            }
            boolean tracked = git.isPresent() && !git.get().paths().isEmpty();
            SourceTree tree = tree(folder, tracked ? git.get().paths() : list(folder, selection));
            var locked = new LockedSource.Folder(tree.digest(), tree.files(), tree.bytes());
            return new Source(tree, new SourceState(locked, null, dirt), tracked ? git.get().workTree() : null, List.of());
        } catch (ConfigInvalidException e) {
            throw Problem.usage("git cannot read its configuration: " + e.getMessage()).where(folder).because(e);
        } catch (IOException e) {
            throw Problem.storage("the source folder cannot be read: " + e.getMessage()).where(folder).because(e);
        }
    }

    private static SourceTree tree(Path folder, List<String> paths) throws IOException, Problem {
        if (paths.isEmpty()) {
            throw Problem.usage("the source folder has no files").where(folder);
        }
        if (paths.size() > SourceTree.MAX_ENTRIES) {
            throw SourceTree.tooMany(folder);
        }
        var entries = new ArrayList<SourceTree.Entry>();
        for (String path : paths) {
            try {
                entries.add(DiskFile.entry(folder, path));
            } catch (NoSuchFileException e) {
                throw Problem.storage("the source file vanished while it was read").where(folder.resolve(path)).because(e);
            }
        }
        return SourceTree.of(entries, folder);
    }

    private static List<String> list(Path folder, Selection selection) throws IOException {
        var paths = new ArrayList<String>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
                return dir.equals(folder) || selection.accepts(folder.relativize(dir).toString())
                        ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String path = folder.relativize(file).toString();
                if (selection.accepts(path)) {
                    paths.add(path);
                }
                return paths.size() > SourceTree.MAX_ENTRIES ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
            }
        });
        return paths;
    }

    private static Problem dirty(Path folder, List<String> dirt) {
        int more = dirt.size() - NAMED;
        return Problem.usage("the source differs from the commit that is checked out: "
                + String.join(", ", dirt.subList(0, Math.min(NAMED, dirt.size()))) + (more > 0 ? " and " + more + " more" : ""))
                .where(folder)
                .hint("commit, stash or ignore them, or accept them with --allow-dirty (untracked files never become source)");
    }
}
