package dev.repro.tests.tuf;

import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Signer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;

/// Somebody with an Ed25519 key, of the JDK's own: cheap to make and to sign with.
public final class Pen implements Signer {
    private final PrivateKey secret;
    private final PublicKey key;

    private Pen(PrivateKey secret, PublicKey key) {
        this.secret = secret;
        this.key = key;
    }

    static Pen make() {
        try {
            var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            return new Pen(pair.getPrivate(), PublicKey.ofSpki(pair.getPublic().getEncoded()));
        } catch (GeneralSecurityException | Problem e) {
            throw new IllegalStateException(e);
        }
    }

    /// Puts the key into two files, for [#load] in another process.
    void store(Path folder, String name) throws IOException {
        Files.write(folder.resolve(name + ".pkcs8"), secret.getEncoded());
        Files.write(folder.resolve(name + ".spki"), key.spki());
    }

    static Pen load(Path folder, String name) throws IOException {
        try {
            var secret = KeyFactory.getInstance("Ed25519")
                    .generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(folder.resolve(name + ".pkcs8"))));
            return new Pen(secret, PublicKey.ofSpki(Files.readAllBytes(folder.resolve(name + ".spki"))));
        } catch (GeneralSecurityException | Problem e) {
            throw new IllegalStateException(e);
        }
    }

    String id() {
        return key.keyid();
    }

    @Override
    public PublicKey key() {
        return key;
    }

    @Override
    public byte[] sign(byte[] message) {
        try {
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(secret);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        // nothing to wipe that a test would miss
    }
}
