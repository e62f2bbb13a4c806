package dev.repro.timestamp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Signer;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.Threshold;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimestampAuthorityTest {
    @TempDir
    Path folder;

    private final Makers makers = new Makers();
    private final AtomicReference<Instant> wall = new AtomicReference<>(Makers.NOW);
    private final AtomicLong nanos = new AtomicLong(17);
    private final Map<Long, byte[]> roots = new HashMap<>();
    private byte[] root;
    private TimestampAuthority authority;

    @BeforeEach
    void open() throws Exception {
        root = makers.root(1);
        authority = reopened(makers.timestamp);
    }

    private TimestampAuthority reopened(Signer... signers) throws Refusal, Problem {
        return TimestampAuthority.open(folder, root, List.of(signers), new Clocks(wall::get, nanos::get), TimestampAuthority.Margins.DEFAULT);
    }

    private TimestampAuthority.Stamp sign(byte[] snapshot) throws Refusal, Problem {
        return authority.timestamp(snapshot, v -> Optional.ofNullable(roots.get(v)), Optional.empty());
    }

    private void refused(String name, byte[] snapshot) throws IOException {
        Map<String, Digest> before = state();
        assertEquals(name, assertThrows(Refusal.class, () -> sign(snapshot)).name());
        assertEquals(before, state(), "a refusal changes nothing");
    }

    private Map<String, Digest> state() throws IOException {
        var out = new HashMap<String, Digest>();
        try (var files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.put(folder.relativize(file).toString(), Digest.of(file));
            }
        }
        out.remove("lock");
        return out;
    }

    private void pass(Duration time) {
        wall.updateAndGet(w -> w.plus(time));
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void theFirstSnapshotIsSigned() throws Exception {
        byte[] snapshot = makers.snapshot(7, Map.of("hello", 3));
        var stamp = sign(snapshot);
        Signed.Root signedBy = Metadata.parse(MetadataType.ROOT, RoleName.ROOT, root).unverified();
        Signed.Timestamp timestamp = Threshold.verify(Metadata.parse(MetadataType.TIMESTAMP, RoleName.TIMESTAMP, stamp.signed()),
                signedBy.roles().get(RoleName.TIMESTAMP), signedBy.keys()).get();
        assertEquals(1, timestamp.version());
        assertEquals(7, timestamp.snapshot().version());
        timestamp.snapshot().check(RoleName.SNAPSHOT, snapshot);
        assertEquals(Makers.NOW.plus(7, ChronoUnit.DAYS), timestamp.header().expires());
        assertArrayEquals(snapshot, authority.last().orElseThrow());
    }

    @Test
    void theSameSnapshotIsSignedAgainAndAgain() throws Exception {
        byte[] snapshot = makers.snapshot(7, Map.of("hello", 3));
        for (int i = 1; i <= 3; i++) {
            assertEquals(i, sign(snapshot).timestamp().version());
            pass(Duration.ofDays(3));
        }
    }

    @Test
    void aNewerSnapshotIsSigned() throws Exception {
        sign(makers.snapshot(7, Map.of("hello", 3, "rotate/hello.rotate.1", 1)));
        assertEquals(2, sign(makers.snapshot(8, Map.of("hello", 4, "rotate/hello.rotate.1", 1, "world", 1))).timestamp().version());
        assertEquals(2, Files.list(folder).filter(f -> f.toString().endsWith(".json")).count(), "the older snapshot is gone");
    }

    @Test
    void whatGoesBackwardsIsRefused() throws Exception {
        sign(makers.snapshot(7, Map.of("hello", 3, "rotate/hello.rotate.1", 1)));
        refused("snapshot-rollback", makers.snapshot(6, Map.of("hello", 3, "rotate/hello.rotate.1", 1)));
        refused("snapshot-replaced", makers.snapshot(7, Map.of("hello", 4, "rotate/hello.rotate.1", 1)));
        refused("delegated-rollback", makers.snapshot(8, Map.of("hello", 2, "rotate/hello.rotate.1", 1)));
        refused("delegated-removed", makers.snapshot(8, Map.of("rotate/hello.rotate.1", 1)));
        refused("delegated-removed", makers.snapshot(8, Map.of("hello", 3)));
        refused("delegated-replaced", makers.snapshot(8, Map.of("hello", 3, "rotate/hello.rotate.1", 1), Makers.NOW.plus(9, ChronoUnit.DAYS),
                "other"));
        authority = reopened(makers.timestamp);
        refused("snapshot-rollback", makers.snapshot(6, Map.of("hello", 3, "rotate/hello.rotate.1", 1)));
    }

    @Test
    void aRevocationMayTakeTheNumberOfARotation() throws Exception {
        sign(makers.snapshot(1, Map.of("rotate/hello.rotate.1", 1)));
        byte[] revoked = makers.snapshot(2, Map.of("targets", 2, "rotate/hello.rotate.1", 1), Makers.NOW.plus(9, ChronoUnit.DAYS), "revoked");
        assertEquals(2, sign(revoked).timestamp().version());
    }

    @Test
    void foreignKeysAreRefused() throws Exception {
        sign(makers.snapshot(1, Map.of()));
        refused("snapshot-unsigned", makers.snapshot(2, Map.of(), Makers.key()));
        refused("snapshot-unsigned", makers.snapshot(2, Map.of(), makers.timestamp));
        refused("snapshot-malformed", "no metadata".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        refused("snapshot-wrong-type", root);
        refused("snapshot-too-long", new byte[16_000_001]);
    }

    @Test
    void whatNobodyCouldUseIsRefused() throws Exception {
        refused("snapshot-expired", makers.snapshot(1, Map.of(), Makers.NOW, ""));
        refused("snapshot-expires-soon", makers.snapshot(1, Map.of(), Makers.NOW.plus(59, ChronoUnit.MINUTES), ""));
        byte[] empty = Makers.sign(Makers.header("snapshot", 1, Makers.NOW.plus(9, ChronoUnit.DAYS)).with("meta", Json.object()),
                List.of(makers.snapshot));
        refused("targets-missing", empty);
    }

    @Test
    void replacedSnapshotKeysBeginAnew() throws Exception {
        sign(makers.snapshot(900, Map.of("hello", 800)));
        makers.snapshot = Makers.key();
        roots.put(2L, makers.root(2));
        var stamp = sign(makers.snapshot(8, Map.of("hello", 4)));
        assertEquals(2, stamp.timestamp().version());
        assertEquals(2, stamp.root().version());
        refused("snapshot-rollback", makers.snapshot(7, Map.of("hello", 4)));
    }

    @Test
    void aRootThatChangesOtherKeysForgetsNothing() throws Exception {
        sign(makers.snapshot(9, Map.of("hello", 8)));
        makers.targets = Makers.key();
        roots.put(2L, makers.root(2));
        refused("snapshot-rollback", makers.snapshot(8, Map.of("hello", 8)));
        assertEquals(10, sign(makers.snapshot(10, Map.of("hello", 8))).snapshot().version());
    }

    @Test
    void rootsAreFollowedBySignatures() throws Exception {
        byte[] snapshot = makers.snapshot(1, Map.of());
        Signer thief = Makers.key();
        roots.put(2L, makers.root(2, thief));
        refused("root-unsigned", snapshot);
        roots.put(2L, makers.root(3));
        refused("root-version-mismatch", snapshot);
        roots.put(2L, makers.root(2, Makers.NOW.minusSeconds(1)));
        refused("root-expired", snapshot);
        roots.put(3L, makers.root(3));
        assertEquals(3, sign(snapshot).root().version());
        roots.clear(); // they are remembered
        assertEquals(3, sign(snapshot).root().version());
    }

    @Test
    void anOlderRootThanBeforeIsRefused() throws Exception {
        byte[] snapshot = makers.snapshot(1, Map.of());
        roots.put(2L, makers.root(2));
        sign(snapshot);
        Files.delete(folder.resolve("roots/2.root.json"));
        roots.clear();
        refused("root-rollback", snapshot);
    }

    @Test
    void whileTheKeyIsReplacedBothSign() throws Exception {
        byte[] snapshot = makers.snapshot(1, Map.of());
        sign(snapshot);
        Signer old = makers.timestamp;
        makers.timestamp = Makers.key();
        roots.put(2L, makers.root(2));
        var e = assertThrows(Problem.class, () -> sign(snapshot));
        assertEquals(Problem.Exit.NO, e.exit());
        assertTrue(e.hint().contains("--key"), e.hint());
        authority = reopened(old, makers.timestamp);
        var signed = Metadata.parse(MetadataType.TIMESTAMP, RoleName.TIMESTAMP, sign(snapshot).signed());
        assertEquals(2, signed.signatures().size());
    }

    @Test
    void aClockThatJumpsIsNotBelieved() throws Exception {
        byte[] snapshot = makers.snapshot(1, Map.of());
        sign(snapshot);
        for (Duration jump : List.of(Duration.ofDays(1), Duration.ofDays(-1), Duration.ofSeconds(61), Duration.ofSeconds(-61))) {
            wall.updateAndGet(w -> w.plus(jump));
            refused("timestamp-clock", snapshot);
            wall.updateAndGet(w -> w.minus(jump));
            pass(Duration.ofSeconds(1));
            sign(snapshot);
        }
    }

    @Test
    void manySmallStepsAreOneJump() throws Exception {
        byte[] snapshot = makers.snapshot(1, Map.of());
        sign(snapshot);
        wall.updateAndGet(w -> w.plusSeconds(50));
        sign(snapshot);
        wall.updateAndGet(w -> w.plusSeconds(50));
        refused("timestamp-clock", snapshot);
    }

    @Test
    void aClockBehindWhatWasSignedIsNotBelievedAfterARestart() throws Exception {
        byte[] snapshot = makers.snapshot(1, Map.of());
        sign(snapshot);
        wall.updateAndGet(w -> w.minus(1, ChronoUnit.DAYS));
        authority = reopened(makers.timestamp);
        refused("timestamp-clock", snapshot);
    }

    @Test
    void aLostMarkIsMadeUpForByWhatWasPublished() throws Exception {
        byte[] snapshot = makers.snapshot(7, Map.of());
        sign(snapshot);
        byte[] published = sign(snapshot).signed();
        Files.delete(folder.resolve("mark.json"));
        TimestampAuthority.Roots none = _ -> Optional.empty();
        var e = assertThrows(Refusal.class, () -> authority.sign(makers.snapshot(6, Map.of()), none, Optional.of(published)));
        assertEquals("snapshot-rollback", e.name());
        e = assertThrows(Refusal.class, () -> authority.sign(makers.snapshot(7, Map.of("more", 1)), none, Optional.of(published)));
        assertTrue(e.name().startsWith("snapshot-"), e.name());
        assertEquals(3, authority.timestamp(snapshot, none, Optional.of(published)).timestamp().version());
    }

    @Test
    void whatIsPublishedByAnotherKeyMeansNothing() throws Exception {
        byte[] foreign = Makers.sign(Makers.header("timestamp", 1_000_000, Makers.NOW).with("meta", Json.object("snapshot.json",
                Json.object("version", 99))), List.of(Makers.key()));
        assertEquals(1, authority.timestamp(makers.snapshot(1, Map.of()), _ -> Optional.empty(), Optional.of(foreign)).timestamp().version());
    }

    @Test
    void aDamagedMemoryIsNotBegunAnew() throws Exception {
        byte[] snapshot = makers.snapshot(7, Map.of());
        sign(snapshot);
        byte[] mark = Files.readAllBytes(folder.resolve("mark.json"));
        Files.write(folder.resolve("mark.json"), java.util.Arrays.copyOf(mark, mark.length / 2));
        assertEquals(Problem.Exit.USAGE, assertThrows(Problem.class, () -> sign(snapshot)).exit());
        assertThrows(Problem.class, () -> reopened(makers.timestamp));
        Files.write(folder.resolve("mark.json"), mark);
        Path kept = Files.list(folder).filter(f -> f.toString().endsWith(".snapshot.json")).findFirst().orElseThrow();
        Files.write(kept, new byte[3]);
        var e = assertThrows(Problem.class, () -> sign(makers.snapshot(8, Map.of())));
        assertEquals(Problem.Exit.STORAGE, e.exit());
        assertTrue(e.line().contains("damaged"), e.line());
    }

    /// A signer that looks at the disk when it is asked to sign.
    private record Looking(Signer real, Path mark, AtomicReference<String> seen) implements Signer {
        @Override
        public PublicKey key() {
            return real.key();
        }

        @Override
        public byte[] sign(byte[] message) throws Problem {
            try {
                seen.set(Files.readString(mark));
            } catch (IOException e) {
                throw Problem.storage(e.toString());
            }
            return real.sign(message);
        }

        @Override
        public void close() {
            real.close();
        }
    }

    @Test
    void theMarkIsThereBeforeTheSignature() throws Exception {
        var seen = new AtomicReference<String>();
        authority = reopened(new Looking(makers.timestamp, folder.resolve("mark.json"), seen));
        byte[] snapshot = makers.snapshot(7, Map.of());
        sign(snapshot);
        assertTrue(seen.get().contains(Digest.of(snapshot).hex()), seen.get());
        assertTrue(seen.get().contains("\"timestamp\": 1"), seen.get());
    }

    @Test
    void withoutAMarkThereIsNoSignature() throws Exception {
        Files.write(folder.resolve("roots"), new byte[0]); // a file where a folder is wanted
        roots.put(2L, makers.root(2));
        assertEquals(Problem.Exit.STORAGE, assertThrows(Problem.class, () -> sign(makers.snapshot(1, Map.of()))).exit());
        assertFalse(Files.exists(folder.resolve("mark.json")));
    }

    @Test
    void aRootThatNobodySignedIsNoBeginning() throws Exception {
        root = makers.root(1, Makers.key());
        assertEquals("root-unsigned", assertThrows(Refusal.class, () -> reopened(makers.timestamp)).name());
    }

    @Test
    void everySchemeSigns() throws Exception {
        for (Scheme scheme : List.of(Scheme.ED25519, Scheme.ECDSA_P256)) {
            makers.timestamp = PrivateKey.generate(scheme, new SecureRandom()).signer();
            root = makers.root(1);
            authority = TimestampAuthority.open(folder.resolve(scheme.name()), root, List.of(makers.timestamp), new Clocks(wall::get, nanos::get),
                    TimestampAuthority.Margins.DEFAULT);
            assertEquals(1, sign(makers.snapshot(1, Map.of())).timestamp().version());
        }
    }
}
