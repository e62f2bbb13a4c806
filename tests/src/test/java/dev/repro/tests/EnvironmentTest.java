package dev.repro.tests;

import static dev.repro.tests.Scratch.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.base.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A machine that lacks something: exit code 3, or 4 where storage is at fault, with what, where and what to do.
class EnvironmentTest {
    private static final String HELLO = "examples/hello/hello.hvt";

    @TempDir
    Path temp;
    private Map<String, String> env;

    @BeforeEach
    void cache() throws IOException {
        env = Scratch.cache(temp.resolve("cache"));
    }

    private Repro.Answer check(Map<String, String> more) {
        var all = new HashMap<>(env);
        all.putAll(more);
        return Repro.run(Repro.HOME, all, "check", HELLO);
    }

    @Test
    void noBubblewrap() throws Exception {
        Path bin = Files.createDirectory(temp.resolve("bin"));
        for (String folder : List.of("/usr/bin", "/bin", "/usr/sbin")) {
            try (var programs = Files.list(Path.of(folder))) {
                for (Path program : programs.toList()) {
                    Path link = bin.resolve(program.getFileName());
                    if (!program.endsWith("bwrap") && !Files.exists(link, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                        Files.createSymbolicLink(link, program);
                    }
                }
            }
        }
        refused(check(Map.of("PATH", bin.toString(), "REPRO_INSTALL", "never")), 3, "bubblewrap is not installed",
                "apt-get install bubblewrap");
        refused(check(Map.of("REPRO_BWRAP", "/nonexistent/bwrap")), 3, "bubblewrap", "apt-get install bubblewrap");
    }

    @Test
    void aBubblewrapThatMayNot() throws Exception {
        bwrap("0.8.0", "echo 'bwrap: No permissions to create new namespace, '"
                + "'likely because the kernel does not allow non-privileged user namespaces.' >&2; exit 1");
        refused(check(fake()), 3, "does not let bubblewrap make a sandbox", "No permissions to create new namespace");
        bwrap("0.3.1", "exit 1");
        refused(check(fake()), 3, "bubblewrap is too old", "0.3.1");
        bwrap("0.8.0", "kill -9 $$");
        refused(check(fake()), 3, "bubblewrap");
        Scratch.tidy(env);
    }

    private void bwrap(String version, String otherwise) throws IOException {
        Path file = Files.createDirectories(temp.resolve("fake")).resolve("bwrap");
        Files.writeString(file,
                "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'bubblewrap " + version + "'; exit; fi\n" + otherwise + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Map<String, String> fake() {
        return Map.of("PATH", temp.resolve("fake") + ":" + System.getenv("PATH"));
    }

    @Test
    void noJdk() throws Exception {
        assumeTrue(Scratch.isRoot() && Files.isExecutable(Path.of("/usr/bin/unshare")), "skipped: needs root, to hide the JDK");
        for (String other : List.of("/usr/java", "/opt/java")) {
            assumeTrue(!Files.exists(Path.of(other)), "skipped: a JDK may be in " + other);
        }
        var builder = new ProcessBuilder("unshare", "-m", "sh", "-c",
                "mount -t tmpfs none /usr/lib/jvm && exec \"$0\" --version", Repro.HOME.resolve("repro").toString());
        builder.environment().putAll(env);
        builder.environment().put("HOME", temp.toString());
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().remove("JAVA_HOME");
        refused(Repro.finish(builder.start()), 3, "no JDK 25", "JAVA_HOME");
    }

    @Test
    void noPlaceForTheCache() throws Exception {
        refused(check(Map.of("XDG_CACHE_HOME", "/proc/nowhere")), 4, "/proc/nowhere/repro", "XDG_CACHE_HOME");
        Path file = Files.createFile(temp.resolve("file"));
        refused(check(Map.of("XDG_CACHE_HOME", file.toString())), 4, file.toString(), "XDG_CACHE_HOME");
        refused(check(Map.of("XDG_CACHE_HOME", "", "HOME", "")), 3, "HOME", "set XDG_CACHE_HOME");
        refused(check(Map.of("XDG_CACHE_HOME", "relative", "HOME", "")), 3, "HOME", "set XDG_CACHE_HOME");
        assertFalse(Files.exists(Repro.HOME.resolve("relative")) || Files.exists(Path.of("/nonexistent")));
    }

    @Test
    void aFullDisk() throws Exception {
        assumeTrue(Scratch.isRoot(), "skipped: needs root, to mount a small disk");
        Path debs = Scratch.warmCache().resolve("blobs/sha256");
        Path disk = Files.createDirectory(temp.resolve("disk"));
        Scratch.tool(temp, "mount", "-t", "tmpfs", "-o", "size=20m", "repro-test", disk.toString());
        try {
            Map<String, String> small = Map.of("XDG_CACHE_HOME", disk.toString(), "REPRO_DEB_FOLDERS", debs.toString(),
                    "REPRO_NO_AOT", "1");
            refused(check(small), 4, "No space left on device", disk.toString());
            whole(disk, 10);
            Scratch.tool(temp, "mount", "-o", "remount,size=120m", disk.toString());
            refused(check(small), 4, "No space left on device", disk.toString());
            whole(disk, 60);
            Scratch.tool(temp, "mount", "-o", "remount,size=1g", disk.toString());
            Repro.Answer answer = check(small);
            assertEquals(0, answer.code(), answer::toString);
            whole(disk, 60);
        } finally {
            Scratch.tool(temp, "umount", disk.toString());
        }
    }

    /// At least so many packages are there, each whole, and nothing that is not.
    private static void whole(Path disk, int least) throws IOException {
        Scratch.tidy(Map.of("XDG_CACHE_HOME", disk.toString()));
        try (var files = Files.list(disk.resolve("repro/blobs/sha256"))) {
            var blobs = files.toList();
            assertTrue(blobs.size() >= least, () -> "there are " + blobs.size());
            for (Path blob : blobs) {
                assertEquals(blob.getFileName().toString(), Digest.of(blob).hex());
            }
        }
        if (Files.exists(disk.resolve("repro/rootfs"))) {
            try (var files = Files.list(disk.resolve("repro/rootfs"))) {
                assertTrue(files.noneMatch(f -> f.toString().endsWith(".new")));
            }
        }
    }

    @Test
    void aStartUpCacheThatOthersMayWrite() throws Exception {
        Path aot = temp.resolve("cache/repro/aot");
        assumeTrue(Files.exists(aot), "skipped: there is no start-up cache");
        Files.setPosixFilePermissions(aot, PosixFilePermissions.fromString("rwxrwxr-x"));
        notUsed("mode 775");
        Files.setPosixFilePermissions(aot, PosixFilePermissions.fromString("rwxr-xr-x"));
        assumeTrue(Scratch.isRoot(), "skipped: needs root, to give a folder away");
        Files.setAttribute(aot, "unix:uid", 12345);
        notUsed("owner 12345");
    }

    private void notUsed(String why) {
        Repro.Answer answer = Repro.run(Repro.HOME, env, "version", "--verbose");
        assertEquals(0, answer.code(), answer::toString);
        assertEquals(1, answer.err().lines().filter(l -> l.startsWith("repro: warning: ") && l.contains("AOT cache is not used")
                && l.contains(why)).count(), answer::toString);
        assertEquals(1, answer.err().lines().count(), answer::toString);
    }
}
