package dev.repro.keys;

import dev.repro.base.Problem;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;

/// Verification of one key, by the JDK's own algorithms; SLH-DSA by Bouncy Castle's.
///
/// Safe for several threads at once.
@FunctionalInterface
interface Verifier {
    void verify(byte[] message, byte[] signature) throws BadSignature;

    static Verifier of(Scheme scheme, byte[] spki, byte[] raw) {
        return switch (scheme) {
            case ED25519 -> exact(64, jdk("Ed25519", "Ed25519", spki));
            case ECDSA_P256 -> plain(32, jdk("EC", "SHA256withECDSAinP1363Format", spki));
            case ECDSA_P384 -> plain(48, jdk("EC", "SHA384withECDSAinP1363Format", spki));
            case RSA_PSS_SHA256 -> rsa(raw)::verify;
            case ML_DSA_44 -> prehashed(exact(2420, jdk("ML-DSA", "ML-DSA-44", spki)));
            case ML_DSA_65 -> prehashed(exact(3309, jdk("ML-DSA", "ML-DSA-65", spki)));
            case ML_DSA_87 -> prehashed(exact(4627, jdk("ML-DSA", "ML-DSA-87", spki)));
            case SLH_DSA_SHA2_128S -> prehashed(exact(7856, slhDsa(scheme, raw)));
            case SLH_DSA_SHA2_128F -> prehashed(exact(17088, slhDsa(scheme, raw)));
        };
    }

    private static RsaKey rsa(byte[] raw) {
        try {
            return RsaKey.parse(raw);
        } catch (Problem e) {
            throw new IllegalStateException("an RSA key was parsed already", e);
        }
    }

    private static Verifier jdk(String family, String algorithm, byte[] spki) {
        java.security.PublicKey key;
        try {
            key = KeyFactory.getInstance(family).generatePublic(new X509EncodedKeySpec(spki));
        } catch (GeneralSecurityException e) {
            return (_, _) -> {
                throw new BadSignature("no signature is of this key: " + e.getMessage());
            };
        }
        return (message, signature) -> {
            try {
                Signature check = Signature.getInstance(algorithm);
                check.initVerify(key);
                check.update(message);
                if (check.verify(signature)) {
                    return;
                }
            } catch (GeneralSecurityException e) {
                throw new BadSignature("the " + algorithm + " signature is malformed: " + e.getMessage());
            }
            throw new BadSignature("the " + algorithm + " signature is not over this message by this key");
        };
    }

    private static Verifier slhDsa(Scheme scheme, byte[] raw) {
        return (message, signature) -> {
            if (!BouncyCastle.slhDsaVerify(scheme, raw, message, signature)) {
                throw new BadSignature("the SLH-DSA signature is not over this message by this key");
            }
        };
    }

    private static Verifier exact(int length, Verifier inner) {
        return (message, signature) -> {
            if (signature.length != length) {
                throw new BadSignature("a signature of " + signature.length + " bytes, " + length + " were expected");
            }
            inner.verify(message, signature);
        };
    }

    /// From the DER of TUF to r and s side by side: the DER is read here, strictly.
    private static Verifier plain(int size, Verifier inner) {
        return (message, signature) -> {
            byte[] plain = new byte[2 * size];
            try {
                Der outer = Der.of(signature);
                Der in = outer.enter(Der.SEQUENCE);
                outer.end();
                put(in.natural(), plain, 0, size);
                put(in.natural(), plain, size, size);
                in.end();
            } catch (Problem e) {
                throw new BadSignature("the ECDSA signature is malformed: " + e.getMessage());
            }
            inner.verify(message, plain);
        };
    }

    private static void put(BigInteger n, byte[] out, int at, int size) throws Problem {
        byte[] bytes = n.toByteArray();
        int skip = bytes[0] == 0 ? 1 : 0;
        int length = bytes.length - skip;
        if (length > size) {
            throw Problem.usage("an integer is too large");
        }
        System.arraycopy(bytes, skip, out, at + size - length, length);
    }

    /// TAP 21: `"tuf" || 0x01 || SHA-512(message)` is what is signed.
    static byte[] tap21(byte[] message) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-512").digest(message);
            byte[] prefix = "tuf\u0001".getBytes(StandardCharsets.US_ASCII);
            byte[] out = Arrays.copyOf(prefix, prefix.length + hash.length);
            System.arraycopy(hash, 0, out, prefix.length, hash.length);
            return out;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has SHA-512", e);
        }
    }

    private static Verifier prehashed(Verifier inner) {
        return (message, signature) -> inner.verify(tap21(message), signature);
    }
}
