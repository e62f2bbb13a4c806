package dev.repro.keys;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.util.Arrays;

/// An RSA public key, and RSASSA-PSS with it (RFC 8017), SHA-256 and MGF1 with SHA-256.
///
/// By hand because the JDK wants to be told the length of the salt, and signers differ: python takes 32, go as much as fits.
record RsaKey(BigInteger n, BigInteger e) {
    static final int MIN_BITS = 2048;
    static final int MAX_BITS = 8192;
    private static final int MAX_EXPONENT_BITS = 64; // OpenSSL's limit for large keys
    private static final int HASH = 32;

    /// @param der RSAPublicKey of RFC 8017 A.1.1
    static RsaKey parse(byte[] der) throws Problem {
        Der outer = Der.of(der);
        Der in = outer.enter(Der.SEQUENCE);
        outer.end();
        var key = new RsaKey(in.natural(), in.natural());
        in.end();
        key.check();
        return key;
    }

    private void check() throws Problem {
        if (n.bitLength() < MIN_BITS || n.bitLength() > MAX_BITS) {
            throw Problem.usage("an RSA key of this size is not accepted").expected(MIN_BITS + " to " + MAX_BITS
                    + " bits").found(n.bitLength());
        }
        if (!n.testBit(0) || !e.testBit(0) || e.bitLength() < 2 || e.bitLength() > MAX_EXPONENT_BITS) {
            throw Problem.usage("an RSA key has an even modulus, or an exponent that is even, 1 or beyond 64 bits");
        }
    }

    void verify(byte[] message, byte[] signature) throws BadSignature {
        int length = (n.bitLength() + 7) / 8;
        var s = new BigInteger(1, signature);
        if (signature.length != length || s.compareTo(n) >= 0) { // RFC 8017 8.1.2, step 1; 5.2.2, step 1
            throw new BadSignature("an RSA signature of another length than its key");
        }
        if (!isEncoded(Digest.sha256().digest(message), s.modPow(e, n))) {
            throw new BadSignature("the RSA signature is not over this message by this key");
        }
    }

    /// EMSA-PSS-VERIFY, RFC 8017 9.1.2, with any length of salt.
    private boolean isEncoded(byte[] hash, BigInteger power) {
        int bits = n.bitLength() - 1;
        byte[] em = new byte[(bits + 7) / 8];
        byte[] value = power.toByteArray();
        int sign = value[0] == 0 ? 1 : 0;
        if (value.length - sign > em.length) {
            return false;
        }
        System.arraycopy(value, sign, em, em.length - value.length + sign, value.length - sign);
        int unused = 8 * em.length - bits;
        int split = em.length - HASH - 1;
        if (em[em.length - 1] != (byte) 0xbc || (em[0] & 0xff) >>> 8 - unused != 0) { // steps 4 and 6
            return false;
        }
        byte[] h = Arrays.copyOfRange(em, split, em.length - 1);
        byte[] db = unmask(em, split, h);
        db[0] &= (byte) (0xff >>> unused); // step 9
        int one = 0;
        while (one < db.length && db[one] == 0) {
            one++;
        }
        if (one == db.length || db[one] != 1) { // step 10
            return false;
        }
        MessageDigest sha = Digest.sha256(); // steps 12 to 14
        sha.update(new byte[8]);
        sha.update(hash);
        sha.update(db, one + 1, db.length - one - 1);
        return MessageDigest.isEqual(h, sha.digest());
    }

    /// The first `length` bytes of `em`, less MGF1(h) (RFC 8017 B.2.1).
    private static byte[] unmask(byte[] em, int length, byte[] h) {
        byte[] db = Arrays.copyOf(em, length);
        MessageDigest sha = Digest.sha256();
        for (int block = 0; block * HASH < length; block++) {
            sha.update(h);
            byte[] mask = sha.digest(new byte[] {0, 0, 0, (byte) block});
            for (int i = block * HASH; i < Math.min(length, (block + 1) * HASH); i++) {
                db[i] ^= mask[i - block * HASH];
            }
        }
        return db;
    }
}
