package dev.repro.tuf.check;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.HexFormat;

/// Somebody with an Ed25519 key, under a key id that need not be its own.
final class Signatory {
    private final KeyPair pair;
    private final PublicKey key;
    private final String id;

    private Signatory(KeyPair pair, PublicKey key, String id) {
        this.pair = pair;
        this.key = key;
        this.id = id;
    }

    static Signatory fresh() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            PublicKey key = PublicKey.ofSpki(pair.getPublic().getEncoded());
            return new Signatory(pair, key, key.keyid());
        } catch (GeneralSecurityException | Problem e) {
            throw new IllegalStateException(e);
        }
    }

    Signatory as(String otherId) {
        return new Signatory(pair, key, otherId);
    }

    String id() {
        return id;
    }

    Json.Obj json() {
        return key.toJson();
    }

    Json.Obj signature(byte[] message) {
        try {
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(pair.getPrivate());
            signature.update(message);
            return Json.object("keyid", id, "sig", HexFormat.of().formatHex(signature.sign()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
