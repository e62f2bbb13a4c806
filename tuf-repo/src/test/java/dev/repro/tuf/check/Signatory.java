package dev.repro.tuf.check;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.HexFormat;

/// Somebody with a key, under a key id that need not be its own.
final class Signatory {
    private final KeyPair pair;
    private final PublicKey key;
    private final String id;

    private Signatory(KeyPair pair, PublicKey key, String id) {
        this.pair = pair;
        this.key = key;
        this.id = id;
    }

    /// With an Ed25519 key.
    static Signatory fresh() {
        return of("Ed25519", 0);
    }

    /// With a key on P-384.
    static Signatory p384() {
        return of("EC", 384);
    }

    /// With a key that few clients know: ML-DSA-44.
    static Signatory newer() {
        return of("ML-DSA-44", 0);
    }

    private static Signatory of(String algorithm, int bits) {
        try {
            var generator = KeyPairGenerator.getInstance(algorithm);
            if (bits > 0) {
                generator.initialize(bits);
            }
            KeyPair pair = generator.generateKeyPair();
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
            String algorithm = pair.getPrivate().getAlgorithm();
            var signature = Signature.getInstance(algorithm.equals("EC") ? "SHA384withECDSA" : algorithm);
            signature.initSign(pair.getPrivate());
            signature.update(algorithm.startsWith("ML-DSA") ? tap21(message) : message);
            return Json.object("keyid", id, "sig", HexFormat.of().formatHex(signature.sign()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] tap21(byte[] message) throws GeneralSecurityException {
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {'t', 'u', 'f', 1});
        out.writeBytes(MessageDigest.getInstance("SHA-512").digest(message));
        return out.toByteArray();
    }
}
