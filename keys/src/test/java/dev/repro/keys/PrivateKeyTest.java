package dev.repro.keys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PrivateKeyTest {
    private static final byte[] MESSAGE = PublicKeyTest.utf8("what is signed");

    /// OpenSSL 3.0.19: `openssl genpkey -algorithm ed25519`.
    static final String OPENSSL_PLAIN = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEIHDREM/aL1A+s1K+19C1PSLeh9SSOClRGHTN7LjXVN0b
            -----END PRIVATE KEY-----
            """;
    /// The same key: `openssl pkcs8 -topk8 -v2 aes-256-cbc -passout pass:correct`, which is PBKDF2 with HMAC-SHA256 and 2048
    /// iterations.
    static final String OPENSSL_ENCRYPTED = """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgObTBwYrduiwICCAAw
            DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEPwwxMH+zpX1YUK6+afaSZkEQD2H
            nbswYt0WIszDKcEyvcexg+PXVHtqzZOLIxFuIyGZVfjDfwqZe7zFmSLvVZbzJmdj
            TMxWINFB708PHlr6sXA=
            -----END ENCRYPTED PRIVATE KEY-----
            """;
    static final String OPENSSL_PUBLIC = """
            -----BEGIN PUBLIC KEY-----
            MCowBQYDK2VwAyEAv+jMspz4866m+7TtXaxlAGLmsEFJTciOXdTwSU2/0ik=
            -----END PUBLIC KEY-----
            """;

    @TempDir
    Path folder;

    static Passwords given(String password) {
        return (_, _) -> Secret.owning(password.toCharArray());
    }

    @ParameterizedTest
    @EnumSource
    void whatIsGeneratedSignsAndIsReadAgain(Scheme scheme) throws Exception {
        try (PrivateKey key = PrivateKey.generate(scheme, new SecureRandom())) {
            assertEquals(scheme, key.key().scheme());
            key.key().verify(MESSAGE, key.signer().sign(MESSAGE));
            Path file = folder.resolve("plain.pem");
            key.write(file, null);
            try (PrivateKey again = PrivateKey.read(file, Passwords.none())) {
                assertEquals(key.key(), again.key());
                key.key().verify(MESSAGE, again.signer().sign(MESSAGE));
                assertArrayEquals(Files.readAllBytes(file), again.pem(null).bytes());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = "SLH_DSA.*", mode = EnumSource.Mode.MATCH_NONE)
    void keysOfTheJdkAreRead(Scheme scheme) throws Exception {
        try (PrivateKey key = Pkcs8.parse(TestKeys.pair(scheme).getPrivate().getEncoded())) {
            assertArrayEquals(TestKeys.spki(scheme), key.key().spki());
            key.key().verify(MESSAGE, key.signer().sign(MESSAGE));
            byte[] written = Pkcs8.write(key.key(), key.content().bytes());
            assertArrayEquals(written, Pkcs8.write(key.key(), Pkcs8.parse(written).content().bytes()));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ED25519", "ECDSA_P256", "ECDSA_P384", "ML_DSA_44", "SLH_DSA_SHA2_128F"})
    void damagedKeysAreRefusedOrAreOtherKeys(Scheme scheme) throws Exception {
        PrivateKey key = PrivateKey.generate(scheme, new SecureRandom());
        byte[] der = Pkcs8.write(key.key(), key.content().bytes());
        for (int length = 0; length < der.length; length++) {
            byte[] prefix = Arrays.copyOf(der, length);
            assertThrows(Problem.class, () -> Pkcs8.parse(prefix));
        }
        assertThrows(Problem.class, () -> Pkcs8.parse(Arrays.copyOf(der, der.length + 1)));
        for (int i = 0; i < der.length; i++) {
            byte[] flipped = der.clone();
            flipped[i] ^= 0x11;
            try {
                PrivateKey other = Pkcs8.parse(flipped);
                assertArrayEquals(flipped, Pkcs8.write(other.key(), other.content().bytes()));
                assertFalse(scheme.keytype().equals("ecdsa"), "the public key stands beside the scalar: byte " + i);
            } catch (Problem e) {
                assertFalse(e.getMessage().isEmpty());
            }
        }
    }

    /// Each byte of the numbers of an RSA key: none of them can change alone.
    @Test
    void damagedRsaKeys() throws Exception {
        byte[] der = TestKeys.pair(Scheme.RSA_PSS_SHA256).getPrivate().getEncoded();
        for (int i = 0; i < der.length; i += 3) {
            byte[] flipped = der.clone();
            flipped[i] ^= 0x10;
            assertThrows(Problem.class, () -> Pkcs8.parse(flipped), "byte " + i);
        }
    }

    /// RFC 9881: seed and expanded key side by side, and an expanded key that is not of that seed.
    @Test
    void bothFormsOfMlDsa() throws Exception {
        PrivateKey key = PrivateKey.generate(Scheme.ML_DSA_44, new SecureRandom());
        byte[] expanded = BouncyCastle.mlDsaExpanded(Scheme.ML_DSA_44, key.content().bytes());
        assertEquals(key.key(), Pkcs8.parse(both(key.content().bytes(), expanded)).key());
        assertEquals(key.key(), Pkcs8.parse(pkcs8(Der.write(Der.OCTET_STRING, expanded))).key());
        expanded[40] ^= 1;
        assertThrows(Problem.class, () -> Pkcs8.parse(both(key.content().bytes(), expanded)));
    }

    private static byte[] both(byte[] seed, byte[] expanded) {
        return pkcs8(Der.write(Der.SEQUENCE, Der.write(Der.OCTET_STRING, seed), Der.write(Der.OCTET_STRING, expanded)));
    }

    private static byte[] pkcs8(byte[] inner) {
        return Der.write(Der.SEQUENCE, new byte[] {2, 1, 0}, Scheme.ML_DSA_44.algorithm(), Der.write(Der.OCTET_STRING, inner));
    }

    /// RFC 8410 section 10.3: the same private key without and with the public key (and with attributes, which are refused).
    @Test
    void rfc8410() throws Exception {
        String seed = "0420d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842";
        String raw = "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";
        byte[] plain = HexFormat.of().parseHex("302e020100300506032b65700422" + seed);
        byte[] v1 = HexFormat.of().parseHex("3051020101300506032b65700422" + seed + "812100" + raw);
        assertEquals(raw, HexFormat.of().formatHex(Pkcs8.parse(plain).key().raw()));
        assertEquals(Pkcs8.parse(plain).key(), Pkcs8.parse(v1).key());
        v1[v1.length - 1] ^= 1;
        assertThrows(Problem.class, () -> Pkcs8.parse(v1));
    }

    @Test
    void filesOfOpenssl() throws Exception {
        PublicKey expected = PublicKey.ofPem(OPENSSL_PUBLIC);
        Path plain = file("plain.pem", OPENSSL_PLAIN, "rw-------");
        Path encrypted = file("encrypted.pem", OPENSSL_ENCRYPTED, "rw-r--r--");
        assertEquals(expected, PrivateKey.read(plain, Passwords.none()).key());
        assertEquals(expected, PrivateKey.read(encrypted, given("correct")).key());
        assertEquals(OPENSSL_PLAIN, text(PrivateKey.read(encrypted, given("correct")).pem(null)));
        for (String wrong : new String[] {"correc", "correct ", "Correct", "x"}) {
            assertEquals(Problem.Exit.USAGE, assertThrows(Problem.class, () -> PrivateKey.read(encrypted, given(wrong))).exit());
        }
        assertTrue(assertThrows(Problem.class, () -> PrivateKey.read(encrypted, Passwords.none())).line().contains("password"));
    }

    private Path file(String name, String text, String mode) throws Exception {
        Path file = Files.writeString(folder.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private static String text(Secret secret) {
        return new String(secret.bytes(), StandardCharsets.US_ASCII);
    }

    @Test
    void whatIsWrittenEncryptedIsReadAgainAndOnlyWithItsPassword() throws Exception {
        Path file = folder.resolve("new.pem");
        try (PrivateKey key = PrivateKey.generate(Scheme.ED25519, new SecureRandom());
                Secret password = Secret.owning("pässword ✓".toCharArray())) {
            key.write(file, password);
            assertEquals(key.key(), PrivateKey.read(file, given("pässword ✓")).key());
            assertThrows(Problem.class, () -> PrivateKey.read(file, given("password")));
        }
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        byte[] der = Pem.parse(Files.readAllBytes(file)).der();
        assertTrue(HexFormat.of().formatHex(der).contains("02030927c0"), "600,000 iterations");
    }

    /// Each byte of the DER flipped, each prefix: refused, but for a salt, an IV or a key that decrypts to another key.
    @Test
    void damagedEncryptedKeys() throws Exception {
        byte[] der = Pem.parse(OPENSSL_ENCRYPTED).der();
        Secret password = Secret.owning("correct".toCharArray());
        PublicKey expected = PublicKey.ofPem(OPENSSL_PUBLIC);
        for (int length = 0; length < der.length; length++) {
            byte[] prefix = Arrays.copyOf(der, length);
            assertThrows(Problem.class, () -> Pbes2.decrypt(prefix, password));
        }
        for (int i = 0; i < der.length; i++) {
            byte[] flipped = der.clone();
            flipped[i] ^= 1;
            PublicKey read;
            try {
                read = Pkcs8.parse(Pbes2.decrypt(flipped, password)).key();
            } catch (Problem e) {
                continue;
            }
            assertFalse(read.equals(expected), "byte " + i);
        }
    }

    @Test
    void iterationsHaveLimits() throws Exception {
        byte[] der = Pem.parse(OPENSSL_ENCRYPTED).der();
        String hex = HexFormat.of().formatHex(der);
        Secret password = Secret.owning("correct".toCharArray());
        for (String iterations : new String[] {"020164", "020400989681", "02047fffffff"}) { // 100; 10,000,001; 2^31 - 1
            // The lengths around it grow by as much.
            int more = iterations.length() / 2 - 4;
            String other = hex.replace("02020800", iterations);
            byte[] bytes = HexFormat.of().parseHex(other);
            for (int at : new int[] {2, 4, 17, 19, 32}) { // the elements around the number, each with its length in one byte
                bytes[at] += (byte) more;
            }
            Problem refused = assertThrows(Problem.class, () -> Pbes2.decrypt(bytes, password));
            assertTrue(refused.getMessage().contains("iterations"), refused::line);
        }
    }

    @Test
    void filesThatOthersCanReadAreRefused() throws Exception {
        for (String mode : new String[] {"rw-r-----", "rw----r--", "rw-rw-rw-", "rw--w----"}) {
            Path file = file("open" + mode + ".pem", OPENSSL_PLAIN, mode);
            Problem refused = assertThrows(Problem.class, () -> PrivateKey.read(file, Passwords.none()));
            assertTrue(refused.hint().contains("chmod 600"), refused::line);
            Path password = file("password" + mode, "correct\n", mode);
            assertThrows(Problem.class, () -> Passwords.file(password).get("x", Passwords.Use.OPEN));
        }
    }

    @Test
    void passwordsFromFileAndEnvironment() throws Exception {
        for (String content : new String[] {"correct\n", "correct", "correct\r\n", "correct\nmore\n"}) {
            Path file = file("password", content, "rw-------");
            assertEquals("correct", text(Passwords.file(file).get("x", Passwords.Use.OPEN)));
        }
        Path empty = file("password", "\nmore", "rw-------");
        assertThrows(Problem.class, () -> Passwords.file(empty).get("x", Passwords.Use.OPEN));
        assertThrows(Problem.class, () -> Passwords.file(folder.resolve("none")).get("x", Passwords.Use.OPEN));
        assertEquals("correct", text(Passwords.environment(Map.of("P", "correct"), "P").get("x", Passwords.Use.OPEN)));
        assertThrows(Problem.class, () -> Passwords.environment(Map.of(), "P").get("x", Passwords.Use.OPEN));
        assertThrows(Problem.class, () -> Passwords.environment(Map.of("P", ""), "P").get("x", Passwords.Use.OPEN));
        assertThrows(Problem.class, () -> Passwords.prompt(null).get("x", Passwords.Use.OPEN));
    }

    @Test
    void aPrivateKeyIsNeverOverwritten() throws Exception {
        Path file = file("there.pem", "precious", "rw-------");
        try (PrivateKey key = PrivateKey.generate(Scheme.ED25519, new SecureRandom())) {
            assertThrows(Problem.class, () -> key.write(file, null));
            assertThrows(Problem.class, () -> key.write(folder.resolve("no/such/folder.pem"), null));
        }
        assertEquals("precious", Files.readString(file));
        try (var files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void otherKindsAreRefusedWithAHint() throws Exception {
        for (String label : new String[] {"EC PRIVATE KEY", "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "PUBLIC KEY",
                "CERTIFICATE"}) {
            Path file = file("other.pem", Pem.write(label, new byte[40]), "rw-------");
            Problem refused = assertThrows(Problem.class, () -> PrivateKey.read(file, Passwords.none()));
            assertTrue(refused.line().contains(label) && refused.hint() != null, refused::line);
        }
        Path large = folder.resolve("large");
        Files.write(large, new byte[1 << 17]);
        assertThrows(Problem.class, () -> PrivateKey.read(large, Passwords.none()));
        assertThrows(Problem.class, () -> PrivateKey.read(folder, Passwords.none()));
        assertThrows(Problem.class, () -> PrivateKey.read(folder.resolve("none"), Passwords.none()));
    }

    @Test
    void secretsAreWipedAndNotPrinted() throws Exception {
        byte[] bytes = {1, 2, 3};
        Secret secret = Secret.owning(bytes);
        secret.close();
        assertArrayEquals(new byte[3], bytes);
        assertThrows(IllegalStateException.class, secret::bytes);
        char[] typed = "correct".toCharArray();
        Secret password = Secret.owning(typed);
        assertArrayEquals(new char[7], typed);
        assertFalse((password + "").contains("correct"));
        assertFalse(java.io.Serializable.class.isAssignableFrom(Secret.class));
        PrivateKey key = PrivateKey.generate(Scheme.ED25519, new SecureRandom());
        byte[] content = key.content().bytes();
        String hex = HexFormat.of().formatHex(content);
        Signer signer = key.signer();
        assertFalse((key + " " + signer).contains(hex));
        signer.close();
        signer.close();
        assertArrayEquals(new byte[32], content);
        assertThrows(IllegalStateException.class, () -> signer.sign(MESSAGE));
    }

    @Test
    void whatDoesNotVerifyIsNotHandedOut() {
        PublicKey key = TestKeys.ours(Scheme.ED25519).key();
        assertEquals(Problem.Exit.ENVIRONMENT, assertThrows(Problem.class, () -> Signers.verified(key, MESSAGE, new byte[64]))
                .exit());
    }
}
