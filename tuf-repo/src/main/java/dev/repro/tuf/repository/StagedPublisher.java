package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.keys.Signer;
import dev.repro.tuf.MetaFile;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.Signed;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A publisher that stays: it keeps the repository in memory, signs snapshots, and has their timestamps signed by somebody else,
/// in this process ([#publish]) or elsewhere ([#stage], then [#timestamp]).
///
/// A staged snapshot lies in the store with all that it lists, and nothing refers to it. It is never made twice: one that was
/// staged before a crash is found again and goes on. A root that comes with it lies beside, as `staged/SNAPSHOT-SHA256.root.json`, where
/// no reader looks for it: readers get it together with a timestamp that its keys accept. It is written before the snapshot, so a staged
/// snapshot has its root or needs none.
///
/// Needs consistent snapshots. One thread at a time may publish; any may read.
public final class StagedPublisher {
    private final Store store;
    private final List<Signer> signers;
    private final InstantSource clock;
    private volatile Repository repository;
    private volatile Publisher.Draft staged;

    private StagedPublisher(Store store, List<Signer> signers, InstantSource clock) {
        this.store = store;
        this.signers = List.copyOf(signers);
        this.clock = clock;
    }

    /// @param signers of snapshot
    public static StagedPublisher open(Store store, List<Signer> signers, InstantSource clock) throws Problem {
        var publisher = new StagedPublisher(store, signers, clock);
        publisher.reload();
        return publisher;
    }

    /// Reads the repository anew: somebody else may have published, or a publication failed half-way.
    public void reload() throws Problem {
        Repository now = Repository.read(store).required();
        if (!now.root().orElseThrow().unverified().consistentSnapshot()) {
            throw Problem.usage("this repository has no consistent snapshots, and a service cannot publish to it safely")
                    .hint("make one with `repro repo init`");
        }
        now.targets(RoleName.TARGETS); // kept from now on
        staged = findStaged(now).orElse(null);
        repository = now;
    }

    /// As it is published.
    public Repository repository() {
        return repository;
    }

    /// The newest snapshot, staged or published.
    ///
    /// @param versions of the roles that are new in it; empty for one that is published
    public record Snapshot(long version, byte[] bytes, boolean published, Map<RoleName, Long> versions) {}

    public Snapshot snapshot() {
        Publisher.Draft draft = staged;
        Repository now = repository;
        Envelope file = draft == null ? now.snapshot() : draft.listed();
        return new Snapshot(file.version(), file.bytes(), draft == null, draft == null ? Map.of() : draft.versions());
    }

    public boolean hasStaged() {
        return staged != null;
    }

    /// `timestamp.json` as it is published.
    public byte[] timestamp() {
        return repository.timestamp().bytes();
    }

    public Instant expires(RoleName onlineRole) {
        return (onlineRole.equals(RoleName.TIMESTAMP) ? repository.timestamp() : repository.snapshot()).expires();
    }

    /// How long a new file of a role is good for.
    public Duration lifetime(RoleName role) throws Problem {
        return Lifetimes.of(repository.root().orElseThrow().unverified().json()).lifetime(role);
    }

    /// Publishes all, its timestamp signed here and now.
    ///
    /// Who signs remembers the snapshot, and never signs for another one of that version: so it is staged first, and a crash between
    /// signature and publication leaves it to be gone on with.
    ///
    /// @return the versions of the new files, snapshot and timestamp included
    /// @throws Problem as [Publisher#prepare] and [Store#publish]
    /// @throws Refusal if the timestamp is refused; all stays staged then, and nothing of it is published
    public Map<RoleName, Long> publish(Proposal proposal, String message, Freshness freshness) throws Problem, Refusal {
        if (staged != null) {
            throw new IllegalStateException("a staged snapshot goes first");
        }
        if (proposal.roles().contains(RoleName.ROOT)) {
            freshness.look(proposal.root().orElseThrow().bytes());
        }
        stage(proposal, message);
        return refresh(freshness);
    }

    /// Has the timestamp of a staged snapshot, or without one a new timestamp of the published snapshot, signed here and now.
    public Map<RoleName, Long> refresh(Freshness freshness) throws Problem, Refusal {
        Publisher.Draft draft = current();
        return complete(draft, freshness.timestamp(draft.listed().bytes(), draft.proposal().root().orElseThrow().bytes(), timestamp()));
    }

    /// Writes all but the timestamp into the store. With a root there is always a new snapshot.
    ///
    /// @throws Problem exit code 1 as [#publish]
    public Snapshot stage(Proposal proposal, String message) throws Problem {
        var publisher = new Publisher(signers, clock.instant());
        return stage(proposal.roles().contains(RoleName.ROOT) ? publisher.renewSnapshot() : publisher, proposal, message);
    }

    /// A root as it is published or staged; empty if there is none of that version.
    public Optional<byte[]> root(long version) throws Problem {
        Publisher.Draft draft = staged;
        Optional<byte[]> published = store.read(Layout.metadata(RoleName.ROOT, version, true));
        return published.isPresent() || draft == null || draft.newRoot().version() != version ? published
                : Optional.of(draft.proposal().root().orElseThrow().bytes());
    }

    /// Stages a snapshot that says the same for longer.
    public Snapshot stageFresh() throws Problem {
        return stage(new Publisher(signers, clock.instant()).renewSnapshot(), Proposal.none(repository), "fresh snapshot");
    }

    /// Publishes a snapshot that says the same for longer.
    public Map<RoleName, Long> publishFresh(Freshness freshness) throws Problem, Refusal {
        stageFresh();
        return refresh(freshness);
    }

