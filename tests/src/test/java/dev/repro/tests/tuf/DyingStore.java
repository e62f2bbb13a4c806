package dev.repro.tests.tuf;

import dev.repro.base.Problem;
import dev.repro.tuf.client.Store;
import java.util.Optional;

/// A client's files, whose user dies at an operation on them.
record DyingStore(Store store, int[] left) implements Store {

    static final class Death extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    DyingStore(Store store, int operations) {
        this(store, new int[] {operations});
    }

    private void step() {
        if (left[0]-- <= 0) {
            throw new Death();
        }
    }

    @Override
    public Optional<byte[]> read(String name, int most) throws Problem {
        step();
        return store.read(name, most);
    }

    @Override
    public void write(String name, byte[] bytes) throws Problem {
        step();
        store.write(name, bytes);
    }

    @Override
    public void delete(String name) throws Problem {
        step();
        store.delete(name);
    }

    @Override
    public Lock lock() throws Problem {
        return store.lock();
    }
}
