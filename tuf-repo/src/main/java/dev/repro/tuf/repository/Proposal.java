package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;

/// Changed files of a repository, signed or not yet, over the repository that they change. As a [View] it is the repository that
/// would be.
///
/// Snapshot and timestamp are not among the parts: whoever publishes makes them.
public final class Proposal implements View {
    private final Repository base;
    private final SequencedMap<RoleName, Envelope> parts;
    private final SortedMap<TargetName, Blob> blobs;
    private final Map<RoleName, Metadata<Signed.Targets>> read = new HashMap<>();
    private Metadata<Signed.Root> root;

    Proposal(Repository base, SequencedMap<RoleName, Envelope> parts, SortedMap<TargetName, Blob> blobs) {
        this.base = base;
        this.parts = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(parts));
        this.blobs = Collections.unmodifiableSortedMap(new TreeMap<>(blobs));
    }

    static Proposal none(Repository base) {
        return new Proposal(base, new LinkedHashMap<>(), new TreeMap<>());
    }

    /// A repository with some files in new versions, as somebody has signed them. What they are held to is for the caller.
    ///
    /// @param files by role; root, a targets role, or the entry of a rotation
    /// @throws Problem exit code 1 if one is not what its role's file must be
    public static Proposal of(Repository base, Map<RoleName, byte[]> files) throws Problem {
        var parts = new LinkedHashMap<RoleName, Envelope>();
        for (var file : files.entrySet()) {
            MetadataType<?> type = file.getKey().equals(RoleName.ROOT) ? MetadataType.ROOT
                    : RotateFile.parse(file.getKey()).isPresent() ? MetadataType.ROTATE : MetadataType.TARGETS;
            parts.put(file.getKey(), Envelope.of(Repository.parse(type, file.getKey(), file.getValue())));
        }
        return new Proposal(base, parts, new TreeMap<>());
    }

    public Repository base() {
        return base;
    }

    /// A changed file with its signatures so far, as it is published.
    public byte[] bytes(RoleName role) {
        return parts.get(role).bytes();
    }

    /// The roles whose files change.
    public List<RoleName> roles() {
        return List.copyOf(parts.keySet());
    }

    SequencedMap<RoleName, Envelope> parts() {
        return parts;
    }

    /// The files of targets that are new or changed.
    public SortedMap<TargetName, Blob> blobs() {
        return blobs;
    }

    Proposal with(RoleName role, Envelope part) {
        var more = new LinkedHashMap<>(parts);
        more.put(role, part);
        return new Proposal(base, more, blobs);
    }

    @Override
    public Optional<Metadata<Signed.Root>> root() {
        if (root == null && parts.containsKey(RoleName.ROOT)) {
            try {
                root = parts.get(RoleName.ROOT).read(MetadataType.ROOT, RoleName.ROOT);
            } catch (Problem e) {
                throw new IllegalStateException("a root of our own making", e); // Editor and ProposalFolder have read it
            }
        }
        return root != null ? Optional.of(root) : base.root();
    }

    @Override
    public boolean lists(RoleName role) {
        return parts.containsKey(role) || base.lists(role);
    }

    @Override
    public Optional<Metadata<Signed.Targets>> targets(RoleName role) throws Problem {
        Envelope part = parts.get(role);
        if (part == null) {
            return base.targets(role);
        }
        Metadata<Signed.Targets> known = read.get(role);
        if (known == null) {
            known = part.read(MetadataType.TARGETS, role);
            read.put(role, known);
        }
        return Optional.of(known);
    }

    @Override
    public Optional<Metadata<Signed.Rotate>> rotation(RotateFile file) throws Problem {
        Envelope part = parts.get(file.entry());
        return part == null ? base.rotation(file) : Optional.of(part.read(MetadataType.ROTATE, file.entry()));
    }

    Metadata<?> part(RoleName role) throws Problem {
        Optional<RotateFile> rotation = RotateFile.parse(role);
        if (rotation.isPresent()) {
            return rotation(rotation.get()).orElseThrow();
        }
        return role.equals(RoleName.ROOT) ? root().orElseThrow() : targets(role).orElseThrow();
    }

    /// What the repository has now in place of a part.
    Optional<? extends Metadata<?>> before(RoleName role) throws Problem {
        Optional<RotateFile> rotation = RotateFile.parse(role);
        if (rotation.isPresent()) {
            return base.rotation(rotation.get());
        }
        return role.equals(RoleName.ROOT) ? base.root() : base.targets(role);
    }

    /// Everyone who must have signed a part: for root those of the old and those of the new one (TUF 5.3.4), else its delegator
    /// in the repository that would be, and after key rotations the role's new holders.
    public List<Authority> authorities(RoleName role) throws Problem {
        Optional<RotateFile> rotation = RotateFile.parse(role);
        if (rotation.isPresent()) {
            return List.of(KeyRotations.signing(this, rotation.get()));
        }
        var out = new ArrayList<Authority>();
        if (role.equals(RoleName.ROOT) && base.root().isPresent()) {
            out.add(Authority.of(base.root().get().unverified(), role));
        }
        out.addAll(Authorities.signing(this, role));
        if (out.isEmpty()) {
            KeyRotations.checkAlive(this, role);
            throw Problem.no("nothing delegates to role " + role);
        }
        return out;
    }

    /// Whether a role is one of hash bins, which list any targets (TAP 15).
    public boolean isBin(RoleName role) throws Problem {
        Optional<RoleName> delegator = role.isTopLevel() ? Optional.empty() : Authorities.delegator(this, role);
        return delegator.isPresent() && targets(delegator.get()).orElseThrow().unverified().delegations().orElseThrow().bins().isPresent();
    }

    /// What is to be signed, in one digest: SHA-256 of the canonical JSON of `{"base": SHA-256 of timestamp.json, or "", "parts":
    /// {ROLE: SHA-256 of what its file signs}}`. Signatures do not change it.
    public Digest digest() {
        var roles = new LinkedHashMap<String, Digest>();
        parts.forEach((role, part) -> roles.put(role.text(), part.digest()));
        return Digest.of(JsonText.canonical(Json.object("base", base.base().map(Digest::hex).orElse(""), "parts", roles)));
    }

    /// Signatures that a part lacks to be valid: by authority, who could still give them. Empty if it is.
    public List<Missing> missing(RoleName role) throws Problem {
        var out = new ArrayList<Missing>();
        Metadata<?> part = part(role);
        for (Authority authority : authorities(role)) {
            if (parts.get(role).wasSignedFor(authority)) {
                continue;
            }
            int lacking = authority.role().threshold() - authority.signers(part).size();
            if (lacking > 0) {
                out.add(new Missing(role, authority.by(), lacking, authority.missing(part)));
            }
        }
        return out;
    }

    public List<Missing> missing() throws Problem {
        var out = new ArrayList<Missing>();
        for (RoleName role : parts.keySet()) {
            out.addAll(missing(role));
        }
        return out;
    }

    /// @param by the root or role that says who may sign
    /// @param count how many more signatures are needed
    /// @param from who has not signed yet: key id, and name where it is known
    public record Missing(RoleName role, String by, int count, Map<KeyId, String> from) {

        public String line() {
            return role + " lacks " + count + (count == 1 ? " signature" : " signatures") + " (keys of " + by + ") of: "
                    + String.join(", ", from.values());
        }

        public Json.Obj toJson() {
            return Json.object("role", role.text(), "by", by, "count", count, "keyids",
                    from.keySet().stream().map(KeyId::text).toList());
        }
    }

    /// The same change of the repository as it is now.
    ///
    /// @throws Problem if one of the files that it changes has changed meanwhile
    Proposal onto(Repository now) throws Problem {
        var moved = new Proposal(now, parts, blobs);
        for (RoleName role : parts.keySet()) {
            Optional<byte[]> then = base.bytes(role);
            if (!then.map(Digest::of).equals(now.bytes(role).map(Digest::of))) {
                throw Problem.no("the repository has another " + role + " than the one that the proposal changes")
                        .expected(version(base, role))
                        .found(version(now, role)).hint("make the proposal anew: what was signed does not fit any more");
            }
        }
        return moved;
    }

    private static String version(Repository repository, RoleName role) throws Problem {
        Optional<? extends Metadata<?>> found = role.equals(RoleName.ROOT) ? repository.root() : repository.targets(role);
        return found.map(m -> "version " + m.unverified().version()).orElse("none");
    }
}
