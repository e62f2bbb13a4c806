package dev.repro.builder;

import dev.repro.builder.files.FolderLock;
import dev.repro.builder.files.Trees;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// A temporary folder of one run: `CACHE/work/NAME`, with a lock file `CACHE/work/NAME.lock` that is held as long as the run lives.
///
/// A run that was killed leaves both behind; its lock is free then, and the next run removes them.
final class WorkFolder implements AutoCloseable {
    private static final String LOCK = ".lock";

    private final Path folder;
    private final Path lockFile;
    private final FileChannel channel;

    private WorkFolder(Path folder, Path lockFile, FileChannel channel) {
        this.folder = folder;
        this.lockFile = lockFile;
        this.channel = channel;
    }

    static WorkFolder open(Path cache) throws IOException, InterruptedException {
        Path works = Files.createDirectories(cache.resolve("work"));
        // Between making a lock file and locking it, nobody may sweep.
        try (var _ = FolderLock.on(works)) {
            sweep(works);
            Path lockFile = Files.createTempFile(works, "", LOCK);
            var channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
            channel.lock();
            return new WorkFolder(Files.createDirectory(ofLock(lockFile)), lockFile, channel);
        }
    }

    /// A folder of that name, made if it is not there.
    Path folder(String name) throws IOException {
        return Files.createDirectories(folder.resolve(name));
    }

    /// A new folder that nobody else has.
    Path fresh() throws IOException {
        return Files.createTempDirectory(folder, "");
    }

    private static Path ofLock(Path lockFile) {
        String name = lockFile.getFileName().toString();
        return lockFile.resolveSibling(name.substring(0, name.length() - LOCK.length()));
    }

    private static void sweep(Path works) throws IOException {
        List<Path> locks;
        try (var files = Files.list(works)) {
            locks = files.filter(f -> f.toString().endsWith(LOCK)).toList();
        }
        for (Path lock : locks) {
            try (var channel = FileChannel.open(lock, StandardOpenOption.WRITE); FileLock held = channel.tryLock()) {
                if (held != null) {
                    Trees.delete(ofLock(lock));
                    Files.deleteIfExists(lock);
                }
            } catch (OverlappingFileLockException | FileSystemException _) {
                // Held by another run in this process, gone, or made by a build so that it cannot be removed: no reason not to work.
            }
        }
    }

    /// Deletes whatever a build left: also folders that not even their owner may list.
    @Override
    public void close() throws IOException {
        try (channel) {
            Trees.delete(folder);
            Files.deleteIfExists(lockFile);
        }
    }
}
