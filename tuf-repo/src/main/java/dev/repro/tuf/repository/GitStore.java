package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import dev.repro.base.LockFile;
import dev.repro.base.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.TreeFormatter;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;
import org.eclipse.jgit.treewalk.TreeWalk;

/// A repository in a bare git repository, on the branch `main`: its tree is what a web server would serve, each publication is
/// one commit, the history tells who published what when. The commit becomes the branch's in one step, and only if the branch is
/// where the publisher found it.
///
/// Bare, because a work tree would be files in the middle of change: serve a checkout of your own, or clone it anywhere.
public final class GitStore implements Store {
    private static final String BRANCH = Constants.R_HEADS + "main";
    private static final String LOCK = "repro.lock";
    /// Stands while a publisher moves the branch. Whoever finds it and has the lock knows that one was killed then.
    private static final String MOVING = "repro.moving";

    private final Path folder;
    private final Repository git;

    private GitStore(Path folder, Repository git) {
        this.folder = folder;
        this.git = git;
    }

    /// Opens a bare repository; one that is not there yet begins with the first publication.
    public static GitStore open(Path folder) throws Problem {
        Jgit.prepare();
        try {
            return new GitStore(folder, new FileRepositoryBuilder().setGitDir(folder.toFile()).setBare().build());
        } catch (IOException e) {
            throw broken(folder, "cannot be opened", e);
        }
    }

    @Override
    public Optional<byte[]> read(String path) throws Problem {
        try (ObjectReader reader = git.newObjectReader()) {
            Optional<ObjectId> blob = find(reader, path);
            return blob.isEmpty() ? Optional.empty() : Optional.of(reader.open(blob.get()).getBytes(Integer.MAX_VALUE));
        } catch (IOException e) {
            throw broken(folder, "cannot be read", e);
        }
    }

    @Override
    public boolean has(String path) throws Problem {
        try (ObjectReader reader = git.newObjectReader()) {
            return find(reader, path).isPresent();
        } catch (IOException e) {
            throw broken(folder, "cannot be read", e);
        }
    }

    private Optional<ObjectId> find(ObjectReader reader, String path) throws IOException {
        ObjectId head = head();
        return head == null ? Optional.empty() : find(reader, path, tree(reader, head));
    }

    private static Optional<ObjectId> find(ObjectReader reader, String path, ObjectId tree) throws IOException {
        try (TreeWalk walk = TreeWalk.forPath(reader, path, tree)) {
            return walk == null ? Optional.empty() : Optional.of(walk.getObjectId(0));
        }
    }

    private static ObjectId tree(ObjectReader reader, ObjectId commit) throws IOException {
        try (var walk = new RevWalk(reader)) {
            return walk.parseCommit(commit).getTree();
        }
    }

    private ObjectId head() throws IOException {
        return Files.exists(folder.resolve("HEAD")) ? git.resolve(BRANCH) : null;
    }

    @Override
    public void publish(Publication publication) throws Problem {
        try {
            if (!Files.exists(folder.resolve("HEAD"))) {
                git.create(true);
                git.updateRef(Constants.HEAD).link(BRANCH);
            }
            ObjectId head = head(); // all that follows is about this one, wherever the branch goes meanwhile
            try (ObjectInserter inserter = git.newObjectInserter(); ObjectReader reader = git.newObjectReader()) {
                ObjectId base = head == null ? null : tree(reader, head);
                Optional<ObjectId> timestamp = base == null ? Optional.empty() : find(reader, Layout.TIMESTAMP, base);
                Optional<Digest> found = timestamp.isEmpty() ? Optional.empty()
                        : Optional.of(Digest.of(reader.open(timestamp.get()).getBytes()));
                if (!found.equals(publication.base())) {
                    throw conflict();
                }
                var files = new TreeMap<String, ObjectId>();
                for (Publication.Item item : publication.items()) {
                    ObjectId id = insert(item, files, inserter);
                    checkUnchanged(item, id, base == null ? Optional.empty() : find(reader, item.path(), base));
                    files.put(item.path(), id);
                }
                commit(publication, head, edit(reader, inserter, base, files), inserter);
            }
        } catch (IOException e) {
            throw broken(folder, "cannot be written", e);
        }
    }

    private static ObjectId insert(Publication.Item item, Map<String, ObjectId> inserted, ObjectInserter inserter)
            throws IOException, Problem {
        return switch (item.content()) {
            case Publication.Content.Bytes(var bytes, var _) -> inserter.insert(Constants.OBJ_BLOB, bytes);
            case Publication.Content.Copy(var file, var length, var digest, var _, var _) -> {
                try (InputStream in = Files.newInputStream(file)) {
                    var fed = Digest.sha256();
                    ObjectId id = inserter.insert(Constants.OBJ_BLOB, length, new DigestInputStream(in, fed));
                    if (!Digest.of(fed).equals(digest)) {
                        throw Problem.no("the file has changed since it was described").where(file).hint("add it again");
                    }
                    yield id;
                }
            }
            case Publication.Content.SameAs(String path) -> inserted.get(path);
        };
    }

