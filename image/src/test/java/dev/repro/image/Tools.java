package dev.repro.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// Programs of this machine that tests use as oracles.
final class Tools {

    private Tools() {}

    /// Skips the test where one is missing.
    static void assume(String... programs) {
        for (String program : programs) {
            boolean there = Stream.of("/usr/bin", "/bin", "/usr/local/bin")
                    .anyMatch(d -> Files.isExecutable(Path.of(d, program)));
            Assumptions.assumeTrue(there, "skipped: no " + program + " on this machine");
        }
    }

    /// The standard output of a run that succeeds.
    static String run(Path folder, String... command) throws IOException, InterruptedException {
        Path errors = folder.resolve("stderr");
        Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectError(errors.toFile()).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> List.of(command) + ": " + text(errors));
        return out;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
