package dev.repro.tests.release;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.Signer;
import dev.repro.tests.Repro;
import dev.repro.tests.Tool;
import dev.repro.timestamp.Clocks;
import dev.repro.timestamp.TimestampAuthority;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.DirectoryStore;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.Signing;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The timestamp service beside a real snapshot service, killed, cut off and started again. What it refuses of a snapshot service in other
/// hands, and of a clock that jumps, is in the tests of its own module.
@Timeout(900)
class TimestampServiceTest {
    private static final int KILLS = Integer.getInteger("REPRO_TIMESTAMP_KILLS", 50);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String SERVING = "serving    ";

    @TempDir
    Path folder;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void end() {
        processes.forEach(p -> p.destroyForcibly().onExit().join());
    }

    /// The command in a process of its own, from the classes of this build.
    private Process start(String main, Path log, String... args) throws IOException {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        main));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
        processes.add(process);
        return process;
    }

    private Process snapshotService(int port) throws IOException {
        Path log = folder.resolve("snapshot.log");
        Process process = start("dev.repro.cli.Main", log, "snapshot-service", "--store", "site", "--work", "work", "--key", "keys/snapshot.pem",
                "--listen", "127.0.0.1:" + port);
        String line = process.inputReader().readLine();
        assertTrue(line != null && line.startsWith(SERVING), () -> line + "\n" + read(log));
        return process;
    }

    /// @return its process; where its status is goes to `status`
    private Process timestampService(int port) throws Exception {
        Path log = folder.resolve("timestamp.log");
        Process process = start("dev.repro.cli.Main", log, "timestamp-service", "--json", "--url", "http://127.0.0.1:" + port, "--root",
                "site/metadata/1.root.json", "--key", "keys/timestamp.pem", "--dir", "state", "--listen", "127.0.0.1:0");
        var text = new StringBuilder();
        BufferedReader out = process.inputReader();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            text.append(line).append('\n');
            if (line.equals("}")) {
                break;
            }
        }
        Json.Obj answer = (Json.Obj) JsonParser.parse(text.toString().getBytes(StandardCharsets.UTF_8));
        status = URI.create(((Json.Str) answer.members().get("status")).value());
        return process;
    }

    private URI status;

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private String ask(String path) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(status.resolve(path)).build(), HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    private long metric(String name) throws Exception {
        return ask("metrics").lines().filter(l -> l.startsWith(name + " ")).mapToLong(l -> Long.parseLong(l.substring(name.length() + 1)))
                .findFirst().orElseThrow();
    }

    private long published() throws Exception {
        byte[] file = Files.readAllBytes(folder.resolve("site/metadata/timestamp.json"));
        return Metadata.parse(MetadataType.TIMESTAMP, RoleName.TIMESTAMP, file).unverified().version();
    }

    private void await(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            assertTrue(System.nanoTime() < end, () -> what + "\n" + read(folder.resolve("timestamp.log")) + read(folder.resolve("snapshot.log")));
            Thread.sleep(50);
        }
    }

    @Test
    void bothServicesKilledAndCutOff() throws Exception {
        SmallSite.make(folder.resolve("keys")).create(DirectoryStore.open(folder.resolve("site")));
        assertEquals(1, published());
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Process snapshot = snapshotService(port);
        Process timestamp = timestampService(port);
        await("it signs when it starts", () -> published() == 2);
        await("it is ready", () -> ask("readyz").equals("ok\n"));

        snapshot.destroyForcibly().onExit().join();
        await("it sees that the other is away", () -> metric("repro_timestamp_failures_total") > 0);
        snapshotService(port);
        long before = Instant.now().getEpochSecond();
        await("it finds the other again", () -> metric("repro_timestamp_last_contact_seconds") >= before);
        assertEquals("ok\n", ask("readyz"));

        timestamp.destroyForcibly().onExit().join();
        timestampService(port);
        await("it goes on after kill -9", () -> published() == 3);
        assertEquals("", SmallSite.read(addedEmpty(), "none-yet"));
    }

    @Test
    void aNewRootThroughBothServices() throws Exception {
        SmallSite site = SmallSite.make(folder.resolve("keys")).create(DirectoryStore.open(folder.resolve("site")));
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        snapshotService(port);
        timestampService(port);
        await("it signs when it starts", () -> published() == 2);
        Editor editor = Editor.of(Repository.read(DirectoryStore.open(folder.resolve("site"))), Instant.now()).renew(RoleName.ROOT);
        byte[] root = Signing.sign(editor.proposal(), List.of(site.signer("root"))).bytes(RoleName.ROOT);
        Json body = Json.object("schema", "repro.submission.v1", "message", "a new root", "files",
                List.of(Json.object("role", "root", "metadata", Base64.getEncoder().encodeToString(root))));
        try (var client = HttpClient.newHttpClient()) {
            var answer = client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/submissions"))
                    .POST(HttpRequest.BodyPublishers.ofString(JsonText.compact(body))).build(), HttpResponse.BodyHandlers.ofString());
            assertEquals(200, answer.statusCode(), answer::body);
        }
        assertArrayEquals(root, Files.readAllBytes(folder.resolve("site/metadata/2.root.json")));
        assertEquals(3, published());
        await("it says under which root it signs", () -> metric("repro_role_version{role=\"root\"}") == 2);
        assertEquals("", SmallSite.read(addedEmpty(), "none-yet"));
    }

    /// The repository is whole and takes a publication by hand.
    private dev.repro.tuf.repository.Store addedEmpty() throws Exception {
        processes.forEach(p -> p.destroy());
        var store = DirectoryStore.open(folder.resolve("site"));
        SmallSite.load(folder.resolve("keys")).add(store, "none-yet", "");
        return store;
    }

    /// Signs one snapshot after the other, and says the version of each when its signature is there.
    static final class Child {

        private Child() {}

        /// @param args folder of keys, state folder, root, first version of a snapshot
        public static void main(String[] args) throws Exception {
            SmallSite site = SmallSite.load(Path.of(args[0]));
            var authority = TimestampAuthority.open(Path.of(args[1]), Files.readAllBytes(Path.of(args[2])), List.of(site.signer("timestamp")),
                    Clocks.system(), TimestampAuthority.Margins.DEFAULT);
            for (long version = Long.parseLong(args[3]);; version++) {
                var stamp = authority.timestamp(snapshot(site, version), _ -> Optional.empty(), Optional.empty());
                System.out.println(version + " " + stamp.timestamp().version());
                if (System.out.checkError()) {
                    System.exit(1);
                }
            }
        }
    }

    private static byte[] snapshot(SmallSite site, long version) throws Problem {
        Signer signer = site.signer("snapshot");
        Json.Obj signed = Json.object("_type", "snapshot", "spec_version", "1.0.34", "version", version, "expires",
                Instant.now().plus(9, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS).toString(), "meta", Json.object("targets.json",
                        Json.object("version", version)));
        Json.Obj signature = Json.object("keyid", signer.key().keyid(), "sig", HexFormat.of().formatHex(signer.sign(JsonText.canonical(signed))));
        return JsonText.compact(Json.object("signatures", List.of(signature), "signed", signed)).getBytes(StandardCharsets.UTF_8);
    }

    /// `kill -9` at random moments: whatever was signed before is a floor for ever after.
    @Test
    void theMarkSurvivesKill() throws Exception {
        SmallSite site = SmallSite.make(folder.resolve("keys")).create(DirectoryStore.open(folder.resolve("site")));
        Path root = folder.resolve("site/metadata/1.root.json");
        var random = new Random(Long.getLong("REPRO_SEED", System.nanoTime()));
        long snapshot = 0;
        long timestamp = 0;
        for (int i = 0; i < KILLS; i++) {
            Process child = start(Child.class.getName(), folder.resolve("child.log"), "keys", "state", root.toString(), Long.toString(snapshot + 1));
            try (BufferedReader lines = child.inputReader()) {
                String first = lines.readLine();
                assertNotNull(first, () -> read(folder.resolve("child.log")));
                child.waitFor(random.nextInt(100), TimeUnit.MILLISECONDS);
                child.toHandle().destroyForcibly(); // that of Process closes what is to be read
                String last = lines.lines().reduce(first, (_, next) -> next);
                child.onExit().join();
                assertTrue(Long.parseLong(last.split(" ")[1]) > timestamp, "no version of a timestamp is used twice");
                snapshot = Long.parseLong(last.split(" ")[0]);
                timestamp = Long.parseLong(last.split(" ")[1]);
            }
            var authority = TimestampAuthority.open(folder.resolve("state"), Files.readAllBytes(root), List.of(site.signer("timestamp")),
                    Clocks.system(),
                    TimestampAuthority.Margins.DEFAULT);
            byte[] older = snapshot(site, snapshot - 1 > 0 ? snapshot - 1 : 1);
            if (snapshot > 1) {
                assertEquals("snapshot-rollback", assertThrows(Refusal.class, () -> authority.sign(older, _ -> Optional.empty(),
                        Optional.empty())).name());
            }
            snapshot += 1; // the mark may name one that nobody heard of; the next child begins after it
            timestamp = authority.timestamp(snapshot(site, ++snapshot), _ -> Optional.empty(), Optional.empty()).timestamp().version();
        }
        assertTrue(timestamp > 2L * KILLS, "versions went up: " + timestamp);
    }

    @Test
    void unitsOfSystemd() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/systemd-analyze")), "skipped: systemd-analyze is not installed");
        for (String unit : List.of("repro-timestamp.service", "repro-snapshot.service", "repro-gate.service")) {
            Path file = Repro.HOME.resolve("docs/systemd").resolve(unit);
            Tool.Ended verified = Tool.run(folder, 60, "systemd-analyze", "verify", file.toString());
            assertEquals(0, verified.code(), verified::text);
            assertFalse(verified.text().contains(unit + ":"), verified::text);
        }
    }
}
