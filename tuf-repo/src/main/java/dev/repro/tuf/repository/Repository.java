package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.MetaFile;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetName;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/// What a store holds now. Every file is verified when it is first read, because what is built on it will be signed; files that
/// nobody asks for are not read. That files have expired is no reason not to mend them. Several threads may read one.
public final class Repository implements View {
    private static final long KEPT = 4_000_000; // as files; several times that in memory

    private final Store store;
    private final Optional<Digest> base;
    private final Metadata<Signed.Root> root;
    private final Envelope timestamp;
    private final Envelope snapshot;
    private final Json.Obj listed;
    private final Map<RoleName, Metadata<Signed.Targets>> targets = new ConcurrentHashMap<>();
    private final Map<RotateFile, Metadata<Signed.Rotate>> rotations = new ConcurrentSkipListMap<>();

    private Repository(Store store, Optional<Digest> base, Metadata<Signed.Root> root, Envelope timestamp, Envelope snapshot) {
        this.store = store;
        this.base = base;
        this.root = root;
        this.timestamp = timestamp;
        this.snapshot = snapshot;
        this.listed = snapshot == null ? Json.object() : Edits.object(snapshot.signed(), "meta");
    }

    /// The repository after a publication, without reading it again: for who publishes often. Targets roles that delegate are
    /// kept in memory, of the others as many as [#KEPT] bytes, the newest first.
    static Repository after(Proposal published, Digest base, Envelope timestamp, Envelope snapshot) throws Problem {
        var after = new Repository(published.base().store, Optional.of(base), published.root().orElseThrow(), timestamp,
                snapshot);
        long[] left = {KEPT};
        for (RoleName role : published.roles()) {
            if (!role.equals(RoleName.ROOT) && RotateFile.parse(role).isEmpty()) {
                after.keep(role, published.targets(role).orElseThrow(), left);
            }
        }
        published.base().targets.forEach((role, file) -> after.keep(role, file, left));
        return after;
    }

    private void keep(RoleName role, Metadata<Signed.Targets> metadata, long[] left) {
        boolean delegates = metadata.unverified().delegations().isPresent();
        if ((delegates || metadata.length() <= left[0]) && targets.putIfAbsent(role, metadata) == null && !delegates) {
            left[0] -= metadata.length();
        }
    }

    /// Reads root, timestamp and snapshot.
    ///
    /// @return of a store without a root, an empty repository
    public static Repository read(Store store) throws Problem {
        Optional<byte[]> newest = newestRoot(store);
        if (newest.isEmpty()) {
            return new Repository(store, Optional.empty(), null, null, null);
        }
        Metadata<Signed.Root> root = parse(MetadataType.ROOT, RoleName.ROOT, newest.get());
        Authority.of(root.unverified(), RoleName.ROOT).verified(root);
        byte[] time = required(store, Layout.TIMESTAMP);
        Metadata<Signed.Timestamp> timestamp = parse(MetadataType.TIMESTAMP, RoleName.TIMESTAMP, time);
        MetaFile listed = Authority.of(root.unverified(), RoleName.TIMESTAMP).verified(timestamp).snapshot();
        Metadata<Signed.Snapshot> snapshot = read(store, root.unverified(), MetadataType.SNAPSHOT, RoleName.SNAPSHOT, listed);
        Authority.of(root.unverified(), RoleName.SNAPSHOT).verified(snapshot);
        return new Repository(store, Optional.of(Digest.of(time)), root, Envelope.exact(timestamp), Envelope.exact(snapshot));
    }

    // Nothing lists root's version; all of them are kept (TUF 5.3.3), so they are counted up.
    private static Optional<byte[]> newestRoot(Store store) throws Problem {
        long version = 0;
        while (store.has(Layout.metadata(RoleName.ROOT, version + 1, true))) {
            version++;
        }
        return version == 0 ? Optional.empty() : store.read(Layout.metadata(RoleName.ROOT, version, true));
    }

