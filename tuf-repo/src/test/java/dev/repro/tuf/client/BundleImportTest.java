package dev.repro.tuf.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.TargetName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleImportTest {
    private static final TargetName TARGET = new TargetName("hello/1");

    private final Hand alice = new Hand();
    private final Hand bob = new Hand();
    private final Sim sim = new Sim();

    @TempDir
    private Path folder;

    @BeforeEach
    void publish() {
        byte[] toBob = Hand.sign(Hand.rotation("hello", 1, 1, bob), alice);
        sim.delegate("other", "hello/*", false, 1, alice).role("other", Map.of(), alice);
        sim.delegate("hello", "hello/*", true, 1, alice).rotation(new RotateFile(new RoleName("hello"), 1), toBob)
                .role("hello", Map.of("hello/1", "one"), bob).publish();
    }

    private Path export(String name) throws Refusal, Problem {
        Store store = sim.begun();
        Repository repository = sim.refresh(store);
        Found found = repository.find(TARGET);
        var export = new BundleExport(repository, store, Limits.DEFAULT);
        export.add(found, new Downloads(sim.targets(), folder.resolve("t")).fetch(found).file());
        Path out = folder.resolve(name);
        export.write(out);
        return out;
    }

    private Found bring(Path file, Store store, Instant now, Duration most) throws Refusal, Problem {
        try (Bundle bundle = Bundle.open(file)) {
            BundleImport in = BundleImport.begin(bundle, store, Limits.DEFAULT, now, most);
            Found found = in.find(bundle.targets().getFirst());
            in.fetch(found, folder.resolve("in"));
            return found;
        }
    }

    @Test
    void bringsAllThatTheTargetNeeds() throws Refusal, Problem, IOException {
        Path file = export("a.tar");
        int asked = sim.requests.size();
        Store store = sim.begun();
        assertEquals("hello", bring(file, store, Sim.NOW, Duration.ZERO).role().role().text());
        assertEquals("one", Files.readString(folder.resolve("in").resolve("hello%2F1")));
        assertEquals(asked, sim.requests.size(), "nothing was asked of the network");
        Updater.offline(store, Limits.DEFAULT).refresh(Sim.NOW).find(TARGET);
    }

    @Test
    void sameStateSameBytes() throws Refusal, Problem, IOException {
        assertArrayEquals(Files.readAllBytes(export("a.tar")), Files.readAllBytes(export("b.tar")));
    }

    @Test
    void expiredIsRefusedUnlessThePolicyAllowsItsAge() throws Refusal, Problem {
        Path file = export("a.tar");
        Instant later = Instant.parse(Sim.EXPIRES).plus(Duration.ofDays(3));
        assertEquals("root-expired", assertThrows(Refusal.class, () -> bring(file, sim.begun(), later, Duration.ofDays(3)))
                .name());
        bring(file, sim.begun(), later, Duration.ofDays(3).plusSeconds(1));
        assertEquals("root-expired", assertThrows(Refusal.class, () -> bring(file, sim.begun(), Instant.parse(Sim.EXPIRES),
                Duration.ZERO)).name());
    }

    @Test
    void olderBundleIsARollback() throws Refusal, Problem {
        Path old = export("old.tar");
        sim.publish();
        Path now = export("new.tar");
        Store store = sim.begun();
        bring(now, store, Sim.NOW, Duration.ZERO);
        assertEquals("timestamp-rollback", assertThrows(Refusal.class, () -> bring(old, store, Sim.NOW, Duration.ZERO)).name());
        bring(now, store, Sim.NOW, Duration.ZERO);
    }

    @Test
    void bundleOfAnotherRepositoryIsRefused() throws Refusal, Problem {
        Path file = export("a.tar");
        assertEquals("timestamp-unsigned",
                assertThrows(Refusal.class, () -> bring(file, new Sim().begun(), Sim.NOW, Duration.ZERO)).name());
    }

    @Test
    void changedContentIsRefused() throws Refusal, Problem, IOException {
        byte[] bytes = Files.readAllBytes(export("a.tar"));
        String text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
        for (String name : new String[] {"metadata/1.hello.json", "metadata/1.other.json", "metadata/1.snapshot.json",
                "metadata/1.targets.json",
                "metadata/rotate/", "metadata/timestamp.json"}) {
            byte[] changed = bytes.clone();
            changed[text.indexOf(name) + 512 + 200] ^= 1;
            Path file = Files.write(folder.resolve("c.tar"), changed);
            assertThrows(Refusal.class, () -> bring(file, sim.begun(), Sim.NOW, Duration.ZERO), name);
        }
        int target = text.indexOf("targets/hello/");
        byte[] changed = bytes.clone();
        changed[target + 512] ^= 1;
        Path file = Files.write(folder.resolve("c.tar"), changed);
        assertEquals("target-digest-mismatch",
                assertThrows(Refusal.class, () -> bring(file, sim.begun(), Sim.NOW, Duration.ZERO)).name());
        assertEquals(false, Files.exists(folder.resolve("in").resolve("hello%2F1")));
    }
}
