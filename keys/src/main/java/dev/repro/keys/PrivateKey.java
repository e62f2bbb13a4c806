package dev.repro.keys;

import dev.repro.base.Problem;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;

/// A private key in memory, wiped by [#close], and its files: PKCS#8 in PEM (RFC 5958, 7468), plain or encrypted ([Pbes2]).
public final class PrivateKey implements AutoCloseable {
    private static final String PLAIN = "PRIVATE KEY";
    private static final String ENCRYPTED = "ENCRYPTED PRIVATE KEY";
    private static final int RSA_BITS = 3072;

    private final PublicKey key;
    private final Secret content;

    /// @param content as in [Pkcs8#content]
    PrivateKey(PublicKey key, Secret content) {
        this.key = key;
        this.content = content;
    }

    /// A new key. RSA is made with 3072 bits.
    public static PrivateKey generate(Scheme scheme, SecureRandom random) {
        try {
            return switch (scheme) {
                case ED25519, ML_DSA_44, ML_DSA_65, ML_DSA_87 -> {
                    byte[] seed = new byte[32];
                    random.nextBytes(seed);
                    yield Pkcs8.of(scheme, Secret.owning(seed));
                }
                case ECDSA_P256 -> jdk("EC", new ECGenParameterSpec("secp256r1"), random);
                case ECDSA_P384 -> jdk("EC", new ECGenParameterSpec("secp384r1"), random);
                case RSA_PSS_SHA256 -> jdk("RSA", new java.security.spec.RSAKeyGenParameterSpec(RSA_BITS,
                        BigInteger.valueOf(65537)), random);
                case SLH_DSA_SHA2_128S, SLH_DSA_SHA2_128F -> Pkcs8.of(scheme,
                        Secret.owning(BouncyCastle.slhDsaGenerate(scheme, random)));
            };
        } catch (GeneralSecurityException | Problem e) {
            throw new IllegalStateException("a key that was made here is good", e);
        }
    }

    private static PrivateKey jdk(String family, java.security.spec.AlgorithmParameterSpec parameters, SecureRandom random)
            throws GeneralSecurityException, Problem {
        var generator = KeyPairGenerator.getInstance(family);
        generator.initialize(parameters, random);
        byte[] der = generator.generateKeyPair().getPrivate().getEncoded();
        try {
            return Pkcs8.parse(der);
        } finally {
            Arrays.fill(der, (byte) 0);
        }
    }

    /// Reads a PEM file. A file with an unencrypted key that others can read is refused.
    ///
    /// @param passwords asked only if the key is encrypted
    /// @throws Problem exit code 2: no such file, not one PKCS#8 key in its strict form, an algorithm that is not known, a wrong
    ///     password
    public static PrivateKey read(Path file, Passwords passwords) throws Problem {
        byte[] bytes = PrivateFile.read(file, PrivateFile.Guard.ANYBODY);
        Pem pem = null;
        try {
            pem = Pem.parse(bytes);
            return switch (pem.label()) {
                case PLAIN -> {
                    PrivateFile.checkMode(file);
                    yield Pkcs8.parse(pem.der());
                }
                case ENCRYPTED -> decrypt(pem.der(), file, passwords);
                default -> throw otherKind(pem.label());
            };
        } catch (Problem e) {
            throw e.placed() ? e : e.where(file);
        } finally {
            Arrays.fill(bytes, (byte) 0);
            if (pem != null) {
                Arrays.fill(pem.der(), (byte) 0);
            }
        }
    }

    private static PrivateKey decrypt(byte[] der, Path file, Passwords passwords) throws Problem {
        byte[] plain;
        try (Secret password = passwords.get(file.toString(), Passwords.Use.OPEN)) {
            plain = Pbes2.decrypt(der, password);
        }
        try {
            return Pkcs8.parse(plain);
        } catch (Problem e) {
            throw Pbes2.wrongPassword().because(e);
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    private static Problem otherKind(String label) {
        var problem = Problem.usage("not a private key in PKCS#8").expected(PLAIN + " or " + ENCRYPTED).found(label);
        return switch (label) {
            case "EC PRIVATE KEY", "RSA PRIVATE KEY" -> problem.hint("openssl pkcs8 -topk8 -in OLD -out NEW makes one of it");
            case "OPENSSH PRIVATE KEY" -> problem.hint("ssh-add it, and sign by ssh-agent:COMMENT");
            default -> problem.hint("`repro key generate` makes one");
        };
    }

    /// Writes a new file with mode 0600.
    ///
    /// @param password null to leave it unencrypted
    /// @throws Problem exit code 2 if there is a file of that name, 4 if it cannot be written
    public void write(Path file, Secret password) throws Problem {
        try (Secret text = pem(password)) {
            PrivateFile.create(file, text);
        }
    }

    /// The text of the file.
    ///
    /// @param password null to leave it unencrypted
    public Secret pem(Secret password) {
        byte[] plain = Pkcs8.write(key, content.bytes());
        try {
            return Secret.owning(password == null ? Pem.writeBytes(PLAIN, plain)
                    : Pem.writeBytes(ENCRYPTED, Pbes2.encrypt(plain, password, new SecureRandom())));
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    /// The public half.
    public PublicKey key() {
        return key;
    }

    /// Signs with this key; closing it closes this key.
    public Signer signer() {
        return new FileSigner(this);
    }

    Secret content() {
        return content;
    }

    @Override
    public void close() {
        content.close();
    }

    @Override
    public String toString() {
        return "private key of " + key;
    }
}