    private Snapshot stage(Publisher publisher, Proposal proposal, String message) throws Problem {
        if (staged != null) {
            throw new IllegalStateException("a snapshot is staged already");
        }
        Publisher.Draft draft = publisher.draft(proposal, message);
        if (proposal.roles().contains(RoleName.ROOT)) {
            var root = new Publication(repository.base(), clock.instant(), message);
            root.put(stagedRoot(draft.listed().bytes()), proposal.bytes(RoleName.ROOT));
            store.publish(root);
        }
        store.publish(draft.files());
        staged = new Publisher.Draft(proposal, message, draft.versions(), draft.files(), draft.snapshot(), true);
        return snapshot();
    }

    /// Publishes a timestamp that was signed elsewhere, and with it the snapshot that it lists.
    ///
    /// @return the versions of the files that are new for readers
    /// @throws Refusal if it is not signed by root's keys, older than the published one, or not of the newest snapshot
    public Map<RoleName, Long> timestamp(byte[] file) throws Problem, Refusal {
        return complete(current(), file);
    }

    private Publisher.Draft current() throws Problem {
        Publisher.Draft draft = staged;
        return draft != null ? draft : new Publisher.Draft(Proposal.none(repository), "fresh timestamp", Map.of(),
                new Publication(repository.base(), clock.instant(), "fresh timestamp"), Optional.empty(), true);
    }

    private Map<RoleName, Long> complete(Publisher.Draft draft, byte[] timestamp) throws Problem, Refusal {
        Metadata<Signed.Timestamp> file = Metadata.parse(MetadataType.TIMESTAMP, RoleName.TIMESTAMP, timestamp);
        check(draft, file);
        Publisher.Outcome outcome = new Publisher(signers, clock.instant()).complete(draft, Envelope.exact(file));
        store.publish(outcome.publication());
        repository = outcome.after();
        staged = null;
        return outcome.versions();
    }

    private void check(Publisher.Draft draft, Metadata<Signed.Timestamp> file) throws Problem, Refusal {
        if (!Authority.of(draft.newRoot(), RoleName.TIMESTAMP).isMetBy(file)) {
            throw Refusal.of(Refusal.Rule.UNSIGNED, RoleName.TIMESTAMP)
                    .expected("signatures of " + draft.newRoot().roles().get(RoleName.TIMESTAMP).threshold() + " of root's keys");
        }
        long before = repository.timestamp().version();
        if (file.unverified().version() <= before) {
            throw Refusal.of(Refusal.Rule.ROLLBACK, RoleName.TIMESTAMP).expected("a version above " + before)
                    .found(file.unverified().version());
        }
        if (!file.unverified().header().expires().isAfter(clock.instant())) {
            throw Refusal.of(Refusal.Rule.EXPIRED, RoleName.TIMESTAMP).found(file.unverified().header().expires());
        }
        MetaFile listed = file.unverified().snapshot();
        if (listed.version() != draft.listed().version()) {
            throw Refusal.of(Refusal.Rule.VERSION_MISMATCH, RoleName.SNAPSHOT).expected(draft.listed().version())
                    .found(listed.version());
        }
        listed.check(RoleName.SNAPSHOT, draft.listed().bytes());
    }

    /// A snapshot that follows the published one, is signed, and is not published.
    private Optional<Publisher.Draft> findStaged(Repository now) throws Problem {
        Envelope before = now.snapshot();
        Optional<byte[]> bytes = store.read(Layout.metadata(RoleName.SNAPSHOT, before.version() + 1, true));
        if (bytes.isEmpty()) {
            return Optional.empty();
        }
        Metadata<Signed.Snapshot> snapshot = Repository.parse(MetadataType.SNAPSHOT, RoleName.SNAPSHOT, bytes.get());
        Map<RoleName, MetaFile> listed = before.read(MetadataType.SNAPSHOT, RoleName.SNAPSHOT).unverified().roles();
        var files = new LinkedHashMap<RoleName, byte[]>();
        store.read(stagedRoot(bytes.get())).ifPresent(root -> files.put(RoleName.ROOT, root));
        for (var role : snapshot.unverified().roles().entrySet()) {
            if (!role.getValue().equals(listed.get(role.getKey()))) {
                String path = path(role.getKey(), role.getValue());
                files.put(role.getKey(), store.read(path).orElseThrow(() -> Problem.no("a staged snapshot lists a file that is missing")
                        .where(path).hint("restore it from a mirror or a backup of the repository")));
            }
        }
        try {
            SignedFiles parts = SignedFiles.parse(files);
            Proposal proposal = parts.onto(now, _ -> Optional.empty());
            Authority.of(proposal.root().orElseThrow().unverified(), RoleName.SNAPSHOT).verified(snapshot);
            return Optional.of(new Publisher.Draft(parts.noting(proposal).onto(now, _ -> Optional.empty()), "resumed", versions(parts,
                    snapshot), new Publication(now.base(), clock.instant(), "resumed"), Optional.of(Envelope.exact(snapshot)), true));
        } catch (Refusal e) {
            throw Refusals.problem(e);
        }
    }

    private static String stagedRoot(byte[] snapshot) {
        return "staged/" + Digest.of(snapshot) + ".root.json";
    }

    private static Map<RoleName, Long> versions(SignedFiles parts, Metadata<Signed.Snapshot> snapshot) {
        var out = new LinkedHashMap<>(parts.versions());
        out.put(RoleName.SNAPSHOT, snapshot.unverified().version());
        return out;
    }

    private static String path(RoleName role, MetaFile listed) throws Problem {
        Optional<RotateFile> rotation = RotateFile.parse(role);
        return rotation.isPresent() ? Layout.rotation(rotation.get(), Digest.parse(listed.hashes().getOrDefault("sha256",
                "")).orElseThrow(() -> Problem.no("a rotation is listed without its SHA-256").where(role)), true)
                : Layout.metadata(role, listed.version(), true);
    }
}
