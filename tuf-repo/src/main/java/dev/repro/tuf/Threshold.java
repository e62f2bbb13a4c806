package dev.repro.tuf;

import dev.repro.keys.BadSignature;
import dev.repro.keys.BulkVerifier;
import dev.repro.keys.PublicKey;
import java.util.HashMap;
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
        return verify(metadata, role, keys, PublicKey::verify);
    }

    /// As above, for who verifies many files.
    public static <T extends Signed> Verified<T> verify(Metadata<T> metadata, RoleKeys role, Map<KeyId, Key> keys, BulkVerifier bulk) throws Refusal {
        return verify(metadata, role, keys, bulk::verify);
    }

    private static <T extends Signed> Verified<T> verify(Metadata<T> metadata, RoleKeys role, Map<KeyId, Key> keys, Check check) throws Refusal {
        Map<PublicKey, KeyId> good = count(metadata, role, keys, role.threshold(), check);
        if (good.size() < role.threshold()) {
            throw Refusal.of(Refusal.Rule.UNSIGNED, metadata.role()).expected("signatures of " + role.threshold() + " of " + role.keyids().size() + " keys")
                    .found(good.size() + " good of " + metadata.signatures().size());
        }
        return new Verified<>(metadata, Set.copyOf(good.values()));
    }

    /// The keys whose signature is good, however many the role needs.
    public static <T extends Signed> Set<PublicKey> signers(Metadata<T> metadata, RoleKeys role, Map<KeyId, Key> keys) throws Refusal {
        return count(metadata, role, keys, Integer.MAX_VALUE, PublicKey::verify).keySet();
    }

    /// As above, for who verifies many files.
    public static <T extends Signed> Set<PublicKey> signers(Metadata<T> metadata, RoleKeys role, Map<KeyId, Key> keys, BulkVerifier bulk) throws Refusal {
        return count(metadata, role, keys, Integer.MAX_VALUE, bulk::verify).keySet();
    }

    private interface Check {
        void verify(PublicKey key, byte[] message, byte[] signature) throws BadSignature;
    }

    private static Map<PublicKey, KeyId> count(Metadata<?> metadata, RoleKeys role, Map<KeyId, Key> keys, int enough, Check check) throws Refusal {
        var good = new HashMap<PublicKey, KeyId>();
        for (Metadata.Signature signature : metadata.signatures()) {
            Key key = role.keyids().contains(signature.keyid()) ? keys.get(signature.keyid()) : null;
            if (key != null && key.usable().isPresent() && good.size() < enough && !good.containsKey(key.usable().get())) {
                try {
                    check.verify(key.usable().get(), metadata.canonical(), signature.sig());
                    good.put(key.usable().get(), signature.keyid());
                } catch (BadSignature e) {
                    continue; // as if it were not there
                }
            }
        }
        return good;
    }
}
