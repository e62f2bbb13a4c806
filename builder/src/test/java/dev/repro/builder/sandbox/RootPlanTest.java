package dev.repro.builder.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Roots of a small tree whose /usr is the host's, seen from inside.
class RootPlanTest {
    @TempDir
    Path folder;
    private Path rootfs;

    @BeforeEach
    void makeTree() throws IOException {
        rootfs = Files.createDirectory(folder.resolve("rootfs"));
        for (String path : List.of("usr", "etc/apt", "var/lib", "opt", "dev",
                "home/secret", "root/secret", "run/secret", "tmp/secret", "sys/secret")) {
            Files.createDirectories(rootfs.resolve(path));
        }
        for (String name : List.of("bin", "sbin", "lib", "lib64")) {
            Files.createSymbolicLink(rootfs.resolve(name), Path.of("usr/" + name));
        }
        Files.writeString(rootfs.resolve("etc/hosts"), "hosts of the tree\n");
        Files.writeString(rootfs.resolve("etc/apt/list"), "list of the tree\n");
        Files.writeString(rootfs.resolve("opt/zone"), "zone of the tree\n");
        Files.createSymbolicLink(rootfs.resolve("etc/localtime"), Path.of("/opt/zone"));
        Files.createSymbolicLink(rootfs.resolve("var/link"), Path.of("../opt"));
    }

    private String inside(String script, Mount... mounts) throws Exception {
        var all = new ArrayList<Mount>(List.of(mounts));
        all.add(new Mount.ReadOnly(Path.of("/usr"), "/usr"));
        try (var builds = Builds.open(folder)) {
            var spec = new SandboxSpec(new Root.Tree(rootfs), all, List.of("/bin/sh", "-c", script), Map.of("PATH", "/usr/bin"),
                    "/tmp", "build", 1000, 1000, true, List.of(), Builds.LIMITS, folder.resolve("log"));
            var result = builds.run(spec);
            assertEquals(End.EXITED, result.run().end());
            return result.log();
        }
    }

    @Test
    void entriesOfTheTree() throws Exception {
        assertEquals("bin dev etc lib lib64 opt proc sbin tmp usr var\napt hosts localtime\n\nusr/bin\nzone of the tree\n",
                inside("echo $(ls -A /); echo $(ls -A /etc); echo $(ls -A /tmp); readlink /bin; cat /etc/localtime"));
    }

    @Test
    void textsWin() throws Exception {
        assertEquals("new hosts\nnew\nzone 2\nzone of the tree\nlist 2\ndeep\nlist of the tree\n",
                inside("cat /etc/hosts /etc/passwd /etc/localtime /opt/zone /etc/apt/list2 /var/lib/a/b/c /etc/apt/list",
                        new Mount.Text("/etc/hosts", "new hosts\n"), new Mount.Text("/etc/passwd", "new\n"),
                        new Mount.Text("/etc/localtime", "zone 2\n"), new Mount.Text("/etc/apt/list2", "list 2\n"),
                        new Mount.Text("/var/lib/a/b/c", "deep\n")));
    }

    @Test
    void linksOnTheWayAreThoseOfTheTree() throws Exception {
        assertEquals("through\nmine\nzone of the tree\n", inside("cat /opt/new /var/new; readlink /opt/zone || cat /opt/zone",
                new Mount.Text("/var/link/new", "through\n"), new Mount.Text("/var/new", "mine\n")));
        assertEquals("elsewhere\n", inside("readlink /opt/zone", new Mount.Link("/opt/zone", "elsewhere")));
    }

    @Test
    void mountsInsideMounts() throws Exception {
        Path given = Files.createDirectory(folder.resolve("given"));
        assertEquals("a\n", inside("cat /etc/t/x/a; touch /build/out/made", new Mount.Text("/etc/t/x/a", "a\n"),
                new Mount.Tmpfs("/etc/t", 4096), new Mount.Writable(given, "/build/out"), new Mount.Tmpfs("/build", 4096)));
        assertEquals(true, Files.exists(given.resolve("made")));
    }

    @Test
    void loopOfLinks() throws Exception {
        Files.createSymbolicLink(rootfs.resolve("opt/loop"), Path.of("loop"));
        Problem problem = assertThrows(Problem.class, () -> inside(":", new Mount.Text("/opt/loop/x", "")));
        assertEquals(rootfs + ": the root has a loop of links on the way to `/opt/loop/x`", problem.line());
    }

    @Test
    void noRoot() {
        rootfs = folder.resolve("gone");
        Problem problem = assertThrows(Problem.class, () -> inside(":"));
        assertEquals(rootfs + ": the root file system of the build is not there", problem.line());
    }

    @Test
    void targetsAreAbsoluteAndPlain() {
        for (String bad : List.of("", "/", "a", "/a/../b", "/a/", "//a", "/./a", "/a\0b")) {
            assertThrows(IllegalArgumentException.class, () -> new Mount.Folder(bad), bad);
        }
    }
}
