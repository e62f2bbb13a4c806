package dev.repro.tender.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpReaderTest {

    /// A connection of which each read gives at most `piece` bytes.
    private static final class Wire implements HttpReader.Client {
        private final ByteBuffer bytes;
        private final int piece;
        private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

        private Wire(byte[] bytes, int piece) {
            this.bytes = ByteBuffer.wrap(bytes);
            this.piece = piece;
        }

        private Wire(String text) {
            this(text.getBytes(StandardCharsets.ISO_8859_1), Integer.MAX_VALUE);
        }

        @Override
        public void enters(HttpReader.Phase phase) {}

        @Override
        public int read(ByteBuffer into) {
            int n = Math.min(Math.min(piece, into.remaining()), bytes.remaining());
            into.put(bytes.slice().limit(n));
            bytes.position(bytes.position() + n);
            return n == 0 ? -1 : n;
        }

        @Override
        public void send(byte[] answer) {
            sent.writeBytes(answer);
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static HttpRequest read(String text) throws IOException, HttpFault {
        return new HttpReader(new Wire(text)).next();
    }

    private static String unescaped(String text) {
        return text.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0");
    }

    @Test
    void readsWhatCurlSends() throws Exception {
        HttpRequest request = read("POST /v1/launch?x=1&y=2 HTTP/1.1\r\nHost: gate\r\nUser-Agent: curl/8\r\nAccept: */*\r\nContent-Length: 4\r\n"
                + "Content-Type: application/x-www-form-urlencoded\r\n\r\n{\r\n}");
        assertEquals("POST", request.method());
        assertEquals("/v1/launch", request.path());
        assertEquals("2", request.parameter("y").orElseThrow());
        assertTrue(request.parameter("z").isEmpty());
        assertEquals("*/*", request.headers().get("accept"));
        assertEquals("{\r\n}", new String(request.body(), StandardCharsets.UTF_8));
        assertTrue(!request.closes());
        assertTrue(read("GET / HTTP/1.1\r\nhost:x\r\nconnection: Foo , CLOSE\r\n\r\n").closes());
    }

    @Test
    void readsOneAfterTheOtherWhateverThePieces() throws Exception {
        String text = "\r\nGET /a HTTP/1.1\r\nHost: \tx \t\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 3\r\nHost: x\r\nA: 1\r\na: 2\r\n\r\nabcGET /c HTTP/1.1\r\nHost:\r\n\r\n";
        for (int piece : new int[] {1, 2, 3, 7, 64, 1 << 20}) {
            var reader = new HttpReader(new Wire(text.getBytes(StandardCharsets.ISO_8859_1), piece));
            HttpRequest a = reader.next();
            assertEquals("/a", a.path());
            assertEquals("x", a.headers().get("host"));
            HttpRequest b = reader.next();
            assertEquals("abc", new String(b.body(), StandardCharsets.US_ASCII));
            assertEquals("1, 2", b.headers().get("a"));
            assertEquals("/c", reader.next().path());
            assertNull(reader.next());
        }
    }

    @Test
    void aClientThatWaitsForLeaveGetsIt() throws Exception {
        String head = "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n";
        var wire = new Wire((head + "a").getBytes(StandardCharsets.US_ASCII), head.length());
        assertEquals(1, new HttpReader(wire).next().body().length);
        assertEquals("HTTP/1.1 100 Continue\r\n\r\n", wire.sent.toString(StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, value = {
        // request lines
        "400|GET  / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "400| GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "400|GET / HTTP/1.1 \\r\\nHost: x\\r\\n\\r\\n",
        "400|GET /\\r\\nHost: x\\r\\n\\r\\n",
        "400|GET\\t/ HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "400|GET / http/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "400|GET / HTTP/1.10\\r\\nHost: x\\r\\n\\r\\n",
        "505|GET / HTTP/1.0\\r\\nHost: x\\r\\n\\r\\n",
        "505|PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n",
        "400|G@T / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "400|GET http://x/ HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "400|OPTIONS * HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "400|GET /\u00fc HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "400|GET /a#b HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "400|GET /\\0 HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "400|\\r\\n\\r\\nGET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        // ends of lines
        "400|GET / HTTP/1.1\\nHost: x\\n\\n",
        "400|GET / HTTP/1.1\\r\\nHost: x\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: x\\r\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: x\\rA: b\\r\\n\\r\\n",
        // headers
        "400|GET / HTTP/1.1\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: x\\r\\nHost: x\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost : x\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: x\\r\\n folded\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\n Host: x\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: x\\r\\nnothing\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: x\\r\\n: y\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: x\\r\\nA(b): y\\r\\n\\r\\n",
        "400|GET / HTTP/1.1\\r\\nHost: x\\r\\nA: y\\0z\\r\\n\\r\\n",
        // bodies
        "411|POST / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "400|POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 1\\r\\nContent-Length: 1\\r\\n\\r\\na",
        "400|POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 1, 1\\r\\n\\r\\na",
        "400|POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: +1\\r\\n\\r\\na",
        "400|POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: -1\\r\\n\\r\\na",
        "400|POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 0x1\\r\\n\\r\\na",
        "400|POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: \\r\\n\\r\\na",
        "413|POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 65537\\r\\n\\r\\n",
        "413|POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 99999999999999999999\\r\\n\\r\\n",
        "501|POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n",
        "400|POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\nContent-Length: 5\\r\\n\\r\\n0\\r\\n\\r\\n",
        "400|POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n",
        "501|GET / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: identity\\r\\n\\r\\n",
        "417|POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 1\\r\\nExpect: 200-ok\\r\\n\\r\\na"})
    void refuses(int status, String text) {
        HttpFault fault = assertThrows(HttpFault.class, () -> read(unescaped(text)));
        assertEquals(status, fault.status(), fault.getMessage());
    }

    @Test
    void headsAreBounded() {
        String start = "GET / HTTP/1.1\r\nHost: x\r\n";
        assertEquals(431, status(start + "A: " + "a".repeat(HttpReader.HEAD) + "\r\n\r\n"));
        assertEquals(431, status(start + "A: b\r\n".repeat(HttpReader.HEADERS) + "\r\n"));
        assertEquals(431, status("GET /" + "a".repeat(HttpReader.HEAD) + " HTTP/1.1\r\n\r\n"));
        assertEquals(414, status("GET /" + "a".repeat(3000) + " HTTP/1.1\r\nHost: x\r\n\r\n"));
        assertEquals(431, status("\0".repeat(1 << 20)));
    }

    @Test
    void headsAndBodiesUpToTheBoundsAreRead() throws Exception {
        String start = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + HttpReader.BODY + "\r\nA: ";
        String head = start + "a".repeat(HttpReader.HEAD - start.length() - 4) + "\r\n\r\n";
        byte[] body = new byte[HttpReader.BODY];
        Arrays.fill(body, (byte) 0xff);
        byte[] all = Arrays.copyOf(head.getBytes(StandardCharsets.US_ASCII), head.length() + body.length);
        System.arraycopy(body, 0, all, head.length(), body.length);
        assertArrayEquals(body, new HttpReader(new Wire(all, 1000)).next().body());
    }

    private static int status(String text) {
        return assertThrows(HttpFault.class, () -> read(text)).status();
    }

    @ParameterizedTest
    @ValueSource(strings = {"G", "GET / HTTP/1.1\r\nHost: x\r\n", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcd"})
    void whatBreaksOffIsNoRequest(String text) {
        assertThrows(IOException.class, () -> read(text));
    }

    @Test
    void anythingIsARequestOrAFaultOrTheEnd() throws Exception {
        byte[] good = "POST /v1/launch HTTP/1.1\r\nHost: x\r\nA: b, c\r\nContent-Length: 12\r\n\r\n{\"release\":1}".getBytes(StandardCharsets.US_ASCII);
        var random = RandomGenerator.of("L64X128MixRandom");
        int read = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = good.clone();
            for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                read += new HttpReader(new Wire(bytes, random.nextInt(1, 80))).next() == null ? 0 : 1;
            } catch (HttpFault | IOException e) {
                assertTrue(e.getMessage() != null);
            }
        }
        assertTrue(read > 0);
    }
}
