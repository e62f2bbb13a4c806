package dev.repro.tests;

import static dev.repro.tests.Scratch.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Packages that cannot be had, or are not what the lock says: exit code 4, which package, where, and the ways out.
class NetworkFaultsTest {
    /// Stands in the locks of the examples.
    private static final String MAKE = "a1a83af8cbd854af887b72ad196b1f4af58387815e21ced1000253a116a46e2a";
    private static final int MAKE_SIZE = 395_632;

    @TempDir
    Path temp;
    private Path hello;
    private Map<String, String> env;

    @BeforeEach
    void project() throws IOException {
        hello = Repro.copy("hello", temp);
        assumeTrue(Files.readString(hello.resolve("repro.lock")).contains(MAKE), "skipped: the lock of hello names another make");
        env = Scratch.emptyCache(temp.resolve("cache"));
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        Scratch.tidy(env);
        assertEquals(List.of(), parts());
    }

    private List<Path> parts() throws IOException {
        var out = new ArrayList<Path>();
        for (String folder : List.of("blobs/sha256", "rootfs")) {
            Path path = temp.resolve("cache/repro").resolve(folder);
            if (Files.exists(path)) {
                try (var files = Files.list(path)) {
                    files.filter(f -> f.getFileName().toString().startsWith(".")
                            && !f.toString().endsWith(".lock")).forEach(out::add);
                }
            }
        }
        return out;
    }

    private Path blobs() {
        return temp.resolve("cache/repro/blobs/sha256");
    }

    private void linkBlobs() throws IOException {
        Scratch.link(Scratch.warmCache().resolve("blobs/sha256"), blobs());
    }

    private Repro.Answer untouched(String... args) throws IOException {
        var before = Scratch.contents(hello);
        Repro.Answer answer = Repro.run(temp, env, args);
        assertEquals(before, Scratch.contents(hello), answer::toString);
        return answer;
    }

    @Test
    void noNetwork() throws Exception {
        Mirror.only(Mirror.closedPort(), temp.resolve("apt"), env);
        refused(untouched("check", "hello/hello.hvt"), 4, "base-files 12", "http://127.0.0.1:", "no connection", "deb_folders");
        refused(untouched("lock", "--update", "hello"), 4, "package lists of bookworm", "http://127.0.0.1:", "network");
    }

    @Test
    void noNetworkAtAll() throws Exception {
        assumeTrue(Scratch.isRoot() && Files.isExecutable(Path.of("/usr/bin/unshare")),
                "skipped: needs root, to take the network away");
        var command = new ArrayList<>(List.of("unshare", "-n", Repro.HOME.resolve("repro").toString(), "check",
                "hello/hello.hvt"));
        var builder = new ProcessBuilder(command).directory(temp.toFile());
        builder.environment().putAll(env);
        refused(Repro.finish(builder.start()), 4, "base-files 12", "cannot be resolved", "deb_folders");
    }

    @Test
    void noMirrorHasIt() throws Exception {
        linkBlobs();
        String lock = Files.readString(hello.resolve("repro.lock"));
        Files.writeString(hello.resolve("repro.lock"), lock.replace(MAKE, "0".repeat(64)).replace("make_4.3-4.1_amd64",
                "make_4.3-4.0_amd64")
                .replace("\"version\": \"4.3-4.1\"", "\"version\": \"4.3-4.0\""));
        try (var mirror = Mirror.answering(null)) {
            Mirror.only(mirror.port(), temp.resolve("apt"), env);
            refused(untouched("check", "hello/hello.hvt"), 4, "no mirror offers make 4.3-4.0", "snapshot archive", "deb_folders",
                    "repro lock --update");
        }
    }

    @Test
    void aMirrorThatLies() throws Exception {
        linkBlobs();
        Files.delete(blobs().resolve(MAKE));
        try (var mirror = Mirror.answering(new byte[MAKE_SIZE])) {
            Mirror.only(mirror.port(), temp.resolve("apt"), env);
            refused(untouched("check", "hello/hello.hvt"), 4, "is not make 4.3-4.1", MAKE, "do not trust that mirror");
        }
        assertFalse(Files.exists(blobs().resolve(MAKE)));
    }

    @Test
    void aDamagedPackageAndAFolderThatMendsIt() throws Exception {
        linkBlobs();
        byte[] good = Files.readAllBytes(blobs().resolve(MAKE));
        byte[] bad = good.clone();
        bad[bad.length / 2] ^= 1;
        Files.delete(blobs().resolve(MAKE)); // it is a link
        Files.write(blobs().resolve(MAKE), bad);
        Mirror.only(Mirror.closedPort(), temp.resolve("apt"), env);
        refused(untouched("check", "hello/hello.hvt"), 4, "make 4.3-4.1", "damaged in the cache", "run the command again");

        Path debs = Files.createDirectories(temp.resolve("debs"));
        Files.write(debs.resolve("make.deb"), bad);
        env.put("REPRO_DEB_FOLDERS", debs.toString());
        refused(untouched("check", "hello/hello.hvt"), 4, "cannot fetch make 4.3-4.1", "no connection");

        Files.write(debs.resolve("any-name"), good);
        Repro.Answer answer = untouched("check", "hello/hello.hvt");
        assertEquals(0, answer.code(), answer::toString);
        assertTrue(answer.out().contains("reproduced bit for bit"), answer::toString);
    }
}
