package dev.repro.tuf.check;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.tuf.Key;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.Limits;
import dev.repro.tuf.MetaFile;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleKeys;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.Signed;
import dev.repro.tuf.client.Authority;
import dev.repro.tuf.client.KeyChain;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Key rotations and revocations by the holders of delegated roles (TAP 8, TAP 20), as docs/pouf.md has them. A
/// repository without them has none of
/// this.
final class RotationsCheck {
    private static final Limits LIMITS = Limits.DEFAULT;

    private final MetaReader reader;
    private final KeysCheck keys;
    private final Findings findings;
    private final Signed.Snapshot snapshot;
    private final boolean consistent;
    private final Map<RoleName, Map<RoleName, MetaFile>> entries = new HashMap<>();

    RotationsCheck(MetaReader reader, KeysCheck keys, Findings findings, Signed.Snapshot snapshot, boolean consistent) {
        this.reader = reader;
        this.keys = keys;
        this.findings = findings;
        this.snapshot = snapshot;
        this.consistent = consistent;
        snapshot.roles().forEach((entry, meta) -> RotateFile.parse(entry)
                .ifPresent(rotation -> entries.computeIfAbsent(rotation.role(), _ -> new HashMap<>()).put(entry, meta)));
    }

    /// Roles with rotations.
    Set<RoleName> roles() {
        return entries.keySet();
    }

    /// Paths of the files that are listed, without the hashes in their names.
    Set<String> listed() {
        var out = new HashSet<String>();
        entries.values().forEach(files -> files.keySet()
                .forEach(entry -> out.add(RotateFile.parse(entry).orElseThrow().path(Optional.empty()))));
        return out;
    }

    /// Who signs a role after its rotations; what is wrong with them becomes a finding.
    ///
    /// @return empty if the role has none, or they do not hold
    Optional<KeyChain> chain(RoleName role, RoleKeys delegated, Map<KeyId, Key> known) throws Problem {
        if (!entries.containsKey(role)) {
            return Optional.empty();
        }
        try {
            KeyChain chain = KeyChain.start(role, new Authority(delegated, known),
                    new Signed.Snapshot(snapshot.header(), entries.get(role)), LIMITS);
            while (chain instanceof KeyChain.Pending pending) {
                String path = pending.file().path(consistent ? Optional.of(pending.sha256()) : Optional.<Digest>empty());
                Source.Answer answer = reader.source().read(path, LIMITS.rotateBytes());
                if (!(answer instanceof Source.Answer.Bytes(byte[] bytes))) {
                    findings.add(Rule.ROTATION_BROKEN, path, answer instanceof Source.Answer.Absent ? "is not there"
                            : "has more than " + LIMITS.rotateBytes() + " bytes");
                    return Optional.empty();
                }
                chain = pending.take(bytes, Optional.empty());
            }
            if (chain instanceof KeyChain.Revoked revoked) {
                findings.add(Rule.ROTATION_REVOKED, "role " + role, "rotation " + revoked.number() + " ends it");
            }
            return Optional.of(chain);
        } catch (Refusal refusal) {
            findings.add(Rule.ROTATION_BROKEN, "role " + role, refusal.line());
            return Optional.empty();
        }
    }

    /// Who signed a role that has rotations: its present keys, and for clients that know of no rotations those of the delegation.
    void signed(Metadata<?> metadata, String file, RoleKeys delegated, Map<KeyId, Key> known, KeyChain chain) {
        if (chain instanceof KeyChain.Complete(_, Authority now)) {
            if (keys.signers(metadata, now.role(), now.keys()).size() < now.role().threshold()) {
                findings.add(Rule.ROTATION_UNSIGNED, file, "the threshold is " + now.role().threshold() + " of "
                        + now.role().keyids().size());
            }
            if (keys.signers(metadata, delegated, known).size() < delegated.threshold()) {
                findings.add(Rule.ROTATION_PLAIN, file, "is signed by the keys after the rotation only");
                return;
            }
        }
        keys.signed(metadata, file, delegated, known, KeysCheck.Others.EXPECTED);
    }
}
