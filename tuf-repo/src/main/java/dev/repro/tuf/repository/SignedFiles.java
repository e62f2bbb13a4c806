package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.tuf.Delegations;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetFile;
import dev.repro.tuf.TargetName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Files of roles as their holders signed them, to be published byte for byte: what a publisher gets from somebody else.
public final class SignedFiles {
    private final SequencedMap<RoleName, Envelope> parts;

    private SignedFiles(SequencedMap<RoleName, Envelope> parts) {
        this.parts = parts;
    }

    /// @param files of root, targets roles and rotations of keys, by role or [RotateFile#entry]
    /// @throws Refusal if one is no such file
    public static SignedFiles parse(Map<RoleName, byte[]> files) throws Refusal {
        var parts = new TreeMap<RoleName, Envelope>();
        for (var file : files.entrySet()) {
            parts.put(file.getKey(), Envelope.exact(Metadata.parse(type(file.getKey()), file.getKey(), file.getValue())));
        }
        return new SignedFiles(parts);
    }

    private static MetadataType<?> type(RoleName role) throws Refusal {
        if (role.equals(RoleName.SNAPSHOT) || role.equals(RoleName.TIMESTAMP)) {
            throw Refusal.of(Refusal.Rule.WRONG_TYPE, role).hint("only its own service signs and publishes it");
        }
        return role.equals(RoleName.ROOT) ? MetadataType.ROOT
                : RotateFile.parse(role).isPresent() ? MetadataType.ROTATE : MetadataType.TARGETS;
    }

    public List<RoleName> roles() {
        return List.copyOf(parts.keySet());
    }

    public Map<RoleName, Long> versions() {
        var out = new LinkedHashMap<RoleName, Long>();
        parts.forEach((role, file) -> out.put(role, file.version()));
        return out;
    }

    public byte[] bytes(RoleName role) {
        return parts.get(role).bytes();
    }

    /// Whose good signatures were noted by a [Review].
    public Set<PublicKey> signers() {
        return parts.values().stream().flatMap(p -> p.verifiedKeys().stream()).collect(Collectors.toSet());
    }

    /// What the files of targets roles say, which nobody has vouched for yet.
    public SequencedMap<RoleName, Signed.Targets> targets() throws Problem {
        var out = new LinkedHashMap<RoleName, Signed.Targets>();
        for (var part : parts.entrySet()) {
            if (isTargets(part.getKey())) {
                out.put(part.getKey(), part.getValue().read(MetadataType.TARGETS, part.getKey()).unverified());
            }
        }
        return out;
    }

    private static boolean isTargets(RoleName role) {
        return !role.equals(RoleName.ROOT) && RotateFile.parse(role).isEmpty();
    }

    /// Whether these are delegated roles that delegate to nobody, before and after: then they change nobody else's rights, and
    /// publications of several such go together.
    public boolean areLeaves(Repository repository) throws Problem {
        for (RoleName role : parts.keySet()) {
            if (role.isTopLevel() || !isTargets(role) || delegates(repository.targets(role))
                    || delegates(Optional.of(parts.get(role).read(MetadataType.TARGETS, role)))) {
                return false;
            }
        }
        return true;
    }

    private static boolean delegates(Optional<Metadata<Signed.Targets>> role) {
        return role.flatMap(m -> m.unverified().delegations()).isPresent();
    }

    /// Whether exactly these files have been published: as the current ones, or before them.
    public boolean arePublishedIn(Repository repository) throws Problem {
        for (var part : parts.entrySet()) {
            RoleName role = part.getKey();
            long version = part.getValue().version();
            boolean rotation = RotateFile.parse(role).isPresent();
            Optional<byte[]> now = rotation || role.equals(RoleName.ROOT) || repository.lists(role) ? repository.bytes(role)
                    : Optional.empty();
            if (now.isEmpty()) {
                return false;
            }
            long current = role.equals(RoleName.ROOT) ? repository.root().orElseThrow().unverified().version()
                    : rotation ? version : repository.targets(role).orElseThrow().unverified().version();
            Optional<byte[]> then = current == version ? now : current < version ? Optional.empty()
                    : repository.store().read(Layout.metadata(role, version,
                    repository.root().orElseThrow().unverified().consistentSnapshot()));
            if (then.isEmpty() || !Arrays.equals(then.get(), part.getValue().bytes())) {
                return false;
            }
        }
        return true;
    }

