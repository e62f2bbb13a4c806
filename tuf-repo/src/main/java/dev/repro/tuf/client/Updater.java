package dev.repro.tuf.client;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import java.time.Instant;
import java.util.Optional;

/// Brings a client's files up to date, in the order of the workflow (TUF 5.3 to 5.6), and gives the [Repository] that they make.
///
/// Each file is kept as soon as it was verified and not before, so that whatever goes wrong after it, the next update goes on from there.
public final class Updater {
    static final String ROOTS = "roots/";

    private final Remote remote;
    private final Store store;
    private final Limits limits;

    /// @param remote the repository's metadata
    /// @param store the client's own files, begun by [#begin]
    public Updater(Remote remote, Store store, Limits limits) {
        this.remote = remote;
        this.store = store;
        this.limits = limits;
    }

    /// One that fetches nothing: the same workflow over the client's own files alone.
    public static Updater offline(Store store, Limits limits) {
        return new Updater(new OfflineRemote(store, limits), store, limits);
    }

    /// Puts the root that comes with the software into a client's folder (TUF 5.2). Nothing is fetched.
    ///
    /// @throws Refusal if its own keys have not signed it
    /// @throws Problem exit code 2 if the folder begins with another root, 4 if it cannot be written
    public static void begin(Store store, byte[] shipped, Limits limits) throws Refusal, Problem {
        RootChain root = RootChain.from(shipped);
        try (var _ = store.lock()) {
            String name = ROOTS + RoleName.ROOT.file(root.version());
            Optional<byte[]> newest = store.read(RoleName.ROOT.file(), limits.rootBytes());
            if (newest.isPresent() && !java.util.Arrays.equals(store.read(name, limits.rootBytes()).orElse(null), shipped)) {
                throw Problem.usage("these files begin with another root").hint("name a folder that is empty, or delete the files in this one first");
            }
            store.write(name, shipped);
            if (newest.isEmpty() || !isRoot(newest.get())) { // a damaged one: the roots after the shipped one are fetched again
                store.write(RoleName.ROOT.file(), shipped);
            }
        }
    }

    private static boolean isRoot(byte[] file) {
        try {
            RootChain.from(file);
            return true;
        } catch (Refusal e) {
            return false;
        }
    }

    /// Updates from the root that the client's own folder has: that folder is then what is trusted.
    ///
    /// @param start now; every expiry is held to it (TUF 5.1)
    /// @throws Problem exit code 2 if nobody has begun the files, 4 if network or storage failed
    public Repository refresh(Instant start) throws Refusal, Problem {
        try (var _ = store.lock()) {
            return refresh(own(), start);
        }
    }

    /// The first half of [#refresh]: as far as the timestamp.
    TrustedTimestamp timestamp(Instant start) throws Refusal, Problem {
        try (var _ = store.lock()) {
            return timestamp(own(), start);
        }
    }

    private RootChain own() throws Refusal, Problem {
        return RootChain.from(store.read(RoleName.ROOT.file(), limits.rootBytes()).orElseThrow(() -> Problem.usage("there is no root to begin from")
                .where(RoleName.ROOT.file()).hint("begin with the root file that came with the software, or that its makers publish")));
    }

    /// Updates from a root that came with the software, so that the client's own folder need not be trusted: whatever roots it has are
    /// verified from that one on.
    public Repository refresh(byte[] shipped, Instant start) throws Refusal, Problem {
        try (var _ = store.lock()) {
            return refresh(known(RootChain.from(shipped)), start);
        }
    }

    // Roots that were fetched before; one that does not follow is fetched again.
    private RootChain known(RootChain shipped) throws Problem {
        RootChain chain = shipped;
        try {
            for (int i = 0; i < limits.rootRotations(); i++) {
                Optional<byte[]> next = store.read(ROOTS + RoleName.ROOT.file(chain.version() + 1), limits.rootBytes());
                if (next.isEmpty()) {
                    return chain;
                }
                chain = chain.next(next.get());
            }
            return chain;
        } catch (Refusal e) {
            return chain;
        }
    }

