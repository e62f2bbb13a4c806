package dev.repro.tests;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// A mirror of Debian on loopback that answers every request alike, and an apt that knows no other.
final class Mirror implements AutoCloseable {
    private final HttpServer server;

    private Mirror(HttpServer server) {
        this.server = server;
    }

    /// @param body null: 404
    static Mirror answering(byte[] body) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(body == null ? 404 : 200, body == null ? -1 : body.length);
                if (body != null) {
                    exchange.getResponseBody().write(body);
                }
            }
        });
        server.start();
        return new Mirror(server);
    }

    int port() {
        return server.getAddress().getPort();
    }

    /// Adds to the environment of repro an apt that knows that mirror alone, and no index.
    ///
    /// @param port one where nobody listens stands for a machine without network
    static void only(int port, Path folder, Map<String, String> env) throws IOException {
        Files.createDirectories(folder.resolve("none"));
        Files.writeString(folder.resolve("sources.list"), "deb http://127.0.0.1:" + port + "/debian bookworm main\n");
        Files.writeString(folder.resolve("apt.conf"), """
                Dir::Etc::sourcelist "%1$s/sources.list";
                Dir::Etc::sourceparts "%1$s/none";
                Dir::State::lists "%1$s/none";
                Acquire::http::Proxy "DIRECT";
                """.formatted(folder));
        env.put("APT_CONFIG", folder.resolve("apt.conf").toString());
        env.put("XDG_CONFIG_HOME", folder.resolve("none").toString());
    }

    /// A port where nobody listens.
    static int closedPort() throws IOException {
        try (var socket = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
