package dev.repro.keys;

import dev.repro.base.Problem;
import java.nio.file.Path;

/// Opens signers by reference.
public final class Signers {

    private Signers() {}

    /// What a signer made, once it is seen to verify: a token, an agent or a broken processor could give something else.
    static byte[] verified(PublicKey key, byte[] message, byte[] signature) throws Problem {
        try {
            key.verify(message, signature);
            return signature;
        } catch (BadSignature e) {
            throw Problem.environment("the signature that was made does not verify: " + e.getMessage()).where(key).because(e);
        }
    }
}