    private void checkUnchanged(Publication.Item item, ObjectId id, Optional<ObjectId> present) throws Problem {
        if (!item.content().replaces() && present.isPresent() && !present.get().equals(id)) {
            throw Problem.no("published already with other bytes, and such a file never changes")
                    .where(folder + ":" + item.path());
        }
    }

    /// Writes the trees that change, and only those.
    private static ObjectId edit(ObjectReader reader, ObjectInserter inserter, ObjectId tree, Map<String, ObjectId> files)
            throws IOException {
        var entries = new TreeMap<String, Entry>();
        if (tree != null) {
            var parser = new CanonicalTreeParser(null, reader, tree);
            for (; !parser.eof(); parser.next()) {
                entries.put(Entry.key(parser.getEntryPathString(), parser.getEntryFileMode()),
                        new Entry(parser.getEntryPathString(), parser.getEntryFileMode(), parser.getEntryObjectId()));
            }
        }
        var folders = new LinkedHashMap<String, Map<String, ObjectId>>();
        for (var file : files.entrySet()) {
            int slash = file.getKey().indexOf('/');
            if (slash < 0) {
                entries.put(Entry.key(file.getKey(), FileMode.REGULAR_FILE),
                        new Entry(file.getKey(), FileMode.REGULAR_FILE, file.getValue()));
            } else {
                folders.computeIfAbsent(file.getKey().substring(0, slash), _ -> new HashMap<>())
                        .put(file.getKey().substring(slash + 1), file.getValue());
            }
        }
        for (var one : folders.entrySet()) {
            String key = Entry.key(one.getKey(), FileMode.TREE);
            Entry before = entries.get(key);
            entries.put(key, new Entry(one.getKey(), FileMode.TREE,
                    edit(reader, inserter, before == null ? null : before.id(), one.getValue())));
        }
        var out = new TreeFormatter();
        entries.values().forEach(e -> out.append(e.name(), e.mode(), e.id()));
        return inserter.insert(out);
    }

    private record Entry(String name, FileMode mode, ObjectId id) {
        // Git sorts a folder as if its name ended with a slash; Latin-1 of UTF-8 sorts as bytes do.
        static String key(String name, FileMode mode) {
            byte[] utf8 = (name + (mode.equals(FileMode.TREE) ? "/" : "")).getBytes(StandardCharsets.UTF_8);
            return new String(utf8, StandardCharsets.ISO_8859_1);
        }
    }

    private void commit(Publication publication, ObjectId head, ObjectId tree, ObjectInserter inserter)
            throws IOException, Problem {
        var commit = new CommitBuilder();
        commit.setTreeId(tree);
        if (head != null) {
            commit.setParentId(head);
        }
        var who = new PersonIdent("repro", "repro@localhost", publication.time(), ZoneOffset.UTC);
        commit.setAuthor(who);
        commit.setCommitter(who);
        commit.setMessage(publication.message() + "\n");
        ObjectId id = inserter.insert(commit);
        inserter.flush();
        RefUpdate update = git.updateRef(BRANCH);
        update.setExpectedOldObjectId(head == null ? ObjectId.zeroId() : head);
        update.setNewObjectId(id);
        update.setRefLogMessage("publish", false);
        RefUpdate.Result result = move(update);
        if (!Arrays.asList(RefUpdate.Result.NEW, RefUpdate.Result.FAST_FORWARD).contains(result)) {
            throw result == RefUpdate.Result.LOCK_FAILURE || result == RefUpdate.Result.REJECTED ? conflict()
                    : broken(folder, "did not take the commit", new IOException(result.toString()));
        }
    }

    // Git's own lock on the branch is a file, which stays when its holder is killed. One of ours is taken away, no other program's.
    private RefUpdate.Result move(RefUpdate branch) throws IOException, Problem {
        try (var _ = LockFile.take(folder.resolve(LOCK))) {
            if (Files.exists(folder.resolve(MOVING))) {
                Files.deleteIfExists(folder.resolve(BRANCH + ".lock"));
            } else {
                Files.createFile(folder.resolve(MOVING));
            }
            try {
                return branch.update();
            } finally {
                Files.delete(folder.resolve(MOVING));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.environment("interrupted").because(e);
        }
    }

    private Problem conflict() {
        return Problem.no("somebody else has published meanwhile").where(folder)
                .hint("run the command again: it starts from what is published now");
    }

    private static Problem broken(Path folder, String what, IOException e) {
        return Problem.storage("the git repository " + what + ": " + e.getMessage()).where(folder).because(e);
    }

    @Override
    public void close() {
        git.close();
    }
}
