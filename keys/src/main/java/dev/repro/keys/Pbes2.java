package dev.repro.keys;

import dev.repro.base.Problem;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/// EncryptedPrivateKeyInfo of RFC 5958 under PBES2 of RFC 8018: PBKDF2, then AES-CBC.
///
/// Written: HMAC-SHA256, 600,000 iterations, AES-256, as `openssl` reads. Read: also SHA-384, SHA-512 and shorter AES; 1,000 to
/// 10,000,000 iterations, or a file could keep a reader busy for hours.
final class Pbes2 {
    /// OWASP's figure of 2023 for PBKDF2 with HMAC-SHA256.
    static final int ITERATIONS = 600_000;
    private static final int MIN_ITERATIONS = 1_000; // RFC 8018 4.2
    static final int MAX_ITERATIONS = 10_000_000;

    private static final String PBES2 = "2a864886f70d01050d";
    private static final String PBKDF2 = "2a864886f70d01050c";
    private static final String SCRYPT = "2b06010401da47040b";
    private static final String AES_256 = "60864801650304012a";
    private static final String HMAC_SHA256 = "2a864886f70d0209";
    /// From object identifier to length of the key in bytes.
    private static final Map<String, Integer> CIPHERS = Map.of("608648016503040102", 16, "608648016503040116", 24, AES_256, 32);
    private static final Map<String, String> PRFS = Map.of(HMAC_SHA256, "PBKDF2WithHmacSHA256",
            "2a864886f70d020a", "PBKDF2WithHmacSHA384", "2a864886f70d020b", "PBKDF2WithHmacSHA512");

    private Pbes2() {}

    static byte[] encrypt(byte[] pkcs8, Secret password, SecureRandom random) {
        byte[] salt = new byte[16];
        byte[] iv = new byte[16];
        random.nextBytes(salt);
        random.nextBytes(iv);
        byte[] encrypted;
        try {
            encrypted = crypt(Cipher.ENCRYPT_MODE, "PBKDF2WithHmacSHA256", 32, password, salt, ITERATIONS, iv, pkcs8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES and PBKDF2", e);
        }
        byte[] prf = sequence(oid(HMAC_SHA256), Der.write(Der.NULL));
        byte[] kdf = sequence(oid(PBKDF2), sequence(octets(salt), Der.writeNatural(BigInteger.valueOf(ITERATIONS)), prf));
        byte[] cipher = sequence(oid(AES_256), octets(iv));
        return sequence(sequence(oid(PBES2), sequence(kdf, cipher)), octets(encrypted));
    }

    /// @return PKCS#8 of one key; the caller wipes it
    static byte[] decrypt(byte[] der, Secret password) throws Problem {
        Der outer = Der.of(der);
        Der in = outer.enter(Der.SEQUENCE);
        outer.end();
        Der algorithm = in.enter(Der.SEQUENCE);
        byte[] encrypted = in.content(Der.OCTET_STRING);
        in.end();
        expect(algorithm, PBES2, "PBES2");
        Der parameters = algorithm.enter(Der.SEQUENCE);
        algorithm.end();
        Der kdf = parameters.enter(Der.SEQUENCE);
        Der cipher = parameters.enter(Der.SEQUENCE);
        parameters.end();
        expect(kdf, PBKDF2, "PBKDF2");
        Der derive = kdf.enter(Der.SEQUENCE);
        kdf.end();
        byte[] salt = derive.content(Der.OCTET_STRING);
        int iterations = iterations(derive.natural());
        BigInteger length = derive.nextIs(Der.INTEGER) ? derive.natural() : null;
        String prf = prf(derive);
        Integer keyBytes = CIPHERS.get(hex(cipher.content(Der.OID)));
        byte[] iv = cipher.content(Der.OCTET_STRING);
        cipher.end();
        if (keyBytes == null || iv.length != 16 || salt.length < 8
                || length != null && !length.equals(BigInteger.valueOf(keyBytes))) {
            throw refused("its cipher is not AES-CBC, or a parameter has a wrong length");
        }
        try {
            return crypt(Cipher.DECRYPT_MODE, prf, keyBytes, password, salt, iterations, iv, encrypted);
        } catch (GeneralSecurityException e) {
            throw wrongPassword().because(e);
        }
    }

    /// What a wrong password looks like, as does a damaged file.
    static Problem wrongPassword() {
        return Problem.usage("the password is wrong, or the file is damaged");
    }

    private static int iterations(BigInteger n) throws Problem {
        if (n.bitLength() > 31 || n.intValue() < MIN_ITERATIONS || n.intValue() > MAX_ITERATIONS) {
            throw Problem.usage("the number of PBKDF2 iterations is not accepted")
                    .expected(MIN_ITERATIONS + " to " + MAX_ITERATIONS).found(n.bitLength() > 64 ? "a huge number" : n);
        }
        return n.intValue();
    }

    private static String prf(Der derive) throws Problem {
        if (derive.atEnd()) {
            throw refused("PBKDF2 with HMAC-SHA1");
        }
        Der in = derive.enter(Der.SEQUENCE);
        derive.end();
        String prf = PRFS.get(hex(in.content(Der.OID)));
        in.content(Der.NULL);
        in.end();
        if (prf == null) {
            throw refused("PBKDF2 with a hash other than SHA-256, SHA-384 and SHA-512");
        }
        return prf;
    }

    private static void expect(Der in, String oid, String name) throws Problem {
        String found = hex(in.content(Der.OID));
        if (!found.equals(oid)) {
            throw refused(found.equals(SCRYPT) ? "scrypt" : "another scheme than " + name);
        }
    }

    private static Problem refused(String what) {
        return Problem.usage("an encrypted key of a kind that is not read here: " + what)
                .hint("openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter " + ITERATIONS + " -in OLD -out NEW");
    }

    private static byte[] crypt(int mode, String prf, int keyBytes, Secret password, byte[] salt, int iterations, byte[] iv,
            byte[] data)
            throws GeneralSecurityException {
        char[] chars = password.chars();
        var spec = new PBEKeySpec(chars, salt, iterations, 8 * keyBytes);
        Arrays.fill(chars, '\0');
        byte[] key = SecretKeyFactory.getInstance(prf).generateSecret(spec).getEncoded();
        spec.clearPassword();
        var cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
        Arrays.fill(key, (byte) 0);
        return cipher.doFinal(data);
    }

    private static byte[] sequence(byte[]... parts) {
        return Der.write(Der.SEQUENCE, parts);
    }

    private static byte[] octets(byte[] bytes) {
        return Der.write(Der.OCTET_STRING, bytes);
    }

    private static byte[] oid(String hex) {
        return Der.write(Der.OID, HexFormat.of().parseHex(hex));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
