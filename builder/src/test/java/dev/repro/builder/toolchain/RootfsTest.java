package dev.repro.builder.toolchain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.builder.files.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Roots of small packages that come from a folder of debs; no apt, no network.
class RootfsTest {
    @TempDir
    Path folder;

    Path debs;
    Map<String, String> env;

    @BeforeEach
    void setUp() throws IOException {
        debs = Files.createDirectory(folder.resolve("debs"));
        env = Map.of("PATH", "/usr/bin:/bin", "HOME", folder.toString(), "REPRO_DEB_FOLDERS", debs.toString());
    }

    private LockedPackage put(String name, byte[] deb) throws IOException {
        Files.write(debs.resolve("any-" + name), deb);
        return new LockedPackage(name, "1", "all", Digest.of(deb), deb.length, "pool/main/" + name + ".deb");
    }

    private static Toolchain.Debian lock(LockedPackage... packages) {
        return new Toolchain.Debian("bookworm", "amd64", List.of(packages), List.of(), Map.of());
    }

    private PreparedRoot prepare(Toolchain.Debian lock, Runner runner) throws Problem, InterruptedException {
        return new Toolchains(folder.resolve("cache"), env, runner).prepare(lock, null, _ -> { });
    }

    private PreparedRoot prepare(LockedPackage... packages) throws Problem, InterruptedException {
        return prepare(lock(packages), null);
    }

    @Test
    void mergesUsrAndLinksTheShell() throws Exception {
        var root = prepare(put("dash", Archives.deb(new Archives.Tar().folder("./bin").file("./bin/dash", 0755, "dash"))),
                put("libc", Archives.deb(new Archives.Tar().folder("./lib/x").file("./lib/x/libc.so", "c").folder("./lib64")
                        .link("./lib64/ld.so", "/lib/x/libc.so").folder("./usr/lib/x").file("./usr/lib/x/libm.so", "m"))));
        Path tree = root.tree();
        assertEquals("usr/bin", Files.readSymbolicLink(tree.resolve("bin")).toString());
        assertEquals("usr/lib64", Files.readSymbolicLink(tree.resolve("lib64")).toString());
        assertEquals("c", Files.readString(tree.resolve("usr/lib/x/libc.so")));
        assertEquals("m", Files.readString(tree.resolve("usr/lib/x/libm.so")));
        assertEquals(tree.resolve("usr/lib/x/libc.so"), root.file("/lib64/ld.so").orElseThrow());
        assertEquals("dash", Files.readSymbolicLink(tree.resolve("usr/bin/sh")).toString());
        assertTrue(root.has("sh") && root.has("dash") && !root.has("bash"));
        assertEquals("/usr/bin/dash", root.program("dash").orElseThrow());
    }

    @Test
    void ofTwoPackagesTheLaterNameWins() throws Exception {
        var a = put("aa", Archives.deb(new Archives.Tar().file("./f", "from a").folder("./d").file("./d/a", "a")));
        var b = put("bb", Archives.deb(new Archives.Tar().file("./f", "from b").folder("./d").file("./d/b", "b")
                .hardLink("./d/c", "./d/b")));
        Path tree = prepare(b, a).tree();
        assertEquals("from b", Files.readString(tree.resolve("f")));
        assertEquals("a", Files.readString(tree.resolve("d/a")));
        assertEquals(Files.getAttribute(tree.resolve("d/b"), "unix:ino"), Files.getAttribute(tree.resolve("d/c"), "unix:ino"));
    }

    @Test
    void aLinkOfOnePackageAndAFolderOfAnotherMeet() throws Exception {
        var a = put("aa", Archives.deb(new Archives.Tar().folder("./real").link("./doc", "real")));
        var b = put("bb", Archives.deb(new Archives.Tar().folder("./doc").file("./doc/readme", "b")));
        Path tree = prepare(a, b).tree();
        assertTrue(Files.isSymbolicLink(tree.resolve("doc")));
        assertEquals("b", Files.readString(tree.resolve("real/readme")));
    }

    @Test
    void aLinkOfOnePackageDoesNotLeadAnotherOut() throws Exception {
        var a = put("aa", Archives.deb(new Archives.Tar().link("./out", "../../../../..")));
        var b = put("bb", Archives.deb(new Archives.Tar().folder("./out").folder("./out/tmp").file("./out/tmp/evil", "x")));
        Path tree = prepare(a, b).tree();
        assertTrue(Files.isDirectory(tree.resolve("out"), LinkOption.NOFOLLOW_LINKS), "the folder takes the place of the link");
        assertEquals("x", Files.readString(tree.resolve("out/tmp/evil")));
    }

    @Test
    void alternativesOfScripts() throws Exception {
        var root = prepare(put("gcc", Archives.deb("update-alternatives --quiet --install /usr/bin/cc cc /usr/bin/gcc 20\n",
                new Archives.Tar().folder("./usr/bin").file("./usr/bin/gcc", 0755, "gcc"))));
        assertEquals("gcc", Files.readString(root.file("/usr/bin/cc").orElseThrow()));
    }

