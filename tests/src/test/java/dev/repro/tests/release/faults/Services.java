package dev.repro.tests.release.faults;

import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Snapshot service and timestamp service apart, over a repository that `repro serve` has founded.
final class Services implements AutoCloseable {
    private final Path site;
    private final Daemon founder;
    private final Daemon snapshot;
    private final Daemon timestamp;

    private Services(Path site, Daemon founder, Daemon snapshot, Daemon timestamp) {
        this.site = site;
        this.founder = founder;
        this.snapshot = snapshot;
        this.timestamp = timestamp;
    }

    /// @param elsewhere what starts the timestamp service in another place
    static Services found(Path site, List<String> elsewhere) throws Exception {
        return found(site, Daemon.free(), Daemon.free(), elsewhere, Map.of());
    }

    /// @param env of the timestamp service
    static Services found(Path site, InetSocketAddress here, InetSocketAddress there, List<String> elsewhere, Map<String, String> env) throws Exception {
        Path home = site.resolve("home");
        Daemon founder = Daemon.serve(home, site.resolve("founder.log"));
        founder.start();
        Daemon snapshot = new Daemon(here, site.resolve("snapshot.log"), Map.of(), List.of(), "snapshot-service", "--store",
                home.resolve("repository").toString(), "--work", site.resolve("work").toString(), "--key", home.resolve("keys/snapshot.pem").toString(),
                "--listen", Daemon.text(here), "--no-rates");
        return new Services(site, founder, snapshot, timestamp(site, snapshot.url(), there, elsewhere, env));
    }

    /// A timestamp service that follows whoever is at a URL.
    static Daemon timestamp(Path site, String url, InetSocketAddress at, List<String> elsewhere, Map<String, String> env) {
        Path home = site.resolve("home");
        return new Daemon(at, site.resolve("timestamp.log"), env, elsewhere, "timestamp-service", "--url", url, "--root",
                home.resolve("repository/metadata/1.root.json").toString(), "--key", home.resolve("keys/timestamp.pem").toString(), "--dir",
                site.resolve("state").toString(), "--listen", Daemon.text(at));
    }

    /// Authors, made before [#start].
    List<Author> authors(HttpClient http, int number) throws Exception {
        return Maintainers.authors(site.resolve("home"), founder.url(), http, "author", number);
    }

    /// Starts those that do not run.
    List<Kills.Start> start() throws Exception {
        if (founder.isAlive()) {
            founder.stop();
        }
        var out = new ArrayList<Kills.Start>();
        for (Daemon one : List.of(snapshot, timestamp)) {
            if (!one.isAlive()) {
                out.add(one.start());
            }
        }
        return out;
    }

    Daemon snapshot() {
        return snapshot;
    }

    Daemon timestamp() {
        return timestamp;
    }

    void requireNoBug() {
        founder.requireNoBug();
        snapshot.requireNoBug();
        timestamp.requireNoBug();
    }

    @Override
    public void close() {
        founder.close();
        snapshot.close();
        timestamp.close();
    }
}
