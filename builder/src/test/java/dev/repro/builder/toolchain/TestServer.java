package dev.repro.builder.toolchain;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// A real HTTP server whose paths misbehave in the way that they are called.
final class TestServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final byte[] content;
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch end = new CountDownLatch(1);

    TestServer(byte[] content) throws IOException {
        this.content = content;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    List<String> asked() {
        return List.copyOf(asked);
    }

    static byte[] wrong(byte[] content) {
        byte[] other = content.clone();
        other[other.length / 2] ^= 1;
        return other;
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        asked.add(path);
        try (exchange) {
            switch (path) {
                case "/good" -> send(exchange, content);
                case "/wrong" -> send(exchange, wrong(content));
                case "/short" -> send(exchange, java.util.Arrays.copyOf(content, 10));
                case "/endless" -> endless(exchange);
                case "/drip" -> drip(exchange);
                case "/truncated" -> truncated(exchange);
                case "/truncated-once" -> {
                    if (Collections.frequency(asked, path) == 1) {
                        truncated(exchange);
                    } else {
                        send(exchange, content);
                    }
                }
                default -> exchange.sendResponseHeaders(Integer.parseInt(path.split("/")[1]), -1);
            }
        }
    }

    private static void send(HttpExchange exchange, byte[] body) throws IOException {
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    /// Until the client goes away.
    private static void endless(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            for (byte[] some = new byte[1 << 16];;) {
                out.write(some);
            }
        }
    }

    /// A byte now and then, until the client goes away.
    private void drip(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, content.length);
        OutputStream out = exchange.getResponseBody();
        try {
            for (int i = 0; i < content.length && !end.await(10, TimeUnit.MILLISECONDS); i++) {
                out.write(content[i]);
                out.flush();
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /// The exchange is closed with most of the body missing.
    private void truncated(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, content.length);
        exchange.getResponseBody().write(content, 0, 1000);
        exchange.getResponseBody().flush();
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
