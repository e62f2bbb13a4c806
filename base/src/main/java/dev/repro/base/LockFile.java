package dev.repro.base;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;

/// A lock on a file, held against other processes, and against other threads of this one by a lock in memory, because file locks
/// belong to the process. The system lets go of it when the process ends, however it ends.
public final class LockFile implements AutoCloseable {
    private static final ConcurrentMap<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private final ReentrantLock thread;
    private final FileChannel file;

    private LockFile(ReentrantLock thread, FileChannel file) {
        this.thread = thread;
        this.file = file;
    }

    /// Waits for its turn. The file is made if it is not there, and stays behind: deleting it would let two in.
    ///
    /// @param file its folder must be there
    public static LockFile take(Path file) throws IOException, InterruptedException {
        Path absolute = file.toAbsolutePath().normalize();
        Path real = absolute.getParent().toRealPath().resolve(absolute.getFileName());
        var thread = THREADS.computeIfAbsent(real, _ -> new ReentrantLock());
        thread.lockInterruptibly();
        try {
            return new LockFile(thread, locked(real));
        } catch (FileLockInterruptionException | ClosedByInterruptException _) {
            thread.unlock();
            throw new InterruptedException("while waiting for " + absolute);
        } catch (IOException | RuntimeException e) {
            thread.unlock();
            throw e;
        }
    }

    private static FileChannel locked(Path path) throws IOException {
        var file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
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
