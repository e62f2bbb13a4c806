package dev.repro.tuf;

import dev.repro.keys.BadSignature;
import dev.repro.keys.PublicKey;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// The one place where signatures of metadata are counted, for every role.
public final class Threshold {

    private Threshold() {}

    /// @param role who may sign, as root or the delegating role says
    /// @param keys of whoever says so
    /// @throws Refusal if fewer than the threshold of different keys have signed. Two ids of one key's material are one key (TAP 12); a
    ///     signature that is not good, or by a key that may not sign, counts nothing and harms nothing
    public static <T extends Signed> Verified<T> verify(Metadata<T> metadata, RoleKeys role, Map<KeyId, Key> keys) throws Refusal {
        int signed = signers(metadata, role, keys).size();
        if (signed < role.threshold()) {
            throw Refusal.of(Refusal.Rule.UNSIGNED, metadata.role()).expected("signatures of " + role.threshold() + " of " + role.keyids().size() + " keys")
                    .found(signed + " good of " + metadata.signatures().size());
        }
        return new Verified<>(metadata);
    }

    /// The keys whose signature is good, however many the role needs.
    public static <T extends Signed> Set<PublicKey> signers(Metadata<T> metadata, RoleKeys role, Map<KeyId, Key> keys) throws Refusal {
        var good = new HashSet<PublicKey>();
        for (Metadata.Signature signature : metadata.signatures()) {
            Key key = role.keyids().contains(signature.keyid()) ? keys.get(signature.keyid()) : null;
            if (key != null && key.usable().isPresent() && !good.contains(key.usable().get())) {
                try {
                    key.usable().get().verify(metadata.canonical(), signature.sig());
                    good.add(key.usable().get());
                } catch (BadSignature e) {
                    continue; // as if it were not there
                }
            }
        }
        return good;
    }
}
