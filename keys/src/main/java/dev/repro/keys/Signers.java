package dev.repro.keys;

import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Opens signers by reference, and lists what there is to open. A reference is
/// - the path of a PEM file with a private key in PKCS#8, plain or encrypted;
/// - `pkcs11:…`, a URI of RFC 7512 with `module-path`;
/// - `ssh-agent:NAME`, a fingerprint (`SHA256:…`), a comment or a key id of the agent of SSH_AUTH_SOCK.
public final class Signers {
    private static final String AGENT = "ssh-agent:";
    /// Signing has loaded Bouncy Castle already, and who signs 16,384 bins waits for this.
    private static final BulkVerifier SEEN = BulkVerifier.expecting(BulkVerifier.THRESHOLD);

    private Signers() {}

    /// As below, with the environment and the working folder of this process.
    public static Signer open(String reference, Passwords passwords) throws Problem {
        return open(reference, passwords, System.getenv(), Path.of(""));
    }

    /// @param passwords asked for the password of an encrypted file or the PIN of a token
    /// @param env for SSH_AUTH_SOCK
    /// @param directory to which a relative path is relative
    /// @throws Problem exit code 2: no such key, a wrong password; 3: the token or the agent does not answer
    public static Signer open(String reference, Passwords passwords, Map<String, String> env, Path directory) throws Problem {
        if (reference.startsWith(Pkcs11Uri.SCHEME)) {
            return Pkcs11.signer(Pkcs11Uri.parse(reference), passwords);
        }
        if (reference.startsWith(AGENT)) {
            return SshAgent.open(reference.substring(AGENT.length()), env);
        }
        return PrivateKey.read(directory.resolve(reference), passwords).signer();
    }

    /// The public key of a reference as above, or of a file in any form that [KeyFile#read] knows. No PIN is asked.
    public static PublicKey publicKey(String reference, Passwords passwords, Map<String, String> env,
            Path directory) throws Problem {
        if (reference.startsWith(Pkcs11Uri.SCHEME)) {
            try (Pkcs11 token = Pkcs11.open(Pkcs11Uri.parse(reference))) {
                return token.one().key();
            }
        }
        if (reference.startsWith(AGENT)) {
            try (Signer signer = SshAgent.open(reference.substring(AGENT.length()), env)) {
                return signer.key();
            }
        }
        return KeyFile.read(directory.resolve(reference), passwords);
    }

    /// A key that was found.
    ///
    /// @param reference opens it, if it can sign
    /// @param name its comment or label; may be empty
    /// @param key null where it cannot be used, or not be seen without its password
    /// @param why the reason for which `key` is null, else null
    public record Listed(String reference, String name, PublicKey key, String why) {}

    /// The keys of a folder (files with PEM), a token (`pkcs11:…` without `object` and `id`) or the agent (`ssh-agent:`). Asks
    /// for no password.
    ///
    /// @throws Problem exit code 2: no such folder; 3: the token or the agent does not answer
    public static List<Listed> list(String reference, Map<String, String> env, Path directory) throws Problem {
        if (reference.startsWith(Pkcs11Uri.SCHEME)) {
            try (Pkcs11 token = Pkcs11.open(Pkcs11Uri.parse(reference))) {
                var out = new ArrayList<Listed>();
                token.entries().forEach(e -> out.add(new Listed(token.reference(e), e.label(), e.key(), e.why())));
                return out;
            }
        }
        if (reference.startsWith(AGENT)) {
            try (SshAgent agent = SshAgent.connect(env)) {
                return agent.identities().stream().map(Signers::listed).toList();
            }
        }
        return folder(directory.resolve(reference));
    }

    private static Listed listed(SshAgent.Identity identity) {
        String reference = AGENT + identity.fingerprint();
        try {
            return new Listed(reference, identity.comment(), identity.key(), null);
        } catch (Problem e) {
            return new Listed(reference, identity.comment(), null, e.getMessage());
        }
    }

    private static List<Listed> folder(Path folder) throws Problem {
        var files = new ArrayList<Path>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            all.forEach(files::add);
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            throw Problem.usage("not a folder that can be read").where(folder).because(e);
        }
        var out = new ArrayList<Listed>();
        for (Path file : files.stream().sorted().toList()) {
            if (Files.isRegularFile(file) && isPem(file)) {
                out.add(listed(file));
            }
        }
        return out;
    }

    private static boolean isPem(Path file) throws Problem {
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(11), StandardCharsets.US_ASCII).equals("-----BEGIN ");
        } catch (IOException e) {
            throw Problem.usage("cannot be read: " + e.getMessage()).where(file).because(e);
        }
    }

    private static Listed listed(Path file) {
        String name = file.getFileName().toString();
        try {
            return new Listed(file.toString(), name, KeyFile.publicHalf(file), null);
        } catch (Problem e) {
            return new Listed(file.toString(), name, null, e.getMessage());
        }
    }

    /// What a signer made, once it is seen to verify: a token, an agent or a broken processor could give something else.
    static byte[] verified(PublicKey key, byte[] message, byte[] signature) throws Problem {
        try {
            SEEN.verify(key, message, signature);
            return signature;
        } catch (BadSignature e) {
            throw Problem.environment("the signature that was made does not verify: " + e.getMessage()).where(key).because(e);
        }
    }
}
