package dev.repro.tuf.client;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.tuf.Key;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.Limits;
import dev.repro.tuf.MetaFile;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.Signed;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Who may sign a delegated role after its own key rotations (TAP 8, TAP 20; docs/pouf.md). The chain starts at the delegation
/// and takes, in order, every rotation that the trusted snapshot lists; each must be signed by those whom the one before named.
///
/// A client keeps the rotations that it has trusted, by [#start] and number. One that it has is never replaced, but by a
/// revocation.
public sealed interface KeyChain {

    /// Identifies the chain by its start: the role, its delegation's keys and threshold. Kept rotations of another start say
    /// nothing here.
    Digest start();

    /// @param snapshot the trusted one
    /// @throws Refusal if the snapshot lists a later rotation but not an earlier one, or more than accepted
    static KeyChain start(RoleName role, Authority delegated, Signed.Snapshot snapshot, Limits limits) throws Refusal {
        var listed = listed(role, snapshot);
        if (listed.size() > limits.keyRotations()) {
            throw Refusal.of(Refusal.Rule.TOO_MANY, role).expected("at most " + limits.keyRotations() + " key rotations")
                    .found(listed.size());
        }
        if (!listed.isEmpty() && listed.lastKey() != listed.size()) {
            throw Refusal.of(Refusal.Rule.MISSING, role).expected("key rotations 1 to " + listed.lastKey())
                    .found(listed.keySet());
        }
        return next(new Links(role, id(role, delegated), List.copyOf(listed.values())), 0, delegated);
    }

    // The same for the same role, threshold, key ids and key material, whoever delegates and however the keys are written.
    private static Digest id(RoleName role, Authority delegated) {
        var keys = new TreeMap<String, Json>();
        for (KeyId id : delegated.role().keyids()) {
            Key key = delegated.keys().get(id);
            keys.put(id.text(), Json.of(key == null ? null
                    : key.usable().map(k -> Digest.of(k.spki()).hex()).orElseGet(() -> JsonText.compact(key.json()))));
        }
        return Digest.of(JsonText.canonical(Json.object("keys", keys, "role", role.text(), "threshold", delegated.role()
                .threshold())));
    }

    private static SortedMap<Integer, MetaFile> listed(RoleName role, Signed.Snapshot snapshot) {
        var out = new TreeMap<Integer, MetaFile>();
        snapshot.roles().forEach((entry, file) -> RotateFile.parse(entry).filter(r -> r.role().equals(role))
                .ifPresent(r -> out.put(r.number(), file)));
        return out;
    }

    private static KeyChain next(Links links, int done, Authority now) {
        return done == links.listed.size() ? new Complete(links, now) : new Pending(links, done, now);
    }

    /// What the whole chain is about.
    ///
    /// @param listed what the snapshot says of rotation 1 and so on
    record Links(RoleName role, Digest start, List<MetaFile> listed) {}

    /// A rotation is to be read.
    ///
    /// @param done how many have been
    /// @param now who signs the next
    record Pending(Links links, int done, Authority now) implements KeyChain {

        @Override
        public Digest start() {
            return links.start;
        }

        public RotateFile file() {
            return new RotateFile(links.role, done + 1);
        }

        /// What the snapshot says of it.
        public MetaFile listed() {
            return links.listed.get(done);
        }

        /// Of the file, as the snapshot says it, and must.
        public Digest sha256() throws Refusal {
            return Optional.ofNullable(listed().hashes().get("sha256")).flatMap(Digest::parse)
                    .orElseThrow(() -> Refusal.of(Refusal.Rule.NO_KNOWN_HASH, file().entry()).expected("sha256")
                            .found(listed().hashes().keySet()));
        }

        /// @param bytes the rotation that the snapshot lists; what other bytes are is refused
        /// @param kept the one of this number that was trusted before
        /// @return [Revoked] ends the chain; whoever sees it or another end keeps `bytes` first
        /// @throws Refusal the role is as if it were not signed; what was kept stays
        public KeyChain take(byte[] bytes, Optional<byte[]> kept) throws Refusal {
            sha256();
            listed().check(file().entry(), bytes);
            Signed.Rotate rotate = read(bytes);
            if (kept.isPresent() && !Arrays.equals(bytes, kept.get())) {
                checkReplacement(rotate, kept.get());
            }
            if (rotate.isRevocation()) {
                return new Revoked(links, done + 1);
            }
            return next(links, done + 1, new Authority(rotate.roleKeys().orElseThrow(), rotate.keys()));
        }

        // TAP 20: only a revocation may replace a rotation, and nothing a revocation.
        private void checkReplacement(Signed.Rotate rotate, byte[] kept) throws Refusal {
            Signed.Rotate before;
            try {
                before = read(kept);
            } catch (Refusal damaged) {
                return; // what was kept was never trusted in this place: a damaged file says nothing
            }
            if (!rotate.isRevocation() || before.isRevocation()) {
                throw Refusal.of(Refusal.Rule.REPLACED, file().entry()).expected(Digest.of(kept).hex()).found(listed().hashes());
            }
        }

        private Signed.Rotate read(byte[] bytes) throws Refusal {
            Metadata<Signed.Rotate> file = Metadata.parse(MetadataType.ROTATE, file().entry(), bytes);
            Signed.Rotate rotate = now.verify(file).get();
            if (!rotate.role().equals(links.role)) {
                throw Refusal.of(Refusal.Rule.MALFORMED, file().entry()).expected("role " + links.role)
                        .found("role " + rotate.role());
            }
            if (rotate.version() != done + 1) {
                throw Refusal.of(Refusal.Rule.VERSION_MISMATCH, file().entry()).expected(done + 1).found(rotate.version());
            }
            return rotate;
        }
    }

    /// The end: who signs the role now.
    record Complete(Links links, Authority now) implements KeyChain {

        @Override
        public Digest start() {
            return links.start;
        }

        /// The number of the rotation that would come next.
        public int next() {
            return links.listed.size() + 1;
        }

        /// @param keptNext the rotation [#next] that was trusted before, although the snapshot lists none
        /// @throws Refusal if there is one and it is good: who lists fewer rotations than before turns back to old keys
        public Authority check(Optional<byte[]> keptNext) throws Refusal {
            if (keptNext.isPresent() && isGood(keptNext.get())) {
                throw Refusal.of(Refusal.Rule.ROLLBACK, links.role).expected("key rotation " + next())
                        .found("a snapshot that does not list it");
            }
            return now;
        }

        private boolean isGood(byte[] kept) {
            try {
                new Pending(links, links.listed.size(), now).read(kept);
                return true;
            } catch (Refusal damaged) {
                return false;
            }
        }
    }

    /// The role's holders have ended it (TAP 20).
    ///
    /// @param number of the rotation that does
    record Revoked(Links links, int number) implements KeyChain {

        @Override
        public Digest start() {
            return links.start;
        }

        public Refusal refusal() {
            return Refusal.of(Refusal.Rule.REVOKED, links.role).found(new RotateFile(links.role, number))
                    .hint("wait until whoever delegates to it delegates to a new role");
        }
    }
}
