package dev.repro.timestamp;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

/// What a snapshot service says to a timestamp service, without any of its checks. It never waits.
final class FakeSnapshotService implements AutoCloseable {
    final Map<String, byte[]> metadata = Collections.synchronizedMap(new HashMap<>());
    final List<byte[]> timestamps = Collections.synchronizedList(new ArrayList<>());
    final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    volatile byte[] snapshot;
    volatile long version;
    /// Of all answers, instead of the right one; 0 for the right one.
    volatile int status;
    private final HttpServer server;

    FakeSnapshotService() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    void offer(long number, byte[] file) {
        version = number;
        snapshot = file;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            URI uri = exchange.getRequestURI();
            byte[] body = exchange.getRequestBody().readAllBytes();
            asked.add(exchange.getRequestMethod() + " " + uri);
            if (status != 0) {
                send(exchange, status, "{\"refusal\":\"out-of-order\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            } else if (uri.getPath().equals("/v1/timestamp")) {
                timestamps.add(body);
                metadata.put("timestamp.json", body);
                send(exchange, 200, "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            } else if (uri.getPath().equals("/v1/snapshot")) {
                long after = Long.parseLong(uri.getQuery().replaceAll(".*after=(\\d+).*", "$1"));
                send(exchange, snapshot != null && version > after ? 200 : 204, snapshot);
            } else {
                byte[] file = metadata.get(uri.getPath().replace("/metadata/", ""));
                send(exchange, file == null ? 404 : 200, file);
            }
        }
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        boolean empty = status == 204 || body == null;
        exchange.sendResponseHeaders(status, empty ? -1 : body.length);
        if (!empty) {
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
