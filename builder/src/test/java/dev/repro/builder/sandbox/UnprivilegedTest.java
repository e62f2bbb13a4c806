package dev.repro.builder.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.base.Problem;
import dev.repro.builder.files.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The sandbox of a user without any privilege, by a child process that root starts as nobody.
@Timeout(240)
class UnprivilegedTest {
    private static final String NOBODY = "65534";

    /// Under /tmp, which nobody may pass; classes are copied here because the project may lie where nobody may not read.
    private Path folder;

    @BeforeEach
    void copyClasses() throws Exception {
        assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "skipped: only root can become nobody");
        assumeTrue(Files.exists(Path.of("/usr/bin/setpriv")), "skipped: no setpriv");
        folder = Files.createTempDirectory(Path.of("/tmp"), "repro-nobody");
        Builds.open(folder.resolve("probe")).close(); // skips where there is no sandbox
        for (Class<?> type : List.of(Problem.class, Sandbox.class, SandboxMain.class)) {
            Path from = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
            copy(from, folder.resolve("classes"));
        }
        Path home = Files.createDirectory(folder.resolve("home"));
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void delete() throws IOException {
        if (folder != null) {
            Trees.delete(folder);
        }
    }

    /// A folder of classes, or a jar beside them.
    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        if (Files.isRegularFile(from)) {
            Files.copy(from, to.resolve(from.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            return;
        }
        try (var tree = Files.walk(from)) {
            for (Path file : tree.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private Process start(String script, long memory) throws IOException {
        Path home = folder.resolve("home");
        String classes = folder.resolve("classes") + ":" + folder.resolve("classes") + "/*";
        return new ProcessBuilder("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m", "-XX:+UseSerialGC", "-cp", classes,
                SandboxMain.class.getName(), home.resolve("state").toString(), home.resolve("log").toString(),
                System.getenv("PATH"), script, Long.toString(memory)).redirectErrorStream(true).start();
    }

    private String run(String script, long memory) throws Exception {
        var process = start(script, memory);
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        process.waitFor();
        assumeTrue(!said.contains("this machine does not let bubblewrap"), "skipped: " + said);
        return said;
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("home/log"));
    }

    @Test
    void buildsAndSaysWhatItCannotLimit() throws Exception {
        String said = run("id -u; tail -n +3 /proc/net/dev | wc -l; ls -A /etc | grep -c passwd; exit 3", 1L << 30);
        assertTrue(said.contains("end=EXITED, exitCode=3"), said);
        assertEquals("1000\n1\n0\n", log());
        assertTrue(said.contains("\"namespaces\":\"unprivileged\""), said);
        if (said.contains("\"cgroups\":\"none\"")) {
            String partial = "\":{\"level\":\"partial\",\"how\":\"";
            assertTrue(said.contains("\"memory" + partial + "RLIMIT_AS\",\"reason\":\"each process"), said);
            assertTrue(said.contains("\"processes" + partial + "RLIMIT_NPROC\",\"reason\":\"it counts"), said);
        }
    }

    @Test
    void crowd() throws Exception {
        String said = run(LimitsTest.CROWD, 1L << 30);
        assertTrue(said.contains("end=PROCESSES"), said);
    }

    @Test
    void memory() throws Exception {
        String said = run("cat /dev/zero | tail; echo $?", 100L << 20);
        boolean failed = said.contains("end=EXITED") && log().contains("memory exhausted\n1\n");
        assertTrue(failed || said.contains("end=MEMORY"), said + log());
    }

    @Test
    void fullFolder() throws Exception {
        String said = run("yes > file 2> /dev/null; sleep 50", 1L << 30);
        assertTrue(said.contains("end=OUTPUT"), said);
        assertTrue(log().endsWith("it wrote more than it may (8388608 bytes, or the size of a tmpfs)\n"), log());
    }

    @Test
    void killedOutright() throws Exception {
        String marker = "sleep " + (5_000_000 + ProcessHandle.current().pid());
        var process = start(marker, 1L << 30);
        try {
            KillTest.await(() -> KillTest.running(marker) || !process.isAlive());
            assumeTrue(process.isAlive(), "skipped: no sandbox for nobody");
            process.destroyForcibly();
            assertTrue(process.waitFor(20, TimeUnit.SECONDS));
            KillTest.await(() -> !KillTest.running(marker));
        } finally {
            process.destroyForcibly();
        }
        Sandbox.open(folder.resolve("home/state"), Map.of("PATH", System.getenv("PATH"))).close();
        try (var left = Files.list(folder.resolve("home"))) {
            assertEquals(List.of("state"), left.map(p -> p.getFileName().toString()).toList());
        }
    }
}
