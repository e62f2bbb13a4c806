package dev.repro.tuf.repository;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.repro.base.Digest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/// As much of S3 as a store needs, in memory, and whatever can go wrong with it. Signatures are not looked at.
final class FakeS3 implements AutoCloseable {

    /// What happens to a request.
    enum Fate { RIGHT, FAILS, CONFLICTS, DENIED, NO_BUCKET, SILENT, CUT, OTHER_BYTES, DONE_BUT_NOT_ANSWERED, DEAD }

    interface Script {
        /// @param number of the request, from 1
        Fate of(int number, String method, String key);
    }

    final Map<String, byte[]> objects = new TreeMap<>();
    volatile Script script = (_, _, _) -> Fate.RIGHT;
    private final HttpServer server;
    private final CountDownLatch end = new CountDownLatch(1);
    private int requests;

    FakeS3() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    String place() {
        return "s3://bucket/site?endpoint=http://127.0.0.1:" + server.getAddress().getPort();
    }

    synchronized int requests() {
        return requests;
    }

    /// Forgets how many requests there were, and goes by another script.
    synchronized void begin(Script next) {
        requests = 0;
        script = next;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String key = exchange.getRequestURI().getPath().replaceFirst("^/bucket/", "");
            Fate fate;
            synchronized (this) {
                fate = script.of(++requests, exchange.getRequestMethod(), key);
            }
            switch (fate) {
                case RIGHT -> right(exchange, key, body);
                case FAILS -> error(exchange, 500, "InternalError");
                case CONFLICTS -> error(exchange, 409, "ConditionalRequestConflict");
                case DENIED -> error(exchange, 403, "AccessDenied");
                case NO_BUCKET -> error(exchange, 404, "NoSuchBucket");
                case SILENT -> end.await();
                case CUT -> {
                    exchange.sendResponseHeaders(200, 1000);
                    exchange.getResponseBody().write(new byte[10]);
                    exchange.getResponseBody().flush();
                    throw new IOException("cut");
                }
                case OTHER_BYTES -> {
                    exchange.getResponseHeaders().set("x-amz-checksum-sha256", base64("what was written".getBytes(StandardCharsets.UTF_8)));
                    send(exchange, 200, "what was not".getBytes(StandardCharsets.UTF_8));
                }
                case DONE_BUT_NOT_ANSWERED -> {
                    put(exchange, key, body);
                    throw new IOException("cut");
                }
                case DEAD -> throw new IOException("dead");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void right(HttpExchange exchange, String key, byte[] body) throws IOException {
        if (exchange.getRequestMethod().equals("PUT")) {
            boolean written = put(exchange, key, body);
            if (!written) {
                error(exchange, 412, "PreconditionFailed");
                return;
            }
            send(exchange, 200, new byte[0]);
            return;
        }
        byte[] object;
        synchronized (this) {
            object = objects.get(key);
        }
        if (object == null) {
            error(exchange, 404, "NoSuchKey");
            return;
        }
        exchange.getResponseHeaders().set("ETag", etag(object));
        exchange.getResponseHeaders().set("x-amz-checksum-sha256", base64(object));
        send(exchange, 200, object);
    }

    private synchronized boolean put(HttpExchange exchange, String key, byte[] body) {
        byte[] now = objects.get(key);
        String ifNone = exchange.getRequestHeaders().getFirst("If-None-Match");
        String ifMatch = exchange.getRequestHeaders().getFirst("If-Match");
        if (ifNone != null && now != null || ifMatch != null && (now == null || !ifMatch.equals(etag(now)))) {
            return false;
        }
        objects.put(key, body);
        return true;
    }

    private static String etag(byte[] object) {
        return '"' + Digest.of(object).hex().substring(0, 32) + '"';
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(Digest.of(bytes).hex()));
    }

    private static void error(HttpExchange exchange, int status, String code) throws IOException {
        send(exchange, status, ("<?xml version=\"1.0\"?><Error><Code>" + code + "</Code></Error>").getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        boolean head = exchange.getRequestMethod().equals("HEAD");
        if (head) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
        }
        exchange.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
        if (!head && body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
    }
}
