package dev.repro.tuf.client;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Follows the key rotations of delegated roles (TAP 8, TAP 20): each is read from the client's own files, or fetched and kept.
/// The rules are [KeyChain]'s.
final class Rotations {
    private final Remote remote;
    private final Store store;
    private final Limits limits;
    private final TrustedSnapshot snapshot;
    private final SortedMap<String, byte[]> followed = new TreeMap<>();

    Rotations(Remote remote, Store store, Limits limits, TrustedSnapshot snapshot) {
        this.remote = remote;
        this.store = store;
        this.limits = limits;
        this.snapshot = snapshot;
    }

    /// Who signs the role that a delegation leads to, now. Of a role without rotations nothing is asked of the repository.
    Authority follow(Delegation delegation) throws Refusal, Problem {
        return follow(KeyChain.start(delegation.role(), delegation.authority(), snapshot.snapshot().get(), limits));
    }

    /// What was followed, by path below the metadata's URL.
    SortedMap<String, byte[]> files() {
        return Collections.unmodifiableSortedMap(followed);
    }

    private Authority follow(KeyChain chain) throws Refusal, Problem {
        if (chain instanceof KeyChain.Revoked revoked) { // no `switch` over types: see dev.repro.base.JsonText
            throw revoked.refusal();
        }
        return chain instanceof KeyChain.Pending pending ? follow(take(pending)) : check((KeyChain.Complete) chain);
    }

    private Authority check(KeyChain.Complete complete) throws Refusal, Problem {
        return complete.check(kept(complete.start(), complete.next()));
    }

    private KeyChain take(KeyChain.Pending pending) throws Refusal, Problem {
        RotateFile file = pending.file();
        Optional<byte[]> kept = kept(pending.start(), file.number());
        Digest sha256 = pending.sha256();
        boolean consistent = snapshot.root().root().get().consistentSnapshot();
        String path = file.path(consistent ? Optional.of(sha256) : Optional.empty());
        if (kept.isPresent() && Digest.of(kept.get()).equals(sha256)) {
            followed.put(path, kept.get());
            return pending.take(kept.get(), kept);
        }
        int most = Updater.most(pending.listed().length().orElse(limits.rotateBytes()), limits.rotateBytes());
        byte[] fetched = Updater.fetch(remote, file.entry(), path, most);
        KeyChain next = pending.take(fetched, kept);
        followed.put(path, fetched);
        try (var _ = store.lock()) {
            store.write(name(pending.start(), file.number()), fetched);
        }
        return next;
    }

    private Optional<byte[]> kept(Digest start, int number) throws Problem {
        return store.read(name(start, number), limits.rotateBytes());
    }

    private static String name(Digest start, int number) {
        return "rotate/" + start + "." + number + ".json";
    }
}
