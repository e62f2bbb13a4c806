package dev.repro.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.base.Problem;
import dev.repro.keys.BadSignature;
import dev.repro.keys.KeyFile;
import dev.repro.keys.Passwords;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Secret;
import dev.repro.keys.Signer;
import dev.repro.keys.Signers;
import dev.repro.keys.SshKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Keys, files and signatures of ours before OpenSSL, OpenSSH and SoftHSM, and theirs before us.
class KeysInteropTest {
    private static final byte[] MESSAGE = "what is signed\n".getBytes(StandardCharsets.UTF_8);
    private static final Passwords CORRECT = (_, _) -> Secret.owning("correct horse".toCharArray());

    @TempDir
    Path folder;

    static void needs(String program, String debian) {
        assumeTrue(Tool.found(program), "skipped: " + program + " is not on PATH (apt-get install " + debian + ")");
    }

    private String tool(String... command) throws Exception {
        return Scratch.tool(folder, command);
    }

    private Path write(String name, byte[] content) throws Exception {
        return Files.write(folder.resolve(name), content);
    }

    private PrivateKey generate(Scheme scheme, String file, String password) throws Exception {
        PrivateKey key = PrivateKey.generate(scheme, new SecureRandom());
        try (Secret secret = password == null ? null : Secret.owning(password.toCharArray())) {
            key.write(folder.resolve(file), secret);
        }
        return key;
    }

    private String opensslVerifies(Scheme scheme) throws Exception {
        return switch (scheme) {
            case ED25519 -> tool("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "pub.pem", "-rawin", "-in", "message",
                    "-sigfile", "signature");
            case RSA_PSS_SHA256 -> tool("openssl", "dgst", "-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt",
                    "rsa_pss_saltlen:auto",
                    "-sigopt", "rsa_mgf1_md:sha256", "-verify", "pub.pem", "-signature", "signature", "message");
            default -> tool("openssl", "dgst", scheme == Scheme.ECDSA_P256 ? "-sha256"
                    : "-sha384", "-verify", "pub.pem", "-signature", "signature", "message");
        };
    }

    @ParameterizedTest
    @EnumSource(names = {"ED25519", "ECDSA_P256", "ECDSA_P384", "RSA_PSS_SHA256"})
    void opensslTakesOurs(Scheme scheme) throws Exception {
        needs("openssl", "openssl");
        PrivateKey key = generate(scheme, "encrypted.pem", "correct horse");
        write("message", MESSAGE);
        write("pub.pem", key.key().pem().getBytes(StandardCharsets.US_ASCII));
        write("signature", key.signer().sign(MESSAGE));
        opensslVerifies(scheme);
        assertEquals(key.key().pem(), tool("openssl", "pkey", "-in", "encrypted.pem", "-passin", "pass:correct horse",
                "-pubout"));
        String plain = tool("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", "encrypted.pem", "-passin", "pass:correct horse");
        assertEquals(plain, new String(key.pem(null).bytes(), StandardCharsets.US_ASCII));
        assertTrue(Tool.run(folder, "openssl", "pkey", "-in", "encrypted.pem", "-passin", "pass:wrong").code() != 0);
        assertTrue(tool("openssl", "asn1parse", "-in", "encrypted.pem").contains(":0927C0"), "600,000 iterations");
    }

