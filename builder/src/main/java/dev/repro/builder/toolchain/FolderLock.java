package dev.repro.builder.toolchain;

import dev.repro.base.Problem;
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

/// Keeps others away from one folder of the cache: other processes by a lock on a file beside it, other threads by a lock in
/// memory. The system lets go of it when the process ends, however it ends.
final class FolderLock implements AutoCloseable {
    private static final ConcurrentMap<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private final ReentrantLock thread;
    private final FileChannel file;

    private FolderLock(ReentrantLock thread, FileChannel file) {
        this.thread = thread;
        this.file = file;
    }

    /// Waits for its turn. The file `.NAME.lock` stays behind: deleting it would let two in.
    static FolderLock on(Path folder) throws Problem, InterruptedException {
        Path absolute = folder.toAbsolutePath().normalize();
        var thread = THREADS.computeIfAbsent(absolute, _ -> new ReentrantLock());
        thread.lockInterruptibly();
        try {
            return new FolderLock(thread, locked(absolute));
        } catch (FileLockInterruptionException | ClosedByInterruptException _) {
            thread.unlock();
            throw new InterruptedException("while waiting for " + absolute);
        } catch (IOException e) {
            thread.unlock();
            throw Why.storage("cannot lock a folder of the cache", absolute, e);
        }
    }

    private static FileChannel locked(Path folder) throws IOException {
        Files.createDirectories(folder.getParent());
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
    public void close() throws Problem {
        try {
            file.close(); // before the next thread may try: a process must not lock a file twice
        } catch (IOException e) {
            throw Problem.storage("cannot let go of a folder of the cache").found(Why.of(e)).because(e);
        } finally {
            thread.unlock();
        }
    }
}
