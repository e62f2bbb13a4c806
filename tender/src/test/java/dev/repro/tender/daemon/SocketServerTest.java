package dev.repro.tender.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import dev.repro.tender.os.Sys;
import dev.repro.tender.os.UnixSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketServerTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-22T12:00:00Z"));
    private static final String GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    @TempDir
    Path folder;

    private final BlockingQueue<UnixSocket.Peer> peers = new LinkedBlockingQueue<>();
    private final Log log = new Log(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8), CLOCK, true);
    private SocketFile file;
    private SocketServer server;

    private Path start(SocketServer.Limits limits) throws Problem {
        Path path = folder.resolve("gate.sock");
        file = SocketFile.listen(path, Optional.empty());
        server = new SocketServer(file.socket(), (request, peer) -> {
            peers.add(peer);
            if (request.path().equals("/bug")) {
                throw new IllegalStateException("a bug");
            }
            return HttpReply.text(200, request.method() + " " + request.path() + " " + request.body().length);
        }, limits, CLOCK, log, Sys.euid());
        server.start();
        return path;
    }

    @AfterEach
    void stop() throws IOException {
        if (server != null) {
            server.close();
            file.close();
        }
    }

    private static SocketServer.Limits limits(int connections, Duration time) {
        return new SocketServer.Limits(connections, connections, time, time, time, time);
    }

    private static String all(UnixSocket client) throws IOException {
        var out = new ByteArrayOutputStream();
        byte[] piece = new byte[1 << 16];
        for (int n = 1; n > 0;) {
            n = client.read(piece, 0, piece.length, LONG);
            assertTrue(n != 0, "it is not closed");
            out.write(piece, 0, Math.max(0, n));
        }
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    private static String ask(Path path, String text) throws Exception {
        try (UnixSocket client = UnixSocket.connect(path)) {
            client.write(text.getBytes(StandardCharsets.ISO_8859_1), LONG);
            client.finish();
            return all(client);
        }
    }

    @Test
    void answersOneAfterTheOther() throws Exception {
        Path path = start(limits(4, LONG));
        String answers = ask(path, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" + "HEAD /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + GET);
        assertEquals("HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 9\r\n"
                + "Cache-Control: no-store\r\n\r\nPOST /a 3HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\nContent-Type: text/plain; charset=utf-8\r\n"
                + "Content-Length: 9\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n", answers);
    }

    @Test
    void knowsWhoAsks() throws Exception {
        ask(start(limits(4, LONG)), GET);
        UnixSocket.Peer peer = peers.take();
        assertEquals(ProcessHandle.current().pid(), peer.pid());
        assertEquals(Sys.euid(), peer.uid());
        assertEquals(peer.gid(), peer.groups().getFirst());
    }

    @Test
    void aFaultIsAnsweredAndEndsTheConnection() throws Exception {
        Path path = start(limits(4, LONG));
        String answer = ask(path, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n" + "a".repeat(99_999));
        assertTrue(answer.startsWith("HTTP/1.1 413 Content Too Large\r\n") && answer.contains("Connection: close"), answer);
        assertTrue(ask(path, "/bug\r\n\r\n").startsWith("HTTP/1.1 400 "));
        assertTrue(peers.isEmpty());
    }

    @Test
    void aBugIsAnAnswer() throws Exception {
        assertTrue(ask(start(limits(4, LONG)), GET.replace("/ ", "/bug ")).startsWith("HTTP/1.1 500 "));
    }

    @Test
    void theSlowAreCut() throws Exception {
        Path path = start(new SocketServer.Limits(4, 4, LONG, SHORT, SHORT, SHORT));
        for (String begun : List.of("G", "GET / HTTP/1.1\r\nHost: x\r\n", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcd")) {
            try (UnixSocket client = UnixSocket.connect(path)) {
                client.write(begun.getBytes(StandardCharsets.US_ASCII), LONG);
                assertTrue(all(client).startsWith("HTTP/1.1 408 "), begun);
            }
        }
    }

    @Test
    void theIdleAreCutWithoutAWord() throws Exception {
        try (UnixSocket client = UnixSocket.connect(start(limits(4, SHORT)))) {
            assertEquals("", all(client));
        }
    }

    @Test
    void thoseWhoAreTooManyAreTurnedAwayAndOthersNot() throws Exception {
        Path path = start(limits(3, LONG));
        var held = new ArrayList<UnixSocket>();
        for (int i = 0; i < 3; i++) {
            held.add(UnixSocket.connect(path));
            held.getLast().write(GET.getBytes(StandardCharsets.US_ASCII), LONG);
            assertTrue(held.getLast().read(new byte[1000], 0, 1000, LONG) > 0);
        }
        try (UnixSocket client = UnixSocket.connect(path)) {
            assertTrue(all(client).startsWith("HTTP/1.1 503 "));
        }
        held.getFirst().close();
        String again = "";
        for (long due = System.nanoTime() + LONG.toNanos(); !again.startsWith("HTTP/1.1 200 ") && System.nanoTime() < due;) {
            again = asked(path); // until the server has seen that one went away
        }
        assertTrue(again.startsWith("HTTP/1.1 200 "), again);
        held.forEach(UnixSocket::close);
    }

    /// Who is turned away may not even get its request out.
    private static String asked(Path path) throws Exception {
        try {
            return ask(path, GET);
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    void aClientThatTakesNothingIsLeft() throws Exception {
        Path path = start(new SocketServer.Limits(1, 1, LONG, LONG, LONG, SHORT));
        try (UnixSocket greedy = UnixSocket.connect(path)) {
            byte[] many = GET.repeat(20_000).getBytes(StandardCharsets.US_ASCII);
            assertThrows(IOException.class, () -> greedy.write(many, LONG)); // its answers fill the socket, then it is closed
        }
    }

    @Test
    void stopsWhileConnectionsAreOpen() throws Exception {
        Path path = start(limits(4, LONG));
        try (UnixSocket client = UnixSocket.connect(path)) {
            client.write(GET.getBytes(StandardCharsets.US_ASCII), LONG);
            assertTrue(client.read(new byte[1000], 0, 1000, LONG) > 0);
            server.close();
            assertEquals("", all(client));
        }
        assertNull(UnixSocket.connect(path));
        file.close();
        assertTrue(Files.notExists(path));
        server = null;
    }

    @Test
    void aSocketOfTheDeadIsTakenOverAndOneOfTheLivingIsNot() throws Exception {
        Path path = start(limits(4, LONG));
        assertEquals("rw-rw-rw-", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        Problem living = assertThrows(Problem.class, () -> SocketFile.listen(path, Optional.empty()));
        assertEquals(Problem.Exit.ENVIRONMENT, living.exit());
        assertTrue(ask(path, GET).startsWith("HTTP/1.1 200 "), "it still answers");
        server.close(); // as if it were killed: the path stays
        assertNull(UnixSocket.connect(path));
        try (SocketFile next = SocketFile.listen(path, Optional.empty())) {
            file.close();
            assertTrue(Files.exists(path), "the first does not take the path of the next away");
            assertEquals(next.group(), Files.getAttribute(path, "unix:gid"));
        }
        server = null;
        Path other = Files.writeString(folder.resolve("file"), "precious");
        assertEquals(Problem.Exit.USAGE, assertThrows(Problem.class, () -> SocketFile.listen(other, Optional.empty())).exit());
        assertEquals("precious", Files.readString(other));
        assertThrows(Problem.class, () -> SocketFile.listen(folder.resolve("a".repeat(120)), Optional.empty()));
        assertThrows(Problem.class, () -> SocketFile.listen(folder.resolve("s"), Optional.of("no-such-group")));
    }
}
