package dev.repro.tuf.client;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.tuf.Key;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.MetaFile;
import dev.repro.tuf.RoleKeys;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.Signed;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Somebody with an Ed25519 key, for tests.
final class Hand {
    private final KeyPair pair;
    private final PublicKey key;

    Hand() {
        try {
            pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            key = PublicKey.ofSpki(pair.getPublic().getEncoded());
        } catch (GeneralSecurityException | Problem e) {
            throw new IllegalStateException(e);
        }
    }

    PublicKey key() {
        return key;
    }

    KeyId id() {
        return new KeyId(key.keyid());
    }

    /// A metadata file.
    static byte[] sign(Json.Obj signed, Hand... hands) {
        var signatures = new ArrayList<Json>();
        for (Hand hand : hands) {
            signatures.add(Json.object("keyid", hand.id().text(), "sig", hand.signature(JsonText.canonical(signed))));
        }
        return JsonText.compact(Json.object("signatures", signatures, "signed", signed)).getBytes(StandardCharsets.UTF_8);
    }

    private String signature(byte[] message) {
        try {
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(pair.getPrivate());
            signature.update(message);
            return HexFormat.of().formatHex(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static Json.Obj keys(Hand... hands) {
        var keys = new LinkedHashMap<String, Json>();
        for (Hand hand : hands) {
            keys.put(hand.id().text(), hand.key.toJson());
        }
        return new Json.Obj(keys);
    }

    static Authority authority(int threshold, Hand... hands) {
        var ids = new LinkedHashSet<KeyId>();
        var keys = new LinkedHashMap<KeyId, Key>();
        for (Hand hand : hands) {
            ids.add(hand.id());
            keys.put(hand.id(), new Key(hand.key.toJson(), Optional.of(hand.key), ""));
        }
        return new Authority(new RoleKeys(ids, threshold), keys);
    }

    static Json.Obj rotation(String role, int number, int threshold, Hand... to) {
        return Json.object("_type", "rotate", "keys", keys(to), "role", role, "spec_version", "1.0.34", "threshold", threshold,
                "version", number);
    }

    static Json.Obj revocation(String role, int number) {
        return rotation(role, number, 1).without("threshold");
    }

    /// A snapshot that lists files as rotations 1 and so on of a role.
    static Signed.Snapshot snapshot(RoleName role, List<byte[]> rotations) {
        var listed = new LinkedHashMap<RoleName, MetaFile>();
        for (int i = 0; i < rotations.size(); i++) {
            listed.put(new RotateFile(role, i + 1).entry(), listed(i + 1, rotations.get(i)));
        }
        return new Signed.Snapshot(new Signed.Header(1, Instant.MAX, Json.object()), listed);
    }

    static MetaFile listed(int version, byte[] file) {
        return new MetaFile(version, OptionalLong.of(file.length), Map.of("sha256", Digest.of(file).hex()));
    }
}
