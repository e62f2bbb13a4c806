package dev.repro.builder.source;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.builder.files.FolderLock;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.errors.NotSupportedException;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.RepositoryCache;
import org.eclipse.jgit.lib.SubmoduleConfig.FetchRecurseSubmodulesMode;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.util.FS;

/// Fetched repositories: `CACHE/git/<SHA-256 of the URL>/all` with every branch and tag, and `…/<commit>` with one commit,
/// without history, where the server hands out single commits. Both are bare. Processes take turns by the file `…/lock`.
///
/// A repository is shallow for good or whole for good; nothing is ever deepened, so a fetch that broke off leaves nothing half
/// true: its objects appear all at once, as a pack that JGit has checked.
final class GitCache {

    /// Without an answer of the server, in seconds.
    private static final int TIMEOUT = 60;

    private final String url;
    private final Path folder;

    GitCache(Path cache, String url) {
        Jgit.prepare();
        this.url = url;
        this.folder = cache.resolve("git").resolve(Digest.of(url.getBytes(StandardCharsets.UTF_8)).hex());
    }

    /// The repository with every branch and tag, as the server has them now.
    Repository whole() throws Problem, InterruptedException {
        return locked(() -> {
            Repository repository = open("all");
            try {
                fetch(repository, 0, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*");
                return repository;
            } catch (GitAPIException | RuntimeException e) {
                repository.close();
                throw unreachable(e);
            }
        });
    }

    /// A repository that has this commit and its tree; asks the server only where no repository of the cache has it.
    ///
    /// @throws Problem of exit code 2 where the server does not know the commit
    Repository with(String commit) throws Problem, InterruptedException {
        Repository known = locked(() -> fetched(commit));
        if (known != null) {
            return known;
        }
        Repository single = locked(() -> single(commit));
        if (single != null) {
            return single;
        }
        Repository whole = whole();
        if (has(whole, commit)) {
            return whole;
        }
        whole.close();
        throw Problem.usage("no commit " + commit + " in any branch or tag").where(url)
                .hint("check `commit` in the recipe, and that it was pushed");
    }

    private Repository fetched(String commit) throws IOException {
        for (String name : List.of("all", commit)) {
            if (Files.exists(folder.resolve(name).resolve(Constants.HEAD))) {
                Repository repository = open(name);
                if (name.equals("all") ? has(repository, commit) : repository.exactRef(only(commit)) != null) {
                    return repository;
                }
                repository.close();
            }
        }
        return null;
    }

    /// The commit alone, or null where the server does not hand it out.
    private Repository single(String commit) throws IOException {
        if (localLacks(commit)) {
            return null;
        }
        Repository repository = open(commit);
        try {
            fetch(repository, 1, commit + ":" + only(commit));
            if (complete(repository, ObjectId.fromString(commit))) {
                var ref = repository.updateRef(only(commit));
                ref.setNewObjectId(ObjectId.fromString(commit));
                ref.update();
                return repository;
            }
        } catch (GitAPIException | RuntimeException _) {
            // Many servers refuse single commits. If it was the network instead, the fetch of the whole repository says so.
        }
        repository.close();
        return null;
    }

    /// Whether the URL is a repository of this machine without that commit: JGit, which then plays the server as well, would
    /// print a stack trace.
    private boolean localLacks(String commit) throws IOException {
        if (SubmoduleUrl.isRemote(url)) {
            return false;
        }
        Path path = url.startsWith("file:") ? Path.of(URI.create(url)) : Path.of(url);
        var gitDir = RepositoryCache.FileKey.resolve(path.toFile(), FS.DETECTED);
        if (gitDir == null) {
            return true;
        }
        try (Repository local = new FileRepositoryBuilder().setGitDir(gitDir).build()) {
            return !has(local, commit);
        }
    }

    private static String only(String commit) {
        return "refs/repro/" + commit;
    }

    private static boolean has(Repository repository, String commit) {
        try (var walk = new RevWalk(repository)) {
            walk.parseTree(walk.parseCommit(ObjectId.fromString(commit)).getTree());
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /// Whether everything that the commit's tree names is there.
    private static boolean complete(Repository repository, ObjectId commit) throws IOException {
        try (var walk = new RevWalk(repository); var tree = new TreeWalk(walk.getObjectReader())) {
            tree.addTree(walk.parseCommit(commit).getTree());
            tree.setRecursive(true);
            while (tree.next()) {
                if (tree.getFileMode(0) != FileMode.GITLINK && !walk.getObjectReader().has(tree.getObjectId(0))) {
                    return false;
                }
            }
            return true;
        } catch (MissingObjectException _) {
            return false;
        }
    }

    private Repository open(String name) throws IOException {
        Path path = folder.resolve(name);
        var repository = new FileRepositoryBuilder().setGitDir(path.toFile()).setBare().build();
        if (!Files.exists(path.resolve(Constants.HEAD)) || !Files.exists(path.resolve(Constants.CONFIG))) {
            Files.deleteIfExists(path.resolve(Constants.CONFIG));
            repository.create(true);
            repository.getConfig().setInt(ConfigConstants.CONFIG_GC_SECTION, null, ConfigConstants.CONFIG_KEY_AUTO, 0);
            repository.getConfig().save();
        }
        return repository;
    }

    /// JGit (7.8.1) takes the edge of a shallow commit for a gap, so what is fetched alone is checked by [#complete] instead.
    /// That an object is what its id says is always checked.
    private void fetch(Repository repository, int depth, String... refs) throws GitAPIException {
        var specs = List.of(refs).stream().map(RefSpec::new).toList();
        var command = new Git(repository).fetch().setRemote(url).setRefSpecs(specs).setTagOpt(TagOpt.NO_TAGS)
                .setRecurseSubmodules(FetchRecurseSubmodulesMode.NO).setCheckFetchedObjects(depth == 0)
                .setRemoveDeletedRefs(depth == 0).setTimeout(TIMEOUT);
        if (depth > 0) {
            command.setDepth(depth);
        }
        command.call();
    }

    private Problem unreachable(Exception e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String why = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        String hint = root instanceof NotSupportedException ? "use an https:// url"
                : why.contains("uthenticat") || why.contains("not authorized") || why.contains("uthoriz")
                ? "only what needs no password can be rebuilt by others: make it public, or clone it and name the clone's path"
                : "check the url and the network; a path of a local clone works as well";
        return Problem.storage("the git repository cannot be fetched: " + why).where(url).hint(hint).because(e);
    }

    private interface Work<T> {
        T run() throws IOException, Problem;
    }

    private <T> T locked(Work<T> work) throws Problem, InterruptedException {
        try (var _ = FolderLock.on(folder)) {
            return work.run();
        } catch (IOException e) {
            throw Problem.storage("the cache of git repositories cannot be used: " + e.getMessage()).where(folder)
                    .hint("check the space and the permissions, or remove the folder").because(e);
        }
    }
}
