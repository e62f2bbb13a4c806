package dev.repro.builder.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.builder.recipe.LockedSource;
import dev.repro.builder.recipe.Recipe;
import dev.repro.builder.recipe.Recipes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.eclipse.jgit.lib.StoredConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GitSourceTest {

    @TempDir
    Path temp;
    private TestRepository upstream;
    private String first;
    private String second;

    @BeforeEach
    void upstream() throws Exception {
        upstream = new TestRepository(temp.resolve("up"));
        first = upstream.put("main.c", "1").put("run.sh", "x").executable("run.sh").link("l", "main.c").put("hello.hvt", "stale")
                .commit();
        upstream.tag("v1.0");
        second = upstream.put("main.c", "2").commit();
    }

    @AfterEach
    void close() {
        upstream.close();
    }

    private Recipe recipe(String source) throws Exception {
        Path file = temp.resolve("repro.toml");
        Files.writeString(file, Recipes.MINIMAL.replace("[toolchain]", "[source]\n" + source + "\n[toolchain]"));
        return Recipe.read(file);
    }

    private Source resolve(String source) throws Exception {
        return Sources.resolve(temp.resolve("repro.toml"), recipe(source), temp.resolve("cache"), false);
    }

    private Source open(LockedSource.Git locked, Path cache) throws Exception {
        Recipe recipe = recipe("git = \"" + locked.url() + "\"\ncommit = \"" + locked.commit() + "\"");
        return Sources.locked(temp.resolve("repro.toml"), recipe, locked, cache, false);
    }

    private static LockedSource.Git locked(Source source) {
        return (LockedSource.Git) source.state().source();
    }

    private static List<String> files(Source source) throws IOException {
        return source.tree().entries().stream().map(e -> e.mode().octal.substring(2) + " " + e.path()).toList();
    }

    private String url() {
        return upstream.folder.toUri().toString();
    }

    @Test
    void aCommitIsReadDescribedAndLocked() throws Exception {
        try (Source source = resolve("git = \"" + url() + "\"\ncommit = \"" + second + "\"")) {
            LockedSource.Git locked = locked(source);
            assertEquals("v1.0-1-g" + second.substring(0, 7), locked.describe());
            assertEquals(second, locked.commit());
            assertEquals(List.of(), locked.submodules());
            assertEquals(List.of("0000 l", "0644 main.c", "0755 run.sh"), files(source),
                    "the declared output hello.hvt is no source");
            assertEquals(1_700_000_060L, source.state().commitTime());
            assertEquals("2", new String(source.tree().entries().get(1).content().open().readAllBytes(), StandardCharsets.UTF_8));
            assertNull(source.workTree());
        }
    }

    @Test
    void refsAreTagsBeforeBranchesAndFullNames() throws Exception {
        upstream.git.branchCreate().setName("v1.0").setStartPoint(second).call();
        for (var expected : List.of(List.of("v1.0", first), List.of("main", second), List.of("refs/heads/v1.0", second))) {
            try (Source source = resolve("git = \"" + url() + "\"\nref = \"" + expected.getFirst() + "\"")) {
                assertEquals(expected.getLast(), locked(source).commit());
            }
        }
    }

    @Test
    void aPathBesideTheRecipeIsARepositoryToo() throws Exception {
        try (Source source = resolve("git = \"up\"\nref = \"main\"")) {
            assertEquals("up", locked(source).url());
            assertEquals(second, locked(source).commit());
        }
    }

    @Test
    void whatNobodyKnowsIsRefused() throws Exception {
        String none = "f".repeat(40);
        Problem commit = assertThrows(Problem.class, () -> resolve("git = \"" + url() + "\"\ncommit = \"" + none + "\""));
        assertEquals(url() + ": no commit " + none + " in any branch or tag", commit.line());
        assertEquals(Problem.Exit.USAGE, commit.exit());
        Problem ref = assertThrows(Problem.class, () -> resolve("git = \"" + url() + "\"\nref = \"v9\""));
        assertEquals(url() + ": no tag or branch `v9`", ref.line());
        Problem url = assertThrows(Problem.class, () -> resolve("git = \"" + temp.resolve("none").toUri() + "\"\nref = \"v9\""));
        assertEquals(Problem.Exit.STORAGE, url.exit());
        assertTrue(url.line().contains("the git repository cannot be fetched: "), url.line());
        Problem host = assertThrows(Problem.class, () -> resolve("git = \"http://127.0.0.1:1/x.git\"\nref = \"v9\""));
        assertEquals(Problem.Exit.STORAGE, host.exit());
        assertEquals(1, host.line().lines().count());
    }

    private LockedSource.Git lock() throws Exception {
        try (Source source = resolve("git = \"" + url() + "\"\ncommit = \"" + second + "\"")) {
            return locked(source);
        }
    }

    @Test
    void aLockedCommitIsFetchedAloneWhereTheServerAllows() throws Exception {
        StoredConfig config = upstream.git.getRepository().getConfig();
        config.setBoolean("uploadpack", null, "allowAnySHA1InWant", true);
        config.save();
        LockedSource.Git locked = lock();
        Path cache = temp.resolve("cache2");
        try (Source source = open(locked, cache)) {
            assertEquals(locked, source.state().source());
        }
        Path folder = cache.resolve("git").resolve(Digest.of(url().getBytes(StandardCharsets.UTF_8)).hex());
        assertFalse(Files.exists(folder.resolve("all")), "fetched whole");
        assertTrue(Files.exists(folder.resolve(second).resolve("shallow")), "not shallow");
    }

    @Test
    void aLockedCommitIsFetchedWithTheRestWhereTheServerInsists() throws Exception {
        StoredConfig config = upstream.git.getRepository().getConfig();
        config.setBoolean("uploadpack", null, "allowAnySHA1InWant", false);
        config.save();
        LockedSource.Git locked = lock();
        try (Source source = open(locked, temp.resolve("cache2"))) {
            assertEquals(locked, source.state().source());
        }
    }

    @Test
    void whatIsInTheCacheNeedsNoServer() throws Exception {
        LockedSource.Git locked = lock();
        Files.move(upstream.folder, temp.resolve("gone"));
        try (Source source = open(locked, temp.resolve("cache"))) {
            assertEquals(locked, source.state().source());
        }
        assertEquals(Problem.Exit.STORAGE, assertThrows(Problem.class, () -> open(locked, temp.resolve("cache3"))).exit());
    }

    @Test
    void aLockThatSaysOtherwiseIsRefused() throws Exception {
        LockedSource.Git is = lock();
        var files = new LockedSource.Git(is.url(), is.commit(), is.tree(), List.of(), is.describe(), Digest.of(new byte[0]),
                is.files(), is.bytes());
        assertTrue(assertThrows(Problem.class, () -> open(files, temp.resolve("cache"))).line()
                .contains("is not what the lock says of it: its files differ"));
        var tree = new LockedSource.Git(is.url(), is.commit(), first, List.of(), is.describe(), is.sha256(), is.files(),
                is.bytes());
        assertTrue(assertThrows(Problem.class, () -> open(tree, temp.resolve("cache"))).line()
                .contains("its tree or submodules differ"));
    }

    @Test
    void submodulesAreReadAtTheirRecordedCommits() throws Exception {
        try (var deep = new TestRepository(temp.resolve("deep")); var lib = new TestRepository(temp.resolve("lib"))) {
            String deepCommit = deep.put("deep.c", "1").commit();
            deep.put("deep.c", "later").commit();
            String libCommit = lib.put("lib.c", "1").add("lib.c").submodule("sub/deep", "../deep", deepCommit).commitStaged();
            String commit = upstream.submodule("lib", lib.folder.toUri().toString(), libCommit).commitStaged();
            try (Source source = resolve("git = \"" + url() + "\"\ncommit = \"" + commit + "\"")) {
                assertEquals(List.of("0644 .gitmodules", "0000 l", "0644 lib/.gitmodules", "0644 lib/lib.c",
                        "0644 lib/sub/deep/deep.c",
                        "0644 main.c", "0755 run.sh"), files(source));
                assertEquals(List.of("lib", "lib/sub/deep"), locked(source).submodules().stream()
                        .map(LockedSource.Submodule::path).toList());
                assertEquals("../deep", locked(source).submodules().getLast().url());
                assertEquals(deepCommit, locked(source).submodules().getLast().commit());
                try (Source again = open(locked(source), temp.resolve("cache2"))) {
                    assertEquals(source.state().source(), again.state().source());
                }
            }
            try (Source without = resolve("git = \"" + url() + "\"\ncommit = \"" + commit + "\"\nsubmodules = false")) {
                assertEquals(4, without.tree().files());
                assertEquals(List.of(), locked(without).submodules());
            }
        }
    }

    @Test
    void aSubmoduleWithoutAUrlIsRefused() throws Exception {
        upstream.submodule("lib", "../lib", first);
        Files.writeString(upstream.folder.resolve(".gitmodules"), "");
        String commit = upstream.add(".gitmodules").commitStaged();
        Problem problem = assertThrows(Problem.class, () -> resolve("git = \"" + url() + "\"\ncommit = \"" + commit + "\""));
        assertEquals(url() + ": the submodule `lib` has no url in .gitmodules", problem.line());
    }

    @ParameterizedTest
    @CsvSource({"https://a.example/x/y.git, ../z.git, https://a.example/x/z.git",
            "https://a.example/x/y.git/, ./z, https://a.example/x/y.git/z",
            "https://a.example/x/y, ../../z, https://a.example/z", "https://a.example/x, ../../z, refused",
                    "/srv/x, ../z, /srv/z",
            "file:///srv/x, ../z, file:///srv/z", "file:///x, ../../../z, refused", "https://a.example/x, /srv/z, refused",
                    "https://a.example/x, file:///srv/z, refused",
            "/srv/x, /srv/z, /srv/z", "https://a.example/x, https://b.example/z, https://b.example/z",
                    "https://a.example/x, git@b.example:z, refused",
            "https://a.example/x, ssh://b.example/z, refused", "https://a.example/x, ext::sh, refused",
                    "https://a.example/x, https://u:p@b.example/z, refused",
            "https://a.example/x, z, refused"})
    void urlsOfSubmodules(String parent, String url, String expected) throws Exception {
        if (expected.equals("refused")) {
            assertEquals(Problem.Exit.USAGE, assertThrows(Problem.class, () -> SubmoduleUrl.resolve(parent, url, "lib")).exit());
        } else {
            assertEquals(expected, SubmoduleUrl.resolve(parent, url, "lib"));
        }
    }

    @Test
    void manyAtOnceShareTheCache() throws Exception {
        Recipe recipe = recipe("git = \"" + url() + "\"\nref = \"main\"");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Digest>> digests = threads.invokeAll(IntStream.range(0, 8).mapToObj(_ -> (Callable<Digest>) () -> {
                try (Source source = Sources.resolve(temp.resolve("repro.toml"), recipe, temp.resolve("cache"), false)) {
                    return source.tree().digest();
                }
            }).toList());
            for (var digest : digests) {
                assertEquals(digests.getFirst().get(), digest.get());
            }
        }
    }

    @Test
    void theDigestIsThatOfTheCheckedOutFolder() throws Exception {
        Recipe folder = Recipe.read(Files.writeString(upstream.folder.resolve("repro.toml"), Recipes.MINIMAL));
        try (Source git = resolve("git = \"" + url() + "\"\nref = \"main\"");
                Source local = Sources.resolve(upstream.folder.resolve("repro.toml"), folder, temp.resolve("cache"), false)) {
            assertEquals(git.tree().digest(), local.tree().digest());
        }
    }
}
