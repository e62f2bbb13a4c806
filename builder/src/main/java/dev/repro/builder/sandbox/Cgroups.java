package dev.repro.builder.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// Where this process may make control groups of its own: cgroup v2 or v1, each controller looked up on its own, because a hybrid
/// machine has memory and pids in v1 while its v2 tree has neither.
///
/// Groups are made below the group that this process is in, so that limits set on `repro` itself still hold. In v2 a group that
/// has processes cannot pass controllers on ("no internal processes"), so there it is the nearest group above that does and that
/// we may write.
///
/// @param memory folder to make a group with a memory limit in; null: none, and `memoryReason` says why
/// @param pids   the same for the number of processes
record Cgroups(Path memory, boolean memoryV2, Path pids, boolean pidsV2, String memoryReason, String pidsReason) {

    private record Place(Path folder, boolean v2, String reason) {}

    /// @param proc `/proc`
    static Cgroups find(Path proc) throws IOException {
        List<String> mounts = lines(proc.resolve("self/mountinfo"));
        List<String> groups = lines(proc.resolve("self/cgroup"));
        Place memory = place("memory", mounts, groups);
        Place pids = place("pids", mounts, groups);
        return new Cgroups(memory.folder, memory.v2, pids.folder, pids.v2, memory.reason, pids.reason);
    }

    /// `v1`, `v2` or `none`.
    String mode() {
        if (memory == null && pids == null) {
            return "none";
        }
        return (memory == null || memoryV2) && (pids == null || pidsV2) ? "v2" : "v1";
    }

    String memoryHow() {
        return memoryV2 ? "cgroup v2" : "cgroup v1";
    }

    String pidsHow() {
        return pidsV2 ? "cgroup v2" : "cgroup v1";
    }

    private static Place place(String controller, List<String> mounts, List<String> groups) throws IOException {
        for (String line : groups) {
            String[] f = line.split(":", 3); // hierarchy:controllers:path
            if (f.length == 3 && Arrays.asList(f[1].split(",")).contains(controller)) {
                Path own = locate(mounts, "cgroup", controller, f[2]);
                return own == null ? absent("the cgroup v1 tree of `" + controller + "` is not mounted") : first(own);
            }
        }
        for (String line : groups) {
            if (line.startsWith("0::")) {
                Path own = locate(mounts, "cgroup2", "", line.substring(3));
                return own == null ? absent("no cgroup tree is mounted") : second(own, controller);
            }
        }
        return absent("this kernel has no cgroup controller `" + controller + "`");
    }

    private static Place first(Path own) {
        if (!Files.isDirectory(own)) {
            return absent("no such cgroup: " + own);
        }
        return Files.isWritable(own) ? new Place(own, false, "")
                : absent("the cgroup " + own + " is not ours to write (v1 cannot be delegated safely: run as root)");
    }

    private static Place second(Path own, String controller) throws IOException {
        for (Path at = own; at != null && Files.exists(at.resolve("cgroup.procs")); at = at.getParent()) {
            Path delegated = at.resolve("cgroup.subtree_control");
            boolean passes = Files.exists(delegated)
                    && Arrays.asList(Files.readString(delegated).strip().split(" ")).contains(controller);
            // A process moves only where its mover may write the procs file of the common ancestor, which is `at`.
            if (passes && Files.isWritable(at) && Files.isWritable(at.resolve("cgroup.procs"))) {
                return new Place(at, true, "");
            }
        }
        return absent("no cgroup from " + own + " upwards is ours and passes on `" + controller
                + "`: start repro by `systemd-run --user --scope`");
    }

    /// The folder of the group `path` of a hierarchy, or null. A line of mountinfo: `id parent dev root mountpoint options … -
    /// type source super`.
    private static Path locate(List<String> mounts, String type, String controller, String path) {
        for (String line : mounts) {
            String[] halves = line.split(" - ", 2);
            String[] left = halves[0].split(" ");
            String[] right = halves.length < 2 ? new String[0] : halves[1].split(" ");
            if (left.length < 6 || right.length < 3 || !right[0].equals(type)
                    || !controller.isEmpty() && !Arrays.asList(right[2].split(",")).contains(controller)) {
                continue;
            }
            String root = left[3].equals("/") ? "" : left[3];
            if (path.equals(root) || path.startsWith(root + "/")) {
                return Path.of(left[4] + path.substring(root.length())).normalize();
            }
        }
        return null;
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private static Place absent(String reason) {
        return new Place(null, false, reason);
    }
}
