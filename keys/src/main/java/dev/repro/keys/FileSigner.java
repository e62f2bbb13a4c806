package dev.repro.keys;

import dev.repro.base.Problem;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;

/// Signs with a private key in memory.
record FileSigner(PrivateKey secret) implements Signer {
    private static final SecureRandom RANDOM = new SecureRandom();

    /// What securesystemslib's signer uses too: a salt as long as the hash.
    static final PSSParameterSpec PSS = new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);

    @Override
    public PublicKey key() {
        return secret.key();
    }

    @Override
    public byte[] sign(byte[] message) throws Problem {
        Scheme scheme = key().scheme();
        byte[] content = secret.content().bytes();
        byte[] signature = switch (scheme) {
            case ED25519 -> BouncyCastle.ed25519Sign(content, key().raw(), message);
            case ECDSA_P256 -> jdk("EC", "SHA256withECDSA", content, message);
            case ECDSA_P384 -> jdk("EC", "SHA384withECDSA", content, message);
            case RSA_PSS_SHA256 -> jdk("RSA", "RSASSA-PSS", content, message);
            case ML_DSA_44, ML_DSA_65, ML_DSA_87 -> BouncyCastle.mlDsaSign(scheme, content, Verifier.tap21(message), RANDOM);
            case SLH_DSA_SHA2_128S, SLH_DSA_SHA2_128F -> BouncyCastle.slhDsaSign(scheme, content, Verifier.tap21(message),
                    RANDOM);
        };
        if (scheme == Scheme.ED25519 && BouncyCastle.ed25519Verify(key().raw(), message, signature)) {
            return signature; // computed from the private key, this public key is of prime order: everybody's equation holds
        }
        return Signers.verified(key(), message, signature);
    }

    private byte[] jdk(String family, String algorithm, byte[] content, byte[] message) {
        byte[] pkcs8 = Pkcs8.write(key(), content);
        try {
            Signature signature = Signature.getInstance(algorithm);
            if (algorithm.equals("RSASSA-PSS")) {
                signature.setParameter(PSS);
            }
            signature.initSign(KeyFactory.getInstance(family).generatePrivate(new PKCS8EncodedKeySpec(pkcs8)), RANDOM);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a key that was checked signs", e);
        } finally {
            Arrays.fill(pkcs8, (byte) 0);
        }
    }

    @Override
    public void close() {
        secret.close();
    }

    @Override
    public String toString() {
        return "signer with " + key();
    }
}
