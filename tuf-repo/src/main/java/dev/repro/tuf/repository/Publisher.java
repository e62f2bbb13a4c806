package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Signer;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetFile;
import dev.repro.tuf.TargetName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Brings a proposal into a store: checks it as a client would, makes and signs snapshot and timestamp, publishes all in the
/// order of TUF 6.
public final class Publisher {
    private final List<Signer> signers;
    private final Instant now;
    private boolean filesElsewhere;
    private boolean renewSnapshot;

    /// @param signers of snapshot and timestamp; others do no harm. Where root changes those keys, signers of the old ones too
    ///     sign as well: clients then accept the new files whichever root they have
    public Publisher(List<Signer> signers, Instant now) {
        this.signers = List.copyOf(signers);
        this.now = now;
    }

    /// Targets need no file in the store: somebody else serves them.
    public Publisher filesElsewhere() {
        filesElsewhere = true;
        return this;
    }

    /// A new snapshot even if no role has changed.
    public Publisher renewSnapshot() {
        renewSnapshot = true;
        return this;
    }

    /// What a publication made, or would make.
    ///
    /// @param versions of the roles whose files are new
    /// @param after the repository once this is published
    public record Outcome(Map<RoleName, Long> versions, Publication publication, Repository after) {}

    /// A publication without its timestamp.
    ///
    /// @param snapshot empty if the present one stays
    /// @param staged whether all files are in the store already, where nothing refers to them yet
    record Draft(Proposal proposal, String message, Map<RoleName, Long> versions, Publication files, Optional<Envelope> snapshot,
            boolean staged) {

        Signed.Root newRoot() {
            return proposal.root().orElseThrow().unverified();
        }

        Envelope listed() {
            return snapshot.orElseGet(() -> proposal.base().snapshot());
        }
    }

    /// Checks and signs everything that publishing needs, and writes nothing.
    ///
    /// @throws Problem exit code 1 if signatures are missing, a version or an expiry is not what it must be, or a target's file
    /// is nowhere
    public Outcome prepare(Proposal proposal, String message) throws Problem {
        Draft draft = draft(proposal, message);
        return complete(draft, timestamp(proposal, draft.newRoot(), draft.snapshot()));
    }

    Draft draft(Proposal proposal, String message) throws Problem {
        check(proposal);
        Signed.Root root = proposal.root().orElseThrow().unverified();
        var versions = new LinkedHashMap<RoleName, Long>();
        var publication = new Publication(proposal.base().base(), now, message);
        putBlobs(proposal, root, publication);
        for (RoleName role : order(proposal)) {
            put(publication, root, role, proposal.parts().get(role), versions);
        }
        Optional<Envelope> snapshot = snapshot(proposal, root);
        if (snapshot.isPresent()) {
            put(publication, root, RoleName.SNAPSHOT, snapshot.get(), versions);
        }
        return new Draft(proposal, message, versions, publication, snapshot, false);
    }

    /// @param timestamp as it is signed for the draft's snapshot
    Outcome complete(Draft draft, Envelope timestamp) throws Problem {
        Proposal proposal = draft.proposal();
        Signed.Root root = draft.newRoot();
        Publication publication = draft.staged() ? new Publication(proposal.base().base(), now, draft.message()) : draft.files();
        var versions = new LinkedHashMap<>(draft.versions());
        Envelope newRoot = proposal.parts().get(RoleName.ROOT);
        boolean rootLast = newRoot != null && rootComesLast(proposal, root, draft.snapshot(), timestamp);
        if (newRoot != null && !rootLast) {
            put(publication, root, RoleName.ROOT, newRoot, versions);
        }
        put(publication, root, RoleName.TIMESTAMP, timestamp, versions);
        if (rootLast) {
            put(publication, root, RoleName.ROOT, newRoot, versions);
        }
        return new Outcome(versions, publication, Repository.after(proposal, Digest.of(timestamp.bytes()), timestamp,
                draft.listed()));
    }

    /// Root and timestamp cannot appear at once, and a reader may come in between. Root goes first if what is published now is
    /// good under the new root; else last, if what is being published is good under the old one, too. If neither is so (keys were
    /// replaced, and their old holders do not sign any more) readers in between are refused until the timestamp is there.
    private static boolean rootComesLast(Proposal proposal, Signed.Root root, Optional<Envelope> snapshot, Envelope timestamp)
            throws Problem {
        Repository now = proposal.base();
        if (now.isEmpty() || now.timestamp().isSignedFor(Authority.of(root, RoleName.TIMESTAMP), MetadataType.TIMESTAMP,
                RoleName.TIMESTAMP)
                && now.snapshot().isSignedFor(Authority.of(root, RoleName.SNAPSHOT), MetadataType.SNAPSHOT, RoleName.SNAPSHOT)
                && Authority.of(root, RoleName.TARGETS).isMetBy(now.targets(RoleName.TARGETS).orElseThrow())) {
            return false;
        }
        Signed.Root old = now.root().orElseThrow().unverified();
        Envelope targets = proposal.parts().get(RoleName.TARGETS);
        return timestamp.isSignedFor(Authority.of(old, RoleName.TIMESTAMP), MetadataType.TIMESTAMP, RoleName.TIMESTAMP)
                && (snapshot.isEmpty() || snapshot.get().isSignedFor(Authority.of(old, RoleName.SNAPSHOT), MetadataType.SNAPSHOT,
                RoleName.SNAPSHOT))
                && (targets == null || targets.isSignedFor(Authority.of(old, RoleName.TARGETS), MetadataType.TARGETS,
                RoleName.TARGETS));
    }

