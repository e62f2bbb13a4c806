package dev.repro.tuf.client;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.RoleName;
import java.util.Optional;

/// In place of a repository that is not asked: the timestamp is the one that the client has, and nothing else is new.
final class OfflineRemote implements Remote {
    private final Store store;
    private final Limits limits;

    OfflineRemote(Store store, Limits limits) {
        this.store = store;
        this.limits = limits;
    }

    @Override
    public Optional<byte[]> get(String path, int most) throws Problem {
        return path.equals(RoleName.TIMESTAMP.file()) ? store.read(path, limits.timestampBytes()) : Optional.empty();
    }

    @Override
    public Optional<Body> open(String path, long from) {
        return Optional.empty();
    }

    @Override
    public String describe(String path) {
        return path + " among the client's own files, and nothing is fetched offline";
    }
}
