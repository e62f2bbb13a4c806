package dev.repro.keys;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerifyTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final byte[] MESSAGE = PublicKeyTest.utf8("{\"_type\":\"root\",\"version\":1}");

    /// RFC 8032 section 7.1: TEST 1, 2 and 3.
    @ParameterizedTest
    @CsvSource({
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a,'',"
            + "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c,72,"
            + "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025,af82,"
            + "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"})
    void rfc8032(String key, String message, String signature) throws Exception {
        PublicKey.ofRaw(Scheme.ED25519, HEX.parseHex(key)).verify(HEX.parseHex(message), HEX.parseHex(signature));
    }

    @ParameterizedTest
    @EnumSource
    void goodSignaturesAreGood(Scheme scheme) throws Exception {
        PublicKey key = PublicKey.ofSpki(TestKeys.spki(scheme));
        for (int length : new int[] {0, 1, 100, 100_000}) {
            key.verify(new byte[length], TestKeys.sign(scheme, new byte[length]));
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyByteCounts(Scheme scheme) throws Exception {
        PublicKey key = PublicKey.ofSpki(TestKeys.spki(scheme));
        byte[] signature = TestKeys.sign(scheme, MESSAGE);
        for (int i = 0; i < signature.length; i += signature.length > 5000 ? 37 : 1) { // SLH-DSA: 2 ms each
            byte[] flipped = signature.clone();
            flipped[i] ^= (byte) (1 << i % 8);
            assertThrows(BadSignature.class, () -> key.verify(MESSAGE, flipped));
        }
        for (int i = 0; i < MESSAGE.length; i++) {
            byte[] flipped = MESSAGE.clone();
            flipped[i] ^= 1;
            assertThrows(BadSignature.class, () -> key.verify(flipped, signature));
        }
    }

    @ParameterizedTest
    @EnumSource
    void noPrefixAndNoExtensionIsASignature(Scheme scheme) throws Exception {
        PublicKey key = PublicKey.ofSpki(TestKeys.spki(scheme));
        byte[] signature = TestKeys.sign(scheme, MESSAGE);
        for (int length = 0; length < signature.length; length++) {
            byte[] prefix = Arrays.copyOf(signature, length);
            assertThrows(BadSignature.class, () -> key.verify(MESSAGE, prefix));
        }
        assertThrows(BadSignature.class, () -> key.verify(MESSAGE, Arrays.copyOf(signature, signature.length + 1)));
        byte[] constant = new byte[signature.length];
        for (int value : new int[] {0, 1, 0x7f, 0x80, 0xff}) {
            Arrays.fill(constant, (byte) value);
            assertThrows(BadSignature.class, () -> key.verify(MESSAGE, constant));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anotherKeysSignatureIsBad(Scheme scheme) throws Exception {
        PublicKey other = PublicKey.ofSpki(TestKeys.freshSpki(scheme));
        byte[] signature = TestKeys.sign(scheme, MESSAGE);
        assertThrows(BadSignature.class, () -> other.verify(MESSAGE, signature));
    }

    /// Signers differ in the length of the salt: none, SHA-1's, SHA-256's, as much as fits.
    @ParameterizedTest
    @ValueSource(ints = {2048, 2049, 2056})
    void pssWithAnySalt(int bits) throws Exception {
        var pair = TestKeys.rsa(bits);
        PublicKey key = PublicKey.ofSpki(pair.getPublic().getEncoded());
        int most = (bits - 1 + 7) / 8 - 32 - 2;
        for (int salt : new int[] {0, 1, 20, 32, most}) {
            byte[] signature = TestKeys.signPss(pair, MESSAGE, salt);
            key.verify(MESSAGE, signature);
            signature[signature.length / 2] ^= 1;
            assertThrows(BadSignature.class, () -> key.verify(MESSAGE, signature));
        }
    }

    /// In the manner of Wycheproof: the right r and s in other clothes, and r and s that no signer makes.
    @ParameterizedTest
    @EnumSource(names = {"ECDSA_P256", "ECDSA_P384"})
    void malformedEcdsa(Scheme scheme) throws Exception {
        PublicKey key = PublicKey.ofSpki(TestKeys.spki(scheme));
        byte[] signature = TestKeys.sign(scheme, MESSAGE);
        Der in = Der.of(signature).enter(Der.SEQUENCE);
        BigInteger r = in.natural();
        BigInteger s = in.natural();
        var order = ((java.security.interfaces.ECPublicKey) TestKeys.pair(scheme).getPublic()).getParams().getOrder();
        key.verify(MESSAGE, sequence(number(r), number(s)));
        // as malleable as everywhere: a threshold counts keys
        key.verify(MESSAGE, sequence(number(r), number(order.subtract(s))));
        byte[] zero = number(BigInteger.ZERO);
        byte[] one = number(BigInteger.ONE);
        for (byte[] bad : new byte[][] {sequence(number(s), number(r)), sequence(number(r.add(order)), number(s)),
                sequence(zero, zero),
            sequence(number(r), number(s.add(order))), sequence(number(r.negate()), number(s)), sequence(zero, number(s)),
            sequence(one, one),
            sequence(number(r), zero), sequence(number(order), number(s)), sequence(number(r), number(order)),
            sequence(number(order), number(order)),
            sequence(padded(r), number(s)), sequence(number(r), padded(s)), sequence(number(r)), sequence(),
            sequence(number(r), number(s), one),
            sequence(number(r), number(s), Der.write(Der.NULL)), long1(signature), Der.write(0x31, number(r), number(s)),
            sequence(Der.write(Der.OCTET_STRING, r.toByteArray()), number(s)), sequence(number(r.shiftLeft(4096)), number(s))}) {
            assertThrows(BadSignature.class, () -> key.verify(MESSAGE, bad), () -> HEX.formatHex(bad));
        }
    }

    private static byte[] sequence(byte[]... parts) {
        return Der.write(Der.SEQUENCE, parts);
    }

    private static byte[] number(BigInteger n) {
        return Der.write(Der.INTEGER, n.toByteArray());
    }

    private static byte[] padded(BigInteger n) {
        return Der.write(Der.INTEGER, new byte[1], n.toByteArray());
    }

    /// The length of the outer element in one byte more than it needs.
    private static byte[] long1(byte[] der) {
        byte[] out = new byte[der.length + 1];
        out[0] = der[0];
        out[1] = (byte) 0x81;
        System.arraycopy(der, 1, out, 2, der.length - 1);
        return out;
    }

    /// S + L is the same scalar: RFC 8032 5.1.7 refuses it.
    @Test
    void ed25519WithLargeS() throws Exception {
        PublicKey key = PublicKey.ofSpki(TestKeys.spki(Scheme.ED25519));
        byte[] signature = TestKeys.sign(Scheme.ED25519, MESSAGE);
        BigInteger order = BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
        BigInteger s = new BigInteger(1, reversed(Arrays.copyOfRange(signature, 32, 64)));
        int made = 0;
        for (BigInteger more = s.add(order); more.bitLength() <= 256; more = more.add(order)) {
            byte[] bytes = more.toByteArray();
            byte[] large = Arrays.copyOf(signature, 64);
            Arrays.fill(large, 32, 64, (byte) 0);
            for (int i = 0; i < Math.min(32, bytes.length); i++) {
                large[32 + i] = bytes[bytes.length - 1 - i];
            }
            assertThrows(BadSignature.class, () -> key.verify(MESSAGE, large));
            made++;
        }
        assertTrue(made >= 14, "made " + made);
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] out = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            out[i] = bytes[bytes.length - 1 - i];
        }
        return out;
    }

    /// TAP 21 signs a hash with a prefix: the same key's signature over the bare message is another thing.
    @ParameterizedTest
    @EnumSource(names = {"ML_DSA_44", "ML_DSA_65", "ML_DSA_87"})
    void mlDsaIsOverThePrefixedHash(Scheme scheme) throws Exception {
        PublicKey key = PublicKey.ofSpki(TestKeys.spki(scheme));
        var bare = java.security.Signature.getInstance("ML-DSA");
        bare.initSign(TestKeys.pair(scheme).getPrivate());
        bare.update(MESSAGE);
        byte[] signature = bare.sign();
        assertThrows(BadSignature.class, () -> key.verify(MESSAGE, signature));
    }
}