    public Outcome publish(Proposal proposal, String message) throws Problem {
        Outcome outcome = prepare(proposal, message);
        proposal.base().store().publish(outcome.publication());
        return outcome;
    }

    private static void put(Publication publication, Signed.Root root, RoleName role, Envelope file,
            Map<RoleName, Long> versions) {
        long version = Edits.integer(file.signed(), "version");
        Optional<RotateFile> rotation = RotateFile.parse(role);
        if (rotation.isPresent()) {
            String path = Layout.rotation(rotation.get(), Digest.of(file.bytes()), root.consistentSnapshot());
            if (root.consistentSnapshot()) {
                publication.put(path, file.bytes());
            } else {
                publication.replace(path, file.bytes());
            }
            versions.put(role, version);
            return;
        }
        String path = Layout.metadata(role, version, root.consistentSnapshot());
        if (path.startsWith("metadata/" + version + ".")) {
            publication.put(path, file.bytes());
        } else {
            publication.replace(path, file.bytes());
        }
        versions.put(role, version);
    }

    // Versions strictly one more, signatures of all who must, nothing that has expired already (TUF 6.1).
    private void check(Proposal proposal) throws Problem {
        List<Proposal.Missing> missing = proposal.missing();
        if (!missing.isEmpty()) {
            throw Problem.no("signatures are missing: " + String.join("; ", missing.stream().limit(3).map(Proposal.Missing::line)
                    .toList())
                    + (missing.size() > 3 ? "; and of " + (missing.size() - 3) + " roles more" : ""))
                    .hint("sign with `repro repo sign`, then `repro repo merge`");
        }
        for (RoleName role : proposal.roles()) {
            Optional<RotateFile> rotation = RotateFile.parse(role);
            if (rotation.isPresent()) {
                KeyRotations.check(proposal, rotation.get());
                continue;
            }
            KeyRotations.checkAlive(proposal, role);
            Signed signed = proposal.part(role).unverified();
            long before = proposal.before(role).map(Metadata::unverified).map(Signed::version).orElse(0L);
            if (signed.version() != before + 1) {
                throw Problem.no("version of " + role + " is not the next one").expected(before + 1).found(signed.version());
            }
            if (!signed.header().expires().isAfter(now)) {
                throw Problem.no(role + " has expired before it is published").found(signed.header().expires())
                        .hint("make the proposal anew");
            }
        }
    }

    private void putBlobs(Proposal proposal, Signed.Root root, Publication publication) throws Problem {
        boolean consistent = root.consistentSnapshot();
        Set<String> done = new HashSet<>(); // several roles may list one file
        for (RoleName role : proposal.roles()) {
            if (role.equals(RoleName.ROOT) || RotateFile.parse(role).isPresent()) {
                continue;
            }
            Map<TargetName, TargetFile> before = proposal.base().targets(role).map(m -> m.unverified().targets())
                    .orElse(Map.of());
            for (var target : proposal.targets(role).orElseThrow().unverified().targets().entrySet()) {
                boolean isNew = before.get(target.getKey()) == null || !before.get(target.getKey()).sameBytes(target.getValue());
                if (isNew && done.add(target.getKey() + " " + target.getValue().hashes())) {
                    putBlob(proposal, target.getKey(), target.getValue(), consistent, RootEdits.toughNames(root.json()), publication);
                }
            }
        }
    }

    private void putBlob(Proposal proposal, TargetName name, TargetFile file, boolean consistent, boolean tough,
            Publication publication) throws Problem {
        Blob blob = proposal.blobs().get(name);
        Digest digest = Digest.parse(file.hashes().getOrDefault("sha256", "")).orElse(null);
        if (filesElsewhere) {
            return;
        }
        if (blob != null && blob.digest().equals(digest) && blob.length() == file.length()) {
            String path = Layout.target(name, digest, consistent);
            publication.copy(path, new Publication.Content.Copy(blob.file(), blob.length(), digest, !consistent, blob.frozen()));
            if (tough && consistent && name.text().contains("/")) {
                publication.same(Layout.toughTarget(name, digest), path);
            }
        } else if (digest == null || !consistent || !proposal.base().store().has(Layout.target(name, digest, true))) {
            throw Problem.no("the file of a target is neither in the proposal nor published").found(name)
                    .hint("add it with `repro repo add`");
        }
    }

