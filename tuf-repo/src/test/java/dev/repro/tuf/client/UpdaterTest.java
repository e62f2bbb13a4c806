package dev.repro.tuf.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.TestKey;
import dev.repro.tuf.TestMetadata;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The update of the top-level roles against a repository in memory.
class UpdaterTest {
    private static final Instant NOW = Simulator.NOW;

    private Simulator repo;
    private MemoryStore store;

    @BeforeEach
    void begin() throws Exception {
        repo = new Simulator();
        store = new MemoryStore();
        Updater.begin(store, repo.metadata("1.root.json"), Limits.DEFAULT);
    }

    private Repository refresh() throws Refusal, Problem {
        return refresh(NOW);
    }

    private Repository refresh(Instant at) throws Refusal, Problem {
        return new Updater(repo, store, Limits.DEFAULT).refresh(at);
    }

    private void refused(String name) {
        refused(name, NOW);
    }

    private void refused(String name, Instant at) {
        assertEquals(name, assertThrows(Refusal.class, () -> refresh(at)).name());
    }

    private Optional<byte[]> kept(String file) {
        return assertDoesNotThrow(() -> store.read(file, Integer.MAX_VALUE));
    }

    private long version(String file) {
        return kept(file).map(bytes -> Versions.of(bytes)).orElse(0L);
    }

    @Test
    void asksForExactlyWhatTheWorkflowNeeds() throws Exception {
        refresh();
        assertEquals(List.of("2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"), repo.takeAsked());
        refresh();
        assertEquals(List.of("2.root.json", "timestamp.json"), repo.takeAsked());
        repo.publish("timestamp");
        refresh();
        assertEquals(List.of("2.root.json", "timestamp.json"), repo.takeAsked());
        repo.publishAll();
        refresh();
        assertEquals(List.of("2.root.json", "timestamp.json", "2.snapshot.json", "2.targets.json"), repo.takeAsked());
    }

    @Test
    void keepsTheBytesThatCame() throws Exception {
        byte[] odd = Arrays.copyOf(repo.metadata("timestamp.json"), repo.metadata("timestamp.json").length + 1);
        odd[odd.length - 1] = ' ';
        repo.files.put("metadata/timestamp.json", odd);
        refresh();
        assertArrayEquals(odd, kept("timestamp.json").orElseThrow());
    }

    @Test
    void followsARepositoryWithoutConsistentSnapshots() throws Exception {
        repo.consistent = false;
        repo.role("targets").target("a/b", "abc");
        repo.publish("root").publishAll();
        Repository repository = refresh();
        assertEquals(List.of("2.root.json", "3.root.json", "timestamp.json", "snapshot.json", "targets.json"), repo.takeAsked());
        assertEquals(3, repository.find(new TargetName("a/b")).file().length());
    }

    @Test
    void needsARootToBeginFrom() {
        store.delete("root.json");
        assertEquals(Problem.Exit.USAGE, assertThrows(Problem.class, this::refresh).exit());
        assertEquals(List.of(), repo.asked);
    }

    @Test
    void refusesToBeginFromARootThatItsKeysHaveNotSigned() {
        byte[] unsigned = TestMetadata.file(TestMetadata.root(TestKey.make()), List.of(TestKey.make()));
        assertEquals("root-unsigned", assertThrows(Refusal.class, () -> Updater.begin(new MemoryStore(), unsigned, Limits.DEFAULT)).name());
    }

    @Test
    void doesNotBeginAnewOverAnotherRoot() {
        assertThrows(Problem.class, () -> Updater.begin(store, new Simulator().metadata("1.root.json"), Limits.DEFAULT));
    }

