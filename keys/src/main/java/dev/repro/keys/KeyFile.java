package dev.repro.keys;

import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.base.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/// Reads the public key of a file, in whichever form it is: SPKI or PKCS#8 in PEM, a TUF key in JSON, an SSH public key.
public final class KeyFile {

    private KeyFile() {}

    /// @param passwords asked only for an encrypted private key
    /// @throws Problem exit code 2: no such file, none of these forms, a key that is not accepted
    public static PublicKey read(Path file, Passwords passwords) throws Problem {
        byte[] bytes = PrivateFile.read(file, PrivateFile.Guard.ANYBODY);
        try {
            String start = new String(bytes, 0, Math.min(bytes.length, 40), StandardCharsets.US_ASCII);
            if (start.startsWith("-----BEGIN ") && start.contains("PRIVATE KEY")) {
                try (PrivateKey key = PrivateKey.read(file, passwords)) {
                    return key.key();
                }
            }
            return parse(start, new String(bytes, StandardCharsets.UTF_8));
        } catch (Problem e) {
            throw e.placed() ? e : e.where(file);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /// As [#read], without a password.
    static PublicKey publicHalf(Path file) throws Problem {
        return read(file, (what, _) -> {
            throw Problem.usage("encrypted: its password is needed to see the public key").where(what);
        });
    }

    private static PublicKey parse(String start, String text) throws Problem {
        if (start.startsWith("-----BEGIN ")) {
            return PublicKey.ofPem(text);
        }
        if (!start.stripLeading().startsWith("{")) {
            return SshKey.ofLine(text);
        }
        try {
            return PublicKey.ofJson((Json.Obj) JsonParser.parse(text));
        } catch (JsonParser.SyntaxException e) {
            throw Problem.usage("not JSON: " + e.getMessage()).because(e);
        }
    }
}
