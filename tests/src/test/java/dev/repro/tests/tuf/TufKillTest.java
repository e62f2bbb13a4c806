package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.client.Downloads;
import dev.repro.tuf.client.MemoryStore;
import dev.repro.tuf.client.Remote;
import dev.repro.tuf.client.Updater;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` of publishers and clients at random moments, a thousand times: what was there, or what was to come, and never
/// anything else.
///
/// `-DREPRO_KILLS=100` makes it shorter, `-DREPRO_SEED=…` repeats it as far as the machine lets it.
class TufKillTest {
    private static final int KILLS = Integer.getInteger("REPRO_KILLS", 1000);
    private static final long SEED = Long.getLong("REPRO_SEED", System.nanoTime());
    private static final int AT_ONCE = 3;
    /// Prepared states of a repository, which a client goes through.
    private static final int STATES = 100;
    private static final int CONTENT = 100_000; // bytes of a download

    @TempDir
    Path folder;

    private interface Round {
        /// @return how many steps the child had done when it died
        int killed(Random random) throws Exception;
    }

    @Test
    void publisher() throws Exception {
        kills("publisher", KILLS / 2 - KILLS / 20, place -> new Publisher(place, "site")::round);
    }

    @Test
    void publisherIntoGit() throws Exception {
        kills("git", KILLS / 20, place -> new Publisher(place, "site.git")::round);
    }

    /// Git's lock on the branch, as a publisher leaves it that is killed while it moves the branch: the next one takes it away. That of
    /// another program it leaves alone.
    @Test
    void lockOfAKilledPublisherIntoGit() throws Exception {
        Path site = folder.resolve("site.git");
        var pairs = new Pairs(site, Pens.make(folder.resolve("pens"))).create(true);
        Path lock = Files.createFile(site.resolve("refs/heads/main.lock"));
        var problem = assertThrows(Problem.class, () -> pairs.publish(1));
        assertEquals(Problem.Exit.NO, problem.exit());
        assertTrue(Files.exists(lock));
        Files.createFile(site.resolve("repro.moving"));
        pairs.publish(1);
        assertFalse(Files.exists(lock) || Files.exists(site.resolve("repro.moving")));
    }

    @Test
    void client() throws Exception {
        Forge forge = new Forge();
        Path sites = Files.createDirectory(folder.resolve("sites"));
        for (int number = 1; number <= STATES; number++) {
            String content = "top " + number + "\n" + "x".repeat(CONTENT);
            forge.publish("author").publish("targets", targets -> forge.withTarget(targets, Forge.TOP, content), forge.targets);
            forge.store(sites.resolve(Integer.toString(number)), content);
        }
        kills("client", KILLS - KILLS / 2, place -> new Client(place, sites)::round);
    }

    private interface Place {
        Round of(Path place) throws Exception;
    }

    private void kills(String what, int kills, Place rounds) throws Exception {
        System.out.println("TufKillTest: " + what + ", " + kills + " kills, -DREPRO_SEED=" + SEED);
        long begun = System.nanoTime();
        int steps = 0;
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            var all = new ArrayList<Future<Integer>>();
            for (int i = 0; i < AT_ONCE; i++) {
                int own = kills * (i + 1) / AT_ONCE - kills * i / AT_ONCE;
                Round round = rounds.of(Files.createDirectories(folder.resolve(what + i)));
                all.add(threads.submit(many(own, round, new Random(SEED + i))));
            }
            for (Future<Integer> one : all) {
                steps += one.get();
            }
        }
        System.out.println("TufKillTest: " + what + ", " + kills + " kills in " + Math.round((System.nanoTime() - begun) / 1e9)
                + " s, after " + steps
                + " whole steps");
        assertTrue(steps > kills / 4, "the children were killed before they did anything: " + steps + " steps");
    }

    private static Callable<Integer> many(int kills, Round round, Random random) {
        return () -> {
            int steps = 0;
            for (int i = 0; i < kills; i++) {
                steps += round.killed(random);
            }
            return steps;
        };
    }

    /// Starts a child, lets it do a few steps and part of another, kills it.
    ///
    /// @return the last number that it said was done, or `before`
    private static long kill(Random random, long before, String... args) throws Exception {
        List<String> command = Folders.java(KilledChild.class, args);
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        var lines = new ArrayList<String>();
        try (var out = child.inputReader()) {
            lines.add(out.readLine());
            int steps = random.nextInt(3);
            while (lines.size() <= steps && lines.getLast() != null) {
                lines.add(out.readLine());
            }
            TimeUnit.MICROSECONDS.sleep(random.nextInt(lines.size() == 1 ? 300_000 : 40_000));
            child.toHandle().destroyForcibly(); // unlike that of the process, this leaves what it said to be read
            out.lines().forEach(lines::add);
        }
        assertEquals(128 + 9, child.waitFor(), lines::toString);
        assertTrue(lines.subList(1, lines.size()).stream().allMatch(l -> l.matches("[0-9]+")), lines::toString);
        return lines.size() == 1 ? before : Long.parseLong(lines.getLast());
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    /// Publishes into a folder; whatever was said to be published is there, and all of it verifies.
    private static final class Publisher {
        private final Path site;
        private final Path pens;
        private final MemoryStore client = new MemoryStore();
        private final Path downloads;
        private long said;

        Publisher(Path place, String name) throws Exception {
            site = place.resolve(name);
            pens = place.resolve("pens");
            downloads = place.resolve("downloads");
            new Pairs(site, Pens.make(pens)).create(true).publish(0);
            Updater.begin(client, remote("metadata").get("1.root.json", Integer.MAX_VALUE).orElseThrow(), Limits.DEFAULT);
        }

        // Of a folder as a web server sees it; of git as it is checked out.
        private Remote remote(String part) {
            return site.toString().endsWith(".git") ? new KilledChild.StoreRemote(site, part) : new KilledChild.FolderRemote(site.resolve(part));
        }

        int round(Random random) throws Exception {
            long before = said;
            said = kill(random, before, "publish", site.toString(), pens.toString(), Long.toString(before + 1));
            int steps = (int) (said - before);
            verify(); // as the killed publisher left it
            said = Math.max(said, verify());
            new Pairs(site, Pens.load(pens)).publish(++said); // whoever comes next finds nothing in the way
            assertEquals(said, verify());
            if (Files.exists(site.resolve(".repro"))) {
                assertEquals(List.of("lock"), names(site.resolve(".repro")));
            }
            Folders.delete(downloads);
            return steps;
        }

        private long verify() throws Exception {
            var repository = new Updater(remote("metadata"), client, Limits.DEFAULT)
                    .refresh(Pairs.NOW);
            long number = -1;
            for (String name : Pairs.NAMES) {
                var found = repository.find(new TargetName(name));
                String content = Files.readString(new Downloads(remote("targets"), downloads)
                        .fetch(found).file());
                long own = Long.parseLong(content.substring(name.length() + 1));
                assertTrue(number == -1 || number == own, "a mixture of publications " + number + " and " + own);
                number = own;
            }
            assertTrue(number >= said, number + " is published, " + said + " was said to be");
            return number;
        }
    }

    /// Updates its own files and downloads; whatever it was doing, the next run goes on, from what was kept or from before.
    private static final class Client {
        private final Path place;
        private final Path sites;
        private int done;
        private int runs;
        private Path state;
        private Path downloads;

        Client(Path place, Path sites) throws Exception {
            this.place = place;
            this.sites = sites;
            fresh();
        }

        private void fresh() throws Exception {
            state = place.resolve("state" + runs);
            downloads = place.resolve("downloads" + runs++);
            done = 0;
            var store = dev.repro.tuf.client.FolderStore.open(state, warning -> {
                throw new AssertionError(warning);
            });
            Updater.begin(store, Files.readAllBytes(sites.resolve("1/metadata/1.root.json")), Limits.DEFAULT);
        }

        int round(Random random) throws Exception {
            int before = done;
            done = (int) kill(random, before, "update", state.toString(), downloads.toString(), sites.toString(),
                    Integer.toString(before + 1));
            int steps = done - before;
            whole();
            int next = done + 1; // what the child was about when it died
            assertEquals("top " + next, KilledChild.update(state, downloads, sites.resolve(Integer.toString(next))));
            done = next;
            whole();
            assertEquals(List.of(".lock", Forge.TOP), names(downloads)); // what was begun was gone on with
            assertEquals(List.of("author.json", "root.json", "snapshot.json", "targets.json", "timestamp.json"),
                    names(state).stream().filter(n -> n.endsWith(".json")).toList());
            assertTrue(Folders.all(state).stream().noneMatch(f -> f.toString().endsWith(".new")), () -> "leftovers in " + state);
            if (done > STATES - 20) {
                fresh();
            }
            return steps;
        }

        // A finished download is one of the genuine ones, whole.
        private void whole() throws IOException {
            if (!Files.exists(downloads)) {
                return;
            }
            Path file = downloads.resolve(Forge.TOP);
            if (Files.exists(file)) {
                assertTrue(Files.readString(file).matches("top [0-9]+\nx{" + CONTENT + "}"), "a torn download");
            }
        }
    }
}
