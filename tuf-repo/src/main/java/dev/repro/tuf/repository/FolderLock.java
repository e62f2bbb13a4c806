package dev.repro.tuf.repository;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// A lock on a file, held against other threads of this process and against other processes; a process that dies leaves it.
final class FolderLock implements AutoCloseable {
    private static final ConcurrentHashMap<Path, ReentrantLock> HELD = new ConcurrentHashMap<>();

    private final ReentrantLock here;
    private final FileChannel channel;

    private FolderLock(ReentrantLock here, FileChannel channel) {
        this.here = here;
        this.channel = channel;
    }

    /// Waits until it is free.
    static FolderLock take(Path file) throws IOException {
        // A process may hold a file's lock only once, whichever of its threads asks.
        ReentrantLock here = HELD.computeIfAbsent(file.toAbsolutePath().normalize(), _ -> new ReentrantLock());
        here.lock();
        FileChannel channel = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel.lock();
            return new FolderLock(here, channel);
        } catch (IOException | RuntimeException e) {
            if (channel != null) {
                channel.close();
            }
            here.unlock();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close(); // and with it the lock
        } finally {
            here.unlock();
        }
    }
}
