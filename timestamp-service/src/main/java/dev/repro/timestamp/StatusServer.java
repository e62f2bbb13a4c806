package dev.repro.timestamp;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.repro.base.Problem;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/// `/healthz`, `/readyz` and `/metrics`, for whoever watches the machine; nothing can be changed by it.
final class StatusServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /// @param unhealthy what is wrong, or empty
    /// @param unready likewise
    /// @throws Problem exit code 3 if the address is taken, or none of this machine's
    StatusServer(InetSocketAddress listen, Supplier<Optional<String>> unhealthy, Supplier<Optional<String>> unready, Supplier<String> metrics)
            throws Problem {
        try {
            server = HttpServer.create(listen, 0);
        } catch (IOException e) {
            threads.close();
            throw Problem.environment("nothing can listen there: " + e.getMessage()).where(listen.getHostString() + ":" + listen.getPort())
                    .hint("name another address with --listen").because(e);
        }
        server.setExecutor(threads);
        server.createContext("/", exchange -> answer(exchange, 404, "text/plain", "not found\n"));
        server.createContext("/healthz", exchange -> answer(exchange, unhealthy.get()));
        server.createContext("/readyz", exchange -> answer(exchange, unready.get()));
        server.createContext("/metrics", exchange -> answer(exchange, 200, "text/plain; version=0.0.4", metrics.get()));
        server.start();
    }

    InetSocketAddress address() {
        return server.getAddress();
    }

    private static void answer(HttpExchange exchange, Optional<String> wrong) throws IOException {
        answer(exchange, wrong.isEmpty() ? 200 : 503, "text/plain", wrong.orElse("ok") + "\n");
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        try (exchange) {
            boolean head = exchange.getRequestMethod().equals("HEAD");
            boolean allowed = head || exchange.getRequestMethod().equals("GET");
            byte[] body = (allowed ? text : "only GET and HEAD\n").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type + (type.contains(";") ? "" : "; charset=utf-8"));
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            if (!allowed) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            }
            exchange.sendResponseHeaders(allowed ? status : 405, head ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
