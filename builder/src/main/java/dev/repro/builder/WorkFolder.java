package dev.repro.builder;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/// A temporary folder of one run: `CACHE/work/NAME`, with a lock file `CACHE/work/NAME.lock` that is held as long as the run lives.
///
/// A run that was killed leaves both behind; its lock is free then, and the next run removes them.
final class WorkFolder implements AutoCloseable {
    private final Path folder;
    private final Path lockFile;
    private final FileChannel channel;

    private WorkFolder(Path folder, Path lockFile, FileChannel channel) {
        this.folder = folder;
        this.lockFile = lockFile;
        this.channel = channel;
    }

    static WorkFolder open(Path cache) throws IOException {
        Path works = Files.createDirectories(cache.resolve("work"));
        sweep(works);
        Path lockFile = Files.createTempFile(works, "", ".lock");
        var channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
        channel.lock();
        String name = lockFile.getFileName().toString();
        return new WorkFolder(Files.createDirectory(works.resolve(name.substring(0, name.length() - ".lock".length()))), lockFile, channel);
    }

    Path folder(String name) throws IOException {
        return Files.createDirectories(folder.resolve(name));
    }

    private static void sweep(Path works) throws IOException {
        List<Path> locks;
        try (var files = Files.list(works)) {
            locks = files.filter(f -> f.toString().endsWith(".lock")).toList();
        }
        for (Path lock : locks) {
            try (var channel = FileChannel.open(lock, StandardOpenOption.WRITE); FileLock held = channel.tryLock()) {
                if (held != null) {
                    delete(works.resolve(lock.getFileName().toString().replaceFirst("\\.lock$", "")));
                    Files.deleteIfExists(lock);
                }
            } catch (OverlappingFileLockException | java.nio.file.NoSuchFileException _) {
                // Held by another run in this process, or swept by another process just now: not ours to remove.
            }
        }
    }

    static void delete(Path tree) throws IOException {
        if (!Files.exists(tree, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                // A build may leave folders that even their owner may not list.
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException e) throws IOException {
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void close() throws IOException {
        delete(folder);
        Files.deleteIfExists(lockFile);
        channel.close();
    }
}
