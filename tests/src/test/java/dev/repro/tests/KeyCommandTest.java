package dev.repro.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.keys.Passwords;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.PublicKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `repro key` as a process: what it writes, what it refuses, and that it shows no secret.
class KeyCommandTest {
    private static final Map<String, String> ENV = Map.of("OLD", "correct horse", "NEW", "battery staple");

    @TempDir
    Path folder;

    private final StringBuilder said = new StringBuilder();

    private Repro.Answer key(int code, String... args) {
        var all = new java.util.ArrayList<>(java.util.List.of("key"));
        all.addAll(java.util.List.of(args));
        Repro.Answer answer = Repro.run(folder, ENV, all.toArray(String[]::new));
        assertEquals(code, answer.code(), answer::toString);
        Scratch.noTrace(answer);
        said.append(answer);
        return answer;
    }

    @Test
    void fromGenerateToList() throws Exception {
        key(0, "generate", "--password-env", "OLD", "a.pem");
        Path file = folder.resolve("a.pem");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertTrue(Files.readString(file).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
        PrivateKey a = PrivateKey.read(file, Passwords.environment(ENV, "OLD"));
        assertTrue(key(0, "show", "--password-env", "OLD", "a.pem").out().contains(a.key().keyid()));
        Scratch.refused(key(2, "show", "--password-env", "NEW", "a.pem"), 2, "password is wrong");
        Scratch.refused(key(2, "show", "a.pem"), 2, "no terminal", "--password-file");
        Scratch.refused(key(2, "generate", "--no-password", "a.pem"), 2, "not overwritten");
        Scratch.refused(key(2, "convert", "--to", "private", "--password-env", "OLD", "a.pem"), 2, "not printed");
        key(0, "convert", "--to", "encrypted", "-o", "b.pem", "--password-env", "OLD", "--new-password-env", "NEW", "a.pem");
        assertEquals(a.key(), PrivateKey.read(folder.resolve("b.pem"), Passwords.environment(ENV, "NEW")).key());
        key(0, "convert", "--to", "private", "-o", "c.pem", "--password-env", "OLD", "a.pem");
        assertEquals(a.key(), PrivateKey.read(folder.resolve("c.pem"), Passwords.none()).key());
        assertEquals(a.key().pem(), key(0, "convert", "--to", "pem", "c.pem").out());
        key(0, "convert", "--to", "ssh", "-o", "c.pub", "c.pem");
        assertEquals(a.key(), PublicKey.ofPem(key(0, "convert", "--to", "pem", "c.pub").out()));
        Repro.Answer list = key(0, "list");
        assertTrue(list.out().contains("password") && list.out().contains(a.key().keyid()), list::toString);
        byte[] seed = new byte[32];
        String text = Files.readString(folder.resolve("c.pem")).lines().skip(1).findFirst().orElseThrow();
        System.arraycopy(Base64.getDecoder().decode(text), 16, seed, 0, 32);
        for (String secret : new String[] {"correct horse", "battery staple", HexFormat.of().formatHex(seed), text.substring(24)}) {
            assertFalse(said.toString().contains(secret), "a secret was shown");
        }
    }
}
