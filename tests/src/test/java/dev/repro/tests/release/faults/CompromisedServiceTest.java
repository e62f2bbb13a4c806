package dev.repro.tests.release.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.base.JsonText;
import dev.repro.keys.Passwords;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Signer;
import dev.repro.keys.Signers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who holds the snapshot service and its key offers whatever it likes: the timestamp service refuses and raises an alarm, and goes on when
/// it is offered something good.
class CompromisedServiceTest {
    private static final long PATIENCE_SECONDS = 20;
    private static final String ROLE = "author0.json";

    @TempDir
    Path folder;

    private final List<byte[]> timestamps = new CopyOnWriteArrayList<>();
    private Path repository;
    private HttpServer server;
    private Signer key;
    private Daemon service;
    private volatile byte[] offered;
    private byte[] good;
    private byte[] old;
    private long version;

    @BeforeEach
    void found() throws Exception {
        Path home = folder.resolve("home");
        repository = home.resolve("repository");
        try (Daemon founder = Daemon.serve(home, folder.resolve("founder.log"))) {
            founder.start();
            var http = Author.client();
            Author author = Maintainers.authors(home, founder.url(), http, "author", 1).getFirst();
            author.publishNext(founder.url());
            author.publishNext(founder.url());
            founder.stop();
        }
        version = version(Files.readAllBytes(repository.resolve("metadata/timestamp.json")), "snapshot.json");
        good = Files.readAllBytes(repository.resolve("metadata/" + version + ".snapshot.json"));
        old = Files.readAllBytes(repository.resolve("metadata/" + (version - 1) + ".snapshot.json"));
        key = Signers.open(home.resolve("keys/snapshot.pem").toString(), Passwords.none());
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
        service = Services.timestamp(folder, "http://127.0.0.1:" + server.getAddress().getPort(), Daemon.free(), List.of(), Map.of());
    }

    @AfterEach
    void end() {
        service.close();
        server.stop(0);
        key.close();
    }

    private static long version(byte[] file, String listed) throws Exception {
        return Fields.parse(file, listed).object("signed").object("meta").object(listed).integer("version");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (path.equals("/v1/timestamp")) {
                timestamps.add(body);
                send(exchange, 200, "{}".getBytes(UTF_8));
            } else if (path.equals("/v1/snapshot")) {
                byte[] now = offered;
                boolean isNews = timestamps.isEmpty() || !new String(timestamps.getLast(), UTF_8).contains(Digest.of(now).hex());
                boolean asked = exchange.getRequestURI().getQuery().contains("after=0");
                send(exchange, isNews || asked ? 200 : 204, now);
            } else {
                Path file = repository.resolve(path.substring(1));
                boolean there = Files.isRegularFile(file);
                send(exchange, there ? 200 : 404, there ? Files.readAllBytes(file) : new byte[0]);
            }
        }
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, status == 204 || body.length == 0 ? -1 : body.length);
        if (status != 204) {
            exchange.getResponseBody().write(body);
        }
    }

    private interface Change {
        Json.Obj of(Map<String, Json> listed);
    }

    /// The good snapshot with other contents.
    private byte[] changed(long number, Signer by, Change change) throws Exception {
        Json.Obj signed = (Json.Obj) ((Json.Obj) JsonParser.parse(good)).members().get("signed");
        var listed = new LinkedHashMap<>(((Json.Obj) signed.members().get("meta")).members());
        signed = signed.with("version", number).with("meta", change.of(listed));
        return JsonText.canonical(Json.object("signatures", List.of(Json.object("keyid", by.key().keyid(), "sig",
                HexFormat.of().formatHex(by.sign(JsonText.canonical(signed))))), "signed", signed));
    }

    private static Json.Obj replaced(Map<String, Json> listed, String member, Object value) {
        listed.put(ROLE, ((Json.Obj) listed.get(ROLE)).with(member, value));
        return new Json.Obj(listed);
    }

    private void until(int status) throws InterruptedException {
        until(() -> service.status("/readyz") == status);
    }

    private void until(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, () -> service.get("/readyz") + service.said());
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private void refused(String name, byte[] snapshot) throws Exception {
        int before = timestamps.size();
        int alarms = alarms();
        offered = snapshot;
        until(503);
        assertTrue(service.get("/readyz").contains(name), () -> "not " + name + ": " + service.get("/readyz"));
        until(() -> alarms() == alarms + 1);
        assertTrue(service.get("/metrics").contains("refus"), () -> service.get("/metrics"));
        assertEquals(before, timestamps.size());
        offered = good;
        until(200);
        assertTrue(new String(timestamps.getLast(), UTF_8).contains(Digest.of(good).hex()), "another snapshot was signed");
    }

    private int alarms() {
        return (int) service.said().lines().filter(l -> l.contains("\"ALARM\"") || l.contains("\"alarm\"")).count();
    }

    @Test
    void nothingOfItIsSigned() throws Exception {
        offered = good;
        service.start();
        until(200);
        assertEquals(1, timestamps.size());
        Signer foreign = PrivateKey.generate(Scheme.ED25519, new SecureRandom()).signer();

        refused("snapshot-rollback", old);
        refused("removed", changed(version + 1, key, listed -> {
            listed.remove(ROLE);
            return new Json.Obj(listed);
        }));
        refused("rollback", changed(version + 1, key, listed -> replaced(listed, "version", 1)));
        refused("snapshot-unsigned", changed(version + 1, foreign, Json.Obj::new));
        refused("snapshot-replaced", changed(version, key, listed -> replaced(listed, "version", 99)));
        refused("replaced", changed(version + 1, key, listed -> replaced(listed, "hashes", Json.object("sha256", Digest.of(new byte[0])))));
        refused("snapshot-malformed", "{}".getBytes(UTF_8));

        int before = timestamps.size();
        offered = changed(version + 1, key, Json.Obj::new);
        until(() -> timestamps.size() > before);
        assertTrue(new String(timestamps.getLast(), UTF_8).contains(Digest.of(offered).hex()), "an honest snapshot is signed");
        foreign.close();
        service.requireNoBug();
    }
}