    // Delegated roles, those that others lead to first (TAP 15); then targets. Snapshot, root and timestamp follow.
    private static List<RoleName> order(Proposal proposal) throws Problem {
        Set<RoleName> delegators = new LinkedHashSet<>();
        Authorities.walk(proposal, RoleName.TARGETS, (role, _) -> {
            delegators.add(role);
            return true;
        });
        var out = new ArrayList<RoleName>();
        proposal.roles().stream().filter(r -> !r.isTopLevel() && !delegators.contains(r)).forEach(out::add);
        var rest = new ArrayList<>(delegators.stream().filter(r -> proposal.parts().containsKey(r) && !r.equals(RoleName.TARGETS))
                .toList());
        Collections.reverse(rest);
        out.addAll(rest);
        if (proposal.parts().containsKey(RoleName.TARGETS)) {
            out.add(RoleName.TARGETS);
        }
        return out;
    }

    /// A new snapshot, if any role changes or the present one cannot stay; a role that was listed stays listed (TUF 5.5.5),
    /// unless snapshot's keys change, after which clients start anew.
    private Optional<Envelope> snapshot(Proposal proposal, Signed.Root root) throws Problem {
        Envelope before = proposal.base().snapshot();
        boolean changes = renewSnapshot || proposal.roles().stream().anyMatch(r -> !r.equals(RoleName.ROOT));
        if (!changes && before.expires().isAfter(now) && before.isSignedFor(Authority.of(root, RoleName.SNAPSHOT),
                MetadataType.SNAPSHOT, RoleName.SNAPSHOT)) {
            return Optional.empty();
        }
        Json.Obj signed = before == null ? Edits.header("snapshot", 0, "").with("meta", Json.object()) : before.signed();
        Json.Obj meta = SnapshotEdits.entries(Edits.object(signed, "meta"), proposal);
        if (rotates(proposal, RoleName.SNAPSHOT)) {
            meta = SnapshotEdits.only(meta, proposal);
        }
        return Optional.of(sign(proposal, RoleName.SNAPSHOT, signed.with("meta", meta), before));
    }

    private static boolean rotates(Proposal proposal, RoleName role) {
        return proposal.base().root().map(Metadata::unverified)
                .filter(r -> !r.roles().get(role).keyids().equals(proposal.root().orElseThrow().unverified().roles().get(role)
                .keyids())).isPresent();
    }

    private Envelope timestamp(Proposal proposal, Signed.Root root, Optional<Envelope> snapshot) throws Problem {
        Envelope before = proposal.base().timestamp();
        Json.Obj signed = before == null ? Edits.header("timestamp", 0, "") : before.signed();
        if (snapshot.isPresent()) { // it lists the snapshot and nothing else (TUF 4.6)
            byte[] bytes = snapshot.get().bytes();
            signed = signed.with("meta", Json.object(RoleName.SNAPSHOT.listed(),
                    SnapshotEdits.full(Edits.integer(snapshot.get().signed(), "version"), bytes)));
        }
        return sign(proposal, RoleName.TIMESTAMP, signed, before);
    }

    private Envelope sign(Proposal proposal, RoleName role, Json.Obj signed, Envelope before) throws Problem {
        Signed.Root root = proposal.root().orElseThrow().unverified();
        long version = before == null ? 1 : before.version() + 1;
        Envelope file = Envelope.unsigned(Edits.bumped(signed, version, Lifetimes.of(root.json()).expires(role, now)));
        var authorities = new ArrayList<Authority>();
        authorities.add(Authority.of(root, role));
        proposal.base().root().ifPresent(r -> authorities.add(Authority.of(r.unverified(), role)));
        Set<PublicKey> good = new HashSet<>();
        for (Signer signer : signers) {
            for (Authority authority : authorities) {
                Optional<KeyId> id = authority.idOf(signer.key());
                if (id.isPresent() && !file.signatures().containsKey(id.get())) {
                    file = file.sign(signer, id.get());
                    authorities.getFirst().idOf(signer.key()).ifPresent(_ -> good.add(signer.key()));
                }
            }
        }
        int needed = authorities.getFirst().role().threshold();
        if (good.size() < needed) {
            throw Problem.no(role + " needs " + needed + (needed == 1 ? " signature" : " signatures") + " and has " + good.size())
                    .hint("name its keys with --key: " + String.join(", ", authorities.getFirst()
                    .missing(file.read(type(role), role)).values()));
        }
        return file;
    }

    private static MetadataType<?> type(RoleName role) {
        return role.equals(RoleName.SNAPSHOT) ? MetadataType.SNAPSHOT : MetadataType.TIMESTAMP;
    }
}
