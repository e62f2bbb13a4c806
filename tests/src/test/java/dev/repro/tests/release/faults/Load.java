package dev.repro.tests.release.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.tuf.client.Repository;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Authors who publish one release after the other, each until it is acknowledged, and a reader who looks all the time.
final class Load implements AutoCloseable {
    /// Refusals that go away by themselves: a service that was just started anew, or is about to stop; two who send one file at once.
    private static final Set<String> PASSING = Set.of("not-found", "upload-busy", "offset-conflict", "busy", "stopping", "timestamp-service-away",
            "blob-missing");
    private static final long PATIENCE_SECONDS = 60;

    private final String url;
    private final List<Author> authors;
    private final Reader watcher;
    private final Reader verifier;
    private final List<Thread> threads = new ArrayList<>();
    private final Map<Author, Author.Release> current = new ConcurrentHashMap<>();
    private final Map<Author, Integer> verified = new HashMap<>();
    private final Semaphore sent = new Semaphore(0);
    private final AtomicLong latency = new AtomicLong(TimeUnit.MILLISECONDS.toNanos(50));
    private final List<String> wrong = new CopyOnWriteArrayList<>();
    private final AtomicInteger tries = new AtomicInteger();
    private volatile boolean open = true;
    private volatile boolean done;

    Load(String url, HttpClient http, List<Author> authors) throws Exception {
        this.url = url;
        this.authors = authors;
        Map<String, dev.repro.base.Digest> seen = new ConcurrentHashMap<>();
        this.watcher = new Reader(url, http, seen);
        this.verifier = new Reader(url, http, seen);
        authors.forEach(author -> start(() -> publish(author)));
        start(this::watch);
    }

    private void start(Runnable work) {
        threads.add(Thread.ofVirtual().start(work));
    }

    private void publish(Author author) {
        try {
            while (!done) {
                Author.Release release = author.next();
                current.put(author, release);
                for (int i = 0; !done && !published(author, release); i++) {
                    TimeUnit.MILLISECONDS.sleep(Math.min(100, 5L << Math.min(i, 5)));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception | AssertionError e) {
            wrong.add(author.role + ": " + e);
        }
    }

    private boolean published(Author author, Author.Release release) throws Exception {
        if (!open) {
            return false;
        }
        long begun = System.nanoTime();
        try {
            tries.incrementAndGet();
            sent.release();
            HttpResponse<String> answer = author.publish(url, release);
            if (answer.statusCode() == 200) {
                latency.set((latency.get() * 7 + System.nanoTime() - begun) / 8);
                return true;
            }
            if (PASSING.stream().noneMatch(name -> answer.body().contains("\"" + name + "\""))) {
                throw new AssertionError(answer.statusCode() + " " + answer.body());
            }
            return false;
        } catch (IOException e) {
            return false; // killed
        }
    }

    private void watch() {
        while (!done) {
            List<Author.Release> expected = authors.stream().filter(a -> !a.acknowledged.isEmpty()).map(a -> a.acknowledged.getLast()).toList();
            long before = watcher.away.get();
            watcher.look(expected);
            if (watcher.away.get() > before) {
                Thread.yield();
            }
        }
    }

    /// Waits for a moment at which something is on its way to the service.
    void awaitMoment(Random random) throws InterruptedException {
        int begun = acknowledged() + random.nextInt(4);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (acknowledged() < begun) {
            assertTrue(System.nanoTime() < deadline, () -> "nothing is acknowledged any more: " + wrong);
            assertEquals(List.of(), wrong);
            TimeUnit.MILLISECONDS.sleep(1);
        }
        sent.drainPermits();
        assertTrue(sent.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS), () -> "nobody publishes any more: " + wrong);
        long most = Math.min(latency.get() * 3 / 2, TimeUnit.MILLISECONDS.toNanos(500));
        TimeUnit.NANOSECONDS.sleep(random.nextLong(most + 1));
    }

    /// Lets nobody begin anew, so that what is published is what the killed service has made of it.
    void hold() {
        open = false;
    }

    void resume() {
        open = true;
    }

    int acknowledged() {
        return authors.stream().mapToInt(a -> a.acknowledged.size()).sum();
    }

    /// @return releases that are published without having been acknowledged
    int verify() throws Exception {
        Map<Author, Integer> count = new HashMap<>();
        authors.forEach(a -> count.put(a, a.acknowledged.size()));
        Map<Author, Author.Release> open = new HashMap<>(current);
        Repository repository = verifier.refresh();
        int landed = 0;
        for (Author author : authors) {
            int now = count.get(author);
            if (now > 0) {
                verifier.require(repository, author.acknowledged.get(now - 1));
            }
            for (Author.Release release : author.acknowledged.subList(verified.getOrDefault(author, 0), now)) {
                verifier.requireFiles(release);
            }
            verified.put(author, now);
            Author.Release pending = open.get(author);
            if (pending != null && pending.number() > now + 1 && verifier.has(repository, pending)) {
                landed++;
            }
        }
        assertEquals(List.of(), wrong);
        verifier.requireRight();
        watcher.requireRight();
        return landed;
    }

    long statesRead() {
        return watcher.states.get();
    }

    int tries() {
        return tries.get();
    }

    /// Lets all come to an end, and looks at what they have left.
    void finish() throws Exception {
        done = true;
        open = true;
        for (Thread thread : threads) {
            thread.join();
        }
        verify();
    }

    @Override
    public void close() {
        done = true;
        threads.forEach(Thread::interrupt);
    }
}
