package dev.repro.tests.release;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.tests.Repro;
import dev.repro.tests.Tool;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.Signing;
import dev.repro.tuf.repository.Store;
import dev.repro.tuf.repository.Stores;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The units of docs/systemd without systemd, which cannot run in every place where tests do: their command lines, with their environment, as
/// another user without any capability, on a file system that is read-only but for the state and cache folders. The snapshot service keeps its
/// repository in an S3 server.
@Timeout(900)
class UnitsTest {
    private static final int USER = 64_999;
    private static final Duration PATIENCE = Duration.ofMinutes(4); // each makes its start-up cache first
    /// Makes all read-only but the folders named, and goes on as the other user.
    private static final String CONFINE = "for d in \"$1\" \"$2\"; do mount --bind \"$d\" \"$d\" || exit 97; done; mount -o remount,ro,bind / || exit 97; "
            + "shift 2; exec setpriv --reuid " + USER + " --regid " + USER
            + " --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \"$@\"";

    @TempDir
    Path folder;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void end() {
        processes.forEach(p -> p.destroyForcibly().onExit().join());
    }

    @Test
    void bothServicesAsTheirUnitsSay() throws Exception {
        Assumptions.assumeTrue(Tool.run(folder, "unshare", "--mount", "sh", "-c", "mount -o remount,ro,bind / && setpriv --reuid " + USER
                + " --clear-groups true").code() == 0, "skipped: only root may take on another user, and mount");
        try (VersityGateway gateway = VersityGateway.start(folder, "bucket")) {
            String place = gateway.place("bucket/site");
            SmallSite site = SmallSite.make(folder.resolve("keys"));
            byte[] first;
            try (Store store = Stores.open(place, VersityGateway.CREDENTIALS, folder)) {
                site.create(store);
                first = store.read("metadata/1.root.json").orElseThrow();
            }
            Files.write(Files.createDirectories(folder.resolve("etc")).resolve("root.json"), first);
            int port = free();
            var snapshotEnv = new LinkedHashMap<>(VersityGateway.CREDENTIALS);
            snapshotEnv.putAll(Map.of("REPRO_STORE", place, "REPRO_LISTEN", "127.0.0.1:" + port));
            Process snapshot = start("repro-snapshot", "snapshot.pem", snapshotEnv);
            String url = "http://127.0.0.1:" + port;
            await("the snapshot service answers", () -> status(url + "/healthz") == 200);
            int watch = free();
            Process timestamp = start("repro-timestamp", "timestamp.pem", Map.of("REPRO_URL", url, "REPRO_LISTEN", "127.0.0.1:" + watch));
            await("the timestamp service is ready", () -> status("http://127.0.0.1:" + watch + "/readyz") == 200);
            for (Process process : List.of(snapshot, timestamp)) {
                String status = Files.readString(Path.of("/proc/" + process.pid() + "/status"));
                assertTrue(status.contains("Uid:\t" + USER) && status.contains("CapBnd:\t0000000000000000") && status.contains("NoNewPrivs:\t1"), status);
            }
            publish(site, place, url);
            for (Process process : List.of(timestamp, snapshot)) {
                process.destroy();
                assertTrue(process.waitFor(30, TimeUnit.SECONDS));
                assertEquals(143, process.exitValue(), () -> "what SuccessExitStatus says\n" + logs());
            }
        }
    }

    /// A new root, the one thing that a small site's maintainer can hand in alone.
    private void publish(SmallSite site, String place, String url) throws Exception {
        byte[] root;
        try (Store store = Stores.open(place, VersityGateway.CREDENTIALS, folder)) {
            root = Signing.sign(Editor.of(Repository.read(store), Instant.now()).renew(RoleName.ROOT).proposal(), List.of(site.signer("root")))
                    .bytes(RoleName.ROOT);
        }
        Json body = Json.object("schema", "repro.submission.v1", "message", "", "files",
                List.of(Json.object("role", "root", "metadata", Base64.getEncoder().encodeToString(root))));
        try (var client = HttpClient.newHttpClient(); Store store = Stores.open(place, VersityGateway.CREDENTIALS, folder)) {
            var answer = client.send(HttpRequest.newBuilder(URI.create(url + "/v1/submissions"))
                    .POST(HttpRequest.BodyPublishers.ofString(JsonText.compact(body))).build(), HttpResponse.BodyHandlers.ofString());
            assertEquals(200, answer.statusCode(), () -> answer.body() + logs());
            assertArrayEquals(root, store.read("metadata/2.root.json").orElseThrow());
        }
    }

    /// @param environment as the unit's EnvironmentFile would set it
    private Process start(String name, String credential, Map<String, String> environment) throws Exception {
        Map<String, String> places = new LinkedHashMap<>();
        for (String[] one : new String[][] {{"%S", "state"}, {"%C", "cache"}, {"%d", "credentials"}}) {
            places.put(one[0], Files.createDirectories(folder.resolve(one[1])).toString());
        }
        Path state = owned(folder.resolve("state").resolve(name));
        Path cache = owned(folder.resolve("cache").resolve(name));
        Path key = Files.copy(folder.resolve("keys").resolve(credential), folder.resolve("credentials").resolve(credential));
        Files.setAttribute(key, "unix:uid", USER);
        for (Path open = folder; open != null && !open.equals(Path.of("/tmp")) && open.getNameCount() > 1; open = open.getParent()) {
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        var env = new LinkedHashMap<String, String>();
        String command = "";
        for (String line : Files.readAllLines(Repro.HOME.resolve("docs/systemd").resolve(name + ".service"))) {
            String filled = line.replace("/etc/repro/", folder.resolve("etc") + "/");
            for (var place : places.entrySet()) {
                filled = filled.replace(place.getKey(), place.getValue());
            }
            if (filled.startsWith("Environment=")) {
                for (String one : filled.substring("Environment=".length()).split(" ")) {
                    env.put(one.substring(0, one.indexOf('=')), one.substring(one.indexOf('=') + 1));
                }
            } else if (filled.startsWith("ExecStart=")) {
                command = filled.substring("ExecStart=".length());
            }
        }
        env.putAll(environment);
        env.putAll(Map.of("PATH", Repro.HOME + ":/usr/bin:/bin", "JAVA_HOME", System.getProperty("java.home"), "HOME", "/"));
        var argv = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", CONFINE, "sh", state.toString(), cache.toString()));
        for (String word : command.split(" ")) {
            argv.add(word.startsWith("${") ? env.get(word.substring(2, word.length() - 1)) : word);
        }
        var builder = new ProcessBuilder(argv).directory(Path.of("/").toFile()).redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile());
        builder.environment().clear();
        builder.environment().putAll(env);
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private static Path owned(Path folder) throws IOException {
        Files.setAttribute(Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))),
                "unix:uid", USER);
        return folder;
    }

    private static int free() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static int status(String url) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0; // nobody listens yet
        }
    }

    private void await(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            assertTrue(System.nanoTime() < end && processes.stream().allMatch(Process::isAlive), () -> what + "\n" + logs());
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private String logs() {
        var out = new StringBuilder();
        for (String name : List.of("repro-snapshot", "repro-timestamp")) {
            try {
                out.append(name).append(": ").append(Files.readString(folder.resolve(name + ".log"))).append('\n');
            } catch (IOException e) {
                out.append(e).append('\n');
            }
        }
        return out.toString();
    }
}
