package dev.repro.builder.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// Takes what a build prints into a file beside the log, which becomes the log when the build has ended.
///
/// Too much is cut at the end, not in the middle: the first errors tell most, and the build is stopped there anyway.
final class LogPump {
    private static final int TAIL = 16 * 1024;

    private final Path log;
    private final Path beside;
    private final long limit;
    private Thread thread;
    private volatile long kept;
    private volatile boolean over;
    private IOException failure;

    LogPump(Path log, String name, long limit) {
        this.log = log.toAbsolutePath();
        this.beside = this.log.resolveSibling("." + log.getFileName() + "." + name + ".new");
        this.limit = limit;
    }

    /// The file that has the log until it is whole.
    Path beside() {
        return beside;
    }

    void start(InputStream in) {
        thread = Thread.ofPlatform().daemon().name("repro-build-log").start(() -> copy(in));
    }

    /// Whether the build printed more than it may.
    boolean over() {
        return over;
    }

    long kept() {
        return kept;
    }

    /// Waits until the last process that could print is gone.
    void join() throws InterruptedException, IOException {
        thread.join();
        if (failure != null) {
            throw failure;
        }
    }

    /// The last 16 KiB of what was kept.
    String tail() throws IOException {
        try (var file = Files.newByteChannel(beside)) {
            file.position(Math.max(0, file.size() - TAIL));
            var bytes = java.nio.channels.Channels.newInputStream(file).readAllBytes();
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /// @param lastLine added if not null
    void publish(String lastLine) throws IOException {
        if (lastLine != null) {
            Files.writeString(beside, "\n" + lastLine + "\n", java.nio.file.StandardOpenOption.APPEND);
        }
        Files.move(beside, log, StandardCopyOption.ATOMIC_MOVE);
    }

    private void copy(InputStream in) {
        try (in; OutputStream out = Files.newOutputStream(beside)) {
            byte[] buffer = new byte[64 * 1024];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                int room = (int) Math.min(n, limit - kept);
                out.write(buffer, 0, room);
                kept += room;
                over |= room < n;
            }
        } catch (IOException e) {
            failure = e;
        }
    }
}
