package dev.repro.tuf.check;

import dev.repro.base.Digest;
import dev.repro.base.JsonText;
import dev.repro.keys.BulkVerifier;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Scheme;
import dev.repro.tuf.Key;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleKeys;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.Threshold;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Keys, who may sign with them, and who did.
final class KeysCheck {
    private final MetaReader reader;
    private final Findings findings;
    private final Seen seen;
    private final BulkVerifier bulk = BulkVerifier.expecting(0);

    KeysCheck(MetaReader reader, Findings findings, Seen seen) {
        this.reader = reader;
        this.findings = findings;
        this.seen = seen;
    }

    /// The keys that a file lists, and the roles to which it gives them.
    ///
    void listed(String file, Map<KeyId, Key> keys, Map<RoleName, RoleKeys> roles) {
        keys.forEach((id, key) -> key(file, id, key));
        var used = new HashSet<KeyId>();
        roles.forEach((name, role) -> {
            used.addAll(role.keyids());
            role(name, file + ", role " + name, keys, role);
        });
        for (KeyId id : keys.keySet()) {
            if (!used.contains(id)) {
                findings.add(Rule.KEY_UNUSED, file, "key " + id.brief());
            }
        }
    }

    private void key(String file, KeyId id, Key key) {
        if (!id.text().equals(keyid(key))) {
            findings.add(Rule.KEYID_MISMATCH, file, "key " + id.brief() + " has the SHA-256 " + keyid(key));
            seen.use(Feature.KEYID_OTHER, file);
        }
        if (key.usable().isEmpty()) {
            findings.add(Rule.KEY_UNUSABLE, file, "key " + id.brief() + ": " + key.problem());
        }
        switch (kind(key)) {
            case NEW -> seen.use(Feature.KEY_NEW, file);
            case P384 -> seen.use(Feature.KEY_P384, file);
            case OLD -> {
            }
        }
    }

    private static String keyid(Key key) {
        try {
            return Digest.of(JsonText.canonical(key.json())).hex();
        } catch (IllegalArgumentException e) { // a fraction in it, which is a finding of its own
            return "of nothing, as it has no canonical form";
        }
    }

    private void role(RoleName name, String where, Map<KeyId, Key> keys, RoleKeys role) {
        var material = new HashSet<PublicKey>();
        for (KeyId id : role.keyids()) {
            Key key = keys.get(id);
            if (key == null) {
                findings.add(Rule.KEY_UNDEFINED, where, "key " + id.brief());
                seen.use(name.isTopLevel() ? Feature.KEY_UNDEFINED : Feature.KEY_UNDEFINED_BELOW, where);
            } else if (key.usable().isPresent() && !material.add(key.usable().get())) {
                findings.add(Rule.KEY_TWICE, where, "key " + id.brief() + " is there under another id");
            }
            if (key != null && kind(key) == Kind.NEW) {
                seen.use(name.isTopLevel() ? Feature.KEY_NEW_IN_ROLE : Feature.KEY_NEW_IN_ROLE_BELOW, where);
            }
        }
        if (material.size() < role.threshold()) {
            reader.fail(name, Rule.THRESHOLD_IMPOSSIBLE, where, "wants " + role.threshold() + " signatures and has "
                    + material.size() + " usable keys");
        }
    }

    /// What only the root can say: how the four roles share keys.
    void root(String file, Signed.Root root) {
        for (RoleName role : new RoleName[] {RoleName.ROOT, RoleName.TARGETS}) {
            if (root.roles().get(role).threshold() == 1) {
                findings.add(Rule.THRESHOLD_ONE, file, "the threshold of " + role + " is 1 of "
                        + root.roles().get(role).keyids().size());
            }
        }
        Set<PublicKey> rootKeys = material(root, RoleName.ROOT);
        Set<PublicKey> targetsKeys = material(root, RoleName.TARGETS);
        long shared = rootKeys.stream().filter(targetsKeys::contains).count();
        if (shared > 0) {
            findings.add(Rule.KEY_SHARED, file, shared + " of " + rootKeys.size() + " keys of root");
        }
        for (RoleName online : new RoleName[] {RoleName.SNAPSHOT, RoleName.TIMESTAMP}) {
            for (PublicKey key : material(root, online)) {
                if (rootKeys.contains(key) || targetsKeys.contains(key)) {
                    findings.add(Rule.KEY_ONLINE, file, "key " + key + " of " + online + " may sign "
                            + (rootKeys.contains(key) ? "root" : "targets"));
                }
            }
        }
    }

