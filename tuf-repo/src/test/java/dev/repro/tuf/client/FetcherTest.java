package dev.repro.tuf.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// HTTP against a server that may answer anything.
class FetcherTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
    private static final Limits HASTY = new Limits(512_000, 16_384, 1000, 1000, 1000, 3, 3, 3,
            Duration.ofSeconds(2), Duration.ofSeconds(2), 1000, Duration.ofMillis(300));

    private static Optional<String> get(RawServer server, int most) throws Problem {
        try (var fetcher = new Fetcher(Proxies.NONE, HASTY)) {
            return fetcher.at(server.base()).get("x.json", most).map(b -> new String(b, StandardCharsets.UTF_8));
        }
    }

    private static String fails(String answer) throws IOException {
        try (var server = RawServer.saying(answer)) {
            Problem problem = assertThrows(Problem.class, () -> get(server, 100));
            assertEquals(Problem.Exit.STORAGE, problem.exit());
            assertEquals(1, server.requests.size());
            return problem.getMessage();
        }
    }

    @Test
    void asksForAFileAndNothingElse() throws Exception {
        try (var server = RawServer.saying(OK)) {
            assertEquals("abc", get(server, 3).orElseThrow());
            assertEquals(List.of("GET /base/x.json HTTP/1.1", "Host: 127.0.0.1:" + server.port(), "User-Agent: repro", "Accept: */*",
                    "Accept-Encoding: identity"), server.requests.getFirst());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2;x=y\r\nbc\r\n0\r\nTrailer: x\r\n\r\n",
        "HTTP/1.0 200 OK\r\n\r\nabc",
        "HTTP/1.1 200\r\nContent-Length:3\r\n\r\nabc",
        "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\ncontent-LENGTH: 3\r\n\r\nabc"})
    void readsABodyHoweverItIsFramed(String answer) throws Exception {
        try (var server = RawServer.saying(answer)) {
            assertEquals("abc", get(server, 3).orElseThrow());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 404})
    void onlyTheseMeanThatAFileIsNotThere(int status) throws Exception {
        try (var server = RawServer.saying("HTTP/1.1 " + status + " No\r\nContent-Length: 3\r\n\r\nabc")) {
            assertEquals(Optional.empty(), get(server, 3));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {201, 204, 300, 304, 400, 401, 407, 410, 416, 418, 429, 500, 502, 503})
    void anyOtherStatusIsAFailure(int status) throws Exception {
        assertEquals("cannot be fetched: the server answered with status " + status,
                fails("HTTP/1.1 " + status + " No\r\nContent-Length: 0\r\n\r\n"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "an empty answer                  | ``",
        "no HTTP                          | SSH-2.0-OpenSSH_9.2\\r\\n\\r\\n",
        "HTTP/2 in clear                  | HTTP/2 200 OK\\r\\n\\r\\nabc",
        "no status                        | HTTP/1.1 OK\\r\\n\\r\\nabc",
        "a head that does not end         | HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n",
        "a body that ends too early       | HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\nabc",
        "a chunked body that ends early   | HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n3\\r\\nabc\\r\\n",
        "a chunk of a wrong size          | HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nabc\\r\\n0\\r\\n\\r\\n",
        "a chunk of a negative size       | HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n-1\\r\\nabc\\r\\n0\\r\\n\\r\\n",
        "a chunk of an enormous size      | HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nffffffffffffffff\\r\\nabc",
        "two framings                     | HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\nContent-Length: 3\\r\\n\\r\\nabc",
        "a framing that nobody knows      | HTTP/1.1 200 OK\\r\\nTransfer-Encoding: gzip\\r\\n\\r\\nabc",
        "two lengths                      | HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\nContent-Length: 3\\r\\n\\r\\nabc",
        "a negative length                | HTTP/1.1 200 OK\\r\\nContent-Length: -3\\r\\n\\r\\nabc",
        "an enormous length               | HTTP/1.1 200 OK\\r\\nContent-Length: 99999999999999999999\\r\\n\\r\\nabc",
        "a folded field                   | HTTP/1.1 200 OK\\r\\nX: a\\r\\n b\\r\\nContent-Length: 3\\r\\n\\r\\nabc",
        "a field without a name           | HTTP/1.1 200 OK\\r\\n: a\\r\\nContent-Length: 3\\r\\n\\r\\nabc",
        "a field with a space in its name | HTTP/1.1 200 OK\\r\\nContent-Length : 3\\r\\n\\r\\nabc",
        "an encoded body                  | HTTP/1.1 200 OK\\r\\nContent-Encoding: gzip\\r\\nContent-Length: 3\\r\\n\\r\\nabc",
        "a part that nobody asked for     | HTTP/1.1 206 Partial Content\\r\\nContent-Range: bytes 0-2/3\\r\\nContent-Length: 3\\r\\n\\r\\nabc",
        "an upgrade                       | HTTP/1.1 101 Switching\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nabc"})
    void answersThatAreNotAccepted(String what, String answer) throws Exception {
        assertTrue(fails(answer.replace("\\r\\n", "\r\n")).startsWith("cannot be fetched: "), what);
    }

    @Test
    void aHeadWithoutEndIsRead64KiBFar() throws Exception {
        assertEquals("cannot be fetched: the head of the answer is longer than 65536 bytes", fails("HTTP/1.1 200 OK\r\nX: " + "x".repeat(70_000)));
    }

    @Test
    void aLongerFileIsReadNoFurtherThanAByteTooMany() throws Exception {
        var sent = new AtomicLong();
        try (var server = new RawServer((_, _, out) -> {
            RawServer.send(out, "HTTP/1.1 200 OK\r\n\r\n");
            while (true) {
                out.write(new byte[65_536]);
                sent.addAndGet(65_536);
            }
        })) {
            assertEquals(101, get(server, 100).orElseThrow().length());
        }
        assertTrue(sent.get() < 64 << 20, "the socket's buffers take some of it: " + sent.get());
    }

    /// python-tuf 5.1.0 and sigstore-java 2.0.0 still hang after 240 s.
    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", "HTTP/1.1 404 No\r\nContent-Length: 999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"})
    void aServerThatDripsIsLeft(String begin) throws Exception {
        try (var server = new RawServer((_, _, out) -> {
            RawServer.send(out, begin);
            while (true) {
                Thread.sleep(20);
                RawServer.send(out, "1");
            }
        })) {
            long start = System.nanoTime();
            Problem problem = assertThrows(Problem.class, () -> get(server, 1000));
            assertTrue(System.nanoTime() - start < 3_000_000_000L, "after more than two windows");
            assertTrue(problem.getMessage().contains("too slow"), problem.line());
        }
    }

    @Test
    void aServerThatDripsAfterABurstIsLeftToo() throws Exception {
        try (var server = new RawServer((_, _, out) -> {
            RawServer.send(out, "HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n");
            out.write(new byte[1 << 20]);
            while (true) {
                Thread.sleep(20);
                RawServer.send(out, "1");
            }
        }); var fetcher = new Fetcher(Proxies.NONE, HASTY); var body = fetcher.at(server.base()).open("x", 0).orElseThrow()) {
            assertTrue(assertThrows(IOException.class, () -> body.bytes().transferTo(OutputStream.nullOutputStream())).getMessage().contains("too slow"));
        }
    }

    @Test
    void aServerThatSaysNothingIsLeft() throws Exception {
        try (var server = new RawServer((_, _, _) -> {
            Thread.sleep(60_000);
            return false;
        })) {
            assertTrue(assertThrows(Problem.class, () -> get(server, 1000)).getMessage().contains("no answer came in time"));
        }
    }

    @Test
    void metadataMustBeHereAsAWholeInTime() throws Exception {
        try (var server = new RawServer((_, _, out) -> {
            RawServer.send(out, "HTTP/1.1 200 OK\r\n\r\n");
            while (true) { // fast enough, and without end
                Thread.sleep(10);
                out.write(new byte[100]);
            }
        })) {
            assertTrue(assertThrows(Problem.class, () -> get(server, 1 << 30)).getMessage().contains("it took too long"));
        }
    }

    @Test
    void aConnectionIsUsedAgain() throws Exception {
        try (var server = new RawServer((_, n, out) -> {
            RawServer.send(out, n == 1 ? "HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" : OK);
            return true;
        }); var fetcher = new Fetcher(Proxies.NONE, HASTY)) {
            Remote remote = fetcher.at(server.base());
            for (int i = 0; i < 4; i++) {
                assertEquals(i != 1, remote.get("x", 3).isPresent());
            }
            assertEquals(1, server.connections.size());
        }
    }

    @Test
    void aConnectionThatTheServerGaveUpIsMadeAnew() throws Exception {
        try (var server = new RawServer((_, _, out) -> {
            RawServer.send(out, OK);
            return false; // without having said so
        }); var fetcher = new Fetcher(Proxies.NONE, HASTY)) {
            Remote remote = fetcher.at(server.base());
            remote.get("x", 3);
            remote.get("y", 3);
            assertEquals(List.of("GET /base/x HTTP/1.1", "GET /base/y HTTP/1.1"), server.lines());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void redirectsAreFollowed(int status) throws Exception {
        try (var server = new RawServer((request, _, out) -> {
            RawServer.send(out, request.getFirst().contains("/there?a=b ") ? OK
                    : "HTTP/1.1 " + status + " x\r\nLocation: /there?a=b\r\nContent-Length: 2\r\n\r\nno");
            return true;
        })) {
            assertEquals("abc", get(server, 3).orElseThrow());
            assertEquals(1, server.connections.size());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "file:///etc/passwd", "ftp://127.0.0.1/x", "http://user@127.0.0.1/", "http:///x", "not a url"})
    void redirectsElsewhereAreNot(String location) throws Exception {
        assertTrue(fails("HTTP/1.1 302 x\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n").contains("redirects"));
    }

    @Test
    void redirectsWithoutEndAreNot() throws Exception {
        try (var server = RawServer.saying("HTTP/1.1 302 x\r\nLocation: /base/x.json\r\nContent-Length: 0\r\n\r\n")) {
            assertThrows(Problem.class, () -> get(server, 3));
            assertEquals(6, server.requests.size());
        }
    }

    @Test
    void goesOnWithAFileFromSomePlace() throws Exception {
        try (var server = new RawServer((request, _, out) -> {
            RawServer.send(out, request.contains("Range: bytes=2-") ? "HTTP/1.1 206 x\r\nContent-Range: bytes 2-2/3\r\nContent-Length: 1\r\n\r\nc"
                    : request.contains("Range: bytes=3-") ? "HTTP/1.1 416 x\r\nContent-Length: 0\r\n\r\n" : OK);
            return true;
        }); var fetcher = new Fetcher(Proxies.NONE, HASTY)) {
            Remote remote = fetcher.at(server.base());
            for (Map.Entry<Long, String> part : Map.of(0L, "abc", 2L, "c", 3L, "abc").entrySet()) {
                try (var body = remote.open("x", part.getKey()).orElseThrow()) {
                    assertEquals(part.getKey() == 2 ? 2 : 0, body.from());
                    assertArrayEquals(part.getValue().getBytes(StandardCharsets.UTF_8), body.bytes().readAllBytes());
                }
            }
        }
    }

    @Test
    void aPartFromAnotherPlaceIsRefused() throws Exception {
        try (var server = RawServer.saying("HTTP/1.1 206 x\r\nContent-Range: bytes 1-2/3\r\nContent-Length: 2\r\n\r\nbc");
                var fetcher = new Fetcher(Proxies.NONE, HASTY)) {
            assertThrows(Problem.class, () -> fetcher.at(server.base()).open("x", 2));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///x", "ftp://h/", "http:///x", "relative", "http://u:p@h/", "http://h/?q", "http://h/#f"})
    void urlsThatNoRepositoryIsAt(String url) {
        assertEquals(Problem.Exit.USAGE, assertThrows(Problem.class, () -> new Fetcher(Proxies.NONE, HASTY).at(URI.create(url))).exit());
    }

    @Test
    void nobodyListens() throws Exception {
        int port;
        try (var server = RawServer.saying("")) {
            port = server.port();
        }
        try (var fetcher = new Fetcher(Proxies.NONE, HASTY)) {
            assertThrows(Problem.class, () -> fetcher.at(URI.create("http://127.0.0.1:" + port)).get("x", 1));
        }
    }

    @Test
    void aProxyIsAskedForTheWholeUrl() throws Exception {
        try (var proxy = RawServer.saying(OK)) {
            var env = Map.of("http_proxy", "http://me:pw@127.0.0.1:" + proxy.port(), "no_proxy", "other.example");
            try (var fetcher = new Fetcher(new Proxies(env), HASTY)) {
                fetcher.at(URI.create("http://repo.invalid/m")).get("x", 3).orElseThrow();
            }
            assertEquals("GET http://repo.invalid/m/x HTTP/1.1", proxy.lines().getFirst());
            assertTrue(proxy.requests.getFirst().contains("Host: repo.invalid"));
            assertTrue(proxy.requests.getFirst().contains("Proxy-Authorization: Basic bWU6cHc="));
        }
    }

    @Test
    void aTunnelIsAskedForOfAProxyForHttps() throws Exception {
        try (var proxy = RawServer.saying("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
                var fetcher = new Fetcher(new Proxies(Map.of("https_proxy", "127.0.0.1:" + proxy.port())), HASTY)) {
            Problem problem = assertThrows(Problem.class, () -> fetcher.at(URI.create("https://repo.invalid/m")).get("x", 3));
            assertEquals("CONNECT repo.invalid:443 HTTP/1.1", proxy.lines().getFirst());
            assertFalse(problem.getMessage().isEmpty());
        }
    }

    @Test
    void bodiesThatAreNotReadToTheirEndEndTheConnection() throws Exception {
        try (var server = new RawServer((_, _, out) -> {
            RawServer.send(out, OK);
            return true;
        }); var fetcher = new Fetcher(Proxies.NONE, HASTY)) {
            Remote remote = fetcher.at(server.base());
            InputStream in = remote.open("x", 0).orElseThrow().bytes();
            assertEquals('a', in.read());
            in.close();
            assertEquals("abc", new String(remote.get("y", 3).orElseThrow(), StandardCharsets.UTF_8));
            assertEquals(2, server.connections.size());
        }
    }
}
