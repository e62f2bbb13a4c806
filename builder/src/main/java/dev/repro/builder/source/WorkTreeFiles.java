package dev.repro.builder.source;

import dev.repro.base.Problem;
import dev.repro.builder.recipe.Utf8;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.IndexDiff;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.submodule.SubmoduleWalk;
import org.eclipse.jgit.treewalk.FileTreeIterator;
import org.eclipse.jgit.treewalk.filter.PathFilter;

/// What git knows of a folder of its work tree, submodules included.
///
/// @param paths of the tracked files that are on disk, relative to the folder
/// @param dirt `KIND PATH` for each difference from the commit that is checked out, sorted by path
record WorkTreeFiles(List<String> paths, List<String> dirt, Source.WorkTree workTree) {

    /// Submodules in submodules.
    private static final int MAX_DEPTH = 10;

    /// Empty where the folder is in no git work tree.
    static Optional<WorkTreeFiles> read(Path folder, Selection selection) throws IOException, ConfigInvalidException, Problem {
        Jgit.prepare();
        var builder = new FileRepositoryBuilder().findGitDir(folder.toFile());
        if (builder.getGitDir() == null) {
            return Optional.empty();
        }
        try (Repository repository = builder.setMustExist(true).build()) {
            if (repository.isBare() || !folder.startsWith(repository.getWorkTree().toPath().toRealPath())) {
                return Optional.empty();
            }
            var reader = new Reader(folder, selection);
            Path top = repository.getWorkTree().toPath().toRealPath();
            reader.read(repository, top.relativize(folder).toString(), "", 0);
            List<String> dirt = reader.dirt.entrySet().stream().map(d -> d.getValue() + " " + d.getKey()).toList();
            return Optional.of(new WorkTreeFiles(reader.paths, dirt, new Source.WorkTree(name(repository.resolve(Constants.HEAD)),
                    name(repository.resolve(Constants.HEAD + "^{tree}")), dirt)));
        }
    }

    private static String name(ObjectId id) {
        return id == null ? null : id.name();
    }

    private static final class Reader {
        private final Path folder;
        private final Selection selection;
        private final List<String> paths = new ArrayList<>();
        private final Map<String, String> dirt = new TreeMap<>(Utf8.ORDER);

        Reader(Path folder, Selection selection) {
            this.folder = folder;
            this.selection = selection;
        }

        /// @param below path in the repository whose files are read, empty for all
        /// @param prefix what the paths of this repository have in front in the source folder: empty, or `submodule/`
        void read(Repository repository, String below, String prefix, int depth)
                throws IOException, ConfigInvalidException, Problem {
            DirCache index = repository.readDirCache();
            differences(repository, below, prefix);
            for (int i = 0; i < index.getEntryCount(); i++) {
                DirCacheEntry entry = index.getEntry(i);
                String path = inside(text(entry.getRawPath()), below);
                if (path != null && selection.accepts(prefix + path)) {
                    tracked(entry, prefix + path, depth);
                }
            }
        }

        private void tracked(DirCacheEntry entry, String path, int depth)
                throws IOException, ConfigInvalidException, Problem {
            if (entry.getStage() > DirCacheEntry.STAGE_0) {
                dirt.put(path, "conflicting");
            }
            Path file = DiskFile.resolve(folder, path);
            if (entry.getFileMode() == FileMode.GITLINK) {
                submodule(entry, path, file, depth);
            } else if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS) || Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                dirt.putIfAbsent(path, "deleted");
            } else if (paths.isEmpty() || !paths.getLast().equals(path)) { // a conflict has up to three entries
                paths.add(path);
            }
        }

        private void submodule(DirCacheEntry entry, String path, Path file, int depth)
                throws IOException, ConfigInvalidException, Problem {
            if (depth >= MAX_DEPTH) {
                throw Problem.usage("submodules are nested deeper than " + MAX_DEPTH).where(file);
            }
            if (!Files.exists(file.resolve(".git"))) {
                throw Problem.usage("the submodule `" + path + "` is not checked out").where(folder)
                        .hint("run `git submodule update --init --recursive`, or `exclude` it");
            }
            try (Repository repository = new FileRepositoryBuilder().setWorkTree(file.toFile()).setMustExist(true).build()) {
                if (!entry.getObjectId().equals(repository.resolve(Constants.HEAD))) {
                    dirt.putIfAbsent(path, "modified");
                }
                read(repository, "", path + "/", depth + 1);
            }
        }

        private void differences(Repository repository, String below, String prefix) throws IOException {
            var diff = new IndexDiff(repository, Constants.HEAD, new FileTreeIterator(repository));
            diff.setIgnoreSubmoduleMode(SubmoduleWalk.IgnoreSubmoduleMode.DIRTY);
            if (!below.isEmpty()) {
                diff.setFilter(PathFilter.create(below));
            }
            diff.diff();
            add("conflicting", diff.getConflicting(), below, prefix);
            add("added", diff.getAdded(), below, prefix);
            add("deleted", diff.getRemoved(), below, prefix);
            add("deleted", diff.getMissing(), below, prefix);
            add("modified", diff.getChanged(), below, prefix);
            add("modified", diff.getModified(), below, prefix);
            add("untracked", diff.getUntracked(), below, prefix);
        }

        private void add(String kind, Collection<String> wholes, String below, String prefix) {
            for (String whole : wholes) {
                String path = inside(whole, below);
                if (path != null && selection.accepts(prefix + path)) {
                    dirt.putIfAbsent(prefix + path, kind);
                }
            }
        }

        /// The path relative to `below`, or null where it is not below it.
        private static String inside(String whole, String below) {
            String path = whole.endsWith("/") ? whole.substring(0, whole.length() - 1) : whole;
            return below.isEmpty() ? path : path.startsWith(below + "/") ? path.substring(below.length() + 1) : null;
        }

        private String text(byte[] name) throws Problem {
            try {
                return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
            } catch (CharacterCodingException _) {
                return DiskFile.utf8(new String(name, StandardCharsets.UTF_8), folder);
            }
        }
    }
}