    private static Set<PublicKey> material(Signed.Root root, RoleName role) {
        var out = new HashSet<PublicKey>();
        for (KeyId id : root.roles().get(role).keyids()) {
            Key key = root.keys().get(id);
            if (key != null) {
                key.usable().ifPresent(out::add);
            }
        }
        return out;
    }

    /// What is to be made of signatures that do not count.
    enum Others {
        UNEXPECTED,
        /// Others than the role's keys have signed too, for another delegator or the root before.
        EXPECTED,
        /// Nobody can mend the file any more.
        PAST
    }

    /// Who signed a file, held to who had to.
    ///
    /// @param keys and
    /// @param role as the delegator says
    void signed(Metadata<?> metadata, String file, RoleKeys role, Map<KeyId, Key> keys, Others others) {
        Set<PublicKey> good = signers(metadata, role, keys);
        if (good.size() < role.threshold()) {
            reader.fail(metadata.role(), Rule.UNSIGNED, file, good.size() + " good signatures of "
                    + metadata.signatures().size() + ", the threshold is "
                    + role.threshold() + " of " + role.keyids().size());
        }
        if (others != Others.PAST) {
            metadata.signatures().forEach(signature -> signature(signature, file, role, keys, good, others));
        }
        quorum(metadata.role(), file, role.threshold(), good);
    }

    private void signature(Metadata.Signature signature, String file, RoleKeys role, Map<KeyId, Key> keys, Set<PublicKey> good,
            Others others) {
        Key key = role.keyids().contains(signature.keyid()) ? keys.get(signature.keyid()) : null;
        if (key == null) {
            if (others == Others.UNEXPECTED) {
                findings.add(Rule.SIGNATURE_FOREIGN, file, "key " + signature.keyid().brief());
            }
        } else if (key.usable().isPresent() && !good.contains(key.usable().get())) {
            findings.add(Rule.SIGNATURE_BAD, file, "key " + signature.keyid().brief()
                    + (signature.sig().length == 0 ? " has not signed" : ""));
        }
    }

    /// Good signatures of the keys that may sign; none if what is signed has no canonical form.
    Set<PublicKey> signers(Metadata<?> metadata, RoleKeys role, Map<KeyId, Key> keys) {
        try {
            return Threshold.signers(metadata, role, keys, bulk);
        } catch (Refusal e) {
            return Set.of(); // a fraction, which is a finding of its own
        }
    }

    private void quorum(RoleName role, String file, int threshold, Set<PublicKey> good) {
        long old = good.stream().filter(key -> kind(key.scheme()) == Kind.OLD).count();
        long known = good.stream().filter(key -> kind(key.scheme()) != Kind.NEW).count();
        if (good.size() >= threshold && known < threshold) {
            seen.use(role.isTopLevel() ? Feature.QUORUM_NEW : Feature.QUORUM_NEW_BELOW, file);
        }
        if (good.size() >= threshold && old < threshold) {
            seen.use(role.isTopLevel() ? Feature.QUORUM_P384 : Feature.QUORUM_P384_BELOW, file);
        }
    }

    /// How widely a key is understood: by all, not by all, by few.
    private enum Kind { OLD, P384, NEW }

    private static Kind kind(Key key) {
        return key.usable().map(usable -> kind(usable.scheme())).orElse(Kind.NEW);
    }

    private static Kind kind(Scheme scheme) {
        return switch (scheme) {
            case ED25519, ECDSA_P256, RSA_PSS_SHA256 -> Kind.OLD;
            case ECDSA_P384 -> Kind.P384;
            default -> Kind.NEW;
        };
    }
}
