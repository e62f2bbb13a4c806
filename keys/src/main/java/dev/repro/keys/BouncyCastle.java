package dev.repro.keys;

import java.math.BigInteger;
import java.security.SecureRandom;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.generators.SLHDSAKeyPairGenerator;
import org.bouncycastle.crypto.params.MLDSAParameters;
import org.bouncycastle.crypto.params.MLDSAPrivateKeyParameters;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.params.SLHDSAKeyGenerationParameters;
import org.bouncycastle.crypto.params.SLHDSAParameters;
import org.bouncycastle.crypto.params.SLHDSAPrivateKeyParameters;
import org.bouncycastle.crypto.params.SLHDSAPublicKeyParameters;
import org.bouncycastle.crypto.signers.MLDSASigner;
import org.bouncycastle.crypto.signers.SLHDSASigner;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/// The one class that names Bouncy Castle: what the JDK lacks. Plain verification of all schemes but SLH-DSA does not load it.
final class BouncyCastle {

    private BouncyCastle() {}

    static byte[] ed25519Public(byte[] seed) {
        byte[] out = new byte[32];
        Ed25519.generatePublicKey(seed, 0, out, 0);
        return out;
    }

    static byte[] ed25519Sign(byte[] seed, byte[] raw, byte[] message) {
        byte[] out = new byte[64];
        Ed25519.sign(seed, 0, raw, 0, message, 0, message.length, out, 0);
        return out;
    }

    /// Whether this is a point of prime order in its one encoding.
    static boolean ed25519IsPrimeOrder(byte[] point) {
        return Ed25519.validatePublicKeyFull(point, 0);
    }

    static boolean ed25519Verify(byte[] raw, byte[] message, byte[] signature) {
        return Ed25519.verify(signature, 0, raw, 0, message, 0, message.length);
    }

    /// The uncompressed point of the private scalar `d`, which is from 1 to the order less 1.
    ///
    /// @throws IllegalArgumentException if `d` is not
    static byte[] ecPublic(Scheme scheme, BigInteger d) {
        var curve = CustomNamedCurves.getByName(scheme == Scheme.ECDSA_P256 ? "P-256" : "P-384");
        if (d.signum() <= 0 || d.compareTo(curve.getN()) >= 0) {
            throw new IllegalArgumentException("the private scalar is out of range");
        }
        return new FixedPointCombMultiplier().multiply(curve.getG(), d).normalize().getEncoded(false);
    }

    /// @param secret the seed of 32 bytes, or the expanded key
    static byte[] mlDsaPublic(Scheme scheme, byte[] secret) {
        return mlDsa(scheme, secret).getPublicKey();
    }

    static byte[] mlDsaExpanded(Scheme scheme, byte[] seed) {
        return mlDsa(scheme, seed).getEncoded();
    }

    static byte[] mlDsaSign(Scheme scheme, byte[] secret, byte[] message, SecureRandom random) {
        var signer = new MLDSASigner();
        var key = mlDsa(scheme, secret);
        try {
            signer.init(true, new ParametersWithRandom(key, random));
            signer.update(message, 0, message.length);
            return signer.generateSignature();
        } catch (CryptoException e) {
            throw new IllegalStateException("ML-DSA signs every message", e);
        } finally {
            key.destroy();
        }
    }

    private static MLDSAPrivateKeyParameters mlDsa(Scheme scheme, byte[] secret) {
        return new MLDSAPrivateKeyParameters(switch (scheme) {
            case ML_DSA_44 -> MLDSAParameters.ml_dsa_44;
            case ML_DSA_65 -> MLDSAParameters.ml_dsa_65;
            default -> MLDSAParameters.ml_dsa_87;
        }, secret.clone()); // which it keeps, and wipes
    }

    static byte[] slhDsaGenerate(Scheme scheme, SecureRandom random) {
        var generator = new SLHDSAKeyPairGenerator();
        generator.init(new SLHDSAKeyGenerationParameters(random, slhDsa(scheme)));
        var key = (SLHDSAPrivateKeyParameters) generator.generateKeyPair().getPrivate();
        byte[] encoded = key.getEncoded();
        key.destroy();
        return encoded;
    }

    static byte[] slhDsaSign(Scheme scheme, byte[] secret, byte[] message, SecureRandom random) {
        var signer = new SLHDSASigner();
        var key = new SLHDSAPrivateKeyParameters(slhDsa(scheme), secret);
        try {
            signer.init(true, new ParametersWithRandom(key, random));
            return signer.generateSignature(message);
        } finally {
            key.destroy();
        }
    }

    static boolean slhDsaVerify(Scheme scheme, byte[] raw, byte[] message, byte[] signature) {
        var signer = new SLHDSASigner();
        signer.init(false, new SLHDSAPublicKeyParameters(slhDsa(scheme), raw));
        return signer.verifySignature(message, signature);
    }

    private static SLHDSAParameters slhDsa(Scheme scheme) {
        return scheme == Scheme.SLH_DSA_SHA2_128S ? SLHDSAParameters.sha2_128s : SLHDSAParameters.sha2_128f;
    }
}
