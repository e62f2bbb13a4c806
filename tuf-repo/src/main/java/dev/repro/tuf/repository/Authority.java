package dev.repro.tuf.repository;

import dev.repro.base.Problem;
import dev.repro.keys.BulkVerifier;
import dev.repro.keys.PublicKey;
import dev.repro.tuf.Key;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleKeys;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.Threshold;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Who may sign a file, and who says so.
///
/// @param by for a person: `root 3`, `targets 7`
/// @param owners names of people by key id, where somebody gave them
public record Authority(String by, RoleKeys role, Map<KeyId, Key> keys, Map<KeyId, String> owners) {

    private static final BulkVerifier BULK = BulkVerifier.expecting(BulkVerifier.THRESHOLD);

    /// Of a top-level role.
    static Authority of(Signed.Root root, RoleName role) {
        return new Authority("root " + root.version(), root.roles().get(role), root.keys(), Owners.of(root.json()));
    }

    /// Of a delegated role.
    static Authority of(RoleName delegator, Signed.Targets targets, RoleKeys role) {
        return new Authority(delegator + " " + targets.version(), role, targets.delegations().orElseThrow().keys(),
                Owners.of(targets.json()));
    }

    /// Of a role after a rotation of its keys to others.
    static Authority of(Signed.Rotate rotate) {
        return new Authority("rotation " + rotate.version() + " of " + rotate.role(), rotate.roleKeys().orElseThrow(),
                rotate.keys(), Owners.of(rotate.json()));
    }

    /// The keys that may sign, of kinds known here.
    public Set<PublicKey> usable() {
        var out = new HashSet<PublicKey>();
        role.keyids().stream().map(keys::get).filter(Objects::nonNull).forEach(k -> k.usable().ifPresent(out::add));
        return out;
    }

    /// The id under which this authority lists a key's material.
    Optional<KeyId> idOf(PublicKey key) {
        return role.keyids().stream().filter(id -> lists(id, key)).findFirst();
    }

    boolean lists(KeyId id, PublicKey key) {
        return role.keyids().contains(id) && keys.containsKey(id) && keys.get(id).usable().filter(key::equals).isPresent();
    }

    /// Those who have signed, by the material of their keys.
    Set<PublicKey> signers(Metadata<?> metadata) throws Problem {
        try {
            return Threshold.signers(metadata, role, keys, BULK);
        } catch (Refusal e) {
            throw Refusals.problem(e);
        }
    }

    boolean isMetBy(Metadata<?> metadata) throws Problem {
        return signers(metadata).size() >= role.threshold();
    }

    <T extends Signed> T verified(Metadata<T> metadata) throws Problem {
        try {
            return Threshold.verify(metadata, role, keys, BULK).get();
        } catch (Refusal e) {
            throw Refusals.problem(e);
        }
    }

    /// The ids of those who have not signed, with their owners' names, in the order of the metadata.
    Map<KeyId, String> missing(Metadata<?> metadata) throws Problem {
        Set<PublicKey> signed = new HashSet<>(signers(metadata));
        var out = new LinkedHashMap<KeyId, String>();
        for (KeyId id : role.keyids()) {
            Optional<PublicKey> key = keys.containsKey(id) ? keys.get(id).usable() : Optional.empty();
            if (key.isPresent() && signed.add(key.get())) {
                out.put(id, owner(id));
            }
        }
        return out;
    }

    /// All who may sign, by [#owner].
    public List<String> holders() {
        return role.keyids().stream().map(this::owner).toList();
    }

    /// `alice (3f2a1b9c…)`, or the id alone.
    public String owner(KeyId id) {
        return owners.containsKey(id) ? owners.get(id) + " (" + id.brief() + ")" : id.brief();
    }
}
