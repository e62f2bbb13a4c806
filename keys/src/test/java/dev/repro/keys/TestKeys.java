package dev.repro.keys;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.EnumMap;
import java.util.Map;

/// Keys and signatures by the JDK alone, as the other side of what is tested.
final class TestKeys {
    private static final Map<Scheme, KeyPair> PAIRS = new EnumMap<>(Scheme.class);

    private TestKeys() {}

    /// One pair of that scheme, the same in the whole run.
    static synchronized KeyPair pair(Scheme scheme) {
        return PAIRS.computeIfAbsent(scheme, TestKeys::generate);
    }

    static KeyPair generate(Scheme scheme) {
        try {
            return switch (scheme) {
                case ED25519 -> KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
                case ECDSA_P256 -> ec("secp256r1");
                case ECDSA_P384 -> ec("secp384r1");
                case RSA_PSS_SHA256 -> rsa(2048);
                case ML_DSA_44 -> KeyPairGenerator.getInstance("ML-DSA-44").generateKeyPair();
                case ML_DSA_65 -> KeyPairGenerator.getInstance("ML-DSA-65").generateKeyPair();
                case ML_DSA_87 -> KeyPairGenerator.getInstance("ML-DSA-87").generateKeyPair();
                case SLH_DSA_SHA2_128S, SLH_DSA_SHA2_128F -> throw new IllegalArgumentException("the JDK has no SLH-DSA");
            };
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static KeyPair rsa(int bits) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    static KeyPair ec(String curve) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    /// What of SLH-DSA is ours, because the JDK has none of it.
    private static final Map<Scheme, PrivateKey> OURS = new EnumMap<>(Scheme.class);

    static synchronized PrivateKey ours(Scheme scheme) {
        return OURS.computeIfAbsent(scheme, s -> PrivateKey.generate(s, new SecureRandom()));
    }

    static byte[] spki(Scheme scheme) {
        return isSlhDsa(scheme) ? ours(scheme).key().spki() : pair(scheme).getPublic().getEncoded();
    }

    /// Of another key at each call.
    static byte[] freshSpki(Scheme scheme) {
        return isSlhDsa(scheme) ? PrivateKey.generate(scheme, new SecureRandom()).key().spki()
                : generate(scheme).getPublic().getEncoded();
    }

    private static boolean isSlhDsa(Scheme scheme) {
        return scheme.keytype().equals("slh-dsa");
    }

    static byte[] sign(Scheme scheme, byte[] message) throws Exception {
        return switch (scheme) {
            case ED25519 -> sign("Ed25519", scheme, message);
            case ECDSA_P256 -> sign("SHA256withECDSA", scheme, message);
            case ECDSA_P384 -> sign("SHA384withECDSA", scheme, message);
            case RSA_PSS_SHA256 -> signPss(pair(scheme), message, 32);
            case ML_DSA_44, ML_DSA_65, ML_DSA_87 -> sign("ML-DSA", scheme, Verifier.tap21(message));
            case SLH_DSA_SHA2_128S, SLH_DSA_SHA2_128F -> ours(scheme).signer().sign(message);
        };
    }

    private static byte[] sign(String algorithm, Scheme scheme, byte[] message) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(pair(scheme).getPrivate());
        signature.update(message);
        return signature.sign();
    }

    static byte[] signPss(KeyPair pair, byte[] message, int salt) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("RSASSA-PSS");
        signature.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, salt, 1));
        signature.initSign(pair.getPrivate());
        signature.update(message);
        return signature.sign();
    }
}
