package dev.repro.tuf.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DownloadsTest {
    private static final String CONTENT = "all that it is";
    private static final String HASH = Digest.of(CONTENT.getBytes(StandardCharsets.UTF_8)).hex();

    @TempDir
    Path folder;

    private Simulator repo;

    @BeforeEach
    void begin() {
        repo = new Simulator();
        repo.role("targets").target("d/x.hvt", CONTENT);
    }

    private Found find(String target) throws Refusal, Problem {
        var store = new MemoryStore();
        repo.publishAll();
        Updater.begin(store, repo.metadata("1.root.json"), Limits.DEFAULT);
        Found found = new Updater(repo, store, Limits.DEFAULT).refresh(Simulator.NOW).find(new TargetName(target));
        repo.takeAsked();
        return found;
    }

    private Downloads.Download fetch(String target) throws Refusal, Problem {
        return new Downloads(repo, folder).fetch(find(target));
    }

    private void refused(String name, String target) throws IOException {
        assertEquals(name, assertThrows(Refusal.class, () -> fetch(target)).name());
        assertEquals(List.of(), left());
    }

    /// What is in the folder but the lock.
    private List<String> left() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).filter(f -> !f.equals(".lock")).sorted().toList();
        }
    }

    private byte[] served(boolean consistent) {
        return repo.files.get("targets/d/" + (consistent ? HASH + "." : "") + "x.hvt");
    }

    private void serve(String content) {
        repo.files.put("targets/d/" + HASH + ".x.hvt", content.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void fetchesOnceAndHoldsWhatIsHereToItsHash() throws Exception {
        Downloads.Download first = fetch("d/x.hvt");
        assertTrue(first.fetched());
        assertEquals(folder.resolve("d%2Fx.hvt"), first.file());
        assertEquals(List.of("d/" + HASH + ".x.hvt"), repo.takeAsked());
        assertFalse(fetch("d/x.hvt").fetched());
        assertEquals(List.of(), repo.asked);
        Files.writeString(first.file(), CONTENT.toUpperCase(java.util.Locale.ROOT));
        assertTrue(fetch("d/x.hvt").fetched());
        assertEquals(CONTENT, Files.readString(first.file()));
        assertEquals(List.of("d%2Fx.hvt"), left());
    }

    @Test
    void withoutConsistentSnapshotsTheNameIsPlain() throws Exception {
        repo.consistent = false;
        repo.role("targets").target("d/x.hvt", CONTENT);
        repo.publish("root");
        fetch("d/x.hvt");
        assertEquals(List.of("d/x.hvt"), repo.asked);
        assertEquals(CONTENT.length(), served(false).length);
    }

    @Test
    void otherBytesAreRefusedAndNothingIsLeft() throws Exception {
        serve(CONTENT.replace('a', 'b'));
        refused("target-digest-mismatch", "d/x.hvt");
        serve(CONTENT + "!");
        refused("target-too-long", "d/x.hvt");
        serve(CONTENT.substring(1));
        refused("target-length-mismatch", "d/x.hvt");
        repo.files.remove("targets/d/" + HASH + ".x.hvt");
        refused("target-missing", "d/x.hvt");
    }

    @Test
    void whatWasGoodBeforeStays() throws Exception {
        Path file = fetch("d/x.hvt").file();
        repo.role("targets").target("d/x.hvt", "the next one");
        repo.files.replaceAll((name, bytes) -> name.startsWith("targets/") ? "evil".getBytes(StandardCharsets.UTF_8) : bytes);
        assertThrows(Refusal.class, () -> fetch("d/x.hvt"));
        assertEquals(CONTENT, Files.readString(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "/etc/x", "a//b", "a/./b", "a\\b", "a\nb", "..", "a/"})
    void namesThatLeadElsewhereAreRefused(String name) throws Exception {
        repo.role("targets").targets.put(name, repo.role("targets").targets.get("d/x.hvt"));
        refused("target-bad-name", name);
        assertEquals(List.of(), repo.asked);
    }

    @Test
    void longNamesFitAFile() throws Exception {
        String name = "é/".repeat(100) + "x";
        repo.role("targets").target(name, CONTENT);
        Path file = fetch(name).file();
        assertTrue(file.getFileName().toString().length() <= 200);
        assertEquals(CONTENT, Files.readString(file));
    }

    @Test
    void aHashOfNoKnownAlgorithmIsNoHash() throws Exception {
        repo.role("targets").targets.put("y", Json.object("length", 1, "hashes", Json.object("md5", "00")));
        refused("target-no-known-hash", "y");
        assertEquals(List.of(), repo.asked);
    }

    @Test
    void everyKnownHashIsHeldTo() throws Exception {
        repo.role("targets").targets.put("d/x.hvt", Json.object("length", CONTENT.length(), "hashes", Json.object(
                "sha256", HASH, "sha512", "0".repeat(128), "blake3", "00")));
        refused("target-digest-mismatch", "d/x.hvt");
    }

    @Test
    void anEmptyTargetNeedsNoRequest() throws Exception {
        repo.role("targets").target("empty", "");
        assertEquals(0, Files.size(fetch("empty").file()));
    }

    /// A remote whose connection breaks after so many bytes of each answer.
    private final class Breaking implements Remote {
        private final byte[] file;
        private final int each;
        private final boolean resumes;
        final List<Long> asked = new ArrayList<>();

        Breaking(byte[] file, int each, boolean resumes) {
            this.file = file;
            this.each = each;
            this.resumes = resumes;
        }

        @Override
        public Optional<byte[]> get(String path, int most) {
            throw new AssertionError(path);
        }

        @Override
        public Optional<Body> open(String path, long wanted) {
            asked.add(wanted);
            int from = resumes ? (int) wanted : 0;
            int length = Math.min(each, file.length - from);
            InputStream whole = new ByteArrayInputStream(file, from, length);
            return Optional.of(new Body(from, new InputStream() {
                @Override
                public int read() {
                    throw new AssertionError();
                }

                @Override
                public int read(byte[] bytes, int at, int most) throws IOException {
                    int n = whole.read(bytes, at, most);
                    if (n < 0 && from + length < file.length) {
                        throw new IOException("broken");
                    }
                    return n;
                }
            }));
        }

        @Override
        public String describe(String path) {
            return path;
        }
    }

    private byte[] large() {
        byte[] bytes = new byte[5 << 20];
        new Random(4).nextBytes(bytes);
        repo.role("targets").targets.put("big", Json.object("length", bytes.length, "hashes", Json.object("sha256", Digest.of(bytes))));
        return bytes;
    }

    @Test
    void aConnectionThatBreaksAfterProgressIsFollowedByAnother() throws Exception {
        var remote = new Breaking(large(), 2 << 20, true);
        Path file = new Downloads(remote, folder).fetch(find("big")).file();
        assertEquals(List.of(0L, 2L << 20, 4L << 20), remote.asked);
        assertEquals(Digest.of(remote.file), Digest.of(file));
    }

    @Test
    void theNextRunGoesOnWhereThisOneEnded() throws Exception {
        byte[] bytes = large();
        Found found = find("big");
        var slow = new Breaking(bytes, 1000, true);
        assertEquals(Problem.Exit.STORAGE, assertThrows(Problem.class, () -> new Downloads(slow, folder).fetch(found)).exit());
        assertEquals(List.of(0L), slow.asked);
        var remote = new Breaking(bytes, bytes.length, true);
        assertTrue(new Downloads(remote, folder).fetch(found).fetched());
        assertEquals(List.of(1000L), remote.asked);
        assertEquals(List.of("big"), left());
    }

    @Test
    void aServerThatKnowsNoRangesBeginsAnew() throws Exception {
        byte[] bytes = large();
        Found found = find("big");
        assertThrows(Problem.class, () -> new Downloads(new Breaking(bytes, 1000, true), folder).fetch(found));
        var remote = new Breaking(bytes, bytes.length, false);
        new Downloads(remote, folder).fetch(found);
        assertEquals(List.of(1000L), remote.asked);
    }

    @Test
    void aPartThatIsDamagedIsFetchedAgainAsAWhole() throws Exception {
        byte[] bytes = large();
        Files.write(folder.resolve("." + Digest.of(bytes).hex() + ".part"), new byte[1000]);
        var remote = new Breaking(bytes, bytes.length, true);
        Path file = new Downloads(remote, folder).fetch(find("big")).file();
        assertEquals(List.of(1000L, 0L), remote.asked);
        assertEquals(Digest.of(bytes), Digest.of(file));
    }

    @Test
    void aPartThatIsWholeIsNotFetched() throws Exception {
        byte[] bytes = large();
        Files.write(folder.resolve("." + Digest.of(bytes).hex() + ".part"), bytes);
        var remote = new Breaking(bytes, bytes.length, true);
        assertFalse(new Downloads(remote, folder).fetch(find("big")).fetched());
        assertEquals(List.of(), remote.asked);
    }

    @Test
    void aPartThatIsALinkIsNotFollowed() throws Exception {
        Path elsewhere = folder.resolve("elsewhere");
        Files.writeString(elsewhere, "mine");
        Files.createSymbolicLink(folder.resolve("." + HASH + ".part"), elsewhere);
        assertThrows(Problem.class, () -> fetch("d/x.hvt"));
        assertEquals("mine", Files.readString(elsewhere));
    }

    @Test
    void whileAnotherProcessFetchesTheSameThePartIsItsOwn() throws Exception {
        Found found = find("d/x.hvt");
        try (var lock = FileChannel.open(folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lock.lock();
            Files.writeString(folder.resolve("." + HASH + ".part"), "all");
            new Downloads(repo, folder).fetch(found);
            assertEquals(List.of("." + HASH + ".part", "d%2Fx.hvt"), left());
        }
    }
}