    /// These files in the place of a repository's.
    ///
    /// @param blobs where the file of a new target lies, by its SHA-256; these files were checked and never change again
    public Proposal onto(Repository base, Function<Digest, Optional<Path>> blobs) throws Problem {
        return onto(base, List.of(this), blobs);
    }

    /// The files of several, no role twice.
    public static Proposal onto(Repository base, Collection<SignedFiles> all, Function<Digest, Optional<Path>> blobs)
            throws Problem {
        var parts = new LinkedHashMap<RoleName, Envelope>();
        all.forEach(s -> parts.putAll(s.parts));
        var bare = new Proposal(base.required(), parts, new TreeMap<>());
        var found = new TreeMap<TargetName, Blob>();
        for (RoleName role : parts.keySet()) {
            for (var target : newTargets(bare, role).entrySet()) {
                Digest digest = Digest.parse(target.getValue().hashes().getOrDefault("sha256", "")).orElse(null);
                Optional<Path> file = digest == null ? Optional.empty() : blobs.apply(digest);
                if (file.isPresent()) {
                    found.put(target.getKey(), new Blob(file.get(), size(file.get()), digest, true));
                }
            }
        }
        return new Proposal(base, parts, found);
    }

    private static long size(Path file) throws Problem {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw Problem.storage("cannot be read").where(file).because(e);
        }
    }

    /// The targets of a role that it did not list before, or not with these bytes.
    static Map<TargetName, TargetFile> newTargets(Proposal proposal, RoleName role) throws Problem {
        if (!isTargets(role)) {
            return Map.of();
        }
        Map<TargetName, TargetFile> before = proposal.base().targets(role).map(m -> m.unverified().targets()).orElse(Map.of());
        var out = new LinkedHashMap<TargetName, TargetFile>();
        proposal.targets(role).orElseThrow().unverified().targets().forEach((name, file) -> {
            TargetFile then = before.get(name);
            if (then == null || !then.sameBytes(file)) {
                out.put(name, file);
            }
        });
        return out;
    }

    /// The files of new targets that are neither at hand nor published, by their SHA-256.
    public static SequencedMap<Digest, Long> lacking(Proposal proposal) throws Problem {
        var out = new LinkedHashMap<Digest, Long>();
        boolean consistent = proposal.root().orElseThrow().unverified().consistentSnapshot();
        for (RoleName role : proposal.roles()) {
            for (var target : newTargets(proposal, role).entrySet()) {
                Digest digest = Digest.parse(target.getValue().hashes().getOrDefault("sha256", "")).orElseThrow();
                if (!proposal.blobs().containsKey(target.getKey())
                        && !(consistent && proposal.base().store().has(Layout.target(target.getKey(), digest, true)))) {
                    out.put(digest, target.getValue().length());
                }
            }
        }
        return out;
    }

    /// The same files, with a note of their good signatures, so that a publisher need not verify them once more.
    SignedFiles noting(Proposal proposal) throws Problem {
        var noted = new TreeMap<RoleName, Envelope>();
        for (var part : parts.entrySet()) {
            Envelope file = part.getValue();
            for (Authority authority : proposal.authorities(part.getKey())) {
                file = file.noting(authority);
            }
            noted.put(part.getKey(), file);
        }
        return new SignedFiles(noted);
    }

    /// Those who delegate, of these files.
    List<RoleName> delegators() throws Problem {
        return targets().entrySet().stream().filter(t -> t.getValue().delegations().isPresent()).map(Map.Entry::getKey).toList();
    }

    static List<Delegations.Role> delegated(Signed.Targets targets) {
        return targets.delegations().map(Delegations::roles).orElse(List.of());
    }
}
