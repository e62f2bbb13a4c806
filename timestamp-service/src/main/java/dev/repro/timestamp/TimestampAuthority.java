package dev.repro.timestamp;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.keys.Signer;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleKeys;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.Threshold;
import dev.repro.tuf.Verified;
import dev.repro.tuf.client.RootChain;
import dev.repro.tuf.client.TrustedRoot;
import dev.repro.tuf.repository.TimestampFile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Signs `timestamp.json` for a snapshot, if that snapshot is none that goes backwards. It believes nobody: roots it follows by their
/// signatures, snapshots by root's keys, and what came before by its own memory ([StateFolder]), which is written and forced to the disk
/// *before* a signature is given away. Whoever holds every other key of the repository, snapshot's too, cannot make it sign
/// - a snapshot of a lower version than the last one, or other bytes of the same version;
/// - one in which a role (or a rotation of keys) is older than before, is gone, or has other bytes under the same version, unless root has
///   replaced the snapshot keys meanwhile (TUF 5.3.11, 5.5.5);
/// - one that has expired, or expires within [Margins#expiry];
/// - under a root older than the newest one it has signed under, or one that does not follow from it;
/// - with a wall clock that has jumped, or is before what it signed last ([ClockWatch]).
///
/// Safe for several threads, and for several processes of one folder.
public final class TimestampAuthority {

    /// Where newer roots come from: `metadata/N.root.json`.
    @FunctionalInterface
    public interface Roots {
        /// @return empty if there is none of that version
        Optional<byte[]> root(long version) throws Problem;
    }

    /// @param expiry for how long a snapshot must still be good
    /// @param clock how far the wall clock may stray from the monotonic one
    public record Margins(Duration expiry, Duration clock) {
        public static final Margins DEFAULT = new Margins(Duration.ofHours(1), Duration.ofMinutes(1));
    }

    private final StateFolder state;
    private final byte[] shipped;
    private final List<Signer> signers;
    private final Margins margins;
    private final ClockWatch clock;
    private volatile Seen seen;

    /// The snapshot that was signed for last by this process.
    ///
    /// @param root version of the root whose keys it was verified with
    private record Seen(Digest file, long root, Signed.Snapshot snapshot) {}

    private TimestampAuthority(StateFolder state, byte[] shipped, List<Signer> signers, Clocks clocks, Margins margins) {
        this.state = state;
        this.shipped = shipped;
        this.signers = signers;
        this.margins = margins;
        this.clock = new ClockWatch(clocks, margins.clock());
    }

    /// @param folder for the high-water mark; made when the first timestamp is
    /// @param root any version of the repository's root that its operator vouches for; newer ones are followed from there
    /// @param signers of timestamp: one, or while root replaces the key the old and the new one. The caller closes them
    /// @throws Refusal if its own keys have not signed the root
    /// @throws Problem exit code 2 or 4 if the folder holds what it must not
    public static TimestampAuthority open(Path folder, byte[] root, List<? extends Signer> signers, Clocks clocks, Margins margins)
            throws Refusal, Problem {
        RootChain.from(root);
        var authority = new TimestampAuthority(new StateFolder(folder), root.clone(), List.copyOf(signers), clocks, margins);
        authority.last();
        return authority;
    }

    /// @param signed the whole `timestamp.json`
    /// @param snapshot what it lists
    /// @param time when it was dated
    public record Stamp(byte[] signed, Signed.Timestamp timestamp, Signed.Snapshot snapshot, Signed.Root root, Instant time) {}

    /// The snapshot that was signed for last, to be signed for again.
    public Optional<byte[]> last() throws Problem {
        return state.locked(() -> {
            Optional<Mark> mark = state.mark();
            return mark.isEmpty() ? Optional.<byte[]>empty() : Optional.of(state.snapshot(mark.get()));
        });
    }

