package dev.repro.builder.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Whatever ends `repro`, nothing of its builds stays.
@Timeout(240)
class KillTest {
    @TempDir
    Path folder;

    /// A condition that can fail to be looked at.
    interface Condition {
        boolean holds() throws IOException;
    }

    static void await(Condition condition) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < deadline, "waited for 60 s");
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /// Whether a process has exactly this command line, anywhere on this machine.
    static boolean running(String command) throws IOException {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes.filter(p -> Character.isDigit(p.getFileName().toString().charAt(0))).anyMatch(p -> {
                try {
                    return Files.readString(p.resolve("cmdline"), java.nio.charset.StandardCharsets.ISO_8859_1)
                            .equals(command.replace(' ', '\0') + '\0');
                } catch (IOException gone) {
                    return false;
                }
            });
        }
    }

    private static Process start(Path output, String... args) throws IOException {
        var command = new ArrayList<String>();
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m", "-XX:+UseSerialGC",
                "-cp", System.getProperty("java.class.path"), SandboxMain.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    }

    private void killed(boolean forcibly, int tag) throws Exception {
        Builds.open(folder.resolve("probe")).close(); // skips where there is no sandbox
        Path state = folder.resolve("state");
        String marker = "sleep " + (tag + ProcessHandle.current().pid());
        var child = start(folder.resolve("out"), state.toString(), folder.resolve("log").toString(), System.getenv("PATH"),
                "echo x > file; " + marker + " & " + marker, Long.toString(128 << 20));
        try {
            await(() -> running(marker) || !child.isAlive());
            assertTrue(child.isAlive(), () -> read(folder.resolve("out")));
            if (forcibly) {
                child.destroyForcibly();
            } else {
                child.destroy();
            }
            assertTrue(child.waitFor(20, TimeUnit.SECONDS));
            await(() -> !running(marker));
        } finally {
            child.destroyForcibly();
        }
        Sandbox.open(state, Map.of("PATH", System.getenv("PATH"))).close();
        assertEquals(List.of("lock"), names(state.resolve("sandboxes")));
        assertEquals(List.of("out", "probe", "state"), names(folder));
    }

    @Test
    void killedOutright() throws Exception {
        killed(true, 3_000_000);
    }

    @Test
    void toldToEnd() throws Exception {
        killed(false, 4_000_000);
        assertFalse(read(folder.resolve("out")).contains("Run["));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (var list = Files.list(folder)) {
            return list.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }
}
