package dev.repro.tests.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.tests.Repro;
import dev.repro.tests.Tenders;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What runs and should not any more is told, with the reason.
class OutdatedTest {
    private static final Path NET = Repro.HOME.resolve("examples/net/net.spt");

    @TempDir
    Path folder;

    private static Fields only(GateProcess gate) throws Exception {
        long due = System.nanoTime() + 60_000_000_000L;
        List<Fields> outdated = List.of();
        while (outdated.isEmpty() && System.nanoTime() < due) { // the daemon asks the repository at most once a second
            outdated = gate.get("/v1/outdated").is(200).fields().objects("outdated");
        }
        assertEquals(1, outdated.size());
        return outdated.getFirst();
    }

    @Test
    void newerWithdrawnAndRevoked() throws Exception {
        Tenders.needs("curl", "apt-get install curl");
        Path spt = GateHome.solo5("spt");
        try (Taps taps = Taps.make(1); var home = new GateHome(folder)) {
            home.release("net", "1.0.0", NET);
            home.release("net", "0.9.0", NET);
            home.tender("spt", spt).policy("[[package]]\nname = \"*\"\ntaps = [\"rg*\"]\n");
            Json device = Json.object("type", "net", "name", "service", "tap", taps.name(0));
            try (GateProcess gate = home.daemon("--refresh", "3600")) {
                gate.launch("release", "net@1.0.0", "memory", 2 << 20, "devices", List.of(device), "id", "it").is(201);
                Repro.Answer current = home.repro("outdated");
                assertEquals(0, current.code(), current::toString);
                assertEquals("current: 1 running\n", current.out());
                home.release("net", "1.1.0", NET);
                Fields outdated = only(gate);
                assertEquals("outdated", outdated.string("state"));
                assertEquals("1.1.0", outdated.string("newest"));
                home.withdraw("net", "1.0.0", "net.spt", "release.json");
                home.withdraw("net", "1.1.0", "net.spt", "release.json");
                assertState(gate, "withdrawn");
                home.revoke("net");
                assertState(gate, "untrusted");
                Repro.Answer told = home.repro("outdated");
                assertEquals(1, told.code(), told::toString);
                assertTrue(told.out().contains("net 1.0.0") && told.out().contains("revoked"), told::toString);
                gate.stop("it").is(200);
            }
        }
    }

    private static void assertState(GateProcess gate, String state) throws Exception {
        long due = System.nanoTime() + 60_000_000_000L;
        while (!only(gate).string("state").equals(state) && System.nanoTime() < due) {
            Thread.onSpinWait(); // each question is a process
        }
        assertEquals(state, only(gate).string("state"));
    }
}
