package dev.repro.tests.tuf;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// A plain web server on loopback: a folder with `metadata` and `targets`, which can be another one from now on, and files that an
/// attacker has put over some of it. A name is looked for as it was asked for, then with its percent escapes undone.
final class WebFolder implements AutoCloseable {
    private final HttpServer server;
    private final Map<String, byte[]> over = new ConcurrentHashMap<>();
    private final List<String> served = new CopyOnWriteArrayList<>();
    private volatile Path folder;

    WebFolder(Path folder) throws IOException {
        this.folder = folder;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    URI metadata() {
        return url("metadata/");
    }

    URI targets() {
        return url("targets/");
    }

    private URI url(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/" + path);
    }

    void show(Path folder) {
        this.folder = folder;
    }

    /// Answers this path, as a client asks for it, with these bytes, and those asked for before as they are.
    void put(String path, byte[] bytes) {
        over.put(path, bytes);
    }

    void restore() {
        over.clear();
        served.clear();
    }

    /// Paths that were asked for and found since the last [#restore], each once, in order.
    List<String> served() {
        return new ArrayList<>(new java.util.LinkedHashSet<>(served));
    }

    /// What a path holds, whatever was put over it.
    byte[] read(String path) throws IOException {
        return Files.readAllBytes(find(path).orElseThrow());
    }

    private Optional<Path> find(String path) {
        for (String name : List.of(path, URI.create(path).getPath())) {
            Path file = folder.resolve(name).normalize();
            if (file.startsWith(folder) && Files.isRegularFile(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getRawPath().substring(1);
            Optional<Path> file = find(path);
            byte[] body = over.get(path);
            if (body == null && file.isPresent()) {
                body = Files.readAllBytes(file.get());
            }
            if (body == null) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            served.add(path);
            exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
            if (body.length > 0) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