    private Repository refresh(RootChain begun, Instant start) throws Refusal, Problem {
        TrustedSnapshot snapshot = snapshot(timestamp(begun, start));
        var repository = new Repository(new Roles(remote, store, limits, snapshot), limits);
        repository.targets(); // TUF 5.6
        return repository;
    }

    // TUF 5.3, 5.4
    private TrustedTimestamp timestamp(RootChain begun, Instant start) throws Refusal, Problem {
        TrustedRoot root = roots(begun).end(start);
        Past past = past(root);
        TrustedTimestamp timestamp = root.timestamp(fetch(RoleName.TIMESTAMP, RoleName.TIMESTAMP.file(), limits.timestampBytes()), past);
        if (timestamp.isNew()) {
            store.write(RoleName.TIMESTAMP.file(), timestamp.timestamp().bytes()); // TUF 5.4.5
        }
        return timestamp;
    }

    // TUF 5.3.3 to 5.3.9
    private RootChain roots(RootChain begun) throws Refusal, Problem {
        RootChain chain = begun;
        for (int fetched = 0; chain.version() < Long.MAX_VALUE; fetched++) {
            Optional<byte[]> next = remote.get(RoleName.ROOT.file(chain.version() + 1), limits.rootBytes());
            if (next.isEmpty()) {
                return chain;
            }
            requireShort(RoleName.ROOT, next.get(), limits.rootBytes());
            if (fetched == limits.rootRotations()) {
                throw Refusal.of(Refusal.Rule.TOO_MANY, RoleName.ROOT).expected("at most " + fetched + " new versions in one update")
                        .hint("update again: those up to version " + chain.version() + " are kept");
            }
            chain = chain.next(next.get());
            store.write(ROOTS + RoleName.ROOT.file(chain.version()), next.get()); // TUF 5.3.8
            store.write(RoleName.ROOT.file(), next.get());
        }
        return chain;
    }

    private Past past(TrustedRoot root) throws Problem {
        Past past = root.past(store.read(RoleName.TIMESTAMP.file(), limits.timestampBytes()), store.read(RoleName.SNAPSHOT.file(), limits.snapshotBytes()));
        if (past.rotated()) { // TUF 5.3.11
            store.delete(RoleName.TIMESTAMP.file());
            store.delete(RoleName.SNAPSHOT.file());
        }
        return past;
    }

    // TUF 5.5
    private TrustedSnapshot snapshot(TrustedTimestamp timestamp) throws Refusal, Problem {
        Optional<TrustedSnapshot> own = timestamp.snapshot();
        if (own.isPresent()) {
            return own.get();
        }
        int most = most(timestamp.wanted().length().orElse(limits.snapshotBytes()), limits.snapshotBytes());
        String file = timestamp.root().file(RoleName.SNAPSHOT, timestamp.wanted().version());
        TrustedSnapshot fetched = timestamp.snapshot(fetch(RoleName.SNAPSHOT, file, most));
        store.write(RoleName.SNAPSHOT.file(), fetched.snapshot().bytes()); // TUF 5.5.7
        return fetched;
    }

    private byte[] fetch(RoleName role, String file, int most) throws Refusal, Problem {
        return fetch(remote, role, file, most);
    }

    static byte[] fetch(Remote remote, RoleName role, String file, int most) throws Refusal, Problem {
        Optional<byte[]> bytes = remote.get(file, most);
        if (bytes.isEmpty()) {
            throw Refusal.of(Refusal.Rule.MISSING, role).found("no " + remote.describe(file));
        }
        requireShort(role, bytes.get(), most);
        return bytes.get();
    }

    /// The length that was signed, and no more than the limit of its kind.
    static int most(long signed, int limit) {
        return (int) Math.min(signed, limit);
    }

    private static void requireShort(RoleName role, byte[] file, int most) throws Refusal {
        if (file.length > most) {
            throw Refusal.of(Refusal.Rule.TOO_LONG, role).expected("at most " + most + " bytes");
        }
    }
}
