package dev.repro.tuf.client;

import dev.repro.base.Problem;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// Files that go with the process; over others that can be read and not written, if there are any.
public final class MemoryStore implements Store {
    private final ConcurrentHashMap<String, Optional<byte[]>> files = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Optional<? extends Store> below;

    public MemoryStore() {
        this(Optional.empty());
    }

    MemoryStore(Optional<? extends Store> below) {
        this.below = below;
    }

    @Override
    public Optional<byte[]> read(String name, int most) throws Problem {
        Optional<byte[]> own = files.get(name);
        if (own == null) {
            return below.isPresent() ? below.get().read(name, most) : Optional.empty();
        }
        return own.filter(bytes -> bytes.length <= most).map(byte[]::clone);
    }

    @Override
    public void write(String name, byte[] bytes) {
        files.put(name, Optional.of(bytes.clone()));
    }

    @Override
    public void delete(String name) {
        files.put(name, Optional.empty());
    }

    @Override
    public Lock lock() {
        lock.lock();
        return lock::unlock;
    }
}
