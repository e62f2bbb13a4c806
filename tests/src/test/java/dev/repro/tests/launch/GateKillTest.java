package dev.repro.tests.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.tests.Repro;
import dev.repro.tests.Tenders;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What runs outlives its daemon, and the next one knows it.
class GateKillTest {
    private static final Path EXAMPLES = Repro.HOME.resolve("examples");
    private static final long MEMORY = 2 << 20;

    @TempDir
    Path folder;

    private static Json net(Taps taps, int index) {
        return Json.object("type", "net", "name", "service", "tap", taps.name(index));
    }

    @Test
    void guestsRunOnAndAreFoundAgain() throws Exception {
        Tenders.needs("curl", "apt-get install curl");
        Path spt = GateHome.solo5("spt");
        try (Taps taps = Taps.make(3); var home = new GateHome(folder)) {
            home.release("net", "1.0.0", EXAMPLES.resolve("net/net.spt"));
            home.tender("spt", spt).policy("[[package]]\nname = \"*\"\ntaps = [\"rg*\"]\n");
            long pid;
            String ended;
            GateProcess first = home.daemon();
            try (first) {
                Fields guest = first.launch("release", "net", "memory", MEMORY, "devices", List.of(net(taps, 0)), "id", "survivor").is(201).fields();
                pid = guest.objects("processes").getFirst().integer("pid");
                ended = first.launch("release", "net", "memory", MEMORY, "devices", List.of(net(taps, 1))).is(201).fields().string("id");
                first.stop(ended).is(200);
                first.launch("release", "net", "memory", MEMORY, "devices", List.of(net(taps, 2)), "id", "dies").is(201);
                first.kill();
            }
            ProcessHandle guest = ProcessHandle.of(pid).orElseThrow();
            assertTrue(guest.isAlive(), "the guest lives");
            ProcessHandle dies = ProcessHandle.allProcesses().filter(p -> p.info().arguments().filter(a -> List.of(a).toString().contains(taps.name(2)))
                    .isPresent()).findFirst().orElseThrow();
            dies.destroyForcibly();
            dies.onExit().get(60, TimeUnit.SECONDS);

            try (GateProcess second = home.daemon()) {
                List<Fields> running = second.get("/v1/running").is(200).fields().objects("running");
                assertEquals(List.of("survivor"), running.stream().map(f -> f.object().members().get("id")).map(j -> ((Json.Str) j).value()).toList());
                assertEquals("ended", second.get("/v1/running/" + ended).is(200).fields().string("state"));
                assertEquals("ended", second.get("/v1/running/dies").is(200).fields().string("state"));
                assertEquals("device-busy", second.launch("release", "net", "memory", MEMORY, "devices", List.of(net(taps, 0))).is(409).refusal());
                second.launch("release", "net", "memory", MEMORY, "devices", List.of(net(taps, 2)), "id", "next").is(201);
                assertEquals("ended", second.stop("survivor").is(200).fields().string("state"));
                guest.onExit().get(60, TimeUnit.SECONDS);
                assertEquals("running", second.get("/v1/running/next").fields().string("state"));
            }
            try (GateProcess third = home.daemon()) { // the second was told to stop, not killed
                assertEquals("running", third.get("/v1/running/next").fields().string("state"));
                third.stop("next").is(200);
            }
        }
    }

    @Test
    void killedAtAnyMomentNothingRunsUntold() throws Exception {
        Tenders.needs("curl", "apt-get install curl");
        Path spt = GateHome.solo5("spt");
        try (Taps taps = Taps.make(1); var home = new GateHome(folder)) {
            home.release("net", "1.0.0", EXAMPLES.resolve("net/net.spt"));
            home.tender("spt", spt).policy("[[package]]\nname = \"*\"\ntaps = [\"rg*\"]\n");
            String body = dev.repro.base.JsonText.compact(Json.object("release", "net", "memory", MEMORY, "devices", List.of(net(taps, 0)), "id", "one"));
            for (int round = 0; round < 4; round++) {
                GateProcess gate = home.daemon();
                Process curl = new ProcessBuilder("curl", "--silent", "--unix-socket", home.socket().toString(), "--data", body, "http://gate/v1/launch")
                        .redirectErrorStream(true).redirectOutput(folder.resolve("answer").toFile()).start();
                curl.waitFor(1L + 400L * round, TimeUnit.MILLISECONDS);
                gate.kill();
                curl.waitFor();
                List<Long> guests = guests(taps);
                try (GateProcess next = home.daemon()) {
                    List<Fields> running = next.get("/v1/running").is(200).fields().objects("running");
                    var told = new java.util.ArrayList<Long>();
                    for (Fields guest : running) {
                        told.add(guest.objects("processes").getFirst().integer("pid"));
                    }
                    assertEquals(guests, told, next::log);
                    if (!guests.isEmpty()) {
                        next.stop("one").is(200);
                    }
                }
                assertEquals(List.of(), guests(taps));
                home.forget();
            }
        }
    }

    private static List<Long> guests(Taps taps) {
        return ProcessHandle.allProcesses().filter(p -> p.info().arguments().filter(a -> List.of(a).toString().contains("--net:service=" + taps.name(0)))
                .isPresent()).map(ProcessHandle::pid).toList();
    }
}
