package dev.repro.tuf.client;

import dev.repro.base.Durable;
import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// A folder of files, each replaced as a whole (write beside, fsync, rename, fsync of the folder). `.lock` keeps two processes apart.
public final class FolderStore implements Store {
    private static final String LOCK = ".lock";
    /// How long another process may hold the lock: longer than any refresh takes that is not held up.
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(20);

    private final Path folder;

    private FolderStore(Path folder) {
        this.folder = folder;
    }

    /// The files of a folder, which is made if it is not there. One that cannot be written (a read-only home) is read, and what is
    /// new is kept in memory.
    ///
    /// @param warn is told if that is so
    /// @throws Problem exit code 4: there is no folder, and none can be made
    public static Store open(Path folder, Consumer<String> warn) throws Problem {
        var store = new FolderStore(folder);
        try {
            Files.createDirectories(folder);
            FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE).close();
            return store;
        } catch (IOException e) {
            if (Files.isDirectory(folder) && isReadOnly(e)) {
                warn.accept(folder + " cannot be written: what is learnt in this run is forgotten after it");
                return new MemoryStore(Optional.of(store));
            }
            boolean named = e instanceof FileSystemException f && f.getFile() != null;
            throw cannot("make or write the folder of metadata", named ? Path.of(((FileSystemException) e).getFile()) : folder, e);
        }
    }

    private static boolean isReadOnly(IOException e) {
        return e instanceof AccessDeniedException || e instanceof FileSystemException f && "Read-only file system".equals(f.getReason());
    }

    @Override
    public Optional<byte[]> read(String name, int most) throws Problem {
        Path file = folder.resolve(name);
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > most) {
                return Optional.empty();
            }
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw cannot("read", file, e);
        }
    }

    @Override
    public void write(String name, byte[] bytes) throws Problem {
        Path file = folder.resolve(name);
        try {
            Durable.write(file, bytes);
        } catch (IOException e) {
            throw cannot("write", file, e);
        }
    }

    @Override
    public void delete(String name) throws Problem {
        Path file = folder.resolve(name);
        try {
            if (Files.deleteIfExists(file)) {
                Durable.syncFolder(file.getParent());
            }
        } catch (IOException e) {
            throw cannot("delete", file, e);
        }
    }

    @Override
    public Lock lock() throws Problem {
        Path file = folder.resolve(LOCK);
        try {
            var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                acquire(channel, file);
            } catch (IOException | Problem e) {
                channel.close();
                throw e;
            }
            sweep();
            return () -> release(channel);
        } catch (IOException e) {
            throw cannot("lock", file, e);
        }
    }

    private static void acquire(FileChannel channel, Path file) throws IOException, Problem {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!tryLock(channel)) {
            if (System.nanoTime() > end) {
                throw Problem.storage("another process has been updating this folder for " + PATIENCE.toSeconds() + " s").where(file)
                        .hint("end that process: `fuser " + file + "` names it");
            }
            try {
                Thread.sleep(BETWEEN_TRIES);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Problem.storage("interrupted while another process was updating this folder").where(file).because(e);
            }
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // another thread of this process has it
        }
    }

    private static void release(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e); // nothing was written to it
        }
    }

    // Everybody who writes holds the lock, so what lies beside was left by a process that was killed while it wrote.
    private void sweep() throws IOException {
        for (Path place : List.of(folder, folder.resolve("roots"))) {
            if (Files.isDirectory(place)) {
                try (var files = Files.newDirectoryStream(place, ".*.new")) {
                    for (Path file : files) {
                        Files.deleteIfExists(file);
                    }
                }
            }
        }
    }

    private static Problem cannot(String what, Path file, IOException e) {
        String said = e instanceof FileSystemException f ? f.getReason() : e.getMessage(); // a full disk is no FileSystemException
        String reason = said != null ? said : e.getClass().getSimpleName();
        return Problem.storage("cannot " + what + ": " + reason).where(file).because(e);
    }
}