    @ParameterizedTest
    @CsvSource({"ED25519,-algorithm ed25519", "ECDSA_P256,-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
        "ECDSA_P384,-algorithm EC -pkeyopt ec_paramgen_curve:P-384",
        "RSA_PSS_SHA256,-algorithm RSA -pkeyopt rsa_keygen_bits:2048"})
    void weTakeOpenssls(Scheme scheme, String options) throws Exception {
        needs("openssl", "openssl");
        tool(("openssl genpkey -out plain.pem " + options).split(" "));
        Path plain = folder.resolve("plain.pem");
        Files.setPosixFilePermissions(plain, PosixFilePermissions.fromString("rw-------"));
        try (PrivateKey key = PrivateKey.read(plain, Passwords.none())) {
            assertEquals(scheme, key.key().scheme());
            assertEquals(tool("openssl", "pkey", "-in", "plain.pem", "-pubout"), key.key().pem());
            assertArrayEquals(Files.readAllBytes(plain), key.pem(null).bytes());
            for (String kind : new String[] {"aes-256-cbc -v2prf hmacWithSHA256", "aes-128-cbc -v2prf hmacWithSHA512 -iter 5000",
                    "aes-192-cbc"}) {
                tool(("openssl pkcs8 -topk8 -in plain.pem -out encrypted.pem -passout file:password -v2 " + kind).split(" "));
                assertEquals(key.key(), PrivateKey.read(folder.resolve("encrypted.pem"), CORRECT).key(), kind);
            }
            for (String kind : new String[] {"-scrypt", "-v1 PBE-SHA1-3DES", "-v2 aes-256-cbc -v2prf hmacWithSHA1", "-v2 des3"}) {
                tool(("openssl pkcs8 -topk8 -in plain.pem -out encrypted.pem -passout file:password " + kind).split(" "));
                Problem refused = assertThrows(Problem.class, () -> PrivateKey.read(folder.resolve("encrypted.pem"), CORRECT),
                        kind);
                assertTrue(refused.hint().startsWith("openssl pkcs8"), refused::line);
            }
            write("message", MESSAGE);
            switch (scheme) {
                case ED25519 -> tool("openssl", "pkeyutl", "-sign", "-inkey", "plain.pem", "-rawin", "-in", "message", "-out",
                        "signature");
                case RSA_PSS_SHA256 -> tool("openssl", "dgst", "-sha256", "-sigopt", "rsa_padding_mode:pss", "-sign", "plain.pem",
                        "-out", "signature", "message");
                default -> tool("openssl", "dgst", scheme == Scheme.ECDSA_P256 ? "-sha256"
                        : "-sha384", "-sign", "plain.pem", "-out", "signature", "message");
            }
            key.key().verify(MESSAGE, Files.readAllBytes(folder.resolve("signature")));
            assertThrows(BadSignature.class, () -> key.key().verify(new byte[1],
                    Files.readAllBytes(folder.resolve("signature"))));
        }
    }