    private static <T extends Signed> Metadata<T> read(Store store, Signed.Root root, MetadataType<T> type, RoleName role,
            MetaFile listed)
            throws Problem {
        String path = Layout.metadata(role, listed.version(), root.consistentSnapshot());
        byte[] bytes = required(store, path);
        String sha256 = listed.hashes().get("sha256");
        if (sha256 != null && !sha256.equals(Digest.of(bytes).hex())) {
            throw Problem.no("not the file that is listed").where(path).expected("sha256 " + sha256).found(Digest.of(bytes));
        }
        Metadata<T> metadata = parse(type, role, bytes);
        if (metadata.unverified().version() != listed.version()) {
            throw Problem.no("not the version that is listed").where(path).expected(listed.version())
                    .found(metadata.unverified().version());
        }
        return metadata;
    }

    private static byte[] required(Store store, String path) throws Problem {
        return store.read(path).orElseThrow(() -> Problem.no("a file of the repository is missing").where(path)
                .hint("restore it from a mirror of the repository"));
    }

    static <T extends Signed> Metadata<T> parse(MetadataType<T> type, RoleName role, byte[] bytes) throws Problem {
        try {
            return Metadata.parse(type, role, bytes);
        } catch (Refusal e) {
            throw Refusals.problem(e);
        }
    }

    public boolean isEmpty() {
        return root == null;
    }

    /// The role that a target belongs to: the first that a client would ask and that is delegated nothing narrower, `targets` if
    /// none is.
    public RoleName route(TargetName target) throws Problem {
        return Authorities.route(this, target);
    }

    /// Everyone who must have signed a role's file: the authority over it, and after key rotations its new holders (TAP 8).
    ///
    /// @throws Problem exit code 1 if its own holders have revoked it (TAP 20)
    public List<Authority> authorities(RoleName role) throws Problem {
        KeyRotations.checkAlive(Proposal.none(this), role);
        return Authorities.signing(this, role);
    }

    /// How many times a delegated role has changed its keys itself.
    public int rotations(RoleName role) throws Problem {
        return KeyRotations.of(this, role).size();
    }

    Store store() {
        return store;
    }

    /// Of `timestamp.json`; empty of an empty repository.
    Optional<Digest> base() {
        return base;
    }

    /// @throws Problem if the repository is empty
    Repository required() throws Problem {
        if (isEmpty()) {
            throw Problem.usage("there is no repository here").expected("metadata/1.root.json")
                    .hint("name one with --repo, or make one with `repro repo init`");
        }
        return this;
    }

    @Override
    public Optional<Metadata<Signed.Root>> root() {
        return Optional.ofNullable(root);
    }

    Envelope timestamp() {
        return timestamp;
    }

    Envelope snapshot() {
        return snapshot;
    }

    @Override
    public boolean lists(RoleName role) {
        return listed.members().containsKey(role.listed());
    }

    @Override
    public Optional<Metadata<Signed.Targets>> targets(RoleName role) throws Problem {
        if (!lists(role)) {
            return Optional.empty();
        }
        Metadata<Signed.Targets> known = targets.get(role);
        if (known == null) {
            known = read(store, root.unverified(), MetadataType.TARGETS, role, listed(role));
            // Of none if nobody delegates to it any more: then no client asks for it.
            for (Authority authority : Authorities.signing(this, role)) {
                authority.verified(known);
            }
            targets.put(role, known);
        }
        return Optional.of(known);
    }

    /// The version of a role's current file, of a rotation its number; 0 if there is none.
    public long version(RoleName role) {
        if (role.equals(RoleName.ROOT)) {
            return root == null ? 0 : root.unverified().version();
        }
        if (role.equals(RoleName.SNAPSHOT) || role.equals(RoleName.TIMESTAMP)) {
            Envelope file = role.equals(RoleName.SNAPSHOT) ? snapshot : timestamp;
            return file == null ? 0 : file.version();
        }
        return lists(role) ? listed(role).version() : 0;
    }

