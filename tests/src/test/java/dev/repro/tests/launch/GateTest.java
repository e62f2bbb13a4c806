package dev.repro.tests.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.tests.Repro;
import dev.repro.tests.Tenders;
import dev.repro.tests.Tool;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// A daemon asked with curl, whose guests run under the real solo5-spt.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GateTest {
    private static final Path EXAMPLES = Repro.HOME.resolve("examples");
    private static final long MEMORY = 2 << 20;
    private static final List<String> NOBODY = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
    private static final List<String> GAMES = List.of("setpriv", "--reuid=5", "--regid=60", "--clear-groups"); // user and group games of Debian

    @TempDir
    static Path folder;

    private GateHome home;
    private GateProcess gate;

    @BeforeAll
    void start() throws Exception {
        Tenders.needs("curl", "apt-get install curl");
        home = new GateHome(Files.createDirectory(folder.resolve("home")));
        home.release("hello", "1.0.0", EXAMPLES.resolve("hello/hello.spt"), EXAMPLES.resolve("hello/hello.hvt"));
        home.release("blk", "1.0.0", EXAMPLES.resolve("blk/blk.spt"));
        home.release("net", "1.0.0", EXAMPLES.resolve("net/net.spt"));
        home.release("other", "1.0.0", EXAMPLES.resolve("hello/hello.spt"));
        Path copy = Files.copy(EXAMPLES.resolve("hello/hello.spt"), folder.resolve("second.spt"));
        home.release("pair", "1.0.0", EXAMPLES.resolve("hello/hello.spt"), copy);
        home.tender("spt", GateHome.solo5("spt")).policy(policy());
        gate = home.daemon("--refresh", "3600");
    }

    private String policy() {
        return "[[package]]\nname = \"hello\"\nusers = [\"games\"]\n[[package]]\nname = \"pair\"\n[[package]]\nname = \"net\"\ntaps = [\"rg*\"]\n"
                + "[[package]]\nname = \"young\"\n[[package]]\nname = \"blk\"\nblocks = [\"" + home.folder + "/*\"]\n";
    }

    @AfterAll
    void stop() throws Exception {
        if (gate != null) {
            gate.close();
        }
        if (home != null) {
            home.close();
        }
    }

    private Fields launched(Object... namesAndValues) throws Exception {
        return gate.launch(namesAndValues).is(201).fields();
    }

    private static Fields process(Fields guest) throws Exception {
        return guest.objects("processes").getFirst();
    }

    private Path disk(String name) throws Exception {
        byte[] disk = new byte[8 * 512];
        System.arraycopy("a disk of the tests\n".getBytes(StandardCharsets.US_ASCII), 0, disk, 0, 20);
        return Files.write(home.folder.resolve(name), disk);
    }

    @Test
    void aGuestRunsAndItsExitStatusAndConsoleAreTold() throws Exception {
        Fields guest = launched("release", "hello@1.0.0", "memory", MEMORY, "arguments", List.of("exit=7"), "wait", true);
        assertEquals("ended", guest.string("state"));
        assertEquals(7, process(guest).integer("status"));
        assertEquals(Digest.of(EXAMPLES.resolve("hello/hello.spt")), process(guest).digest("digest"));
        String path = "/v1/running/" + guest.string("id");
        assertEquals("hello from a unikernel on spt\ncommand line: exit=7\n", gate.get(path + "/console").is(200).text());
        assertEquals("command line: exit=7\n", gate.get(path + "/console?offset=30").is(200).text());
        assertEquals(guest.object(), gate.get(path).is(200).fields().object());
        String[] receipt = guest.string("receipt").split(":");
        byte[] book = Files.readAllBytes(home.state().resolve("receipts").resolve(receipt[0]));
        String line = new String(book, Integer.parseInt(receipt[1]), book.length - Integer.parseInt(receipt[1]), StandardCharsets.UTF_8).lines().findFirst().orElseThrow();
        Fields written = Fields.of(JsonParser.parse(line.getBytes(StandardCharsets.UTF_8)), "receipt", "$");
        assertEquals("launched", written.string("decision"));
        assertEquals("root", written.object("who").string("user"));
    }

    @Test
    void aDiskIsReadAndWritten() throws Exception {
        Path disk = disk("disk.img");
        Fields guest = launched("release", "blk", "memory", MEMORY, "wait", true,
                "devices", List.of(Json.object("type", "block", "name", "storage", "file", disk.toString())));
        assertEquals(0, process(guest).integer("status"));
        assertTrue(gate.get("/v1/running/" + guest.string("id") + "/console").text().contains("SUCCESS"));
    }

    @Test
    void whatRunsHoldsItsDevicesAndIsStopped() throws Exception {
        try (Taps taps = Taps.make(2)) {
            Json net = Json.object("type", "net", "name", "service", "tap", taps.name(0));
            Fields guest = launched("release", "net@1.0.0", "memory", MEMORY, "devices", List.of(net), "id", "web-1");
            assertEquals("web-1", guest.string("id"));
            assertTrue(gate.get("/v1/running").text().contains("\"web-1\""));
            assertEquals("device-busy", gate.launch("release", "net", "memory", MEMORY, "devices", List.of(net)).is(409).refusal());
            assertEquals(61, gate.launch("release", "net", "memory", MEMORY, "devices", List.of(net)).fields().integer("code"));
            Json other = Json.object("type", "net", "name", "service", "tap", taps.name(1));
            Fields second = launched("release", "net", "memory", MEMORY, "devices", List.of(other));
            Repro.Answer ps = home.repro("ps");
            assertEquals(0, ps.code(), ps::toString);
            assertTrue(ps.out().contains("web-1") && ps.out().contains("net 1.0.0") && ps.out().contains("running"), ps::toString);
            Fields stopped = gate.stop("web-1").is(200).fields();
            assertEquals(15, process(stopped).integer("signal"));
            Repro.Answer stop = home.repro("stop", second.string("id"));
            assertEquals(0, stop.code(), stop::toString);
            Fields again = launched("release", "net", "memory", MEMORY, "devices", List.of(net));
            gate.stop(again.string("id")).is(200);
            assertEquals(404, gate.stop("nobody").status());
        }
    }

    @Test
    void theSameIdIsTheSameLaunch() throws Exception {
        Object[] request = {"release", "hello", "memory", MEMORY, "id", "once", "wait", true};
        Fields first = launched(request);
        Fields second = gate.launch(request).is(200).fields();
        assertEquals(first.object(), second.object());
        assertEquals(409, gate.launch("release", "hello", "memory", MEMORY, "id", "once", "arguments", List.of("other")).status());
    }

    @Test
    void verifyingStartsNothing() throws Exception {
        int before = gate.get("/v1/running?ended=true").fields().objects("running").size();
        Fields verified = gate.post("/v1/verify", Json.object("release", "hello", "memory", MEMORY)).is(200).fields();
        assertEquals("1.0.0", verified.string("version"));
        assertEquals(before, gate.get("/v1/running?ended=true").fields().objects("running").size());
    }

    @Test
    void aSetStartsInItsOrder() throws Exception {
        Fields guest = launched("release", "pair", "memory", MEMORY, "arguments", List.of("exit=3"), "wait", true);
        List<Fields> processes = guest.objects("processes");
        assertEquals(List.of("hello.spt", "second.spt"), List.of(processes.get(0).string("image"), processes.get(1).string("image")));
        assertTrue(processes.get(0).integer("started_ticks") <= processes.get(1).integer("started_ticks"));
        for (Fields process : processes) {
            assertEquals(3, process.integer("status"));
        }
        assertTrue(gate.get("/v1/running/" + guest.string("id") + "/console?image=1").text().contains("hello from"));
    }

    @Test
    void refusalsHaveTheirNamesAndStatuses() throws Exception {
        assertEquals("release-unknown", gate.launch("release", "hello@9.9.9").is(404).refusal());
        assertEquals("package-not-allowed", gate.launch("release", "other").is(403).refusal());
        assertEquals("device-extra", gate.launch("release", "hello", "memory", MEMORY, "devices",
                List.of(Json.object("type", "net", "name", "service", "tap", "rg0"))).is(422).refusal());
        assertEquals("device-missing", gate.launch("release", "net", "memory", MEMORY).is(422).refusal());
        assertEquals("device-not-allowed", gate.launch("release", "blk", "memory", MEMORY, "devices",
                List.of(Json.object("type", "block", "name", "storage", "file", "/etc/passwd"))).is(403).refusal());
        assertEquals(422, gate.launch("release", "net", "memory", MEMORY, "devices",
                List.of(Json.object("type", "net", "name", "service", "tap", "rgnosuch"))).status());
        assertEquals(422, gate.launch("release", "hello", "typo", 1).status());
        assertEquals(404, gate.get("/v1/nothing").status());
        assertEquals(405, gate.get("/v1/launch").status());
        assertEquals("ok\n", gate.get("/healthz").is(200).text());
        String metrics = gate.get("/metrics").is(200).text();
        assertTrue(metrics.contains("repro_gate_refusals_total{refusal=\"device-extra\"} 1"), metrics);
    }

    @Test
    void whoMayNothingIsToldSo() throws Exception {
        assumeTrue(ProcessHandle.current().info().user().orElse("").equals("root") && Tool.found("setpriv"), "skipped: needs root and setpriv (util-linux)");
        open(folder);
        String launch = "http://gate/v1/launch";
        for (String path : List.of("http://gate/v1/running", "http://gate/metrics", launch)) {
            GateProcess.Answer answer = gate.curl(NOBODY, path).is(403);
            assertEquals("user-not-allowed", answer.refusal());
            assertTrue(answer.text().contains("nobody (65534)"), answer.text());
        }
        String body = "{\"release\": \"hello\", \"memory\": " + MEMORY + ", \"wait\": true}";
        Fields own = gate.curl(GAMES, "--data", body, launch).is(201).fields();
        assertEquals("games", own.string("user"));
        assertEquals("user-not-allowed", gate.curl(GAMES, "--data", body.replace("hello", "pair"), launch).is(403).refusal());
        Fields foreign = launched("release", "hello", "memory", MEMORY, "wait", true);
        assertEquals(404, gate.curl(GAMES, "http://gate/v1/running/" + foreign.string("id")).status());
        assertEquals(200, gate.curl(GAMES, "http://gate/v1/running/" + own.string("id")).status());
    }

    /// JUnit's folder is the owner's alone.
    private static void open(Path folder) throws Exception {
        for (Path at = folder; at.getNameCount() > 1; at = at.getParent()) {
            assertEquals(0, Tool.run(Path.of("/"), "chmod", "o+x", at.toString()).code());
        }
        assertEquals(0, Tool.run(Path.of("/"), "chmod", "o+x", folder.resolve("home").toString()).code());
    }

    @Test
    void manyAtOnceAllRunAndNothingIsLeft() throws Exception {
        try (var threads = Executors.newFixedThreadPool(8)) {
            List<String> states = threads.invokeAll(IntStream.range(0, 200).<java.util.concurrent.Callable<String>>mapToObj(i -> () -> {
                Fields guest = launched("release", "hello", "memory", MEMORY, "console", "null", "arguments", List.of("exit=" + i % 256), "wait", true);
                return process(guest).integer("status") == i % 256 ? guest.string("state") : "another status";
            }).toList()).stream().map(f -> f.resultNow()).distinct().toList();
            assertEquals(List.of("ended"), states);
        }
        try (Stream<Path> running = Files.list(home.state().resolve("running"))) {
            assertEquals(List.of(), running.filter(f -> f.toString().endsWith(".json")).toList());
        }
    }

    @Test
    void aPolicyThatChangesCountsAtOnce() throws Exception {
        home.policy(policy().replace("name = \"pair\"", "name = \"nothing\""));
        assertEquals("package-not-allowed", gate.launch("release", "pair", "memory", MEMORY).is(403).refusal());
        home.policy(policy() + "typo = 1\n");
        assertEquals(422, gate.launch("release", "hello", "memory", MEMORY).status());
        assertEquals(503, gate.get("/healthz").status());
        home.policy(policy());
        launched("release", "pair", "memory", MEMORY, "wait", true);
    }

    @Test
    void aReleaseOfAMomentAgoIsLaunched() throws Exception {
        home.release("young", "1.0.0", EXAMPLES.resolve("hello/hello.spt"));
        launched("release", "young@1.0.0", "memory", MEMORY, "wait", true);
        home.release("young", "1.0.1", EXAMPLES.resolve("hello/hello.spt"));
        assertEquals("1.0.1", launched("release", "young@1.0.1", "memory", MEMORY, "wait", true).string("version"));
        assertEquals("release-rollback", gate.launch("release", "young@1.0.0", "memory", MEMORY).is(403).refusal());
    }

    @Test
    void twoDaemonsDoNotShareAState() throws Exception {
        Repro.Answer second = Repro.run(home.folder, Map.of("REPRO_STATE", home.state().toString(), "REPRO_POLICY", home.policy().toString(),
                "REPRO_SOCKET", home.folder.resolve("second.sock").toString()), "gate");
        assertEquals(3, second.code(), second::toString);
        assertTrue(second.err().contains("a daemon uses this state folder already"), second::toString);
    }
}