    /// Looks at the clocks alone.
    ///
    /// @throws Refusal if nothing would be signed now because of them
    public void look() throws Refusal, Problem {
        clock.now(state.locked(state::mark).map(Mark::time).orElse(null));
    }

    /// Looks whether the keys at hand are those of a root that is to come.
    ///
    /// @throws Problem exit code 1 if they may not sign under it
    public void look(byte[] root) throws Refusal, Problem {
        TimestampFile.require(Metadata.parse(MetadataType.ROOT, RoleName.ROOT, root).unverified(), signers);
    }

    /// Checks a snapshot and signs the next timestamp for it.
    ///
    /// @param snapshot the file, as it is published or staged
    /// @param roots asked for versions beyond the newest known one, also for one that this publication brings
    /// @param current the timestamp that is published now. Nothing is believed of it but what this repository's own timestamp keys have
    ///     signed; it is only needed where the mark was lost
    /// @throws Refusal if it must not be signed; nothing has changed then
    /// @throws Problem exit code 1 if the keys at hand may not sign, 4 if the mark cannot be written: then nothing was signed
    public Stamp timestamp(byte[] snapshot, Roots roots, Optional<byte[]> current) throws Refusal, Problem {
        return state.locked(() -> stamp(snapshot, roots, current));
    }

    /// Likewise, the file alone.
    public byte[] sign(byte[] snapshot, Roots roots, Optional<byte[]> current) throws Refusal, Problem {
        return timestamp(snapshot, roots, current).signed();
    }

    private record Chain(TrustedRoot newest, Optional<Signed.Root> before, List<Verified<Signed.Root>> fresh) {}

    private Stamp stamp(byte[] file, Roots roots, Optional<byte[]> current) throws Refusal, Problem {
        Optional<Mark> mark = state.mark();
        Instant now = clock.now(mark.map(Mark::time).orElse(null));
        Chain chain = follow(roots, now);
        Signed.Root root = chain.newest.root().get();
        SnapshotCheck.requireNotOlder(RoleName.ROOT, mark.map(Mark::root).orElse(0L), root.version());
        TimestampFile.require(root, signers);
        Signed.Snapshot snapshot = snapshot(root, file);
        if (mark.isPresent()) {
            compare(mark.get(), file, snapshot, root);
        } else {
            compare(root, current, snapshot, file);
        }
        requireFresh(snapshot, now);
        long version = Math.addExact(Math.max(mark.map(Mark::timestamp).orElse(0L), published(root, current).map(Signed::version).orElse(0L)), 1);
        for (Verified<Signed.Root> fresh : chain.fresh) {
            state.keepRoot(fresh.get().version(), fresh.bytes());
        }
        state.keep(new Mark(root.version(), version, Digest.of(file), now), file, mark);
        seen = new Seen(Digest.of(file), root.version(), snapshot);
        byte[] signed = TimestampFile.sign(root, chain.before, version, snapshot.version(), file, now, signers);
        return new Stamp(signed, Metadata.parse(MetadataType.TIMESTAMP, RoleName.TIMESTAMP, signed).unverified(), snapshot, root, now);
    }

    // TUF 5.3: from the root that the operator vouches for, over those that were followed before, to the newest
    private Chain follow(Roots roots, Instant now) throws Refusal, Problem {
        RootChain chain = RootChain.from(shipped);
        Optional<Signed.Root> before = Optional.empty();
        var fresh = new ArrayList<Verified<Signed.Root>>();
        for (int i = 0; i <= Limits.DEFAULT.rootRotations(); i++) {
            Optional<byte[]> known = state.root(chain.version() + 1);
            Optional<byte[]> next = known.isPresent() ? known : roots.root(chain.version() + 1);
            if (next.isEmpty()) {
                return new Chain(chain.end(now), before, fresh);
            }
            before = Optional.of(chain.newest().get());
            chain = chain.next(next.get());
            if (known.isEmpty()) {
                fresh.add(chain.newest());
            }
        }
        throw Refusal.of(Refusal.Rule.TOO_MANY, RoleName.ROOT).expected("at most " + Limits.DEFAULT.rootRotations() + " versions after version "
                + RootChain.from(shipped).version()).hint("start with a newer root");
    }

