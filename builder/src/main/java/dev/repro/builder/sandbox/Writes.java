package dev.repro.builder.sandbox;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Watches from outside how much a build writes.
///
/// A tmpfs keeps its own limit; it is looked at through `/proc/PID/root` only to tell that it was full. For folders of the host
/// there is no quota that an unprivileged caller could set: they are measured about once a second, never for more than a
/// twentieth of the time, and between two looks RLIMIT_FSIZE bounds each single file.
final class Writes {
    private static final long EVERY = 1_000_000_000L; // ns
    private static final int SHARE = 20;
    private static final int PAGE = 4096;

    private final Map<String, Long> tmpfs = new HashMap<>();
    private final List<Path> folders = new ArrayList<>();
    private final long limit;
    private final long before;
    private long next;

    Writes(SandboxSpec spec) throws IOException {
        limit = spec.limits().outputBytes();
        for (Mount mount : spec.mounts()) {
            switch (mount) {
                case Mount.Tmpfs(var target, var bytes) -> tmpfs.put(target, bytes);
                case Mount.Writable w -> folders.add(w.source());
                case Mount.ReadOnly _, Mount.Text _, Mount.Link _, Mount.Folder _ -> { }
            }
        }
        if (spec.mounts().stream().noneMatch(m -> m.target().equals("/tmp"))) {
            tmpfs.put("/tmp", limit);
        }
        before = measure();
        next = System.nanoTime() + EVERY;
    }

    /// Whether more than the limit was written.
    ///
    /// @param root the root of the build as the host sees it
    boolean exceeded(Path root) throws IOException {
        for (var entry : tmpfs.entrySet()) {
            if (full(root.resolve(entry.getKey().substring(1)), entry.getValue())) {
                return true;
            }
        }
        return grown();
    }

    private boolean grown() throws IOException {
        long start = System.nanoTime();
        if (folders.isEmpty() || start < next) {
            return false;
        }
        boolean over = measure() - before > limit;
        long end = System.nanoTime();
        next = end + Math.max(EVERY, (end - start) * SHARE);
        return over;
    }

    /// By `File`, because FileStore looks the mount up in the mount table of this process. It says 0 too where there is nothing:
    /// before the tmpfs is mounted and after the build has ended. So nothing free counts only between two looks that found it.
    private static boolean full(Path folder, long bytes) {
        var file = folder.toFile();
        return isOurs(file, bytes) && file.getUsableSpace() == 0 && isOurs(file, bytes);
    }

    private static boolean isOurs(File tmpfs, long bytes) {
        long total = tmpfs.getTotalSpace();
        return total > 0 && total <= bytes + PAGE;
    }

    private long measure() throws IOException {
        var sum = new Sum();
        for (Path folder : folders) {
            if (Files.exists(folder)) {
                Files.walkFileTree(folder, sum);
            }
        }
        return sum.bytes;
    }

    /// Sizes of regular files; what disappears while it is looked at counts nothing.
    private static final class Sum extends SimpleFileVisitor<Path> {
        long bytes;

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            bytes += attributes.isRegularFile() ? attributes.size() : 0;
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException gone) {
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, IOException gone) {
            return FileVisitResult.CONTINUE;
        }
    }
}
