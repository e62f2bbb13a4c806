package dev.repro.builder.sandbox;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;

/// The control groups of one build: one folder, or one for each controller (v1), or none.
final class Group {
    /// Of bwrap itself: its monitor outside and its reaper inside.
    private static final int OWN_PROCESSES = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration STEP = Duration.ofMillis(10);
    static final String PREFIX = "repro-";

    private final Path memory;
    private final Path pids;
    private final boolean memoryV2;

    /// Names the folders; [#make] makes them, so that they can be written down before they are there.
    Group(Cgroups place, String name) {
        this.memory = place.memory() == null ? null : place.memory().resolve(PREFIX + name);
        this.pids = place.pids() == null ? null : place.pids().resolve(PREFIX + name);
        this.memoryV2 = place.memoryV2();
    }

    /// Folders that a process must join.
    List<Path> folders() {
        var folders = new LinkedHashSet<Path>();
        if (memory != null) {
            folders.add(memory);
        }
        if (pids != null) {
            folders.add(pids);
        }
        return List.copyOf(folders);
    }

    void make(Limits limits) throws IOException {
        for (Path folder : folders()) {
            Files.createDirectory(folder);
        }
        if (pids != null) {
            write(pids, "pids.max", limits.processes() + OWN_PROCESSES);
        }
        if (memory == null) {
            return;
        }
        // Swap is limited along, where the kernel counts it: else a build would not end at its limit but crawl.
        if (memoryV2) {
            write(memory, "memory.max", limits.memoryBytes());
            writeIfThere(memory, "memory.swap.max", 0);
            writeIfThere(memory, "memory.oom.group", 1);
        } else {
            write(memory, "memory.limit_in_bytes", limits.memoryBytes());
            writeIfThere(memory, "memory.memsw.limit_in_bytes", limits.memoryBytes());
        }
    }

    /// Whether the kernel killed one of the processes for memory.
    boolean outOfMemory() throws IOException {
        return memory != null && counter(memory.resolve(memoryV2 ? "memory.events" : "memory.oom_control"), "oom_kill") > 0;
    }

    /// Whether a fork was refused.
    boolean forkRefused() throws IOException {
        return pids != null && counter(pids.resolve("pids.events"), "max") > 0;
    }

    boolean countsProcesses() {
        return pids != null;
    }

    /// Bytes, or -1.
    long peakMemory() throws IOException {
        if (memory == null) {
            return -1;
        }
        Path file = memory.resolve(memoryV2 ? "memory.peak" : "memory.max_usage_in_bytes"); // memory.peak: Linux 5.19
        return Files.exists(file) ? Long.parseLong(Files.readString(file).strip()) : -1;
    }

    void remove() throws IOException, InterruptedException {
        for (Path folder : folders()) {
            remove(folder);
        }
    }

    /// Ends what is left in a group that this package made, and removes it.
    static void remove(Path folder) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (Files.isDirectory(folder)) {
            processes(folder).forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
            try {
                Files.deleteIfExists(folder); // rmdir: refused with EBUSY until the last process is reaped
                return;
            } catch (FileSystemException busy) {
                if (System.nanoTime() > deadline) {
                    throw busy;
                }
                Thread.sleep(STEP);
            }
        }
    }

    private static List<Long> processes(Path folder) throws IOException {
        try {
            return Files.readAllLines(folder.resolve("cgroup.procs")).stream().map(Long::valueOf).toList();
        } catch (NoSuchFileException removedMeanwhile) {
            return List.of();
        }
    }

    private static long counter(Path file, String name) throws IOException {
        if (!Files.exists(file)) {
            return 0;
        }
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith(name + " ")) {
                return Long.parseLong(line.substring(name.length() + 1).strip());
            }
        }
        return 0;
    }

    private static void write(Path folder, String file, long value) throws IOException {
        Files.writeString(folder.resolve(file), Long.toString(value));
    }

    private static void writeIfThere(Path folder, String file, long value) throws IOException {
        if (Files.exists(folder.resolve(file))) {
            write(folder, file, value);
        }
    }
}
