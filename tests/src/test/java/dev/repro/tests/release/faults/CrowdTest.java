package dev.repro.tests.release.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.base.Digest;
import dev.repro.tuf.client.Repository;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A thousand readers and a hundred publishers at once: everybody is served, all that is published lands, all that is read verifies.
class CrowdTest {
    private static final int READERS = 1_000;
    private static final int AUTHORS = 100;
    private static final int CLIENTS = 8;
    /// After which nobody reads once more.
    private static final long LONGEST_SECONDS = 20;

    @TempDir
    Path folder;

    private final List<HttpClient> clients = new ArrayList<>();
    private final ConcurrentLinkedQueue<Long> reads = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Long> publishes = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();

    @Test
    void thousandReadersAndHundredPublishers() throws Exception {
        assumeTrue(Boolean.getBoolean("REPRO_CROWD"), "skipped: a crowd needs the machine for itself for a minute: -DREPRO_CROWD=true");
        Path home = folder.resolve("home");
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(Author.client());
        }
        try (Daemon service = Daemon.serve(home, folder.resolve("log"))) {
            service.start();
            List<Author> authors = Maintainers.authors(home, service.url(), clients.getFirst(), "author", AUTHORS);
            var releases = new ArrayList<Author.Release>();
            for (Author author : authors) {
                releases.add(author.next());
            }
            long begun = System.nanoTime();
            run(service.url(), authors, releases);
            double seconds = (System.nanoTime() - begun) / 1e9;
            System.out.printf("CrowdTest: %d publications and %d whole reads in %.1f s; publishing took %s, reading %s; %d MB of memory%n", publishes.size(),
                    reads.size(), seconds, percentiles(publishes), percentiles(reads), service.memory() >> 20);
            assertEquals(List.of(), List.copyOf(wrong));
            assertEquals(AUTHORS, publishes.size());
            assertTrue(reads.size() >= READERS, reads.size() + " reads");
            verify(service.url(), releases);
            service.requireNoBug();
        }
    }

    private void run(String url, List<Author> authors, List<Author.Release> releases) throws InterruptedException {
        Map<String, Digest> seen = new ConcurrentHashMap<>();
        var go = new CountDownLatch(1);
        var left = new CountDownLatch(AUTHORS);
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < AUTHORS; i++) {
            int own = i;
            threads.add(thread(go, () -> {
                try {
                    publish(url, authors.get(own), releases.get(own));
                } finally {
                    left.countDown();
                }
            }));
        }
        for (int i = 0; i < READERS; i++) {
            HttpClient client = clients.get(i % CLIENTS);
            threads.add(thread(go, () -> read(url, client, seen, left)));
        }
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private Thread thread(CountDownLatch go, Work work) {
        return Thread.ofVirtual().start(() -> {
            try {
                go.await();
                work.run();
            } catch (Exception | AssertionError e) {
                wrong.add(e.toString());
            }
        });
    }

    private void publish(String url, Author author, Author.Release release) throws Exception {
        long begun = System.nanoTime();
        HttpResponse<String> answer = author.publish(url, release);
        while (answer.statusCode() == 409 && (answer.body().contains("upload-busy") || answer.body().contains("offset-conflict"))) {
            TimeUnit.MILLISECONDS.sleep(20); // all of them send the same image at first
            answer = author.publish(url, release);
        }
        assertEquals(200, answer.statusCode(), answer::body);
        publishes.add(System.nanoTime() - begun);
    }

    private void read(String url, HttpClient client, Map<String, Digest> seen, CountDownLatch left) throws Exception {
        Reader reader = new Reader(url, client, seen);
        long first = System.nanoTime();
        do {
            long begun = System.nanoTime();
            reader.refresh();
            reads.add(System.nanoTime() - begun);
        } while (left.getCount() > 0 && System.nanoTime() - first < TimeUnit.SECONDS.toNanos(LONGEST_SECONDS));
        reader.requireRight();
    }

    private void verify(String url, List<Author.Release> releases) throws Exception {
        Reader reader = Reader.of(url, clients.getFirst());
        Repository repository = reader.refresh();
        for (Author.Release release : releases) {
            reader.require(repository, release);
            reader.requireFiles(release);
        }
    }

    private static String percentiles(ConcurrentLinkedQueue<Long> times) {
        List<Long> sorted = times.stream().sorted().toList();
        return sorted.isEmpty() ? "none" : String.format("%d / %d / %d ms (median / 99 of 100 / longest)", sorted.get(sorted.size() / 2) / 1_000_000,
                sorted.get((int) (sorted.size() * 0.99)) / 1_000_000, sorted.getLast() / 1_000_000);
    }
}
