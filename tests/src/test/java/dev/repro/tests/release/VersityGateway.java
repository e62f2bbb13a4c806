package dev.repro.tests.release;

import dev.repro.tests.Repro;
import dev.repro.tests.Tool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/// A real S3 server, versitygw, over a folder: a bucket is a folder in it.
final class VersityGateway implements AutoCloseable {
    static final Map<String, String> CREDENTIALS = Map.of("AWS_ACCESS_KEY_ID", "tester", "AWS_SECRET_ACCESS_KEY", "a secret of the tests");
    private static final long INSTALL_SECONDS = 1_500;

    private final Process process;
    private final int port;

    private VersityGateway(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /// Installs it where it is not yet; skips the test where that cannot be.
    static VersityGateway start(Path folder, String bucket) throws IOException, InterruptedException {
        Tool.Ended peer = Tool.run(Repro.HOME, INSTALL_SECONDS, Repro.HOME.resolve("scripts/peers").toString(), "versitygw");
        Assumptions.assumeTrue(peer.code() == 0, () -> "skipped: versitygw cannot be had: " + peer.text());
        Files.createDirectories(folder.resolve("data").resolve(bucket));
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        var builder = new ProcessBuilder(peer.text().strip().lines().reduce((_, last) -> last).orElseThrow(), "--port", "127.0.0.1:" + port, "posix",
                folder.resolve("data").toString()).redirectErrorStream(true).redirectOutput(folder.resolve("versitygw.log").toFile());
        builder.environment().put("ROOT_ACCESS_KEY", CREDENTIALS.get("AWS_ACCESS_KEY_ID"));
        builder.environment().put("ROOT_SECRET_KEY", CREDENTIALS.get("AWS_SECRET_ACCESS_KEY"));
        Process process = builder.start();
        var gateway = new VersityGateway(process, port);
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!gateway.answers()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                gateway.close();
                throw new IOException("versitygw does not answer: " + Files.readString(folder.resolve("versitygw.log")));
            }
            Thread.sleep(20);
        }
        return gateway;
    }

    private boolean answers() {
        try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    String place(String bucketAndPrefix) {
        return "s3://" + bucketAndPrefix + "?endpoint=http://127.0.0.1:" + port + "&region=us-east-1";
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
