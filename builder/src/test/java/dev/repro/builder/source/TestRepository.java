package dev.repro.builder.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.dircache.DirCacheEditor;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;

/// A git repository with a work tree in a temporary folder; commits are one minute apart, from 1,700,000,000.
final class TestRepository implements AutoCloseable {
    final Path folder;
    final Git git;
    private long time = 1_700_000_000;

    TestRepository(Path folder) throws Exception {
        Jgit.prepare();
        this.folder = Files.createDirectories(folder);
        this.git = Git.init().setDirectory(folder.toFile()).setInitialBranch("main").call();
    }

    TestRepository put(String path, String text) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return this;
    }

    TestRepository executable(String path) throws IOException {
        Files.setPosixFilePermissions(folder.resolve(path), PosixFilePermissions.fromString("rwxr-xr-x"));
        return this;
    }

    TestRepository link(String path, String target) throws IOException {
        Files.createSymbolicLink(folder.resolve(path), Path.of(target));
        return this;
    }

    TestRepository add(String pattern) throws GitAPIException {
        git.add().addFilepattern(pattern).call();
        return this;
    }

    /// Stages everything and commits.
    String commit() throws GitAPIException {
        add(".");
        return commitStaged();
    }

    String commitStaged() throws GitAPIException {
        var who = new PersonIdent("a", "a@example.org", Instant.ofEpochSecond(time), ZoneOffset.UTC);
        time += 60;
        return git.commit().setMessage("x").setAuthor(who).setCommitter(who).setSign(false).call().name();
    }

    void tag(String name) throws GitAPIException {
        git.tag().setName(name).setAnnotated(false).call();
    }

    /// Stages a submodule at a commit, without checking it out.
    TestRepository submodule(String path, String url, String commit) throws Exception {
        put(".gitmodules", "[submodule \"" + path + "\"]\n\tpath = " + path + "\n\turl = " + url + "\n");
        add(".gitmodules");
        var index = git.getRepository().lockDirCache();
        var editor = index.editor();
        editor.add(new DirCacheEditor.PathEdit(path) {
            @Override
            public void apply(DirCacheEntry entry) {
                entry.setFileMode(FileMode.GITLINK);
                entry.setObjectId(ObjectId.fromString(commit));
            }
        });
        editor.commit();
        return this;
    }

    @Override
    public void close() {
        git.close();
    }
}
