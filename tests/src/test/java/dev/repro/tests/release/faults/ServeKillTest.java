package dev.repro.tests.release.faults;

import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` of services at random moments, [Kills]: of `repro serve`, also while it founds its repository and while it starts; and of
/// snapshot service and timestamp service that run apart, one or both.
///
/// `-DREPRO_SERVICE_KILLS=1000` makes it longer than a minute, `-DREPRO_SEED=…` repeats it as far as the machine lets it.
class ServeKillTest {
    private static final int KILLS = Integer.getInteger("REPRO_SERVICE_KILLS", Math.max(1, Integer.getInteger("REPRO_KILLS", 400) / 20));
    /// Unless a number of kills was asked for.
    private static final Duration LONGEST = Duration.ofSeconds(System.getProperty("REPRO_SERVICE_KILLS") == null ? 20 : 100_000);
    private static final long SEED = Long.getLong("REPRO_SEED", System.nanoTime());
    private static final int AUTHORS = 4;

    @TempDir
    Path folder;

    private final HttpClient http = Author.client();

    @Test
    void serve() throws Exception {
        new Kills("serve", KILLS, LONGEST, SEED).run(folder, Serve::new);
    }

    @Test
    void apart() throws Exception {
        new Kills("apart", KILLS, LONGEST, SEED).run(folder, Apart::new);
    }

    private final class Serve implements Kills.Site {
        private final Daemon service;
        private final List<Author> authors;
        private final Random random;

        private Serve(Path site, Random random) throws Exception {
            this.random = random;
            Path home = site.resolve("home");
            service = Daemon.serve(home, site.resolve("log"));
            try {
                for (int i = random.nextInt(3); i >= 0; i--) {
                    service.begin();
                    TimeUnit.MICROSECONDS.sleep(200_000 + random.nextInt(1_000_000));
                    service.kill();
                }
                service.start();
                authors = Maintainers.authors(home, service.url(), http, "author", AUTHORS);
            } catch (Exception | AssertionError e) {
                service.close();
                throw e;
            }
        }

        @Override
        public String url() {
            return service.url();
        }

        @Override
        public List<Author> authors() {
            return authors;
        }

        @Override
        public int kill(Random with) throws Exception {
            service.kill();
            if (with.nextInt(8) > 0) {
                return 1;
            }
            service.begin();
            TimeUnit.MICROSECONDS.sleep(random.nextInt(800_000));
            service.kill();
            return 2;
        }

        @Override
        public List<Kills.Start> start() throws Exception {
            return List.of(service.start());
        }

        @Override
        public void requireNoBug() {
            service.requireNoBug();
        }

        @Override
        public void close() {
            service.close();
        }
    }

    private final class Apart implements Kills.Site {
        private final Services services;
        private final List<Author> authors;

        private Apart(Path site, Random random) throws Exception {
            services = Services.found(site, List.of());
            try {
                authors = services.authors(http, AUTHORS);
                services.start();
            } catch (Exception | AssertionError e) {
                services.close();
                throw e;
            }
        }

        @Override
        public String url() {
            return services.snapshot().url();
        }

        @Override
        public List<Author> authors() {
            return authors;
        }

        @Override
        public int kill(Random random) throws Exception {
            int which = random.nextInt(3);
            if (which != 1) {
                services.snapshot().kill();
            }
            if (which != 0) {
                services.timestamp().kill();
            }
            return which == 2 ? 2 : 1;
        }

        @Override
        public List<Kills.Start> start() throws Exception {
            return services.start();
        }

        @Override
        public void requireNoBug() {
            services.requireNoBug();
        }

        @Override
        public void close() {
            services.close();
        }
    }
}
