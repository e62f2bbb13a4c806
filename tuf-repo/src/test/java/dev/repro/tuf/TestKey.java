package dev.repro.tuf;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.HexFormat;

/// An Ed25519 key of the JDK's, with the id and the object that metadata has of it.
public record TestKey(String id, Json.Obj json, KeyPair pair) {

    public static TestKey make() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            PublicKey key = PublicKey.ofSpki(pair.getPublic().getEncoded());
            return new TestKey(key.keyid(), key.toJson(), pair);
        } catch (GeneralSecurityException | Problem e) {
            throw new IllegalStateException(e);
        }
    }

    /// The same key material under another id.
    public TestKey called(String other) {
        return new TestKey(other, json, pair);
    }

    public String sign(byte[] message) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(pair.getPrivate());
            signature.update(message);
            return HexFormat.of().formatHex(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
