package dev.repro.builder.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import dev.repro.builder.recipe.Recipe;
import dev.repro.builder.recipe.Recipes;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.jgit.util.FS;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderSourceTest {

    @TempDir
    Path temp;

    private Source open(Path folder, String source, boolean allowDirty) throws Exception {
        Path recipe = folder.resolve("repro.toml");
        Files.writeString(recipe, Recipes.MINIMAL.replace("[toolchain]", source + "\n[toolchain]"));
        return Sources.resolve(recipe, Recipe.read(recipe), temp.resolve("cache"), allowDirty);
    }

    /// `mode path` of every entry.
    private static List<String> files(Source source) {
        return source.tree().entries().stream().map(e -> e.mode().octal.substring(0, 3).equals("120") ? "@" + e.path()
                : e.mode() == SourceTree.Mode.EXECUTABLE ? "*" + e.path() : e.path()).toList();
    }

    private List<String> files(Path folder, String source) throws Exception {
        try (Source read = open(folder, source, false)) {
            return files(read);
        }
    }

    private String refusal(Path folder, String source) {
        return assertThrows(Problem.class, () -> open(folder, source, false)).line();
    }

    private Path plain(String... paths) throws Exception {
        Path folder = Files.createDirectories(temp.resolve("plain"));
        for (String path : paths) {
            Files.createDirectories(folder.resolve(path).getParent());
            Files.writeString(folder.resolve(path), path);
        }
        return folder;
    }

    @Test
    void outsideGitAllFilesAreSourceButThoseOfReproAndTheOutputs() throws Exception {
        Path folder = plain("main.c", "sub/a.c", "hello.hvt", "repro.lock", "hello.build.json", "sub/x.build.log",
                "sub/hello.hvt", "Ünï.c");
        assertEquals(List.of("main.c", "sub/a.c", "sub/hello.hvt", "Ünï.c"), files(folder, ""));
        try (Source source = open(folder, "", false)) {
            assertNull(source.workTree());
            assertNull(source.state().commitTime());
            assertEquals(source.tree().digest(), source.state().source().sha256());
        }
    }

    @Test
    void globsExcludeByNameOrByPath() throws Exception {
        Path folder = plain("main.c", "a.md", "docs/b.md", "docs/c.txt", "sub/docs/d.txt", "sub/e.txt");
        assertEquals(List.of("docs/c.txt", "main.c", "sub/docs/d.txt", "sub/e.txt"),
                files(folder, "[source]\nexclude = [\"*.md\"]"));
        assertEquals(List.of("a.md", "main.c", "sub/e.txt"), files(folder, "[source]\nexclude = [\"docs\"]"));
        assertEquals(List.of("a.md", "docs/b.md", "docs/c.txt", "main.c", "sub/e.txt"),
                files(folder, "[source]\nexclude = [\"sub/docs\"]"));
        assertEquals(List.of("a.md", "main.c"), files(folder, "[source]\nexclude = [\"{docs,sub}/**\"]"));
    }

    @Test
    void modesAndLinksAreKept() throws Exception {
        Path folder = plain("main.c", "run.sh", "sub/x");
        folder.resolve("run.sh").toFile().setExecutable(true);
        Files.createSymbolicLink(folder.resolve("sub/l"), Path.of("../main.c"));
        Files.createSymbolicLink(folder.resolve("dangling"), Path.of("nothing"));
        Files.createSymbolicLink(folder.resolve("dir"), Path.of("sub"));
        assertEquals(List.of("@dangling", "@dir", "main.c", "*run.sh", "@sub/l", "sub/x"), files(folder, ""));
    }

    @Test
    void whatCannotBeSourceIsRefused() throws Exception {
        Path folder = plain("main.c");
        Files.createSymbolicLink(folder.resolve("out"), Path.of("../../etc"));
        assertTrue(refusal(folder, "").contains("the link `out` leads out of the source, to `../../etc`"));
        assertEquals(List.of("main.c"), files(folder, "[source]\nexclude = [\"out\"]"));
        Files.delete(folder.resolve("out"));
        Assumptions.assumeTrue(new ProcessBuilder("mkfifo", folder.resolve("pipe").toString()).start()
                .waitFor() == 0, "skipped: no mkfifo");
        assertTrue(refusal(folder, "").contains("pipe: a pipe, socket or device cannot be source"));
    }

    @Test
    void namesThatAreNotUtf8AreRefused() throws Exception {
        Path folder = plain("main.c");
        try {
            Files.writeString(Path.of(URI.create(folder.toUri() + "%FF.c")), "");
        } catch (InvalidPathException e) {
            Assumptions.abort("skipped: this file system takes UTF-8 names only");
        }
        assertTrue(refusal(folder, "").contains("a name that is not UTF-8 cannot be source"));
    }

    @Test
    void anEmptyFolderIsRefused() throws Exception {
        assertTrue(refusal(Files.createDirectories(temp.resolve("plain")), "").contains("the source folder has no files"));
    }

    @Test
    void inGitWhatIsTrackedIsSource() throws Exception {
        try (var repository = new TestRepository(temp.resolve("repo"))) {
            repository.put("main.c", "1").put("run.sh", "2").executable("run.sh").put("sub/a.c", "3").link("l", "sub/a.c")
                    .put(".gitignore", "*.o\n")
                    .put("hello.hvt", "committed image").put("repro.lock", "x");
            String commit = repository.commit();
            repository.put("main.o", "ignored").put("hello.hvt", "another image").put("repro.lock", "y")
                    .put("hello.build.json", "z");
            try (Source source = open(repository.folder, "", false)) {
                assertEquals(List.of(".gitignore", "@l", "main.c", "*run.sh", "sub/a.c"), files(source));
                assertEquals(commit, source.workTree().commit());
                assertEquals(40, source.workTree().tree().length());
                assertEquals(List.of(), source.workTree().dirt());
            }
        }
    }

    @Test
    void everyKindOfDirtIsNamed() throws Exception {
        try (var repository = new TestRepository(temp.resolve("repo"))) {
            for (String name : List.of("changed", "staged", "mode", "gone", "removed", "same")) {
                repository.put(name, name);
            }
            repository.commit();
            repository.put("changed", "CHANGED").put("staged", "STAGED").add("staged").put("new", "1").add("new")
                    .put("untracked", "1").executable("mode");
            Files.delete(repository.folder.resolve("gone"));
            repository.git.rm().addFilepattern("removed").call();
            assertEquals(repository.folder.toRealPath() + ": the source differs from the commit that is checked out: "
                    + "modified changed, deleted gone, "
                    + "modified mode, added new, deleted removed and 2 more", refusal(repository.folder, ""));
            try (Source source = open(repository.folder, "", true)) {
                assertEquals(List.of("modified changed", "deleted gone", "modified mode", "added new", "deleted removed",
                        "modified staged",
                        "untracked untracked"), source.workTree().dirt());
                assertEquals(source.workTree().dirt(), source.state().changed());
                assertEquals(List.of("changed", "*mode", "new", "same", "staged"), files(source));
                assertEquals("CHANGED", new String(source.tree().entries().getFirst().content().open().readAllBytes()));
            }
        }
    }

    @Test
    void onlyTheFolderItselfCounts() throws Exception {
        try (var repository = new TestRepository(temp.resolve("repo"))) {
            repository.put("app/main.c", "1").put("app2/x.c", "2").put("other.c", "3").commit();
            repository.put("app2/x.c", "dirty").put("other.c", "dirty").put("untracked", "");
            Path app = repository.folder.resolve("app");
            assertEquals(List.of("main.c"), files(app, ""));
            assertTrue(refusal(app, "[source]\nfolder = \"..\"")
                    .contains("modified app2/x.c, modified other.c, untracked untracked"));
            repository.commit();
            assertEquals(List.of("app/main.c", "app2/x.c", "other.c", "untracked"), files(app, "[source]\nfolder = \"..\""));
        }
    }

    @Test
    void excludedFilesAreNeitherSourceNorDirt() throws Exception {
        try (var repository = new TestRepository(temp.resolve("repo"))) {
            repository.put("main.c", "1").put("README.md", "2").commit();
            repository.put("README.md", "3").put("new.md", "4");
            assertEquals(List.of("main.c"), files(repository.folder, "[source]\nexclude = [\"*.md\"]"));
        }
    }

    @Test
    void aFolderOfWhichGitTracksNothing() throws Exception {
        try (var repository = new TestRepository(temp.resolve("repo"))) {
            repository.put(".gitignore", "ignored/\n").commit();
            repository.put("ignored/a.c", "1").put("fresh/a.c", "2");
            assertEquals(List.of("a.c"), files(repository.folder.resolve("ignored"), ""));
            assertTrue(refusal(repository.folder.resolve("fresh"), "").contains("untracked a.c"));
            try (Source source = open(repository.folder.resolve("fresh"), "", true)) {
                assertEquals(List.of("a.c"), files(source));
                assertNull(source.workTree());
            }
        }
    }

    @Test
    void aRepositoryWithoutACommitIsDirty() throws Exception {
        try (var repository = new TestRepository(temp.resolve("repo"))) {
            repository.put("a.c", "1").add("a.c");
            assertTrue(refusal(repository.folder, "").contains("added a.c"));
            try (Source source = open(repository.folder, "", true)) {
                assertNull(source.workTree().commit());
                assertEquals(List.of("a.c"), files(source));
            }
        }
    }

    @Test
    void submodulesAreFolders() throws Exception {
        try (var repository = new TestRepository(temp.resolve("repo"));
                var inner = new TestRepository(temp.resolve("repo/lib"))) {
            String commit = inner.put("lib.c", "1").commit();
            repository.put("main.c", "1").add("main.c").submodule("lib", "https://example.org/lib", commit).commitStaged();
            assertEquals(List.of(".gitmodules", "lib/lib.c", "main.c"), files(repository.folder, ""));
            inner.put("lib.c", "2").put("new.c", "3");
            assertTrue(refusal(repository.folder, "").contains("modified lib/lib.c, untracked lib/new.c"));
            inner.commit();
            assertTrue(refusal(repository.folder, "").endsWith(": modified lib"), refusal(repository.folder, ""));
            Files.move(repository.folder.resolve("lib"), temp.resolve("moved"));
            Files.createDirectory(repository.folder.resolve("lib"));
            assertTrue(refusal(repository.folder, "").contains("the submodule `lib` is not checked out"));
            assertEquals(List.of(".gitmodules", "main.c"), files(repository.folder, "[source]\nexclude = [\"lib\"]"));
        }
    }

    @Test
    void aFolderOfAnotherWorkTreeOfTheRepositoryIsRead() throws Exception {
        try (var repository = new TestRepository(temp.resolve("repo"))) {
            repository.put("main.c", "1").commit();
            Path second = temp.resolve("second");
            Assumptions.assumeTrue(new ProcessBuilder("git", "-C", repository.folder.toString(), "worktree", "add", "-q",
                    "--detach", second.toString())
                    .redirectErrorStream(true).start().waitFor() == 0, "skipped: no git with worktrees");
            assertEquals(List.of("main.c"), files(second, ""));
            Files.writeString(second.resolve("main.c"), "2");
            assertTrue(refusal(second, "").contains("modified main.c"));
        }
    }

    @Test
    void theDigestIsTheSameInsideAndOutsideGit() throws Exception {
        Path folder = plain("main.c", "sub/a.c");
        try (var repository = new TestRepository(temp.resolve("repo")); Source outside = open(folder, "", false)) {
            repository.put("main.c", "main.c").put("sub/a.c", "sub/a.c").commit();
            try (Source inside = open(repository.folder, "", false)) {
                assertEquals(outside.tree().digest(), inside.tree().digest());
                assertNotNull(inside.workTree());
            }
        }
    }

    @Test
    void jgitMeasuresNoFileSystem() {
        Jgit.prepare();
        assertEquals(Jgit.RESOLUTION, FS.getFileStoreAttributes(temp).getFsTimestampResolution());
    }
}
