package dev.repro.snapshot.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.tuf.client.Proxies;
import dev.repro.tuf.repository.Blob;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Requests that are repeated, refusals that are told, uploads that go on. The server does what each test says.
class WireTest {
    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<String> asked = new ArrayList<>();
    private final List<Duration> pauses = new ArrayList<>();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final List<String> warnings = new ArrayList<>();
    private HttpServer server;
    private URI url;

    @TempDir
    Path folder;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
                answers.pop().to(exchange);
            }
        });
        server.start();
        url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private Wire wire() throws Problem {
        return wire(InstantSource.system());
    }

    private Wire wire(InstantSource clock) throws Problem {
        return new Wire(url, Proxies.NONE, pauses::add, _ -> { }, new Wire.Watch(clock, warnings::add));
    }

    @Test
    void anotherClockIsToldOnce() throws Exception {
        for (String warning : List.of("this machine's clock is 10 min behind the service's: what is signed here may expire too early",
                "this machine's clock is 3 days ahead of the service's: what is signed here may expire too late")) {
            answer(200, "{\"schema\":\"x\",\"requests\":[]}");
            answer(200, "{\"schema\":\"x\",\"requests\":[]}");
            Duration off = warning.contains("behind") ? Duration.ofSeconds(-630) : Duration.ofHours(84);
            try (var service = new ServiceClient(wire(InstantSource.offset(InstantSource.system(), off)))) {
                service.requests();
                service.requests();
            }
            assertEquals(1, warnings.size(), warnings::toString);
            assertTrue(warnings.removeFirst().startsWith(warning));
        }
        answer(200, "{\"schema\":\"x\",\"requests\":[]}");
        try (var service = new ServiceClient(wire())) {
            service.requests();
        }
        assertEquals(List.of(), warnings);
    }

    private void answer(int status, String body, String... fields) {
        answers.add(exchange -> {
            for (int i = 0; i < fields.length; i += 2) {
                exchange.getResponseHeaders().set(fields[i], fields[i + 1]);
            }
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        });
    }

    @Test
    void comesBackWhenItIsToldTo() throws Exception {
        answer(503, "", "Retry-After", "7");
        answer(429, "");
        answer(200, "{\"schema\":\"x\",\"requests\":[]}");
        try (var service = new ServiceClient(wire())) {
            assertTrue(service.requests().objects("requests").isEmpty());
        }
        assertEquals(List.of(Duration.ofSeconds(7), Duration.ofMillis(500)), pauses);
    }

    @Test
    void givesUpAfterSomeTimeWithTheServicesOwnWords() throws Exception {
        String refusal = "{\"refusal\":\"uploads-full\",\"code\":4,\"message\":\"too many\",\"expected\":null,\"found\":\"a\",\"file\":null,"
                + "\"key\":null,\"hint\":\"wait\"}";
        answer(503, refusal, "Retry-After", "600");
        try (var service = new ServiceClient(wire())) {
            Declined declined = assertThrows(Declined.class, service::requests);
            assertEquals("uploads-full (4): too many (found a)", declined.line());
            assertEquals("wait", declined.hint());
            assertEquals(Problem.Exit.STORAGE, declined.exit());
        }
        assertEquals(List.of(), pauses);
    }

    @Test
    void whoeverElseAnswersIsNoService() throws Exception {
        answer(403, "<html>a proxy says no</html>");
        answer(200, "<html>welcome</html>");
        try (var service = new ServiceClient(wire())) {
            assertEquals("the service answered with status 403", assertThrows(Problem.class, service::requests).getMessage());
            assertTrue(assertThrows(Problem.class, service::requests).getMessage().startsWith("the service's answer is not what the protocol says"));
        }
    }

    @Test
    void nobodyThere() throws Exception {
        server.stop(0);
        try (var service = new ServiceClient(wire())) {
            Problem problem = assertThrows(Problem.class, service::requests);
            assertEquals("the service cannot be reached: no connection", problem.getMessage());
            assertEquals(Problem.Exit.STORAGE, problem.exit());
        }
        assertEquals(5, pauses.size());
    }

    @Test
    void anUploadGoesOnWhereTheServiceIs() throws Exception {
        byte[] bytes = "0123456789".getBytes(StandardCharsets.UTF_8);
        Path file = Files.write(folder.resolve("file"), bytes);
        answer(204, "", "Upload-Offset", "3");
        answer(409, "{\"refusal\":\"offset-conflict\",\"code\":1,\"message\":\"elsewhere\"}"); // what was sent came twice
        answer(204, "", "Upload-Offset", "4");
        answers.add(exchange -> {
            assertEquals("4", exchange.getRequestHeaders().getFirst("Upload-Offset"));
            assertEquals("10", exchange.getRequestHeaders().getFirst("Upload-Length"));
            exchange.getRequestBody().transferTo(received);
            exchange.sendResponseHeaders(204, -1);
        });
        Blob blob = Blob.of(file);
        try (var service = new ServiceClient(wire())) {
            new Uploads(service, _ -> { }).send("file", blob);
        }
        assertArrayEquals("456789".getBytes(StandardCharsets.UTF_8), received.toByteArray());
        String path = "/v1/blobs/" + Digest.of(bytes);
        assertEquals(List.of("HEAD " + path, "PATCH " + path, "HEAD " + path, "PATCH " + path), asked);
    }

    @Test
    void whatIsThereIsNotSent() throws Exception {
        answer(200, "");
        Blob blob = Blob.of(Files.writeString(folder.resolve("file"), "x"));
        try (var service = new ServiceClient(wire())) {
            new Uploads(service, _ -> { }).send("file", blob);
        }
        assertEquals(1, asked.size());
    }

    @Test
    void aFileThatChangedIsNotSent() throws Exception {
        answer(404, "");
        Path file = Files.writeString(folder.resolve("file"), "x");
        Blob blob = Blob.of(file);
        Files.writeString(file, "y");
        try (var service = new ServiceClient(wire())) {
            Problem problem = assertThrows(Problem.class, () -> new Uploads(service, _ -> { }).send("file", blob));
            assertEquals("the file has changed since it was signed", problem.getMessage());
        }
        assertEquals(1, asked.size());
    }
}
