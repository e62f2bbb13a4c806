package dev.repro.tuf.client;

import dev.repro.tuf.MetaFile;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.Verified;
import java.util.Map;
import java.util.Optional;

/// Which snapshot is the newest, as the repository said not long ago.
public final class TrustedTimestamp {
    private final TrustedRoot root;
    private final Past past;
    private final Verified<Signed.Timestamp> timestamp;
    private final boolean isNew;

    TrustedTimestamp(TrustedRoot root, Past past, Verified<Signed.Timestamp> timestamp, boolean isNew) {
        this.root = root;
        this.past = past;
        this.timestamp = timestamp;
        this.isNew = isNew;
    }

    public Verified<Signed.Timestamp> timestamp() {
        return timestamp;
    }

    public TrustedRoot root() {
        return root;
    }

    /// Whether it is to be kept: not the file that the client has already (TUF 5.4.5).
    public boolean isNew() {
        return isNew;
    }

    /// The snapshot that is wanted.
    public MetaFile wanted() {
        return timestamp.get().snapshot();
    }

    /// The snapshot that the client has, if that is the wanted one: nothing has to be fetched then.
    public Optional<TrustedSnapshot> snapshot() {
        if (past.snapshot().isEmpty()) {
            return Optional.empty();
        }
        try {
            Verified<Signed.Snapshot> old = past.snapshot().get();
            wanted().check(RoleName.SNAPSHOT, old.bytes());
            return Optional.of(accept(old, false));
        } catch (Refusal e) {
            return Optional.empty(); // another one is wanted
        }
    }

    public TrustedSnapshot snapshot(byte[] fetched) throws Refusal {
        wanted().check(RoleName.SNAPSHOT, fetched); // TUF 5.5.2: before the signatures
        return accept(root.authority(RoleName.SNAPSHOT).verify(
                Metadata.parse(MetadataType.SNAPSHOT, RoleName.SNAPSHOT, fetched)), true); // TUF 5.5.3
    }

    private TrustedSnapshot accept(Verified<Signed.Snapshot> snapshot, boolean fetched) throws Refusal {
        long version = snapshot.get().version();
        if (version != wanted().version()) { // TUF 5.5.4
            throw Refusal.of(Refusal.Rule.VERSION_MISMATCH, RoleName.SNAPSHOT).expected(wanted().version()).found(version);
        }
        Signed.Snapshot old = past.snapshot().map(Verified::get).orElse(snapshot.get());
        for (Map.Entry<RoleName, MetaFile> role : old.roles().entrySet()) { // TUF 5.5.5: also if the old one's hash is not the wanted one
            MetaFile now = snapshot.get().roles().get(role.getKey());
            if (now == null) {
                throw Refusal.of(Refusal.Rule.REMOVED, role.getKey()).expected("version " + role.getValue().version() + " or newer");
            }
            TrustedRoot.requireNotOlder(role.getKey(), role.getValue().version(), now.version());
        }
        TrustedRoot.requireFresh(snapshot, root.start()); // TUF 5.5.6
        return new TrustedSnapshot(this, snapshot, fetched);
    }
}
