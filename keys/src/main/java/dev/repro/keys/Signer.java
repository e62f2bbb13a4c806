package dev.repro.keys;

import dev.repro.base.Problem;

/// Something that signs with one private key: a file that was unlocked, a token, an agent. Not for several threads at once.
public interface Signer extends AutoCloseable {

    /// The public half, with which every signature of [#sign] verifies.
    PublicKey key();

    /// The signature over `message`, in the form that [PublicKey#verify] takes.
    ///
    /// @throws Problem if the token or the agent does not sign, exit code 3
    byte[] sign(byte[] message) throws Problem;

    /// Wipes the private key, or leaves the token. Does nothing the second time.
    @Override
    void close();
}