    @Test
    void timesAreAllTheSameAndTheSecondCallTakesWhatIsThere() throws Exception {
        var one = put("aa", Archives.deb(new Archives.Tar().folder("./d").file("./d/f", "x").link("./d/l", "f")));
        Path tree = prepare(one).tree();
        for (String name : List.of("", "d", "d/f", "d/l", "bin")) {
            assertEquals(315_532_800_000L, Files.getLastModifiedTime(tree.resolve(name), LinkOption.NOFOLLOW_LINKS).toMillis(),
                    name);
        }
        Files.delete(debs.resolve("any-aa"));
        Files.delete(folder.resolve("cache/blobs/sha256").resolve(one.sha256().hex()));
        assertEquals(tree, prepare(one).tree());
    }

    @Test
    void aDamagedPackageLeavesNothing() throws Exception {
        byte[] whole = Archives.deb(new Archives.Tar().file("./f", "x".repeat(10_000)));
        var broken = put("broken", Arrays.copyOf(whole, whole.length / 2));
        var good = put("good", whole);
        assertTrue(assertThrows(Problem.class, () -> prepare(broken, good)).line().contains("package broken 1 is damaged"));
        assertNothingIsLeft();
    }

    @Test
    void aPackageThatIsNowhere() throws Exception {
        var one = new LockedPackage("ghost", "1.2", "amd64", Digest.of(new byte[] {1}), 7,
                "pool/main/g/ghost/ghost_1.2_amd64.deb");
        var bare = Map.of("PATH", "/nowhere", "HOME", folder.toString());
        var none = assertThrows(Problem.class, () -> new Toolchains(folder.resolve("cache"), bare, null)
                .prepare(lock(one), null, _ -> { }));
        assertEquals("there is no address to fetch ghost 1.2 from", none.line());
        try (var server = new TestServer(new byte[0])) {
            // the path of the package is below /404/, which the server does not know either
            var env = Map.of("PATH", "/nowhere", "HOME", folder.toString(), "REPRO_MIRRORS", server.uri("/404").toString());
            var lock = lock(new LockedPackage("ghost", "1.2", "amd64", one.sha256(), 7, "g+h.deb"));
            var gone = assertThrows(Problem.class, () -> new Toolchains(folder.resolve("cache"), env, null)
                    .prepare(lock, null, _ -> { }));
            assertEquals("no mirror offers ghost 1.2 any more (found 1 of 1 to fetch; tried " + server.uri("/404/g%2bh.deb")
                    + ")", gone.line());
        }
        assertNothingIsLeft();
    }

    @Test
    void severalAtOnceMakeItOnce() throws Exception {
        var one = put("aa", Archives.deb(new Archives.Tar().file("./f", "x")));
        var all = new ArrayList<Future<PreparedRoot>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 6; i++) {
                all.add(threads.submit(() -> prepare(one)));
            }
        }
        for (var future : all) {
            assertEquals(all.getFirst().get(), future.get());
        }
    }

    @Test
    void leftoversOfAKilledRunAreNotTakenForWhole() throws Exception {
        var one = put("aa", Archives.deb(new Archives.Tar().file("./f", "x")));
        Path tree = prepare(one).tree();
        Path making = tree.resolveSibling("." + tree.getFileName() + ".new");
        Files.createDirectories(making.resolve("root/half"));
        Trees.delete(tree);
        assertEquals("x", Files.readString(prepare(one).tree().resolve("f")));
        assertFalse(Files.exists(making));
    }

    @Test
    void theLocaleIsMadeByTheLocaledefOfTheRoot() throws Exception {
        byte[] program = Archives.deb(new Archives.Tar().folder("./usr/bin").file("./usr/bin/localedef", 0755, ""));
        var packages = new LockedPackage[] {put("locales", Archives.deb(new Archives.Tar().file("./l", ""))),
            put("libc-bin", program), put("gzip", Archives.deb(new Archives.Tar().file("./g", "")))};
        Runner fake = (tree, argv, writable) -> {
            assertEquals(List.of("/usr/bin/localedef", "-i", "et_EE", "-f", "UTF-8", "/out/et_EE.utf8"), argv);
            assertTrue(Files.exists(tree.resolve("usr/bin/localedef")));
            try {
                Files.writeString(Files.createDirectory(writable.resolve("et_EE.utf8")).resolve("LC_CTYPE"), "x");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            return new Runner.Output(0, "");
        };
        var made = prepare(lock(packages), fake);
        assertEquals(List.of("et_EE.UTF-8"), made.locales());
        var without = prepare(lock(packages), null);
        assertEquals(List.of(), without.locales());
        assertNotEquals(made.tree(), without.tree());

        var other = lock(packages[0], packages[1], packages[2], put("zz", Archives.deb(new Archives.Tar().file("./z", ""))));
        Runner failing = (_, _, _) -> new Runner.Output(4, "no such locale\nmore");
        assertEquals("localedef of the toolchain failed (expected locale et_EE.UTF-8, found no such locale)",
                assertThrows(Problem.class, () -> prepare(other, failing)).line());
    }

    private void assertNothingIsLeft() throws IOException {
        var left = Trees.children(folder.resolve("cache/rootfs")).stream().map(p -> p.getFileName().toString())
                .filter(n -> !n.endsWith(".lock")).toList();
        assertEquals(List.of(), left);
    }
}
