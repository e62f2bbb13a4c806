package dev.repro.tuf.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// HTTPS to a server whose certificate says `localhost`.
class HttpsTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
    private static final Limits HASTY = new Limits(512_000, 16_384, 1000, 1000, 1000, 3, 3, 3,
            Duration.ofSeconds(5), Duration.ofSeconds(10), 1000, Duration.ofSeconds(2));

    @TempDir
    static Path folder;

    private static SSLContext tls;

    @BeforeAll
    static void certificate() throws Exception {
        Path file = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", "s",
                "-keyalg", "EC", "-dname", "CN=localhost", "-ext", "san=dns:localhost", "-keystore", file.toString(), "-storepass", "secret")
                .redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile()).start();
        assertEquals(0, keytool.waitFor(), () -> read(folder.resolve("log")));
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, "secret".toCharArray());
        }
        var own = KeyManagerFactory.getInstance("PKIX");
        own.init(keys, "secret".toCharArray());
        KeyStore authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, null);
        authorities.setCertificateEntry("s", keys.getCertificate("s"));
        var trusted = TrustManagerFactory.getInstance("PKIX");
        trusted.init(authorities);
        tls = SSLContext.getInstance("TLS");
        tls.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static RawServer server(RawServer.Script script) throws IOException {
        return new RawServer(script, tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    }

    private static Fetcher fetcher(Proxies proxies) {
        return new Fetcher(proxies, HASTY, Optional.of(tls.getSocketFactory()));
    }

    private static URI url(String host, RawServer server) {
        return URI.create("https://" + host + ":" + server.port() + "/");
    }

    @Test
    void fetchesAndUsesTheConnectionAgain() throws Exception {
        try (var server = server((_, _, out) -> {
            RawServer.send(out, OK);
            return true;
        }); var fetcher = fetcher(Proxies.NONE)) {
            for (int i = 0; i < 3; i++) {
                assertEquals(3, fetcher.at(url("localhost", server)).get("x", 3).orElseThrow().length);
            }
            assertEquals(1, server.connections.size());
        }
    }

    @Test
    void refusesACertificateOfAnotherHostAndOneOfNoAuthority() throws Exception {
        try (var server = server((_, _, out) -> {
            RawServer.send(out, OK);
            return true;
        }); var fetcher = fetcher(Proxies.NONE); var plain = new Fetcher(Proxies.NONE, HASTY)) {
            for (Remote remote : List.of(fetcher.at(url("127.0.0.1", server)), plain.at(url("localhost", server)))) {
                assertTrue(assertThrows(Problem.class, () -> remote.get("x", 3)).getMessage().contains("TLS: "));
            }
            assertEquals(List.of(), server.requests);
        }
    }

    @Test
    void isNeverRedirectedToPlainHttp() throws Exception {
        try (var plain = RawServer.saying(OK); var server = server((_, _, out) -> {
            RawServer.send(out, "HTTP/1.1 302 x\r\nLocation: " + plain.base() + "\r\nContent-Length: 0\r\n\r\n");
            return true;
        }); var fetcher = fetcher(Proxies.NONE)) {
            assertThrows(Problem.class, () -> fetcher.at(url("localhost", server)).get("x", 3));
            assertEquals(List.of(), plain.requests);
        }
    }

    @Test
    void aDripInsideARecordOrTheHandshakeIsLeftToo() throws Exception {
        try (var drip = new Drip(); var fetcher = fetcher(Proxies.NONE)) {
            Problem problem = assertThrows(Problem.class, () -> fetcher.at(URI.create("https://localhost:" + drip.port() + "/")).get("x", 3));
            assertTrue(problem.getMessage().contains("too slow"), problem.line());
        }
    }

    @Test
    void goesThroughTheTunnelOfAProxy() throws Exception {
        try (var server = server((_, _, out) -> {
            RawServer.send(out, OK);
            return true;
        }); var tunnel = new Tunnel(server.port());
                var fetcher = fetcher(new Proxies(Map.of("https_proxy", "http://127.0.0.1:" + tunnel.port())))) {
            assertEquals(3, fetcher.at(url("localhost", server)).get("x", 3).orElseThrow().length);
            assertEquals("CONNECT localhost:" + server.port() + " HTTP/1.1", tunnel.asked());
        }
    }

    /// Sends the head of a TLS record of 16 KiB, and then a byte at a time.
    private static final class Drip implements AutoCloseable {
        private final java.net.ServerSocket server = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress());

        Drip() throws IOException {
            Thread.ofVirtual().start(() -> {
                try (Socket socket = server.accept()) {
                    socket.getOutputStream().write(new byte[] {22, 3, 3, 0x40, 0});
                    while (true) {
                        socket.getOutputStream().write(0);
                        Thread.sleep(20);
                    }
                } catch (IOException | InterruptedException e) {
                    return; // the client left
                }
            });
        }

        int port() {
            return server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    /// A proxy that connects to one port, whatever it is asked.
    private static final class Tunnel implements AutoCloseable {
        private final java.net.ServerSocket server = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private volatile String asked;

        Tunnel(int to) throws IOException {
            Thread.ofVirtual().start(() -> {
                try (Socket client = server.accept(); Socket target = new Socket(InetAddress.getLoopbackAddress(), to)) {
                    var head = new StringBuilder();
                    while (!head.toString().endsWith("\r\n\r\n")) {
                        head.append((char) client.getInputStream().read());
                    }
                    asked = head.toString().lines().findFirst().orElse("");
                    RawServer.send(client.getOutputStream(), "HTTP/1.1 200 Connection established\r\n\r\n");
                    Thread.ofVirtual().start(() -> pump(target, client));
                    pump(client, target);
                } catch (IOException e) {
                    return; // the client left
                }
            });
        }

        private static void pump(Socket from, Socket to) {
            try (OutputStream out = to.getOutputStream()) {
                from.getInputStream().transferTo(out);
            } catch (IOException e) {
                return; // one of them left
            }
        }

        String asked() {
            return asked;
        }

        int port() {
            return server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
