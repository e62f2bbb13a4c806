package dev.repro.builder.source;

import dev.repro.base.Problem;
import dev.repro.builder.recipe.LockedSource;
import dev.repro.builder.recipe.Recipe;
import dev.repro.builder.recipe.SourceFolder;
import dev.repro.builder.recipe.SourceState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;

/// A commit of a git repository as source: the bytes of its blobs, without any conversion that a checkout might do.
final class GitSource {
    private final Path recipeFile;
    private final Recipe recipe;
    private final Path cache;

    GitSource(Path recipeFile, Recipe recipe, Path cache) {
        this.recipeFile = recipeFile;
        this.recipe = recipe;
        this.cache = cache;
    }

    /// For a new lock: finds the commit, and describes it, for which the whole history is fetched.
    Source resolve(Recipe.Source.Git source) throws Problem, InterruptedException {
        String url = absolute(source.url());
        var all = new GitCache(cache, url);
        try (Repository whole = all.whole()) {
            String commit = source.commit() != null ? source.commit() : commitOf(whole, source.ref(), url);
            boolean reachable = whole.getObjectDatabase().has(ObjectId.fromString(commit));
            String describe = reachable ? describe(whole, commit) : null;
            return read(source.url(), commit, source.submodules(), describe);
        } catch (IOException | GitAPIException e) {
            throw broken(url, e);
        }
    }

    /// Exactly what is locked.
    Source open(LockedSource.Git locked) throws Problem, InterruptedException {
        boolean submodules = !(recipe.source() instanceof Recipe.Source.Git(_, _, _, boolean wanted)) || wanted;
        Source source = read(locked.url(), locked.commit(), submodules, locked.describe());
        var found = (LockedSource.Git) source.state().source();
        if (!found.equals(locked)) {
            source.close();
            boolean files = !found.sha256().equals(locked.sha256());
            throw Problem.usage("commit " + locked.commit() + " is not what the lock says of it: "
                    + (files ? "its files differ" : "its tree or submodules differ")).where(locked.url())
                    .expected(files ? locked.sha256() : locked.tree()).found(files ? found.sha256() : found.tree())
                    .hint("run `repro lock`");
        }
        return source;
    }

    private Source read(String url, String commit, boolean submodules, String describe) throws Problem, InterruptedException {
        var reader = new CommitReader(cache, Selection.ofGit(recipe), submodules);
        try {
            RevCommit root = reader.read(absolute(url), commit);
            SourceTree tree = SourceTree.of(reader.entries(), url);
            var locked = new LockedSource.Git(url, commit, root.getTree().name(), reader.submodules(), describe, tree.digest(),
                    tree.files(), tree.bytes());
            long time = Math.max(0, root.getCommitterIdent().getWhenAsInstant().getEpochSecond());
            return new Source(tree, new SourceState(locked, time, List.of()), null, reader.repositories());
        } catch (IOException e) {
            reader.close();
            throw broken(url, e);
        } catch (Problem | RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /// The commit of a tag, else of a branch, as git looks names up.
    private static String commitOf(Repository repository, String ref, String url) throws IOException, Problem {
        List<String> names = ref.startsWith("refs/") ? List.of(ref) : List.of("refs/tags/" + ref, "refs/heads/" + ref);
        try (var walk = new RevWalk(repository)) {
            for (String name : names) {
                var found = repository.exactRef(name);
                if (found != null) {
                    return walk.parseCommit(found.getObjectId()).name();
                }
            }
        }
        throw Problem.usage("no tag or branch `" + ref + "`").where(url).hint("check `ref` in the recipe");
    }

    /// What `git describe --tags --always` prints.
    private static String describe(Repository repository, String commit) throws IOException, GitAPIException {
        return new Git(repository).describe().setTags(true).setAlways(true).setTarget(ObjectId.fromString(commit)).call();
    }

    /// A path is taken from the recipe's folder.
    private String absolute(String url) throws Problem {
        return url.contains("://") ? url : SourceFolder.home(recipeFile).resolve(url).normalize().toString();
    }

    private static Problem broken(String url, Exception e) {
        return Problem.storage("the fetched repository cannot be read: " + e.getMessage()).where(url)
                .hint("remove its copy from the cache and run again").because(e);
    }
}
