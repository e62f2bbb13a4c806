package dev.repro.tuf.client;

import dev.repro.tuf.MetaFile;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.Verified;
import java.util.Optional;

/// Which version of each targets role belongs to this state of the repository.
public final class TrustedSnapshot {
    private final TrustedTimestamp timestamp;
    private final Verified<Signed.Snapshot> snapshot;
    private final boolean isNew;

    TrustedSnapshot(TrustedTimestamp timestamp, Verified<Signed.Snapshot> snapshot, boolean isNew) {
        this.timestamp = timestamp;
        this.snapshot = snapshot;
        this.isNew = isNew;
    }

    public Verified<Signed.Snapshot> snapshot() {
        return snapshot;
    }

    public TrustedTimestamp timestamp() {
        return timestamp;
    }

    public TrustedRoot root() {
        return timestamp.root();
    }

    /// Whether it is to be kept: not the file that the client has already (TUF 5.5.7).
    public boolean isNew() {
        return isNew;
    }

    public Optional<MetaFile> listed(RoleName role) {
        return Optional.ofNullable(snapshot.get().roles().get(role));
    }

    /// What the snapshot says of a targets role.
    ///
    /// @throws Refusal if it does not list it: then the role is not trusted, and nobody fetches it
    MetaFile wanted(RoleName role) throws Refusal {
        return listed(role).orElseThrow(() -> Refusal.of(Refusal.Rule.MISSING, role).found("not listed by the snapshot"));
    }

    /// Who may sign the top-level targets.
    Authority targetsAuthority() {
        return root().authority(RoleName.TARGETS);
    }

    /// @param file fetched, or the client's own
    public TrustedTargets targets(byte[] file) throws Refusal {
        return targets(file, targetsAuthority());
    }

    TrustedTargets targets(byte[] file, Authority authority) throws Refusal {
        return new TrustedTargets(this, Optional.empty(), authority, verify(RoleName.TARGETS, file, authority));
    }

    /// The checks of every targets role, whoever delegates to it.
    Verified<Signed.Targets> verify(RoleName role, byte[] file, Authority authority) throws Refusal {
        MetaFile wanted = wanted(role);
        wanted.check(role, file); // TUF 5.6.2
        Verified<Signed.Targets> targets = authority.verify(Metadata.parse(MetadataType.TARGETS, role, file)); // TUF 5.6.3
        if (targets.get().version() != wanted.version()) { // TUF 5.6.4
            throw Refusal.of(Refusal.Rule.VERSION_MISMATCH, role).expected(wanted.version()).found(targets.get().version());
        }
        TrustedRoot.requireFresh(targets, root().start()); // TUF 5.6.5
        return targets;
    }
}
