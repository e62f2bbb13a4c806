package dev.repro.diffoscopelite;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Two builds as a double build would have planted them, and the compiler of this machine to make files of them.
final class Samples {
    static final String PATH_A = "/b/x7q4w/src";
    static final String PATH_B = "/home/q2e9z/deeper/src";
    static final Clock CLOCK_A = new Clock(Instant.parse("2026-03-05T10:20:30Z"), Instant.parse("2026-03-05T10:21:00Z"));
    static final Clock CLOCK_B = new Clock(Instant.parse("2027-04-16T22:43:51Z"), Instant.parse("2027-04-16T22:44:30Z"));
    static final Planted PLANTED = new Planted(List.of(
            new Canary("build-path", PATH_A, PATH_B),
            new Canary("environment", "canary-env-a-5512", "canary-env-b-9917"),
            new Canary("home", "/nonexistent/home-a-77", "/nonexistent/home-b-88"),
            new Canary("host", "host-a-4711", "host-b-1147"),
            new Canary("user", "ann-canary", "bob-canary"),
            new Canary("user", "1234", "54321"),
            new Canary("locale", "C.UTF-8", "fr_FR.UTF-8"),
            new Canary("timezone", "UTC", "Asia/Kathmandu"),
            new Canary("shell", "/bin/dash", "/bin/bash"),
            new Canary("cpu-count", "2", "1"),
            new Canary("umask", "0022", "0002"),
            new Canary("mtime", "315532800", "347155200")), CLOCK_A, CLOCK_B, 315_532_800);

    private Samples() {}

    static Diff compare(byte[] a, byte[] b) {
        return Comparison.compare(MemorySegment.ofArray(a), MemorySegment.ofArray(b), PLANTED, List.of());
    }

    static Diff compare(String a, String b) {
        return compare(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }

    static Diff compare(byte[] a, byte[] b, Excepted... exceptions) {
        return Comparison.compare(MemorySegment.ofArray(a), MemorySegment.ofArray(b), PLANTED, List.of(exceptions));
    }

    /// The causes of what is no consequence, in order, each once.
    static List<String> causes(Diff diff) {
        return diff.findings().stream().filter(f -> f.role() != Role.CONSEQUENCE).map(Finding::cause).distinct().toList();
    }

    static Finding first(Diff diff) {
        return diff.findings().getFirst();
    }

    static void needCompiler() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc"))
                && Files.isExecutable(Path.of("/usr/bin/ld")), "skipped: no gcc and ld");
    }

    /// Writes a source file.
    static void write(Path folder, String name, String text) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve(name), text);
    }

    /// Runs gcc in a folder with a C locale; answers the bytes of `out`.
    static byte[] gcc(Path folder, String out, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<String>(List.of("/usr/bin/gcc", "-o", out));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("SOURCE_DATE_EPOCH", "315532800");
        var process = builder.start();
        String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(log);
        }
        return Files.readAllBytes(folder.resolve(out));
    }

    /// A static program without libc, as unikernels are: `_start` and what the text defines.
    static byte[] bare(Path folder, String source, String... more) throws IOException, InterruptedException {
        write(folder, "main.c", source);
        var arguments = new ArrayList<>(List.of("-O1", "-ffreestanding", "-nostdlib", "-static", "-fno-pie", "-no-pie",
                "-fcf-protection=none",
                "-Wl,--build-id=none", "-Wl,-z,noseparate-code"));
        arguments.addAll(List.of(more));
        arguments.add("main.c");
        return gcc(folder, "out", arguments.toArray(String[]::new));
    }
}