    /// When the current file of a top-level role expires; empty of an empty repository.
    public Optional<Instant> expires(RoleName role) {
        if (root == null) {
            return Optional.empty();
        }
        if (role.equals(RoleName.ROOT)) {
            return Optional.of(root.unverified().header().expires());
        }
        if (role.equals(RoleName.TARGETS)) {
            return Optional.ofNullable(targets.get(role)).map(t -> t.unverified().header().expires());
        }
        return Optional.of((role.equals(RoleName.SNAPSHOT) ? snapshot : timestamp).expires());
    }

    private MetaFile listed(RoleName role) {
        Json.Obj entry = (Json.Obj) listed.members().get(role.listed());
        var hashes = new LinkedHashMap<String, String>();
        Edits.object(entry, "hashes").members().forEach((algorithm, hash) -> hashes.put(algorithm, ((Json.Str) hash).value()));
        return new MetaFile(Edits.integer(entry, "version"), OptionalLong.empty(), hashes);
    }

    @Override
    public Optional<Metadata<Signed.Rotate>> rotation(RotateFile file) throws Problem {
        if (!lists(file.entry())) {
            return Optional.empty();
        }
        Metadata<Signed.Rotate> known = rotations.get(file);
        if (known == null) {
            MetaFile listed = listed(file.entry());
            byte[] bytes = required(store, path(file));
            if (!Digest.of(bytes).hex().equals(listed.hashes().get("sha256"))) {
                throw Problem.no("not the file that is listed").where(path(file))
                        .expected("sha256 " + listed.hashes().get("sha256")).found(Digest.of(bytes));
            }
            known = parse(MetadataType.ROTATE, file.entry(), bytes);
            KeyRotations.signing(this, file).verified(known);
            rotations.put(file, known);
        }
        return Optional.of(known);
    }

    private String path(RotateFile file) throws Problem {
        String sha256 = listed(file.entry()).hashes().getOrDefault("sha256", "");
        Digest digest = Digest.parse(sha256)
                .orElseThrow(() -> Problem.no("the snapshot lists a rotation of keys without its SHA-256").where(file));
        return Layout.rotation(file, digest, root.unverified().consistentSnapshot());
    }

    /// Every metadata file that was read so far, by its path, and all roots.
    SequencedMap<String, byte[]> filesRead() throws Problem {
        var out = new LinkedHashMap<String, byte[]>();
        if (isEmpty()) {
            return out;
        }
        boolean consistent = root.unverified().consistentSnapshot();
        for (long version = 1; version <= root.unverified().version(); version++) {
            String path = Layout.metadata(RoleName.ROOT, version, consistent);
            out.put(path, required(store, path));
        }
        targets.forEach((role, file) -> out.put(Layout.metadata(role, file.unverified().version(), consistent), file.bytes()));
        for (var rotation : rotations.entrySet()) {
            out.put(path(rotation.getKey()), rotation.getValue().bytes());
        }
        out.put(Layout.metadata(RoleName.SNAPSHOT, snapshot.version(), consistent), bytesOf(RoleName.SNAPSHOT));
        out.put(Layout.TIMESTAMP, bytesOf(RoleName.TIMESTAMP));
        return out;
    }

    private byte[] bytesOf(RoleName role) throws Problem {
        return required(store, Layout.metadata(role, (role.equals(RoleName.SNAPSHOT) ? snapshot : timestamp).version(),
                root.unverified().consistentSnapshot()));
    }

    /// The bytes of the current file of root, of a targets role, or of a rotation of keys.
    Optional<byte[]> bytes(RoleName role) throws Problem {
        if (role.equals(RoleName.ROOT)) {
            return root().map(Metadata::bytes);
        }
        Optional<RotateFile> rotation = RotateFile.parse(role);
        return rotation.isPresent() ? rotation(rotation.get()).map(Metadata::bytes) : targets(role).map(Metadata::bytes);
    }
}
