package dev.repro.tests.release.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.tests.Repro;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// One of the services as a process, begun by `./repro` as its operator does, at one port for all its lives.
final class Daemon implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(100);

    final InetSocketAddress address;
    final Path log;
    private static boolean warm;
    private final List<String> command;
    private final Map<String, String> env;
    private Process process;

    /// @param before what starts `repro`, such as `ip netns exec NAME`
    Daemon(InetSocketAddress address, Path log, Map<String, String> env, List<String> before, String... arguments) {
        this.address = address;
        this.log = log;
        this.env = env;
        warm();
        this.command = new ArrayList<>(before);
        command.add(Repro.HOME.resolve("repro").toString());
        command.addAll(List.of(arguments));
    }

    static Daemon serve(Path home, Path log) throws IOException {
        return serve(home, log, Map.of());
    }

    static Daemon serve(Path home, Path log, Map<String, String> env, String... more) throws IOException {
        InetSocketAddress address = free();
        var arguments = new ArrayList<>(List.of("serve", "--dir", home.toString(), "--listen", text(address), "--no-rates"));
        arguments.addAll(List.of(more));
        return new Daemon(address, log, env, List.of(), arguments.toArray(String[]::new));
    }

    /// The start-up cache of repro is made when it is needed first; that is not what is measured here.
    private static synchronized void warm() {
        if (!warm) {
            Repro.Answer answer = Repro.run("serve", "--help");
            assertEquals(0, answer.code(), answer::toString);
            warm = true;
        }
    }

    /// A port of this machine that nobody listens at.
    static InetSocketAddress free() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return new InetSocketAddress("127.0.0.1", socket.getLocalPort());
        }
    }

    static String text(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }

    String url() {
        return "http://" + text(address);
    }

    /// Starts the process, and looks at nothing.
    Daemon begin() throws IOException {
        var builder = new ProcessBuilder(command).directory(log.getParent().toFile()).redirectInput(new File("/dev/null"))
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(env);
        process = builder.start();
        return this;
    }

    /// Starts it, and waits until it answers.
    ///
    /// @return how long that took
    Kills.Start start() throws IOException, InterruptedException {
        long begun = System.nanoTime();
        begin();
        while (!answers()) {
            assertTrue(process.isAlive(), () -> "it ended: " + said());
            if (System.nanoTime() - begun > PATIENCE.toNanos()) {
                new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid())).start().waitFor(); // it says in its log what it is about
                TimeUnit.SECONDS.sleep(1);
                throw new AssertionError("not started in time: " + said());
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        Duration wall = Duration.ofNanos(System.nanoTime() - begun);
        return new Kills.Start(wall, process.info().totalCpuDuration().orElse(wall));
    }

    private boolean answers() {
        return status("/healthz") == 200; // it may be ready only later
    }

    /// The status of an answer; 0 without one.
    int status(String path) {
        String answer = get(path);
        return answer.startsWith("HTTP/1.1 ") ? Integer.parseInt(answer.substring(9, 12)) : 0;
    }

    /// A whole answer, head and body; nothing if there is none.
    String get(String path) {
        try (var socket = new Socket()) {
            socket.connect(address, 2_000);
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: it\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /// `kill -9`, and waits until it is gone.
    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertEquals(128 + 9, process.waitFor(), this::said);
    }

    /// What `systemctl stop` does.
    void stop() throws InterruptedException {
        process.destroy();
        assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), () -> "it did not stop: " + said());
        assertEquals(128 + 15, process.exitValue(), this::said);
    }

    /// Its memory, bytes.
    long memory() throws IOException {
        try (var lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            return lines.filter(l -> l.startsWith("VmRSS:")).map(l -> l.replaceAll("[^0-9]", "")).mapToLong(Long::parseLong).sum() * 1024;
        }
    }

    /// All it has written.
    String said() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            return "its log cannot be read: " + e;
        }
    }

    /// No bug was logged, and no stack trace.
    void requireNoBug() {
        String said = said();
        assertFalse(said.contains("\"bug\"") || said.contains("\tat ") || said.contains("Exception in thread") || said.contains("internal error"), said);
    }

    @Override
    public void close() {
        if (isAlive()) {
            process.destroyForcibly();
            process.onExit().join();
        }
    }
}