    @Test
    void keepsEveryRootThatItGoesThrough() throws Exception {
        Simulator.Role root = repo.role("root");
        TestKey first = root.keys.getFirst();
        root.rotate();
        root.signers = List.of(first, root.keys.getFirst());
        repo.publish("root");
        root.signers = null;
        root.expires = NOW; // of a root on the way, it does not matter
        repo.publish("root");
        root.expires = NOW.plusSeconds(1);
        repo.publish("root");
        refresh();
        for (int version = 1; version <= 4; version++) {
            assertArrayEquals(repo.metadata(version + ".root.json"), kept("roots/" + version + ".root.json").orElseThrow());
        }
        assertArrayEquals(repo.metadata("4.root.json"), kept("root.json").orElseThrow());
    }

    @Test
    void aRootNeedsTheOldKeysToo() {
        repo.role("root").rotate();
        repo.publish("root");
        refused("root-unsigned");
        assertEquals(1, version("root.json"));
    }

    @Test
    void aRootNeedsTheNewKeysToo() {
        Simulator.Role root = repo.role("root");
        root.signers = List.copyOf(root.keys);
        root.rotate();
        repo.publish("root");
        refused("root-unsigned");
    }

    @Test
    void aRootThatSkipsAVersionIsRefused() {
        repo.role("root").version++;
        repo.publish("root");
        repo.files.put("metadata/2.root.json", repo.metadata("3.root.json"));
        refused("root-version-mismatch");
    }

    @Test
    void anExpiredRootIsKeptAndNothingElseFollows() {
        repo.role("root").expires = NOW;
        repo.publish("root");
        refused("root-expired");
        assertEquals(2, version("root.json"));
        assertEquals(List.of("2.root.json", "3.root.json"), repo.asked);
    }

