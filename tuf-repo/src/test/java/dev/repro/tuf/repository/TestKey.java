package dev.repro.tuf.repository;

import dev.repro.base.Problem;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Signer;
import java.security.SecureRandom;

/// A new Ed25519 key and the name of its holder.
record TestKey(String owner, Signer signer) implements Signer {

    static TestKey of(String owner) {
        return new TestKey(owner, PrivateKey.generate(Scheme.ED25519, new SecureRandom()).signer());
    }

    KeyHolder holder() {
        return new KeyHolder(key(), owner);
    }

    @Override
    public PublicKey key() {
        return signer.key();
    }

    @Override
    public byte[] sign(byte[] message) throws Problem {
        return signer.sign(message);
    }

    @Override
    public void close() {
        signer.close();
    }
}
