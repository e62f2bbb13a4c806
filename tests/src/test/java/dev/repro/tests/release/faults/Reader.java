package dev.repro.tests.release.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.client.MemoryStore;
import dev.repro.tuf.client.Remote;
import dev.repro.tuf.client.Repository;
import dev.repro.tuf.client.Updater;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/// A TUF client that has read before. Each state that it is shown must verify and be no older than the last one, and no version may ever
/// have other bytes.
final class Reader {
    private static final Duration PATIENCE = Duration.ofSeconds(100);

    private static final String METADATA = "/metadata/";

    private final String url;
    private final HttpClient http;
    private final MemoryStore store = new MemoryStore();
    private final Remote metadata;
    private final Map<String, Digest> seen;
    /// What went wrong that must not.
    final List<String> wrong = new CopyOnWriteArrayList<>();
    /// States that were read whole.
    final AtomicLong states = new AtomicLong();
    /// Tries that met nobody, or broke off.
    final AtomicLong away = new AtomicLong();

    /// @param seen the digest of each file that ever was, shared between readers
    Reader(String url, HttpClient http, Map<String, Digest> seen) throws Refusal, Problem {
        this.url = url;
        this.http = http;
        this.seen = seen;
        this.metadata = new Http(METADATA);
        Updater.begin(store, metadata.get("1.root.json", Integer.MAX_VALUE).orElseThrow(), Limits.DEFAULT);
    }

    static Reader of(String url, HttpClient http) throws Refusal, Problem {
        return new Reader(url, http, new ConcurrentHashMap<>());
    }

    private final class Http implements Remote {
        private final String folder;

        private Http(String folder) {
            this.folder = folder;
        }

        @Override
        public Optional<byte[]> get(String path, int most) throws Problem {
            try {
                HttpResponse<byte[]> answer = http.send(HttpRequest.newBuilder(URI.create(describe(path))).timeout(PATIENCE).build(),
                        HttpResponse.BodyHandlers.ofByteArray());
                return switch (answer.statusCode()) {
                    case 200 -> Optional.of(folder.equals(METADATA) ? noted(path, answer.body()) : answer.body());
                    case 404 -> Optional.empty();
                    default -> throw Problem.storage("answer " + answer.statusCode()).where(path);
                };
            } catch (IOException e) {
                throw Problem.storage("no answer: " + e).where(path).because(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Problem.storage("interrupted").because(e);
            }
        }

        private byte[] noted(String path, byte[] bytes) throws Problem {
            String name = path.equals("timestamp.json") ? Fields.parse(bytes, path).object("signed").integer("version") + ".timestamp" : path;
            Digest now = Digest.of(bytes);
            Digest before = seen.putIfAbsent(name, now);
            if (before != null && !before.equals(now)) {
                wrong.add(name + " had digest " + before + ", has " + now);
            }
            return bytes;
        }

        @Override
        public Optional<Body> open(String path, long from) throws Problem {
            return get(path, Integer.MAX_VALUE).map(bytes -> new Body(0, new ByteArrayInputStream(bytes)));
        }

        @Override
        public String describe(String path) {
            return url + folder + path;
        }
    }

    /// What is published now, verified from its beginning.
    Repository refresh() throws Refusal, Problem {
        Repository repository = new Updater(metadata, store, Limits.DEFAULT).refresh(Instant.now());
        states.incrementAndGet();
        return repository;
    }

    /// Reads once, if anybody is there; what it reads must be right.
    ///
    /// @param expected releases that must be there, of those that were acknowledged before
    void look(Collection<Author.Release> expected) {
        try {
            Repository repository = refresh();
            for (Author.Release release : expected) {
                repository.find(release.envelope());
            }
        } catch (Refusal e) {
            wrong.add(e.line());
        } catch (Problem e) {
            away.incrementAndGet();
        }
    }

    /// A release that must be there, as it was signed, and all that its author has published before.
    void require(Repository repository, Author.Release release) throws Refusal, Problem {
        for (var target : release.targets().entrySet()) {
            assertEquals(digest(target.getValue()).hex(), repository.find(target.getKey()).file().hashes().get("sha256"), target.getKey()::text);
        }
    }

    /// The files of a release, fetched.
    void requireFiles(Author.Release release) throws Problem {
        String folder = release.envelope().text().replace("release.json", "");
        for (var target : release.targets().entrySet()) {
            String name = target.getKey().text();
            if (name.startsWith(folder)) {
                String path = folder + digest(target.getValue()) + "." + name.substring(folder.length());
                assertEquals(digest(target.getValue()), Digest.of(new Http("/targets/").get(path, Integer.MAX_VALUE).orElseThrow()), name);
            }
        }
    }

    private static Digest digest(Json.Obj target) {
        return Digest.parse(((Json.Str) ((Json.Obj) target.members().get("hashes")).members().get("sha256")).value()).orElseThrow();
    }

    boolean has(Repository repository, Author.Release release) throws Problem, Refusal {
        try {
            return repository.find(release.envelope()).file().hashes().get("sha256").equals(digest(release.targets().get(release.envelope())).hex());
        } catch (Refusal e) {
            if (e.rule() == Refusal.Rule.UNKNOWN) {
                return false;
            }
            throw e;
        }
    }

    void requireRight() {
        assertEquals(List.of(), wrong);
    }
}
