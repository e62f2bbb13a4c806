package dev.repro.builder.files;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;

/// Keeps others away from one folder of the cache: other processes by a lock on the file `.NAME.lock` beside it, other threads by a
/// lock in memory, because file locks belong to the process. The system lets go of it when the process ends, however it ends.
public final class FolderLock implements AutoCloseable {
    private static final ConcurrentMap<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private final ReentrantLock thread;
    private final FileChannel file;

    private FolderLock(ReentrantLock thread, FileChannel file) {
        this.thread = thread;
        this.file = file;
    }

    /// Waits for its turn. The file stays behind: deleting it would let two in.
    ///
    /// @param folder need not be there; its parent is made
    public static FolderLock on(Path folder) throws IOException, InterruptedException {
        Path absolute = folder.toAbsolutePath().normalize();
        Files.createDirectories(absolute.getParent());
        Path real = absolute.getParent().toRealPath().resolve(absolute.getFileName());
        var thread = THREADS.computeIfAbsent(real, _ -> new ReentrantLock());
        thread.lockInterruptibly();
        try {
            return new FolderLock(thread, locked(real));
        } catch (FileLockInterruptionException | ClosedByInterruptException _) {
            thread.unlock();
            throw new InterruptedException("while waiting for " + absolute);
        } catch (IOException | RuntimeException e) {
            thread.unlock();
            throw e;
        }
    }

    private static FileChannel locked(Path folder) throws IOException {
        var file = FileChannel.open(folder.resolveSibling("." + folder.getFileName() + ".lock"),
                StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            file.lock();
            return file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            file.close(); // before the next thread may try: a process must not lock a file twice
        } finally {
            thread.unlock();
        }
    }
}
