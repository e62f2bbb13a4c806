package dev.repro.tuf.client;

import dev.repro.tuf.Signed;
import dev.repro.tuf.Verified;
import java.util.Optional;

/// What the client trusted before this update, and still may: what it must not go back behind. Only [TrustedRoot#past] makes one.
public final class Past {
    static final Past NONE = new Past(Optional.empty(), Optional.empty(), false);

    private final Optional<Verified<Signed.Timestamp>> timestamp;
    private final Optional<Verified<Signed.Snapshot>> snapshot;
    private final boolean rotated;

    Past(Optional<Verified<Signed.Timestamp>> timestamp, Optional<Verified<Signed.Snapshot>> snapshot, boolean rotated) {
        this.timestamp = timestamp;
        this.snapshot = snapshot;
        this.rotated = rotated;
    }

    public Optional<Verified<Signed.Timestamp>> timestamp() {
        return timestamp;
    }

    public Optional<Verified<Signed.Snapshot>> snapshot() {
        return snapshot;
    }

    /// Keys of timestamp or snapshot were rotated since: the files are to be deleted (TUF 5.3.11).
    public boolean rotated() {
        return rotated;
    }
}
