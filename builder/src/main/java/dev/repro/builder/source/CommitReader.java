package dev.repro.builder.source;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.builder.recipe.LockedSource;
import dev.repro.builder.recipe.Utf8;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.BlobBasedConfig;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/// Collects the files of a commit and of its submodules, at the commits that it records for them.
final class CommitReader implements AutoCloseable {

    /// Submodules in submodules; a repository can name itself.
    private static final int MAX_DEPTH = 10;
    private static final int MAX_SUBMODULES = 1000;

    private final Path cache;
    private final Selection selection;
    private final boolean withSubmodules;
    private final List<Repository> repositories = new ArrayList<>();
    private final List<SourceTree.Entry> entries = new ArrayList<>();
    private final List<LockedSource.Submodule> submodules = new ArrayList<>();

    CommitReader(Path cache, Selection selection, boolean withSubmodules) {
        this.cache = cache;
        this.selection = selection;
        this.withSubmodules = withSubmodules;
    }

    List<SourceTree.Entry> entries() {
        return entries;
    }

    /// Sorted by path.
    List<LockedSource.Submodule> submodules() {
        return submodules.stream().sorted(Comparator.comparing(LockedSource.Submodule::path, Utf8.ORDER)).toList();
    }

    /// The repositories that must stay open while the entries are read.
    List<Repository> repositories() {
        return repositories;
    }

    @Override
    public void close() {
        repositories.forEach(Repository::close);
    }

    RevCommit read(String url, String commit) throws IOException, Problem, InterruptedException {
        return read(url, commit, "", 0);
    }

    private RevCommit read(String url, String commit, String prefix, int depth) throws IOException, Problem, InterruptedException {
        if (depth > MAX_DEPTH) {
            throw Problem.usage("submodules are nested deeper than " + MAX_DEPTH).where(url);
        }
        Repository repository = new GitCache(cache, url).with(commit);
        repositories.add(repository);
        try (var walk = new RevWalk(repository); var tree = new TreeWalk(repository)) {
            RevCommit root = walk.parseCommit(ObjectId.fromString(commit));
            tree.addTree(root.getTree());
            tree.setRecursive(true);
            Map<String, String> urls = null;
            while (tree.next()) {
                String own = text(tree.getRawPath(), url);
                if (tree.getFileMode(0) != FileMode.GITLINK) {
                    file(repository, tree, prefix + own, url);
                } else if (withSubmodules) {
                    urls = urls == null ? submoduleUrls(repository, root, url) : urls;
                    submodule(url, urls.get(own), prefix + own, tree.getObjectId(0).name(), depth);
                }
            }
            return root;
        }
    }

    private void file(Repository repository, TreeWalk tree, String path, String url) throws IOException, Problem {
        if (!selection.accepts(path)) {
            return;
        }
        if (entries.size() >= SourceTree.MAX_ENTRIES) {
            throw SourceTree.tooMany(url);
        }
        FileMode mode = tree.getFileMode(0);
        ObjectId id = tree.getObjectId(0);
        ObjectLoader blob = repository.open(id, Constants.OBJ_BLOB);
        Digest digest;
        try (var in = blob.openStream()) {
            digest = Digest.of(in);
        }
        entries.add(new SourceTree.Entry(path, mode == FileMode.SYMLINK ? SourceTree.Mode.LINK
                : mode == FileMode.EXECUTABLE_FILE ? SourceTree.Mode.EXECUTABLE : SourceTree.Mode.FILE,
                digest, blob.getSize(), () -> repository.open(id, Constants.OBJ_BLOB).openStream()));
    }

    private void submodule(String parent, String url, String path, String commit, int depth) throws IOException, Problem, InterruptedException {
        if (url == null) {
            throw Problem.usage("the submodule `" + path + "` has no url in .gitmodules").where(parent)
                    .hint("set `submodules = false` if the build does not need it");
        }
        if (submodules.size() >= MAX_SUBMODULES) {
            throw Problem.usage("more than " + MAX_SUBMODULES + " submodules").where(parent);
        }
        RevCommit root = read(SubmoduleUrl.resolve(parent, url, path), commit, path + "/", depth + 1);
        submodules.add(new LockedSource.Submodule(path, url, commit, root.getTree().name()));
    }

    /// Path to URL, from the `.gitmodules` of the commit.
    private static Map<String, String> submoduleUrls(Repository repository, RevCommit commit, String url)
            throws IOException, Problem {
        var out = new HashMap<String, String>();
        try (TreeWalk found = TreeWalk.forPath(repository, Constants.DOT_GIT_MODULES, commit.getTree())) {
            if (found == null) {
                return out;
            }
            var config = new BlobBasedConfig(null, repository, found.getObjectId(0));
            for (String name : config.getSubsections("submodule")) {
                String path = config.getString("submodule", name, "path");
                if (path != null) {
                    out.put(path, config.getString("submodule", name, "url"));
                }
            }
            return out;
        } catch (ConfigInvalidException e) {
            throw Problem.usage("the .gitmodules of commit " + commit.name() + " is malformed").where(url).because(e);
        }
    }

    private static String text(byte[] path, String url) throws Problem {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(path)).toString();
        } catch (CharacterCodingException e) {
            throw Problem.usage("a name that is not UTF-8 cannot be source: `" + new String(path, StandardCharsets.UTF_8) + "`")
                    .where(url)
                    .because(e);
        }
    }
}
