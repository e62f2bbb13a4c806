package dev.repro.tests.release.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Senders that are slow, endless, cut off or talk nonsense: each gets the right answer or none, others are served as ever, memory is bounded.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileClientsTest {
    private static final int SLOW = 200;
    private static final int PATIENCE = 20_000; // milliseconds
    private static final String HEAP = "-Xmx768m";
    /// For the process, whatever it is sent.
    private static final long MEMORY = 1_100L << 20;
    private static final String POST = "POST /v1/submissions HTTP/1.1\r\nHost: it\r\nContent-Type: application/json\r\n";

    private final HttpClient http = Author.client();
    private Daemon service;
    private Author author;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        service = Daemon.serve(folder.resolve("home"), folder.resolve("log"), Map.of("JAVA_TOOL_OPTIONS", HEAP));
        service.start();
        author = Maintainers.authors(folder.resolve("home"), service.url(), http, "author", 1).getFirst();
        author.publishNext(service.url());
    }

    @AfterEach
    void lives() throws Exception {
        assertTrue(service.isAlive(), service::said);
        Author.Release release = author.publishNext(service.url());
        Reader reader = Reader.of(service.url(), http);
        reader.require(reader.refresh(), release);
        service.requireNoBug();
        assertTrue(service.memory() < MEMORY, service.memory() + " bytes of memory");
    }

    @AfterAll
    void stop() {
        System.out.println("HostileClientsTest: " + (service == null || !service.isAlive() ? "ended" : peak()));
        if (service != null) {
            service.close();
        }
    }

    private String peak() {
        try {
            return service.memory() / (1 << 20) + " MB of memory at the end";
        } catch (IOException e) {
            return e.toString();
        }
    }

    private Socket connect() throws IOException {
        var socket = new Socket();
        socket.connect(service.address, PATIENCE);
        socket.setSoTimeout(PATIENCE);
        return socket;
    }

    /// Sends bytes as they are, and reads the first line of the answer.
    ///
    /// @return its status, 0 if the connection was closed instead
    private int send(byte[]... parts) throws IOException {
        try (var socket = connect()) {
            try {
                for (byte[] part : parts) {
                    socket.getOutputStream().write(part);
                }
            } catch (IOException answeredBefore) {
                // what is left is not wanted
            }
            return status(socket);
        }
    }

    private static int status(Socket socket) throws IOException {
        try {
            String start = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            return start.startsWith("HTTP/1.1 ") && start.length() == 12 ? Integer.parseInt(start.substring(9)) : 0;
        } catch (SocketTimeoutException e) {
            throw new AssertionError("neither answered nor closed", e);
        } catch (IOException reset) {
            return 0;
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String repeated(String line, int times) {
        return line.repeat(times);
    }

    @Test
    void slowHeadsAndBodiesKeepNobodyOut() throws Exception {
        var sockets = new ArrayList<Socket>();
        for (int i = 0; i < SLOW; i++) {
            Socket socket = connect();
            socket.getOutputStream().write(bytes(i % 2 == 0 ? "GET /metadata/timestamp.json HTTP/1.1\r\n" : POST + "Content-Length: 100000\r\n\r\n{"));
            sockets.add(socket);
        }
        Thread drip = Thread.ofPlatform().daemon().start(() -> drip(sockets));
        try {
            long begun = System.nanoTime();
            for (int i = 0; i < 5; i++) {
                author.publishNext(service.url());
            }
            long each = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun) / 5;
            assertTrue(each < 3_000, each + " ms for a publication");
            System.out.println("HostileClientsTest: " + each + " ms for a publication beside " + SLOW + " slow senders");
            for (int i = 0; i < SLOW; i++) {
                int status = status(sockets.get(i));
                boolean body = i % 2 == 1;
                assertTrue(status == 0 || body && (status == 408 || status == 400), "a slow " + (body ? "body" : "head") + " got " + status);
            }
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
            assertTrue(seconds < 60, "the last was let go after " + seconds + " s");
        } finally {
            drip.interrupt();
            drip.join();
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    // A byte for each, every second.
    private static void drip(List<Socket> sockets) {
        try {
            while (true) {
                TimeUnit.SECONDS.sleep(1);
                for (Socket socket : sockets) {
                    try {
                        socket.getOutputStream().write('a');
                    } catch (IOException closed) {
                        continue;
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void tooLargeBodiesAreNotRead() throws Exception {
        assertEquals(413, send(bytes(POST + "Content-Length: 48000001\r\n\r\n")));
        assertEquals(413, send(bytes(POST + "Content-Length: 999999999999999999\r\n\r\n"), new byte[1 << 20]));
        assertEquals(411, send(bytes(POST + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n")));
        String patch = "PATCH /v1/blobs/" + Digest.of(new byte[1]) + " HTTP/1.1\r\nHost: it\r\nContent-Type: application/partial-upload\r\nUpload-Offset: 0\r\n";
        assertEquals(404, send(bytes(patch + "Upload-Length: 5\r\nContent-Length: 5\r\n\r\n12345")));
        assertEquals(413, send(bytes(patch + "Upload-Length: 5\r\nContent-Length: 6\r\n\r\n123456")));
    }

    @Test
    void endlessChunksAreCutOff() throws Exception {
        try (var socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(bytes(POST + "Transfer-Encoding: chunked\r\n\r\n"));
            byte[] chunk = bytes("10000\r\n" + repeated("x", 1 << 16) + "\r\n");
            int sent = 0;
            try {
                for (; sent < 20_000; sent++) {
                    out.write(chunk);
                }
            } catch (IOException closed) {
                System.out.println("HostileClientsTest: endless chunks were cut off after " + sent + " of 64 KB");
            }
            assertTrue(sent < 20_000, "more than a gigabyte was taken");
        }
    }

    @Test
    void bodiesThatAreTooLongForWhatWasAnnounced() throws Exception {
        Author.Release release = author.next();
        assertEquals(202, author.submit(service.url(), release).statusCode());
        Digest digest = release.blobs().keySet().stream().toList().getLast();
        byte[] content = release.blobs().get(digest);
        String patch = "PATCH /v1/blobs/" + digest + " HTTP/1.1\r\nHost: it\r\nContent-Type: application/partial-upload\r\nUpload-Offset: 0\r\n";
        assertEquals(400, send(bytes(patch + "Upload-Length: " + (content.length + 9) + "\r\nContent-Length: " + (content.length + 9) + "\r\n\r\n"),
                content, new byte[9]));
        byte[] other = content.clone();
        other[7] ^= 1;
        String whole = patch + "Upload-Length: " + content.length + "\r\nContent-Length: " + content.length + "\r\n\r\n";
        assertEquals(422, send(bytes(whole), other));
        try (var socket = connect()) { // half of it
            socket.getOutputStream().write(bytes(whole));
            socket.getOutputStream().write(content, 0, content.length / 2);
        }
        HttpResponse<String> answer = author.publish(service.url(), release);
        while (answer.statusCode() == 409) { // until the service has seen that the other half does not come
            TimeUnit.MILLISECONDS.sleep(20);
            answer = author.publish(service.url(), release);
        }
        assertEquals(200, answer.statusCode(), answer::body);
    }

    @Test
    void halfBodies() throws Exception {
        byte[] body = author.body(author.next());
        byte[] head = bytes(POST + "Content-Length: " + body.length + "\r\n\r\n");
        for (int length : List.of(0, 1, body.length / 2, body.length - 1)) {
            try (var socket = connect()) { // gone
                socket.getOutputStream().write(head);
                socket.getOutputStream().write(body, 0, length);
            }
            try (var socket = connect()) { // has said all that it will
                socket.getOutputStream().write(head);
                socket.getOutputStream().write(body, 0, length);
                socket.shutdownOutput();
                int status = status(socket);
                assertTrue(status == 0 || status == 400, () -> "half a body got " + status);
            }
        }
    }

    @Test
    void nonsense() throws Exception {
        var random = new Random(7);
        var noise = new byte[100_000];
        random.nextBytes(noise);
        List<byte[]> all = List.of(noise, new byte[100_000], bytes("GET /nowhere HTTP/9.9\r\n\r\n"), bytes("\r\n\r\n\r\n\r\n"), bytes("GET\r\n\r\n"),
                bytes("GET /nowhere HTTP/1.1\r\nContent-Length: -5\r\n\r\n"), bytes("GET /nowhere HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n123456"),
                bytes("GET /nowhere HTTP/1.1\r\nContent-Length: 1e9\r\n\r\n"), bytes("GET /nowhere HTTP/1.1\r\n: \r\n\r\n"), bytes("GET /nowhere HTTP/1.1\r\nA\u0000b: c\r\n\r\n"),
                bytes("GET " + repeated("/a", 500_000) + " HTTP/1.1\r\n\r\n"), bytes(repeated("A", 2_000_000)),
                bytes("GET http://[::1 HTTP/1.1\r\n\r\n"), bytes("GET /metadata/%zz HTTP/1.1\r\n\r\n"), bytes("GET //..//..//etc/passwd HTTP/1.1\r\n\r\n"),
                bytes("GET /metadata/..%2f..%2fkeys%2fsnapshot.pem HTTP/1.1\r\n\r\n"), bytes("GET /metadata/../../keys/snapshot.pem HTTP/1.1\r\n\r\n"),
                bytes("GET /v1/blobs/../../keys HTTP/1.1\r\n\r\n"), bytes("GET /targets/\\..\\..\\keys HTTP/1.1\r\n\r\n"),
                bytes("POST /v1/submissions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
                bytes("POST /v1/submissions HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nabcde\r\n0\r\n\r\n"));
        for (byte[] one : all) {
            try (var socket = connect()) {
                try {
                    socket.getOutputStream().write(one);
                    socket.shutdownOutput();
                } catch (IOException closed) {
                    continue;
                }
                int status = status(socket);
                String text = new String(one, 0, Math.min(60, one.length), StandardCharsets.ISO_8859_1);
                assertTrue(status == 0 || status >= 400 && status < 500 || status == 501 || status == 505, () -> status + " for " + text);
            }
        }
    }

    @Test
    void tenThousandHeaderLines() throws Exception {
        int status = send(bytes("GET /healthz HTTP/1.1\r\n" + repeated("X-A: b\r\n", 10_000) + "\r\n"));
        assertTrue(status == 0 || status == 400 || status == 431, "got " + status);
        status = send(bytes("GET /healthz HTTP/1.1\r\nX-A: " + repeated("b", 10_000_000) + "\r\n\r\n"));
        assertTrue(status == 0 || status == 400 || status == 431, "got " + status);
    }

    @Test
    void manyLargeBodiesAtOnceWaitForEachOther() throws Exception {
        byte[] open = bytes("{\"schema\":\"repro.submission.v1\",\"files\":[{\"role\":\"author0\",\"metadata\":\"");
        byte[] text = bytes(repeated("A", 40_000_000));
        byte[] head = bytes(POST + "Content-Length: " + (open.length + text.length) + "\r\n\r\n");
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<Integer>>();
            for (int i = 0; i < 20; i++) {
                all.add(pool.submit(() -> send(head, open, text)));
            }
            for (Future<Integer> one : all) {
                int status = one.get();
                assertTrue(status == 400 || status == 422 || status == 503, "a large body got " + status);
            }
        }
        System.out.println("HostileClientsTest: " + (service.memory() >> 20) + " MB of memory after 20 bodies of 40 MB");
    }

    @Test
    void connectionsThatSayNothing() throws Exception {
        var sockets = new ArrayList<Socket>();
        for (int i = 0; i < 1_000; i++) {
            var socket = new Socket();
            socket.connect(new InetSocketAddress(service.address.getHostString(), service.address.getPort()), PATIENCE);
            sockets.add(socket);
        }
        author.publishNext(service.url());
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
