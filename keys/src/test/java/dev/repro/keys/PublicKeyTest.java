package dev.repro.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublicKeyTest {
    private static final HexFormat HEX = HexFormat.of();

    @ParameterizedTest
    @EnumSource
    void everyFormIsReadAndWrittenAgain(Scheme scheme) throws Exception {
        byte[] spki = TestKeys.spki(scheme);
        PublicKey key = PublicKey.ofSpki(spki);
        assertEquals(scheme, key.scheme());
        assertArrayEquals(spki, key.spki());
        assertEquals(key, PublicKey.ofPem(key.pem()));
        assertEquals(key.pem(), PublicKey.ofPem(key.pem()).pem());
        PublicKey again = PublicKey.ofJson(key.toJson());
        assertEquals(key, again);
        assertEquals(key.hashCode(), again.hashCode());
        assertEquals(key.toJson(), again.toJson());
        assertEquals(key.keyid(), again.keyid());
        assertEquals(Optional.of(scheme), Scheme.of(scheme.keytype(), scheme.scheme()));
    }

    @ParameterizedTest
    @EnumSource
    void noPrefixAndNoExtensionOfAnSpkiIsAKey(Scheme scheme) {
        byte[] spki = TestKeys.spki(scheme);
        for (int length = 0; length < spki.length; length++) {
            byte[] prefix = Arrays.copyOf(spki, length);
            assertThrows(Problem.class, () -> PublicKey.ofSpki(prefix));
        }
        assertThrows(Problem.class, () -> PublicKey.ofSpki(Arrays.copyOf(spki, spki.length + 1)));
    }

    /// A flip inside the key itself may give another key; one outside must be refused. Whatever is read is written again as it
    /// was.
    @ParameterizedTest
    @EnumSource
    void flippedBytesOfAnSpki(Scheme scheme) throws Exception {
        byte[] spki = TestKeys.spki(scheme);
        PublicKey key = PublicKey.ofSpki(spki);
        int refused = 0;
        for (int i = 0; i < spki.length; i++) {
            byte[] flipped = spki.clone();
            flipped[i] ^= 0x41;
            try {
                PublicKey other = PublicKey.ofSpki(flipped);
                assertArrayEquals(flipped, other.spki());
                assertNotEquals(key, other);
                assertTrue(i >= spki.length - key.raw().length, "a flip in the header at " + i);
            } catch (Problem e) {
                refused++;
            }
        }
        assertTrue(refused >= spki.length - key.raw().length, "refused " + refused);
    }

    /// Points that are on no curve: every flip in an ECDSA key.
    @ParameterizedTest
    @EnumSource(names = {"ECDSA_P256", "ECDSA_P384"})
    void aPointMustBeOnItsCurve(Scheme scheme) throws Exception {
        byte[] raw = PublicKey.ofSpki(TestKeys.spki(scheme)).raw();
        for (int i = 0; i < raw.length; i++) {
            byte[] flipped = raw.clone();
            flipped[i] ^= 1;
            assertThrows(Problem.class, () -> PublicKey.ofRaw(scheme, flipped));
        }
        byte[] zero = new byte[raw.length];
        assertThrows(Problem.class, () -> PublicKey.ofRaw(scheme, zero));
        zero[0] = 4;
        assertThrows(Problem.class, () -> PublicKey.ofRaw(scheme, zero));
    }

    /// The eight points of small order, their other encodings, y >= p, and a y without x. Made by hand after Chalkias, Garillot
    /// and Nikolaenko, Taming the many EdDSAs (2020), table 6.
    @ParameterizedTest
    @ValueSource(strings = {
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0200000000000000000000000000000000000000000000000000000000000000"})
    void ed25519KeysThatAreNone(String hex) {
        assertThrows(Problem.class, () -> PublicKey.ofRaw(Scheme.ED25519, HEX.parseHex(hex)));
        assertThrows(Problem.class, () -> PublicKey.ofJson(json("ed25519", "ed25519", hex)));
    }

    @Test
    void rsaKeysThatAreNone() throws Exception {
        var n = ((java.security.interfaces.RSAPublicKey) TestKeys.pair(Scheme.RSA_PSS_SHA256).getPublic()).getModulus();
        var e = BigInteger.valueOf(65537);
        assertEquals(Scheme.RSA_PSS_SHA256, PublicKey.ofRaw(Scheme.RSA_PSS_SHA256, rsa(n, e)).scheme());
        for (byte[] bad : new byte[][] {rsa(n.shiftRight(1).setBit(0), e), rsa(n.clearBit(0), e), rsa(n.setBit(8192), e),
                rsa(n, BigInteger.ONE),
            rsa(n, BigInteger.TWO), rsa(n, BigInteger.TWO.pow(64).add(BigInteger.ONE)), rsa(n.negate(), e),
            rsa(BigInteger.ZERO, e)}) {
            assertThrows(Problem.class, () -> PublicKey.ofRaw(Scheme.RSA_PSS_SHA256, bad));
        }
        byte[] padded = Der.write(Der.SEQUENCE, Der.write(Der.INTEGER, new byte[1], n.toByteArray()), Der.writeNatural(e));
        assertThrows(Problem.class, () -> PublicKey.ofRaw(Scheme.RSA_PSS_SHA256, padded));
    }

    private static byte[] rsa(BigInteger n, BigInteger e) {
        return Der.write(Der.SEQUENCE, Der.writeNatural(n), Der.writeNatural(e));
    }

    @Test
    void malformedTufKeys() throws Exception {
        String ed = HEX.formatHex(PublicKey.ofSpki(TestKeys.spki(Scheme.ED25519)).raw());
        String ec = PublicKey.ofSpki(TestKeys.spki(Scheme.ECDSA_P256)).pem();
        String ec384 = PublicKey.ofSpki(TestKeys.spki(Scheme.ECDSA_P384)).pem();
        String scheme = "ecdsa-sha2-nistp256";
        assertEquals(ec, PublicKey.ofJson(json("ecdsa", scheme, ec)).pem());
        assertEquals(ec, PublicKey.ofJson(json("ecdsa", scheme, ec.stripTrailing())).pem());
        for (Json.Obj bad : new Json.Obj[] {json("ed25519", "ed25519", ed.substring(2)), json("ed25519", "ed25519", ed + "00"),
            json("ed25519", "ed25519", ed.replaceFirst("^.", "g")), json("ed25519", "ed25519", ""),
            json("ed25519", "ed25519", ec),
            json("ed25519", "ed25519ph", ed), json("ecdsa", "ed25519", ed), json("ed25519", scheme, ec),
            json("ecdsa", scheme, ec384),
            json("ecdsa", scheme, ""), json("ecdsa", scheme, "\n" + ec), json("ecdsa", scheme, ec + "\n"),
            json("ecdsa", scheme, ec + ec),
            json("ecdsa", scheme, ec.replace("PUBLIC", "PRIVATE")), json("ecdsa", scheme, ec.replace("\n", "\r\n")),
            json("ecdsa", scheme, ec.replaceFirst("\n", "\n\n")), json("ecdsa", scheme, ec.replaceFirst("==\n", "=\n")),
            json("ecdsa", scheme, ec.replaceFirst("\nM", "\n M")), json("rsa", "rsassa-pss-sha256", ec),
            Json.object("keytype", "ed25519", "scheme", "ed25519"), Json.object("keytype", "ed25519", "scheme", "ed25519",
            "keyval", ed),
            Json.object("keytype", 1, "scheme", "ed25519", "keyval", Json.object("public", ed)),
            Json.object("keytype", "ed25519", "scheme", "ed25519", "keyval", Json.object("public", 7)), Json.object()}) {
            assertThrows(Problem.class, () -> PublicKey.ofJson(bad), bad::toString);
        }
    }

    @Test
    void everyPrefixOfAPemIsRefused() throws Exception {
        String pem = PublicKey.ofSpki(TestKeys.spki(Scheme.ECDSA_P256)).pem();
        for (int length = 0; length < pem.length() - 1; length++) {
            String prefix = pem.substring(0, length);
            assertThrows(Problem.class, () -> PublicKey.ofPem(prefix), prefix);
        }
        assertEquals(pem, PublicKey.ofPem(pem.substring(0, pem.length() - 1)).pem());
    }

    @Test
    void legacyKeytypeKeepsItsId() throws Exception {
        String pem = PublicKey.ofSpki(TestKeys.spki(Scheme.ECDSA_P256)).pem();
        PublicKey now = PublicKey.ofJson(json("ecdsa", "ecdsa-sha2-nistp256", pem));
        PublicKey old = PublicKey.ofJson(json("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", pem));
        assertEquals(now, old);
        assertNotEquals(now.keyid(), old.keyid());
        assertEquals("ecdsa-sha2-nistp256", ((Json.Str) old.toJson().members().get("keytype")).value());
        assertEquals(Optional.empty(), Scheme.of("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384"));
        assertEquals(Optional.empty(), Scheme.of("ed25519", "ecdsa-sha2-nistp256"));
    }

    static Json.Obj json(String keytype, String scheme, String value) {
        return Json.object("keytype", keytype, "scheme", scheme, "keyval", Json.object("public", value));
    }

    static byte[] utf8(String text) {
        return text.getBytes(UTF_8);
    }
}
