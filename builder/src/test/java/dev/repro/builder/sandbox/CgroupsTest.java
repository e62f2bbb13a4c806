package dev.repro.builder.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Finding a place for groups in trees of files that look like those of the kernel.
class CgroupsTest {
    @TempDir
    Path folder;
    private Path tree;

    @BeforeEach
    void makeProc() throws IOException {
        Files.createDirectories(folder.resolve("proc/self"));
        tree = Files.createDirectory(folder.resolve("cgroup"));
    }

    private Cgroups find(String mountinfo, String cgroup) throws IOException {
        Files.writeString(folder.resolve("proc/self/mountinfo"), mountinfo.replace("@", tree.toString()));
        Files.writeString(folder.resolve("proc/self/cgroup"), cgroup);
        return Cgroups.find(folder.resolve("proc"));
    }

    private Path group(String path, String controllers) throws IOException {
        Path group = Files.createDirectories(tree.resolve(path));
        Files.writeString(group.resolve("cgroup.procs"), "");
        Files.writeString(group.resolve("cgroup.subtree_control"), controllers + "\n");
        return group;
    }

    private static final String V2 = "41 31 0:28 / @ rw,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

    @Test
    void v2GoesUpToTheGroupThatPassesControllersOn() throws IOException {
        group("", "cpu memory pids");
        group("user.slice", "cpu memory pids");
        Path app = group("user.slice/app.slice", "memory pids");
        group("user.slice/app.slice/run-1.scope", "");
        var found = find(V2, "0::/user.slice/app.slice/run-1.scope\n");
        assertEquals(app, found.memory());
        assertEquals(app, found.pids());
        assertEquals("v2", found.mode());
        assertEquals("cgroup v2", found.memoryHow());
        var group = new Group(found, "x");
        assertEquals(List.of(app.resolve("repro-x")), group.folders());
    }

    @Test
    void v2ThatPassesNothingOn() throws IOException {
        group("", "");
        group("a", "cpuset");
        var found = find(V2, "0::/a\n");
        assertNull(found.memory());
        assertEquals("none", found.mode());
        assertEquals("no cgroup from " + tree.resolve("a") + " upwards is ours and passes on `memory`: "
                + "start repro by `systemd-run --user --scope`",
                found.memoryReason());
    }

    @Test
    void hybridTakesEachControllerWhereItIs() throws IOException {
        Path memory = Files.createDirectories(tree.resolve("memory/mine"));
        Path pids = Files.createDirectories(tree.resolve("pids"));
        var found = find("""
                35 31 0:32 / @/memory rw - cgroup cgroup rw,memory
                39 31 0:36 / @/pids rw - cgroup cgroup rw,pids
                41 31 0:28 / @/unified rw - cgroup2 cgroup2 rw
                """, "8:pids:/\n4:memory:/mine\n0::/\n");
        assertEquals(memory, found.memory());
        assertEquals(pids, found.pids());
        assertEquals("v1", found.mode());
        assertEquals(List.of(memory.resolve("repro-y"), pids.resolve("repro-y")), new Group(found, "y").folders());
    }

    @Test
    void containerThatSeesOnlyItsOwnPart() throws IOException {
        Path own = Files.createDirectories(tree.resolve("memory"));
        var found = find("35 31 0:32 /docker/abc @/memory rw - cgroup cgroup rw,memory\n", "4:memory:/docker/abc\n");
        assertEquals(own, found.memory());
        assertNull(found.pids());
        assertEquals("this kernel has no cgroup controller `pids`", found.pidsReason());
    }

    @Test
    void limitsAndCountersOfV2() throws Exception {
        group("", "memory pids");
        var group = new Group(find(V2, "0::/\n"), "z");
        Path made = group.folders().getFirst();
        group.make(new Limits(Duration.ofSeconds(1), 1000, 7, 1, 1));
        assertEquals("1000", Files.readString(made.resolve("memory.max")));
        assertEquals("9", Files.readString(made.resolve("pids.max")));
        assertEquals(-1, group.peakMemory());
        Files.writeString(made.resolve("memory.events"), "low 0\nmax 9\noom 1\noom_kill 0\n");
        Files.writeString(made.resolve("pids.events"), "max 0\n");
        assertTrue(!group.outOfMemory() && !group.forkRefused());
        Files.writeString(made.resolve("memory.events"), "low 0\nmax 9\noom 1\noom_kill 1\n");
        Files.writeString(made.resolve("pids.events"), "max 2\n");
        Files.writeString(made.resolve("memory.peak"), "999\n");
        assertTrue(group.outOfMemory() && group.forkRefused());
        assertEquals(999, group.peakMemory());
    }
}
