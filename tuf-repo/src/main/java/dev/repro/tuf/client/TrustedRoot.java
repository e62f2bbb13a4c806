package dev.repro.tuf.client;

import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.Verified;
import java.time.Instant;
import java.util.Optional;

/// The newest root, which has not expired. It says who signs timestamp, snapshot and targets.
public final class TrustedRoot {
    private final Verified<Signed.Root> root;
    private final Instant start;

    TrustedRoot(Verified<Signed.Root> root, Instant start) {
        this.root = root;
        this.start = start;
    }

    public Verified<Signed.Root> root() {
        return root;
    }

    /// When this update started (TUF 5.1).
    public Instant start() {
        return start;
    }

    /// What a role's file is called in the repository (TUF 5.5.1, 5.6.1).
    String file(RoleName role, long version) {
        return root.get().consistentSnapshot() ? role.file(version) : role.file();
    }

    Authority authority(RoleName role) {
        return Authority.of(root.get(), role);
    }

    /// What of the client's own files counts as trusted before (TUF 5.3.11): all that keys of this root have signed. A file that is none
    /// (torn, of another type) is as if it were not there. One that is whole and that the keys of this root have not signed
    /// means that keys were rotated, which is how a repository recovers from versions that an attacker has driven up; then neither file
    /// counts. Asked of the files and not of the change of roots, so that it comes to the same if the client dies in between.
    ///
    /// @param timestamp the client's own file, however old
    /// @param snapshot likewise
    public Past past(Optional<byte[]> timestamp, Optional<byte[]> snapshot) {
        Old<Signed.Timestamp> oldTimestamp = old(MetadataType.TIMESTAMP, RoleName.TIMESTAMP, timestamp);
        Old<Signed.Snapshot> oldSnapshot = old(MetadataType.SNAPSHOT, RoleName.SNAPSHOT, snapshot);
        return oldTimestamp.rotated || oldSnapshot.rotated ? new Past(Optional.empty(), Optional.empty(), true)
                : new Past(oldTimestamp.file, oldSnapshot.file, false);
    }

    private record Old<T extends Signed>(Optional<Verified<T>> file, boolean rotated) {}

    private <T extends Signed> Old<T> old(MetadataType<T> type, RoleName role, Optional<byte[]> bytes) {
        if (bytes.isEmpty()) {
            return new Old<>(Optional.empty(), false);
        }
        try {
            return new Old<>(Optional.of(authority(role).verify(Metadata.parse(type, role, bytes.get()))), false);
        } catch (Refusal e) {
            return new Old<>(Optional.empty(), e.rule() == Refusal.Rule.UNSIGNED);
        }
    }

    /// @param fetched what the repository has now
    /// @param past of this root
    public TrustedTimestamp timestamp(byte[] fetched, Past past) throws Refusal {
        Verified<Signed.Timestamp> old = past.timestamp().orElse(null);
        if (old != null && old.isOf(fetched)) {
            requireFresh(old, start); // TUF 5.4.4: also of a file that is merely served again
            return new TrustedTimestamp(this, past, old, false);
        }
        Verified<Signed.Timestamp> now = authority(RoleName.TIMESTAMP).verify(
                Metadata.parse(MetadataType.TIMESTAMP, RoleName.TIMESTAMP, fetched)); // TUF 5.4.2
        if (old != null) {
            requireNotOlder(RoleName.TIMESTAMP, old.get().version(), now.get().version()); // TUF 5.4.3.1
            if (old.get().version() == now.get().version()) {
                requireFresh(old, start); // it is the old one that goes on being trusted
                return new TrustedTimestamp(this, past, old, false);
            }
            requireNotOlder(RoleName.SNAPSHOT, old.get().snapshot().version(), now.get().snapshot().version()); // TUF 5.4.3.2
        }
        requireFresh(now, start); // TUF 5.4.4
        return new TrustedTimestamp(this, past, now, true);
    }

    static void requireFresh(Verified<?> file, Instant start) throws Refusal {
        if (!start.isBefore(file.get().header().expires())) {
            throw Refusal.of(Refusal.Rule.EXPIRED, file.role()).expected("a version that is valid at " + start)
                    .found("version " + file.get().version() + ", valid until " + file.get().header().expires())
                    .hint(file.role().equals(RoleName.ROOT) ? "ask whoever runs the repository for a new root"
                            : "see that this machine's clock is right; else the repository is not kept up, or is held back from you");
        }
    }

    static void requireNotOlder(RoleName role, long trusted, long found) throws Refusal {
        if (found < trusted) {
            throw Refusal.of(Refusal.Rule.ROLLBACK, role).expected("version " + trusted + " or newer").found("version " + found);
        }
    }
}
