package dev.repro.keys;

import dev.repro.base.Problem;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.util.Arrays;

/// PrivateKeyInfo and OneAsymmetricKey (RFC 5958) in DER, of each scheme, without attributes.
///
/// What is inside, called *content* here: the seed for Ed25519 (RFC 8410) and ML-DSA (RFC 9881; the expanded key if a file has
/// only that), the scalar for ECDSA (RFC 5915), RSAPrivateKey for RSA (RFC 8017), the four parts side by side for SLH-DSA (RFC
/// 9909). The public key is always computed from the content; one that stands beside it must be the same. Written as `openssl`
/// writes: with the public key for ECDSA, without it for the others.
final class Pkcs8 {
    private static final int CONTEXT_0 = 0xa0;
    private static final int CONTEXT_1 = 0xa1;
    private static final int SEED = 0x80;
    private static final int PUBLIC_KEY = 0x81;
    private static final byte[] VERSION_0 = Der.writeNatural(BigInteger.ZERO);
    private static final int SEED_BYTES = 32;

    private Pkcs8() {}

    static PrivateKey parse(byte[] der) throws Problem {
        Der outer = Der.of(der);
        Der in = outer.enter(Der.SEQUENCE);
        outer.end();
        BigInteger version = in.natural();
        byte[] algorithm = in.element(Der.SEQUENCE);
        byte[] inner = in.content(Der.OCTET_STRING);
        byte[] beside = null;
        if (version.equals(BigInteger.ONE) && in.nextIs(PUBLIC_KEY)) {
            beside = in.content(PUBLIC_KEY);
        } else if (version.signum() != 0) {
            throw Problem.usage("a version of PKCS#8 that is not known here");
        }
        try {
            in.end();
            PrivateKey key = of(Scheme.ofAlgorithm(algorithm), inner);
            if (beside != null && !Arrays.equals(beside, prefixed(key.key().raw()))) {
                key.close();
                throw mismatch();
            }
            return key;
        } finally {
            Arrays.fill(inner, (byte) 0);
        }
    }

    private static PrivateKey of(Scheme scheme, byte[] inner) throws Problem {
        return switch (scheme) {
            case ED25519 -> of(scheme, Secret.owning(whole(inner, Der.OCTET_STRING)));
            case ECDSA_P256, ECDSA_P384 -> ec(scheme, inner);
            case RSA_PSS_SHA256, SLH_DSA_SHA2_128S, SLH_DSA_SHA2_128F -> of(scheme, Secret.owning(inner.clone()));
            case ML_DSA_44, ML_DSA_65, ML_DSA_87 -> mlDsa(scheme, inner);
        };
    }

    /// @param content taken over, wiped if it is not good
    static PrivateKey of(Scheme scheme, Secret content) throws Problem {
        try {
            byte[] raw = switch (scheme) {
                case ED25519 -> BouncyCastle.ed25519Public(sized(content.bytes(), SEED_BYTES));
                case ECDSA_P256 -> BouncyCastle.ecPublic(scheme, new BigInteger(1, sized(content.bytes(), 32)));
                case ECDSA_P384 -> BouncyCastle.ecPublic(scheme, new BigInteger(1, sized(content.bytes(), 48)));
                case RSA_PSS_SHA256 -> rsaPublic(content.bytes());
                case ML_DSA_44, ML_DSA_65, ML_DSA_87 -> BouncyCastle.mlDsaPublic(scheme, content.bytes());
                case SLH_DSA_SHA2_128S, SLH_DSA_SHA2_128F -> {
                    byte[] all = sized(content.bytes(), 2 * scheme.rawLength());
                    yield Arrays.copyOfRange(all, all.length / 2, all.length);
                }
            };
            return new PrivateKey(PublicKey.ofRaw(scheme, raw), content);
        } catch (IllegalArgumentException e) {
            content.close();
            throw Problem.usage("not a private key of " + scheme.scheme() + ": " + e.getMessage()).because(e);
        } catch (Problem e) {
            content.close();
            throw e;
        }
    }

    private static byte[] sized(byte[] bytes, int length) throws Problem {
        if (bytes.length != length) {
            throw Problem.usage("a private key of the wrong length").expected(length + " bytes").found(bytes.length);
        }
        return bytes;
    }

    /// The content of an element that is all there is.
    private static byte[] whole(byte[] der, int tag) throws Problem {
        Der in = Der.of(der);
        byte[] content = in.content(tag);
        in.end();
        return content;
    }