    @org.junit.jupiter.api.BeforeEach
    void password() throws Exception {
        write("password", "correct horse\n".getBytes(StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @EnumSource(names = {"ED25519", "ECDSA_P256", "ECDSA_P384", "RSA_PSS_SHA256"})
    void sshKeygenAgrees(Scheme scheme) throws Exception {
        needs("ssh-keygen", "openssh-client");
        PublicKey key = generate(scheme, "private.pem", null).key();
        write("key.pub", (SshKey.line(key, "me@here") + "\n").getBytes(StandardCharsets.US_ASCII));
        assertEquals(SshKey.fingerprint(key), tool("ssh-keygen", "-l", "-f", "key.pub").split(" ")[1]);
        assertEquals(key, KeyFile.read(folder.resolve("key.pub"), Passwords.none()));
        if (scheme == Scheme.ED25519) {
            return; // ssh-keygen of OpenSSH 9.2 converts no Ed25519 key to or from PKCS#8
        }
        write("key.pem", key.pem().getBytes(StandardCharsets.US_ASCII));
        assertEquals(SshKey.line(key, ""), tool("ssh-keygen", "-i", "-m", "PKCS8", "-f", "key.pem").strip());
        assertEquals(key.pem(), tool("ssh-keygen", "-e", "-m", "PKCS8", "-f", "key.pub"));
    }

    @Test
    void sshAgentSigns() throws Exception {
        needs("ssh-agent", "openssh-client");
        Path socket = folder.resolve("agent");
        Process agent = new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString()).redirectErrorStream(true).start();
        Map<String, String> env = Map.of("SSH_AUTH_SOCK", socket.toString());
        try {
            agent.getInputStream().read(); // it says where it listens
            List<String> kinds = List.of("ed25519 256", "ecdsa 256", "ecdsa 384", "rsa 2048");
            for (String kind : kinds) {
                String name = kind.replace(" ", "");
                tool("ssh-keygen", "-q", "-t", kind.split(" ")[0], "-b", kind.split(" ")[1], "-N", "", "-C", name, "-f", name);
                var add = new ProcessBuilder("ssh-add", "-q", name).directory(folder.toFile());
                add.environment().put("SSH_AUTH_SOCK", socket.toString());
                assertEquals(0, add.start().waitFor());
            }
            List<Signers.Listed> listed = Signers.list("ssh-agent:", env, folder);
            assertEquals(kinds.stream().map(k -> k.replace(" ", "")).toList(),
                    listed.stream().map(Signers.Listed::name).toList());
            for (Signers.Listed key : listed) {
                PublicKey expected = KeyFile.read(folder.resolve(key.name() + ".pub"), Passwords.none());
                if (key.name().startsWith("rsa")) {
                    assertTrue(key.why().contains("PKCS#1 v1.5"), key.why());
                    assertThrows(Problem.class, () -> Signers.open("ssh-agent:" + key.name(), Passwords.none(), env, folder));
                    continue;
                }
                assertEquals(expected, key.key());
                for (String name : List.of(key.name(), SshKey.fingerprint(expected), expected.keyid())) {
                    try (Signer signer = Signers.open("ssh-agent:" + name, Passwords.none(), env, folder)) {
                        expected.verify(MESSAGE, signer.sign(MESSAGE));
                        expected.verify(new byte[200_000], signer.sign(new byte[200_000]));
                        assertThrows(Problem.class, () -> signer.sign(new byte[300_000])); // more than an agent takes
                    }
                }
            }
            Signer open = Signers.open("ssh-agent:ed25519256", Passwords.none(), env, folder);
            agent.destroy();
            assertTrue(agent.waitFor(10, TimeUnit.SECONDS));
            assertEquals(Problem.Exit.ENVIRONMENT, assertThrows(Problem.class, () -> open.sign(MESSAGE)).exit());
            open.close();
            assertEquals(Problem.Exit.ENVIRONMENT, assertThrows(Problem.class, () -> Signers.list("ssh-agent:", env, folder))
                    .exit());
        } finally {
            agent.destroyForcibly();
        }
    }

    /// SoftHSM reads its configuration from the environment of the process, so repro and the tools are run with one.
    @Test
    void softHsmSigns() throws Exception {
        needs("softhsm2-util", "softhsm2");
        needs("pkcs11-tool", "opensc");
        needs("openssl", "openssl");
        Path library = Path.of("/usr/lib/softhsm/libsofthsm2.so");
        assumeTrue(Files.exists(library), "skipped: no " + library);
        Files.createDirectory(folder.resolve("tokens"));
        Path config = write("softhsm2.conf", ("directories.tokendir = " + folder.resolve("tokens")
                + "\nobjectstore.backend = file\n").getBytes());
        Map<String, String> env = Map.of("SOFTHSM2_CONF", config.toString(), "PIN", "1234", "WRONG", "4321");
        for (String label : List.of("my token", "another")) {
            with(env, "softhsm2-util", "--init-token", "--free", "--label", label, "--pin", "1234", "--so-pin", "5678");
        }
        List<String> kinds = List.of("EC:edwards25519", "EC:secp256r1", "EC:secp384r1", "rsa:2048");
        for (int i = 0; i < kinds.size(); i++) {
            with(env, "pkcs11-tool", "--module", library.toString(), "--token-label", "my token", "--login", "--pin", "1234",
                    "--keypairgen",
                    "--key-type", kinds.get(i), "--label", "key " + i, "--id", "a" + i);
        }
        String token = "pkcs11:token=my%20token";
        String module = "?module-path=" + library;
        Repro.Answer list = Repro.run(folder, env, "key", "list", "--json", token + module);
        assertEquals(0, list.code(), list::toString);
        write("pin", "1234\n".getBytes());
        Files.setPosixFilePermissions(folder.resolve("pin"), PosixFilePermissions.fromString("rw-------"));
        var schemes = new ArrayList<Scheme>();
        for (int i = 0; i < kinds.size(); i++) {
            String named = i % 2 == 0 ? ";object=key%20" + i : ";id=%a" + i;
            Repro.Answer shown = Repro.run(folder, env, "key", "show", "--json", token + named + module);
            assertEquals(0, shown.code(), shown::toString);
            PublicKey key = PublicKey.ofPem(((dev.repro.base.Json.Str) shown.json().members().get("pem")).value());
            schemes.add(key.scheme());
            assertTrue(list.out().contains(key.keyid()), list::toString);
            String reference = token + named + module + (i == 0 ? "&pin-source=file:" + folder.resolve("pin") : "");
            byte[] signature = Forked.sign(env, reference, i == 0 ? null : "PIN", MESSAGE, folder);
            key.verify(MESSAGE, signature);
            write("message", MESSAGE);
            write("pub.pem", key.pem().getBytes(StandardCharsets.US_ASCII));
            write("signature", signature);
            opensslVerifies(key.scheme());
        }
        assertEquals(List.of(Scheme.ED25519, Scheme.ECDSA_P256, Scheme.ECDSA_P384, Scheme.RSA_PSS_SHA256), schemes);
        assertTrue(Forked.fails(env, token + ";object=key%200" + module, "WRONG", folder).contains("PIN is wrong"));
        assertTrue(Forked.fails(env, token + module, "PIN", folder).contains("more than one key"));
        assertTrue(Forked.fails(env, token + ";object=none" + module, "PIN", folder).contains("no key"));
        assertTrue(Forked.fails(env, "pkcs11:" + module, "PIN", folder).contains("more than one token"));
        assertTrue(Forked.fails(env, "pkcs11:token=none" + module, "PIN", folder).contains("no token"));
    }

    private String with(Map<String, String> env, String... command) throws Exception {
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(env);
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> String.join(" ", command) + ": " + out);
        return out;
    }
}
