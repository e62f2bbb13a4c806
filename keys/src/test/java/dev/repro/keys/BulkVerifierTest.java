package dev.repro.keys;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The same answer by the JDK and by the fast path, also for what was made to divide them.
class BulkVerifierTest {
    private static final byte[] MESSAGE = PublicKeyTest.utf8("one of many");

    private final BulkVerifier bulk = BulkVerifier.expecting(1000);
    private final Random random = new Random(4);

    private boolean isGood(PublicKey key, byte[] message, byte[] signature) {
        boolean good = says(() -> key.verify(message, signature));
        assertEquals(good, says(() -> bulk.verify(key, message, signature)), "the answers differ");
        return good;
    }

    private interface Check {
        void run() throws BadSignature;
    }

    private static boolean says(Check check) {
        try {
            check.run();
            return true;
        } catch (BadSignature e) {
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource(names = "SLH_DSA.*", mode = EnumSource.Mode.MATCH_NONE)
    void goodAndBad(Scheme scheme) throws Exception {
        PublicKey key = PublicKey.ofSpki(TestKeys.spki(scheme));
        byte[] signature = TestKeys.sign(scheme, MESSAGE);
        assertTrue(isGood(key, MESSAGE, signature));
        for (int i = 0; i < signature.length; i += Math.max(1, signature.length / 64)) {
            byte[] flipped = signature.clone();
            flipped[i] ^= 1;
            assertFalse(isGood(key, MESSAGE, flipped));
            assertFalse(isGood(key, MESSAGE, Arrays.copyOf(signature, i)));
        }
    }

    /// Few go through the JDK, the rest through Bouncy Castle; nobody sees where it changes.
    @Test
    void theThresholdIsNotSeen() throws Exception {
        PublicKey key = PublicKey.ofSpki(TestKeys.spki(Scheme.ED25519));
        byte[] good = TestKeys.sign(Scheme.ED25519, MESSAGE);
        byte[] bad = good.clone();
        bad[40] ^= 1;
        BulkVerifier counting = BulkVerifier.expecting(0);
        for (int i = 0; i < 3 * BulkVerifier.THRESHOLD; i++) {
            assertDoesNotThrow(() -> counting.verify(key, MESSAGE, good));
            assertThrows(BadSignature.class, () -> counting.verify(key, MESSAGE, bad));
        }
    }

    private BigInteger scalar() {
        return new BigInteger(252, random).add(BigInteger.ONE);
    }

    /// R with a part of small order: the exact equation says no, the one multiplied by the cofactor says yes.
    @Test
    void pointsOfSmallOrderInR() throws Exception {
        int divided = 0;
        for (int i = 0; i < 64; i++) {
            BigInteger a = scalar();
            BigInteger r = scalar();
            byte[] raw = Edwards.BASE.times(a).encoded();
            byte[] point = Edwards.BASE.times(r).plus(Edwards.TORSION.times(BigInteger.valueOf(1 + i % 7))).encoded();
            byte[] signature = Edwards.sign(r, a, point, raw, MESSAGE);
            assertFalse(isGood(PublicKey.ofRaw(Scheme.ED25519, raw), MESSAGE, signature));
            divided += BouncyCastle.ed25519Verify(raw, MESSAGE, signature) ? 1 : 0;
        }
        assertTrue(divided > 0, "Bouncy Castle alone would say no too: is the check of R still needed?");
    }

    /// A key with a part of small order is no key of small order; what the JDK says of its signatures holds.
    @Test
    void pointsOfSmallOrderInTheKey() throws Exception {
        int good = 0;
        int divided = 0;
        for (int i = 0; i < 64; i++) {
            BigInteger a = scalar();
            BigInteger r = scalar();
            byte[] raw = Edwards.BASE.times(a).plus(Edwards.TORSION.times(BigInteger.valueOf(1 + i % 7))).encoded();
            byte[] point = (i % 2 == 0 ? Edwards.BASE.times(r) : Edwards.BASE.times(r).plus(Edwards.TORSION)).encoded();
            byte[] signature = Edwards.sign(r, a, point, raw, MESSAGE);
            boolean answer = isGood(PublicKey.ofRaw(Scheme.ED25519, raw), MESSAGE, signature);
            good += answer ? 1 : 0;
            divided += answer == BouncyCastle.ed25519Verify(raw, MESSAGE, signature) ? 0 : 1;
        }
        assertTrue(divided > 0, "Bouncy Castle alone would say the same: is the check of the key still needed?");
        assertTrue(good > 0 && good < 64, "good " + good);
    }

    /// R of small order alone (r = 0), and its other encodings, y >= p and x = 0 with a sign.
    @Test
    void allOfRIsOfSmallOrder() throws Exception {
        BigInteger a = scalar();
        byte[] raw = Edwards.BASE.times(a).encoded();
        PublicKey key = PublicKey.ofRaw(Scheme.ED25519, raw);
        for (int i = 0; i < 8; i++) {
            byte[] point = Edwards.TORSION.times(BigInteger.valueOf(i)).encoded();
            assertEquals(i == 0, isGood(key, MESSAGE, Edwards.sign(BigInteger.ZERO, a, point, raw, MESSAGE)));
        }
        for (int more = 0; more < 19; more++) {
            byte[] point = Edwards.little(Edwards.P.add(BigInteger.valueOf(more)));
            assertFalse(isGood(key, MESSAGE, Edwards.sign(BigInteger.ZERO, a, point, raw, MESSAGE)));
            point[31] |= (byte) 0x80;
            assertFalse(isGood(key, MESSAGE, Edwards.sign(BigInteger.ZERO, a, point, raw, MESSAGE)));
        }
        byte[] signed = Edwards.ZERO.encoded();
        signed[31] |= (byte) 0x80;
        assertFalse(isGood(key, MESSAGE, Edwards.sign(BigInteger.ZERO, a, signed, raw, MESSAGE)));
    }

    @Test
    void largeS() throws Exception {
        BigInteger a = scalar();
        BigInteger r = scalar();
        byte[] raw = Edwards.BASE.times(a).encoded();
        PublicKey key = PublicKey.ofRaw(Scheme.ED25519, raw);
        byte[] signature = Edwards.sign(r, a, Edwards.BASE.times(r).encoded(), raw, MESSAGE);
        assertTrue(isGood(key, MESSAGE, signature));
        byte[] big = new byte[32];
        for (int i = 0; i < 32; i++) {
            big[i] = signature[63 - i];
        }
        for (BigInteger s = new BigInteger(1, big).add(Edwards.L); s.bitLength() <= 256; s = s.add(Edwards.L)) {
            byte[] large = Arrays.copyOf(signature, 64);
            System.arraycopy(Edwards.little(s), 0, large, 32, 32);
            assertFalse(isGood(key, MESSAGE, large));
        }
    }
}