    /// ECPrivateKey of RFC 5915: the curve may stand in it once more.
    private static PrivateKey ec(Scheme scheme, byte[] inner) throws Problem {
        Der outer = Der.of(inner);
        Der in = outer.enter(Der.SEQUENCE);
        outer.end();
        BigInteger version = in.natural();
        byte[] scalar = in.content(Der.OCTET_STRING);
        byte[] curve = in.nextIs(CONTEXT_0) ? in.content(CONTEXT_0) : null;
        byte[] beside = in.nextIs(CONTEXT_1) ? whole(in.content(CONTEXT_1), Der.BIT_STRING) : null;
        PrivateKey key = of(scheme, Secret.owning(scalar));
        byte[] algorithm = scheme.algorithm();
        boolean sameCurve = curve == null || Arrays.equals(curve, Arrays.copyOfRange(algorithm, algorithm.length - curve.length,
                algorithm.length));
        if (!in.atEnd() || !version.equals(BigInteger.ONE) || !sameCurve
                || beside != null && !Arrays.equals(beside, prefixed(key.key().raw()))) {
            key.close();
            throw mismatch();
        }
        return key;
    }

    /// The seed, the expanded key, or both: RFC 9881 section 6.
    private static PrivateKey mlDsa(Scheme scheme, byte[] inner) throws Problem {
        Der in = Der.of(inner);
        if (in.nextIs(SEED)) {
            return of(scheme, Secret.owning(sized(whole(inner, SEED), SEED_BYTES)));
        }
        if (in.nextIs(Der.OCTET_STRING)) {
            return of(scheme, Secret.owning(sized(whole(inner, Der.OCTET_STRING), expandedLength(scheme))));
        }
        Der both = in.enter(Der.SEQUENCE);
        in.end();
        byte[] seed = sized(both.content(Der.OCTET_STRING), SEED_BYTES);
        byte[] expanded = both.content(Der.OCTET_STRING);
        both.end();
        boolean same = MessageDigest.isEqual(expanded, BouncyCastle.mlDsaExpanded(scheme, seed));
        Arrays.fill(expanded, (byte) 0);
        if (!same) {
            throw mismatch();
        }
        return of(scheme, Secret.owning(seed));
    }

    private static int expandedLength(Scheme scheme) {
        return switch (scheme) { // FIPS 204, table 2
            case ML_DSA_44 -> 2560;
            case ML_DSA_65 -> 4032;
            default -> 4896;
        };
    }

    /// RSAPublicKey from RSAPrivateKey with two primes, whose numbers must belong together.
    private static byte[] rsaPublic(byte[] der) throws Problem {
        Der outer = Der.of(der);
        Der in = outer.enter(Der.SEQUENCE);
        outer.end();
        BigInteger version = in.natural();
        BigInteger[] numbers = new BigInteger[8]; // n, e, d, p, q, d mod (p - 1), d mod (q - 1), 1/q mod p
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = in.natural();
        }
        in.end();
        BigInteger p1 = numbers[3].subtract(BigInteger.ONE);
        BigInteger q1 = numbers[4].subtract(BigInteger.ONE);
        if (version.signum() != 0 || p1.signum() <= 0 || q1.signum() <= 0 || !numbers[3].multiply(numbers[4]).equals(numbers[0])
                || !numbers[2].mod(p1).equals(numbers[5]) || !numbers[2].mod(q1).equals(numbers[6])
                || !numbers[7].multiply(numbers[4]).mod(numbers[3]).equals(BigInteger.ONE)
                || !numbers[1].multiply(numbers[5]).mod(p1).equals(BigInteger.ONE)
                || !numbers[1].multiply(numbers[6]).mod(q1).equals(BigInteger.ONE)) {
            throw mismatch();
        }
        return Der.write(Der.SEQUENCE, Der.writeNatural(numbers[0]), Der.writeNatural(numbers[1]));
    }

    private static Problem mismatch() {
        return Problem.usage("the parts of the private key do not belong together");
    }

    /// The content of a BIT STRING of whole bytes.
    private static byte[] prefixed(byte[] raw) {
        byte[] out = new byte[raw.length + 1];
        System.arraycopy(raw, 0, out, 1, raw.length);
        return out;
    }

    /// PKCS#8 in its one form; the caller wipes it.
    static byte[] write(PublicKey key, byte[] content) {
        byte[] inner = switch (key.scheme()) {
            case ED25519 -> Der.write(Der.OCTET_STRING, content);
            case ECDSA_P256, ECDSA_P384 -> Der.write(Der.SEQUENCE, Der.writeNatural(BigInteger.ONE),
                    Der.write(Der.OCTET_STRING, content),
                    Der.write(CONTEXT_1, Der.writeBits(key.raw())));
            case RSA_PSS_SHA256, SLH_DSA_SHA2_128S, SLH_DSA_SHA2_128F -> content.clone();
            case ML_DSA_44, ML_DSA_65, ML_DSA_87 -> Der.write(content.length == SEED_BYTES ? SEED : Der.OCTET_STRING, content);
        };
        byte[] octets = Der.write(Der.OCTET_STRING, inner);
        byte[] out = Der.write(Der.SEQUENCE, VERSION_0, key.scheme().algorithm(), octets);
        Arrays.fill(inner, (byte) 0);
        Arrays.fill(octets, (byte) 0);
        return out;
    }
}
