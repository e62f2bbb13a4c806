package dev.repro.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.repro.base.Problem;
import dev.repro.keys.Passwords;
import dev.repro.keys.Signer;
import dev.repro.keys.Signers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Signs in a JVM of its own, for signers whose libraries read the environment of the process.
final class Forked {

    private Forked() {}

    /// Arguments: reference, name of the variable with the password or `-`, file to sign, file for the signature. Signs twice,
    /// with two signers at once, as a ceremony does.
    public static void main(String[] args) throws IOException {
        Passwords passwords = args[1].equals("-") ? Passwords.none() : Passwords.environment(System.getenv(), args[1]);
        byte[] message = Files.readAllBytes(Path.of(args[2]));
        try (Signer signer = Signers.open(args[0], passwords)) {
            try (Signer other = Signers.open(args[0], passwords)) {
                other.sign(message);
            }
            Files.write(Path.of(args[3]), signer.sign(message));
        } catch (Problem e) {
            System.out.println("problem: " + e.line());
        }
    }

    static byte[] sign(Map<String, String> env, String reference, String passwordVariable, byte[] message,
            Path folder) throws Exception {
        Files.write(folder.resolve("forked.in"), message);
        Path out = folder.resolve("forked.out");
        Files.deleteIfExists(out);
        assertEquals("", run(env, folder, reference, passwordVariable == null ? "-"
                : passwordVariable, "forked.in", "forked.out"));
        return Files.readAllBytes(out);
    }

    /// What the problem says.
    static String fails(Map<String, String> env, String reference, String passwordVariable, Path folder) throws Exception {
        Files.write(folder.resolve("forked.in"), new byte[1]);
        return run(env, folder, reference, passwordVariable, "forked.in", "forked.out");
    }

    private static String run(Map<String, String> env, Path folder, String... args) throws Exception {
        var command = new java.util.ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("surefire.test.class.path",
                System.getProperty("java.class.path")),
                Forked.class.getName()));
        command.addAll(List.of(args));
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(env);
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), text);
        return text;
    }
}
