package dev.repro.tests.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.tests.Repro;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.Store;
import dev.repro.tuf.repository.Stores;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A repository in a running S3 server. What a failing one does is in `S3FaultsTest` of tuf-repo.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(1_800)
class S3StoreTest {
    private static final int KILLS = Integer.getInteger("REPRO_S3_KILLS", 20);

    @TempDir
    static Path folder;

    private VersityGateway gateway;

    @BeforeAll
    void start() throws Exception {
        gateway = VersityGateway.start(folder, "bucket");
    }

    @AfterAll
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
    }

    private Store open(String prefix) throws Problem {
        return Stores.open(gateway.place("bucket/" + prefix), VersityGateway.CREDENTIALS, Path.of(""));
    }

    private SmallSite site(String name) throws Exception {
        return SmallSite.make(folder.resolve("keys-" + name));
    }

    @Test
    void publishAndRead() throws Exception {
        SmallSite site = site("plain");
        try (Store store = open("a/plain")) {
            assertFalse(store.has("metadata/1.root.json"));
            assertTrue(store.read("metadata/1.root.json").isEmpty());
            site.create(store);
            site.add(store, "hello/1.0.0/hello+é.hvt", "an image");
            assertEquals("an image", SmallSite.read(store, "hello/1.0.0/hello+é.hvt"));
            site.add(store, "empty", "");
            assertEquals("", SmallSite.read(store, "empty"));
        }
        assertTrue(Files.exists(folder.resolve("data/bucket/a/plain/metadata/3.snapshot.json")));
    }

    @Test
    void aLargeFileIsStreamed() throws Exception {
        SmallSite site = site("large");
        Path large = folder.resolve("large.img");
        try (var file = new java.io.RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(300L << 20);
        }
        try (Store store = open("large")) {
            site.create(store);
            var blob = dev.repro.tuf.repository.Blob.of(large);
            site.publish(Editor.of(Repository.read(store), java.time.Instant.now()).add(Map.of(new TargetName("large.img"),
                    new Editor.Addition(blob, dev.repro.base.Json.object())), java.util.Optional.empty()));
            Path there = folder.resolve("data/bucket/large/targets/" + blob.digest().hex() + ".large.img");
            assertEquals(blob.digest(), Digest.of(there));
        }
    }

    @Test
    void aFileThatChangesMeanwhileIsNotPublished() throws Exception {
        SmallSite site = site("changing");
        try (Store store = open("changing")) {
            site.create(store);
            Editor editor = site.adding(store, "x", "as it was");
            try (var files = Files.list(folder.resolve("keys-changing"))) {
                for (Path file : files.filter(f -> f.getFileName().toString().startsWith("target")).toList()) {
                    Files.writeString(file, "as it is!");
                }
            }
            Problem e = assertThrows(Problem.class, () -> site.publish(editor));
            assertEquals(Problem.Exit.NO, e.exit(), e::line);
            site.add(store, "y", "y");
            assertEquals("y", SmallSite.read(store, "y"));
        }
    }

    @Test
    void ofSeveralPublishersAtOnceOneWins() throws Exception {
        SmallSite site = site("race");
        int publishers = 6;
        try (Store store = open("race"); var threads = Executors.newFixedThreadPool(publishers)) {
            site.create(store);
            for (int round = 0; round < 5; round++) {
                var barrier = new CyclicBarrier(publishers);
                var running = new ArrayList<Future<Boolean>>();
                long before = version(store);
                for (int i = 0; i < publishers; i++) {
                    running.add(threads.submit(racing(site, barrier, "r" + round + "-" + i)));
                }
                int won = 0;
                for (Future<Boolean> one : running) {
                    won += one.get(2, TimeUnit.MINUTES) ? 1 : 0;
                }
                assertEquals(1, won, "round " + round);
                assertEquals(before + 1, version(store));
                requireWhole(store);
            }
        }
    }

    private Callable<Boolean> racing(SmallSite site, CyclicBarrier barrier, String target) {
        return () -> {
            try (Store mine = open("race")) {
                Editor editor = site.adding(mine, target, target);
                barrier.await();
                site.publish(editor);
                return true;
            } catch (Problem e) {
                if (e.exit() != Problem.Exit.NO || !e.getMessage().contains("somebody else has published")) {
                    throw e;
                }
                return false;
            }
        };
    }

    private static long version(Store store) throws Exception {
        for (long v = 1;; v++) {
            if (!store.has("metadata/" + (v + 1) + ".snapshot.json")) {
                return v;
            }
        }
    }

    /// All that the newest targets list can be had.
    private static void requireWhole(Store store) throws Exception {
        for (TargetName name : targets(store)) {
            SmallSite.read(store, name.text());
        }
    }

    private static Set<TargetName> targets(Store store) throws Problem {
        return Repository.read(store).targets(RoleName.TARGETS).orElseThrow().unverified().targets().keySet();
    }

    /// `kill -9` of publishers at random moments: what they said is done is there, and the next one goes on.
    @Test
    void killedPublishers() throws Exception {
        Path keys = folder.resolve("keys-kill");
        SmallSite site = SmallSite.make(keys);
        var random = new Random(Long.getLong("REPRO_SEED", System.nanoTime()));
        try (Store store = open("kill")) {
            site.create(store);
        }
        int done = 0;
        for (int i = 0; i < KILLS; i++) {
            done = killed(keys, done, random);
            try (Store store = open("kill")) {
                for (int n = Math.max(1, done - 2); n <= done; n++) {
                    assertEquals("content " + n, SmallSite.read(store, "t" + n));
                }
                if (targets(store).contains(new TargetName("t" + (done + 1)))) {
                    done++; // it was published, and its publisher did not live to say so
                    assertEquals("content " + done, SmallSite.read(store, "t" + done));
                }
            }
        }
        assertTrue(done >= KILLS, "each has published something: " + done);
    }

    private int killed(Path keys, int done, Random random) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), Child.class.getName(),
                        gateway.place("bucket/kill"),
                keys.toString(), Integer.toString(done + 1)).redirectErrorStream(true);
        builder.environment().putAll(new TreeMap<>(VersityGateway.CREDENTIALS));
        Process child = builder.start();
        try (BufferedReader lines = child.inputReader()) {
            if (!"begun".equals(lines.readLine())) {
                throw new IOException("the publisher did not begin: " + lines.lines().toList());
            }
            String first = lines.readLine(); // by now it is as fast as it will be
            assertTrue(first != null && first.matches("[0-9]+"), first);
            child.waitFor(random.nextInt(500), TimeUnit.MILLISECONDS);
            child.toHandle().destroyForcibly(); // that of Process closes what is to be read
            List<String> said = lines.lines().toList();
            for (String line : said) {
                assertTrue(line.matches("[0-9]+"), said::toString);
            }
            child.waitFor();
            return Integer.parseInt(said.isEmpty() ? first : said.getLast());
        }
    }

    /// Publishes targets `tN`, one after the other, until it is killed.
    static final class Child {

        private Child() {}

        /// @param args place, folder of keys, first number
        public static void main(String[] args) throws Exception {
            SmallSite site = SmallSite.load(Path.of(args[1]));
            System.out.println("begun");
            for (int n = Integer.parseInt(args[2]);; n++) {
                try (Store store = Stores.open(args[0])) {
                    site.add(store, "t" + n, "content " + n);
                }
                System.out.println(n);
                if (System.out.checkError()) {
                    System.exit(1);
                }
            }
        }
    }

    @Test
    void theCommandPublishesThere() throws Exception {
        String place = gateway.place("bucket/by-command");
        Path keys = folder.resolve("command-keys");
        assertEquals(0, run("repo", "init", "--no-password", "--new-keys", keys.toString(), place).code());
        Path image = Files.writeString(folder.resolve("command.hvt"), "an image");
        var added = run("repo", "add", "--repo", place, "--key", keys.toString(), image.toString());
        assertEquals(0, added.code(), added::toString);
        var status = run("repo", "status", "--repo", place);
        assertEquals(0, status.code(), status::toString);
        var denied = Repro.run(folder, Map.of("AWS_ACCESS_KEY_ID", "tester", "AWS_SECRET_ACCESS_KEY", "wrong"), "repo", "status", "--repo", place);
        assertEquals(4, denied.code(), denied::toString);
        assertTrue(denied.err().contains("denies access"), denied::toString);
        var nowhere = run("repo", "status", "--repo", gateway.place("no-such-bucket/x"));
        assertEquals(2, nowhere.code(), nowhere::toString);
        assertTrue(nowhere.err().contains("no such bucket"), nowhere::toString);
    }

    private Repro.Answer run(String... args) {
        return Repro.run(folder, VersityGateway.CREDENTIALS, args);
    }
}