    private static Signed.Snapshot snapshot(Signed.Root root, byte[] file) throws Refusal {
        if (file.length > Limits.DEFAULT.snapshotBytes()) {
            throw Refusal.of(Refusal.Rule.TOO_LONG, RoleName.SNAPSHOT).expected("at most " + Limits.DEFAULT.snapshotBytes() + " bytes")
                    .found(file.length);
        }
        Signed.Snapshot snapshot = verify(root, RoleName.SNAPSHOT, MetadataType.SNAPSHOT, file);
        SnapshotCheck.alone(snapshot);
        return snapshot;
    }

    private static <T extends Signed> T verify(Signed.Root root, RoleName role, MetadataType<T> type, byte[] file) throws Refusal {
        RoleKeys keys = root.roles().get(role);
        return Threshold.verify(Metadata.parse(type, role, file), keys, root.keys()).get();
    }

    // What this process has verified itself, under this very root, needs no second look.
    private Signed.Snapshot last(Mark mark, Signed.Root root) throws Refusal, Problem {
        byte[] file = state.snapshot(mark); // even so: a damaged memory is noticed at once
        Seen known = seen;
        return known != null && known.file.equals(mark.snapshot()) && known.root == root.version() ? known.snapshot
                : verify(root, RoleName.SNAPSHOT, MetadataType.SNAPSHOT, file);
    }

    private void compare(Mark mark, byte[] file, Signed.Snapshot snapshot, Signed.Root root) throws Refusal, Problem {
        if (mark.snapshot().equals(Digest.of(file))) {
            return; // the same again
        }
        try {
            SnapshotCheck.after(last(mark, root), snapshot);
        } catch (Refusal e) {
            if (e.rule() != Refusal.Rule.UNSIGNED) { // else root has replaced the keys: clients begin anew, too (TUF 5.3.11)
                throw e;
            }
        }
    }

    /// Without a mark all that speaks is what this key has signed before, on this machine or another.
    private static void compare(Signed.Root root, Optional<byte[]> current, Signed.Snapshot snapshot, byte[] file) throws Refusal {
        Optional<Signed.Timestamp> old = published(root, current);
        if (old.isEmpty()) {
            return;
        }
        SnapshotCheck.requireNotOlder(RoleName.SNAPSHOT, old.get().snapshot().version(), snapshot.version());
        if (old.get().snapshot().version() == snapshot.version()) {
            old.get().snapshot().check(RoleName.SNAPSHOT, file);
        }
    }

    private static Optional<Signed.Timestamp> published(Signed.Root root, Optional<byte[]> current) {
        try {
            return current.isEmpty() ? Optional.empty() : Optional.of(verify(root, RoleName.TIMESTAMP, MetadataType.TIMESTAMP, current.get()));
        } catch (Refusal e) {
            return Optional.empty(); // torn, or signed by a key that root has replaced: as for a client, as if it were not there
        }
    }

    private void requireFresh(Signed.Snapshot snapshot, Instant now) throws Refusal {
        Instant end = snapshot.header().expires();
        if (!now.isBefore(end)) {
            throw Refusal.of(Refusal.Rule.EXPIRED, RoleName.SNAPSHOT).expected("a version that is valid at " + now).found("valid until " + end)
                    .hint("publish a new snapshot");
        }
        if (now.plus(margins.expiry()).isAfter(end)) {
            throw Refusal.of(Refusal.Rule.EXPIRES_SOON, RoleName.SNAPSHOT).expected("valid for " + margins.expiry().toMinutes() + " minutes at least")
                    .found("valid until " + end).hint("publish a new snapshot");
        }
    }
}
