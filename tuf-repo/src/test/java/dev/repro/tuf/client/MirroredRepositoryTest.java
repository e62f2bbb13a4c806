package dev.repro.tuf.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MirroredRepositoryTest {
    private static final TargetName TARGET = new TargetName("hello/1");

    private final Sim sim = new Sim();
    private final Hand alice = new Hand();
    private final List<String> told = new ArrayList<>();
    private Store store;

    @TempDir
    private Path folder;

    @BeforeEach
    void begin() throws Refusal, Problem {
        store = sim.begun();
        sim.delegate("hello", "hello/*", true, 1, alice).role("hello", Map.of("hello/1", "one"), alice).publish();
    }

    private MirroredRepository of(Mirror... mirrors) {
        return new MirroredRepository(List.of(mirrors), store, Limits.DEFAULT, Duration.ofMillis(200), told::add);
    }

    private long version(MirroredRepository repository) throws Refusal, Problem {
        return repository.refresh(Sim.NOW).snapshot().snapshot().get().version();
    }

    /// A mirror that answers only some paths, and all else with a failure.
    private Mirror failing(String name, String from) {
        Mirror good = sim.copy(name);
        return new Mirror(name, new Through(good.metadata()) {
            @Override
            public Optional<byte[]> get(String path, int most) throws Problem {
                if (path.contains(from)) {
                    throw Problem.storage("cannot be fetched: status 500").where(path);
                }
                return super.get(path, most);
            }
        }, good.targets());
    }

    private abstract static class Through implements Remote {
        private final Remote remote;

        Through(Remote remote) {
            this.remote = remote;
        }

        @Override
        public Optional<byte[]> get(String path, int most) throws Problem {
            return remote.get(path, most);
        }

        @Override
        public Optional<Body> open(String path, long from) throws Problem {
            return remote.open(path, from);
        }

        @Override
        public String describe(String path) {
            return remote.describe(path);
        }
    }

    @Test
    void oneMirrorMakesNoMoreRequestsThanTheWorkflow() throws Refusal, Problem {
        of(sim.mirror("a")).refresh(Sim.NOW);
        assertEquals(List.of("2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"), sim.requests);
    }

    @Test
    void ofTwoGoodOnesTheFirstIsUsedAndNothingAskedTwice() throws Refusal, Problem {
        of(sim.mirror("a"), sim.mirror("b")).refresh(Sim.NOW);
        assertEquals(1, sim.requests.stream().filter("1.snapshot.json"::equals).count());
        assertEquals(2, sim.requests.stream().filter("timestamp.json"::equals).count(), "one of each mirror");
        assertEquals(List.of(), told);
    }

    @Test
    void mirrorOlderThanAnotherIsToldAndLeft() throws Refusal, Problem {
        Mirror stale = sim.copy("stale");
        sim.publish();
        assertEquals(2, version(of(stale, sim.mirror("fresh"))));
        assertEquals(1, told.size());
        assertTrue(told.getFirst().contains("mirror stale is left") && told.getFirst().contains("timestamp 2 as fresh has"),
                told.getFirst());
    }

    @Test
    void mirrorOlderThanWhatWasSeenIsToldAndLeft() throws Refusal, Problem {
        Mirror stale = sim.copy("stale");
        sim.publish();
        sim.refresh(store);
        assertEquals(2, version(of(stale, sim.mirror("fresh"))));
        assertTrue(told.getFirst().contains("timestamp-rollback"), told.getFirst());
        assertEquals("timestamp-rollback", assertThrows(Refusal.class, () -> of(stale, failing("dead", "")).refresh(Sim.NOW))
                .name());
    }

    @Test
    void failureOfAnyFileMovesToTheNext() throws Refusal, Problem {
        for (String file : List.of("root", "timestamp", "snapshot", "targets", "hello")) {
            store = sim.begun();
            MirroredRepository repository = of(failing("bad", file), sim.mirror("good"));
            repository.refresh(Sim.NOW);
            assertEquals(3, repository.find(TARGET).file().length(), file);
        }
    }

    @Test
    void lyingMirrorIsLeft() throws Refusal, Problem {
        Mirror liar = sim.copy("liar");
        var lying = new Mirror("liar", new Through(liar.metadata()) {
            @Override
            public Optional<byte[]> get(String path, int most) throws Problem {
                return super.get(path, most).map(b -> {
                    b[b.length / 2] ^= 1;
                    return b;
                });
            }
        }, liar.targets());
        var truncating = new Mirror("cut", new Through(liar.metadata()) {
            @Override
            public Optional<byte[]> get(String path, int most) throws Problem {
                return super.get(path, most).map(b -> java.util.Arrays.copyOf(b, b.length / 2));
            }
        }, liar.targets());
        assertEquals(1, version(of(lying, truncating, sim.mirror("good"))));
        assertEquals(2, told.size());
    }

    @Test
    void mirrorThatWithholdsTheNewRootIsStale() throws Refusal, Problem {
        Mirror old = sim.copy("old");
        var root = Metadata.parse(MetadataType.ROOT, RoleName.ROOT, sim.root()).unverified().json();
        byte[] next = Hand.sign(root.with("version", 2), sim.boss);
        sim.metadata.put("2.root.json", next);
        assertEquals(2, of(old, sim.mirror("new")).refresh(Sim.NOW).snapshot().root().root().get().version());
        assertTrue(told.getFirst().contains("mirror old is left"), told.getFirst());
    }

    /// It never answers; the test does not wait for its deadline but for the patience that is left after the good one.
    @Test
    void slowMirrorIsLeft() throws Refusal, Problem {
        var never = new CountDownLatch(1);
        Mirror hanging = new Mirror("slow", new Through(sim.metadata()) {
            @Override
            public Optional<byte[]> get(String path, int most) throws Problem {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    throw Problem.storage("interrupted").because(e);
                }
                return Optional.empty();
            }
        }, sim.targets());
        assertEquals(1, version(of(hanging, sim.mirror("good"))));
        assertTrue(told.getFirst().contains("a slow mirror"), told.getFirst());
    }

    @Test
    void allBadIsARefusalIfOneWasRefused() {
        Mirror liar = new Mirror("liar", new Through(sim.metadata()) {
            @Override
            public Optional<byte[]> get(String path, int most) {
                return path.contains("root") ? Optional.empty() : Optional.of(new byte[] {'{', '}'});
            }
        }, sim.targets());
        assertEquals("timestamp-malformed", assertThrows(Refusal.class, () -> of(failing("dead", ""), liar).refresh(Sim.NOW))
                .name());
        assertThrows(Problem.class, () -> of(failing("dead", ""), failing("dead2", "")).refresh(Sim.NOW));
    }

    @Test
    void whatVerifiedMetadataSaysIsNotAskedOfTheNext() throws Refusal, Problem {
        MirroredRepository repository = of(sim.mirror("a"), sim.mirror("b"));
        repository.refresh(Sim.NOW);
        assertEquals("target-unknown", assertThrows(Refusal.class, () -> repository.find(new TargetName("none"))).name());
        assertEquals(List.of(), told);
    }

    @Test
    void targetComesFromTheMirrorThatHasIt() throws Exception {
        Mirror a = sim.mirror("a");
        var without = new Mirror("without", a.metadata(), new Sim().targets());
        MirroredRepository repository = of(without, sim.mirror("b"));
        repository.refresh(Sim.NOW);
        assertEquals("one", Files.readString(repository.fetch(repository.find(TARGET), folder).file()));
        assertEquals(1, told.size());
    }
}
