package dev.repro.tests.release.faults;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// Kills services at random moments while authors publish and a reader reads: what was acknowledged is there, what the reader sees always
/// verifies, no version has two contents, and who is started anew serves.
final class Kills {
    private static final int OF_A_SITE = 50;

    /// Services and their repository.
    interface Site extends AutoCloseable {
        String url();

        /// Authors who may publish there.
        List<Author> authors();

        /// Kills one of the services, or all.
        ///
        /// @return how many
        int kill(Random random) throws Exception;

        /// Starts those that were killed.
        ///
        /// @return how long each took, by the processor's time and by the clock
        List<Start> start() throws Exception;

        void requireNoBug();

        @Override
        void close();
    }

    /// @param wall until it answered
    /// @param processor time of the process until then
    record Start(Duration wall, Duration processor) {}

    interface Sites {
        Site open(Path folder, Random random) throws Exception;
    }

    private final String name;
    private final int kills;
    private final Duration longest;
    private final Random random;
    private final long begun = System.nanoTime();
    private final List<Duration> starts = new ArrayList<>();
    private final List<Duration> processor = new ArrayList<>();
    private int done;
    private int acknowledged;
    private int landed;
    private int tries;
    private long states;

    /// @param longest after which no more is killed; a site that was begun is finished
    Kills(String name, int kills, Duration longest, long seed) {
        this.name = name;
        this.kills = kills;
        this.longest = longest;
        this.random = new Random(seed);
        System.out.println(name + ": " + kills + " kills, -DREPRO_SEED=" + seed);
    }

    void run(Path folder, Sites sites) throws Exception {
        for (int i = 0; goesOn(); i++) {
            try (Site site = sites.open(Files.createDirectory(folder.resolve("site" + i)), random)) {
                kill(site);
                site.authors().forEach(Author::close);
                site.requireNoBug();
            }
            tell();
        }
        assertTrue(done > 0, "nothing was killed");
        assertTrue(acknowledged > 0, "the services were killed before they did anything");
    }

    private boolean goesOn() {
        return done < kills && System.nanoTime() - begun < longest.toNanos();
    }

    private void kill(Site site) throws Exception {
        try (Load load = new Load(site.url(), Author.client(), site.authors())) {
            for (int i = 0; i < OF_A_SITE && goesOn(); i++) {
                load.awaitMoment(random);
                load.hold();
                done += site.kill(random);
                for (Start start : site.start()) {
                    starts.add(start.wall);
                    processor.add(start.processor);
                }
                landed += load.verify();
                load.resume();
                if (i % 10 == 9) {
                    tell();
                }
            }
            load.finish();
            acknowledged += load.acknowledged();
            tries += load.tries();
            states += load.statesRead();
        }
    }

    private void tell() {
        System.out.println(name + ": " + done + " kills in " + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun) + " s; " + acknowledged
                + " publications acknowledged of " + tries + " tries, none lost, " + landed + " there without having been; " + states
                + " states read, none torn; start in " + range(starts) + ", " + range(processor) + " of the processor");
    }

    private static String range(List<Duration> times) {
        times.sort(null);
        return times.getFirst().toMillis() + " / " + times.get(times.size() / 2).toMillis() + " / " + times.getLast().toMillis()
                + " ms (least, median, most)";
    }
}
