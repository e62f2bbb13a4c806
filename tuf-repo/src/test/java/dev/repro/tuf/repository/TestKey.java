package dev.repro.tuf.repository;

import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Signer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;

/// An Ed25519 key made by the JDK, for tests that sign much.
final class TestKey implements Signer {
    private final KeyPair pair;
    private final PublicKey key;
    final String owner;

    private TestKey(String owner, KeyPair pair, PublicKey key) {
        this.owner = owner;
        this.pair = pair;
        this.key = key;
    }

    static TestKey of(String owner) {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            return new TestKey(owner, pair, PublicKey.ofSpki(pair.getPublic().getEncoded()));
        } catch (GeneralSecurityException | Problem e) {
            throw new IllegalStateException(e);
        }
    }

    KeyHolder holder() {
        return new KeyHolder(key, owner);
    }

    @Override
    public PublicKey key() {
        return key;
    }

    @Override
    public byte[] sign(byte[] message) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(pair.getPrivate());
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