    @Test
    void atMostSoManyRootsInOneUpdate() throws Exception {
        for (int i = 0; i < Limits.DEFAULT.rootRotations() + 1; i++) {
            repo.publish("root");
        }
        refused("root-too-many");
        assertEquals(257, version("root.json"));
        refresh(); // the next one goes on from there
        assertEquals(258, version("root.json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"timestamp", "snapshot", "targets"})
    void anUnsignedRoleIsRefusedAndThoseBeforeItAreKept(String role) {
        repo.role(role).signers = List.of();
        repo.publishAll();
        refused(role + "-unsigned");
        assertEquals(role.equals("timestamp") ? 0 : 2, version("timestamp.json"));
        assertEquals(role.equals("targets") ? 2 : 0, version("snapshot.json"));
        assertEquals(0, version("targets.json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"timestamp", "snapshot", "targets"})
    void anExpiredRoleIsRefused(String role) {
        repo.role(role).expires = NOW;
        repo.publishAll();
        refused(role + "-expired");
    }

    @ParameterizedTest
    @ValueSource(strings = {"timestamp.json", "1.snapshot.json", "1.targets.json"})
    void aMissingFileIsRefused(String file) throws Exception {
        byte[] there = repo.files.remove("metadata/" + file);
        refused(file.replaceAll("^1\\.|\\.json$", "") + "-missing");
        repo.files.put("metadata/" + file, there);
        refresh();
    }

    /// sigstore-java 2.0.0 accepts it: it returns before it looks at the expiry.
    @Test
    void freezeByReplayOfTheSameTimestampAfterItExpired() throws Exception {
        refresh();
        refused("timestamp-expired", NOW.plus(Duration.ofDays(30)));
        refresh(NOW.plus(Duration.ofDays(30)).minusSeconds(1));
    }

    /// And of another file of the same version, which is not looked at: the one that is kept has expired.
    @Test
    void freezeByAnotherTimestampOfTheSameVersion() throws Exception {
        refresh();
        repo.role("timestamp").version = 0;
        repo.role("timestamp").expires = NOW.plus(Duration.ofDays(99));
        repo.publish("timestamp");
        byte[] before = kept("timestamp.json").orElseThrow();
        refresh();
        assertArrayEquals(before, kept("timestamp.json").orElseThrow());
        refused("timestamp-expired", NOW.plus(Duration.ofDays(31)));
    }

    /// sigstore-java 2.0.0 exits with 0 and the old snapshot: it skips the snapshot if the timestamp is unchanged.
    @Test
    void aSecondUpdateAfterAFailedSnapshotFailsToo() throws Exception {
        refresh();
        repo.publishAll();
        byte[] snapshot = repo.files.remove("metadata/2.snapshot.json");
        refused("snapshot-missing");
        refused("snapshot-missing");
        assertEquals(1, version("snapshot.json"));
        repo.files.put("metadata/2.snapshot.json", snapshot);
        refresh();
        assertEquals(2, version("targets.json"));
    }

    /// CVE-2026-23992 of go-tuf; sigstore-java 2.0.0 has it.
    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void aThresholdBelowOne(int threshold) {
        repo.role("timestamp").threshold = threshold;
        repo.role("timestamp").signers = List.of();
        repo.publish("root").publish("timestamp");
        refused("root-malformed");
    }

    /// python-tuf 5.1.0, tuf-js 5.0.1 and sigstore-java 2.0.0 accept it; TAP 12 does not.
    @Test
    void oneKeyUnderTwoIdsIsOneKey() {
        Simulator.Role timestamp = repo.role("timestamp");
        timestamp.keys.add(timestamp.keys.getFirst().called("another"));
        timestamp.threshold = 2;
        repo.publish("root").publish("timestamp");
        refused("timestamp-unsigned");
    }

    @Test
    void rollbackOfTimestamp() throws Exception {
        repo.publish("timestamp");
        refresh();
        repo.role("timestamp").version = 0;
        repo.publish("timestamp");
        refused("timestamp-rollback");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rollbackOfSnapshot(boolean hashes) throws Exception {
        repo.hashes = hashes;
        repo.publishAll();
        refresh();
        repo.role("snapshot").version = 0;
        repo.publish("snapshot", "timestamp");
        refused("snapshot-rollback");
        assertEquals(2, version("timestamp.json"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rollbackOfTargets(boolean hashes) throws Exception {
        repo.hashes = hashes;
        repo.publishAll();
        refresh();
        repo.role("targets").version = 0;
        repo.publishAll();
        refused("targets-rollback");
        assertEquals(2, version("snapshot.json"));
    }

    @Test
    void aRoleThatVanishesFromTheSnapshot() throws Exception {
        repo.role("targets").delegate("d", false, "*");
        repo.publishAll();
        refresh();
        repo.unlist("d");
        repo.publish("snapshot", "timestamp");
        refused("delegated-removed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"timestamp", "snapshot"})
    void afterARotationOfKeysVersionsMayBeginAnew(String role) throws Exception {
        for (int i = 0; i < 9; i++) {
            repo.publishAll();
        }
        refresh();
        repo.role(role).rotate();
        List.of("timestamp", "snapshot", "targets").forEach(r -> repo.role(r).version = 0);
        repo.publish("root").publishAll();
        refresh();
        assertEquals(1, version("timestamp.json"));
        assertEquals(1, version("targets.json"));
    }

    /// Specification issue 318: the client dies between the new root and the deletion of what the old keys signed.
    @Test
    void afterARotationThatWasInterrupted() throws Exception {
        repo.publishAll();
        refresh();
        repo.role("snapshot").rotate();
        List.of("timestamp", "snapshot", "targets").forEach(r -> repo.role(r).version = 0);
        repo.publish("root");
        store.write("root.json", repo.metadata("2.root.json"));
        repo.publishAll();
        refresh();
        assertEquals(1, version("timestamp.json"));
    }

    @Test
    void rotatedKeysDeleteBothFilesAtOnce() throws Exception {
        refresh();
        repo.role("snapshot").rotate();
        repo.publish("root");
        repo.files.remove("metadata/timestamp.json");
        refused("timestamp-missing");
        assertTrue(kept("timestamp.json").isEmpty());
        assertTrue(kept("snapshot.json").isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"timestamp.json", "snapshot.json", "targets.json"})
    void recoversFromAnyDamageToItsOwnFiles(String file) throws Exception {
        refresh();
        byte[] good = kept(file).orElseThrow();
        for (byte[] damaged : List.of(new byte[0], Arrays.copyOf(good, good.length / 2), "null".getBytes(StandardCharsets.UTF_8),
                new byte[] {(byte) 0xff}, kept("root.json").orElseThrow())) {
            store.write(file, damaged);
            refresh();
            assertArrayEquals(good, kept(file).orElseThrow());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void hashesAndLengthsInTheListingFiles(boolean right) throws Exception {
        repo.hashes = true;
        repo.publishAll();
        refresh();
        repo.publishAll();
        if (right) {
            refresh();
            return;
        }
        byte[] swapped = repo.metadata("3.snapshot.json").clone();
        swapped[swapped.length - 2] ^= 1;
        repo.files.put("metadata/3.snapshot.json", swapped);
        refused("snapshot-digest-mismatch");
        repo.files.put("metadata/3.snapshot.json", Arrays.copyOf(swapped, swapped.length - 1));
        refused("snapshot-length-mismatch");
        repo.files.put("metadata/3.snapshot.json", Arrays.copyOf(swapped, swapped.length + 1));
        refused("snapshot-too-long");
        assertEquals(3, version("timestamp.json"));
        assertEquals(2, version("snapshot.json"));
    }

    @Test
    void metadataIsReadNoFurtherThanItsLimit() {
        repo.files.put("metadata/timestamp.json", new byte[64 << 20]);
        refused("timestamp-too-long");
        repo.files.put("metadata/2.root.json", new byte[Limits.DEFAULT.rootBytes() + 1]);
        refused("root-too-long");
    }

    @Test
    void fileOfAnotherVersionThanItsName() {
        repo.publish("targets");
        repo.files.put("metadata/2.targets.json", repo.metadata("1.targets.json"));
        repo.publish("snapshot", "timestamp");
        refused("targets-version-mismatch");
    }

    @Test
    void fileOfAnotherRole() {
        repo.files.put("metadata/timestamp.json", repo.metadata("1.snapshot.json"));
        refused("timestamp-wrong-type");
    }

    @Test
    void signedMembersThatNobodyKnowsAreKeptAndVerified() throws Exception {
        repo.role("targets").edit = signed -> signed.with("custom", Json.object("x", List.of(1, "é", "\n")));
        repo.publishAll();
        Json.Obj signed = refresh().targets().targets().get().json();
        assertEquals("{\"x\":[1,\"é\",\"\\n\"]}", JsonText.compact(signed.members().get("custom")));
    }

    @Test
    void offlineIsTheSameWorkflowOverOwnFiles() throws Exception {
        repo.role("targets").target("a/b", "abc");
        repo.publishAll();
        refresh();
        repo.takeAsked();
        Updater offline = Updater.offline(store, Limits.DEFAULT);
        assertEquals(3, offline.refresh(NOW.plus(Duration.ofDays(29))).find(new TargetName("a/b")).file().length());
        assertEquals("timestamp-expired", assertThrows(Refusal.class, () -> offline.refresh(NOW.plus(Duration.ofDays(30)))).name());
        store.write("targets.json", repo.metadata("1.targets.json")); // an older one
        assertEquals("targets-missing", assertThrows(Refusal.class, () -> offline.refresh(NOW)).name());
        assertEquals(List.of(), repo.asked);
    }

    /// GHSA-9pfj-pjv5-22gj of python-tuf: a root in a folder that others can write is no anchor.
    @Test
    void aShippedRootIsTheAnchorWhateverTheFolderHas() throws Exception {
        byte[] shipped = repo.metadata("1.root.json");
        repo.publish("root");
        var evil = new Simulator();
        store.write("root.json", evil.metadata("1.root.json"));
        store.write("roots/2.root.json", evil.metadata("1.root.json"));
        var updater = new Updater(repo, store, Limits.DEFAULT);
        updater.refresh(shipped, NOW);
        assertEquals(List.of("2.root.json", "3.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"), repo.takeAsked());
        updater.refresh(shipped, NOW);
        assertEquals(List.of("3.root.json", "timestamp.json"), repo.takeAsked());
    }
}
