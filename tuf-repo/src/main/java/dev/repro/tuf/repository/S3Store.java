package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/// A repository in a bucket of an object store that speaks S3 and knows conditions (`If-None-Match: *` and `If-Match` on PUT), with consistent
/// snapshots.
///
/// An object store has no rename and no lock. So a publication is one object first, `.repro-journal.json` ([S3Journal]):
/// 1. files of targets, whose names are their hashes, are uploaded; nothing refers to them yet;
/// 2. all metadata goes into the journal, on condition that the journal is the one that was seen: of two publishers one succeeds, and from then on
///    the publication will happen;
/// 3. the metadata is written to its places, each on condition that nothing is there; `timestamp.json` last, on condition that it is the one that
///    this builds on;
/// 4. the journal is marked done.
///
/// Whoever opens the store, or publishes next, finishes what a crash interrupted after step 2; before it, the next publication is as if nothing had
/// been.
/// One that was thought dead and goes on can do no harm, because every write has its condition. Readers see the old until the timestamp is written.
public final class S3Store implements Store {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int UPLOADS = 8;

    private final S3Address address;
    private final S3Client client;

    private S3Store(S3Address address, S3Client client) {
        this.address = address;
        this.client = client;
    }

    /// @param place `s3://BUCKET/PREFIX?endpoint=URL&region=REGION`
    /// @param env AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN for temporary ones
    /// @throws Problem exit code 2: no such address or bucket, no credentials; 4: it does not answer, or denies access
    public static S3Store open(String place, Map<String, String> env, InstantSource clock) throws Problem {
        return open(place, env, clock, PATIENCE, Thread::sleep);
    }

    static S3Store open(String place, Map<String, String> env, InstantSource clock, Duration patience, S3Client.Pause pause) throws Problem {
        S3Address address = S3Address.parse(place, env);
        for (String name : List.of("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")) {
            if (env.getOrDefault(name, "").isEmpty()) {
                throw Problem.usage("no credentials for the object store").where(address).expected("environment variable " + name);
            }
        }
        var signature = new SigV4(env.get("AWS_ACCESS_KEY_ID"), env.get("AWS_SECRET_ACCESS_KEY"),
                Optional.ofNullable(env.get("AWS_SESSION_TOKEN")).filter(t -> !t.isEmpty()), address.region());
        var store = new S3Store(address, new S3Client(address, signature, clock, patience, pause));
        try {
            store.recover();
            return store;
        } catch (Problem | RuntimeException e) {
            store.close();
            throw e;
        }
    }

    @Override
    public Optional<byte[]> read(String path) throws Problem {
        return client.get(path).map(S3Client.Found::bytes);
    }

    @Override
    public boolean has(String path) throws Problem {
        return client.head(path).isPresent();
    }

    @Override
    public void publish(Publication publication) throws Problem {
        Optional<String> journal = recover();
        if (!read(Layout.TIMESTAMP).map(Digest::of).equals(publication.base())) {
            throw raced();
        }
        upload(publication);
        var files = metadata(publication);
        requireUnpublished(files, journal);
        var committed = S3Journal.committed(new SecureRandom(), publication.base(), files);
        S3Client.Condition condition = journal.<S3Client.Condition>map(S3Client.Condition.Unchanged::new).orElse(new S3Client.Condition.Absent());
        if (!client.put(S3Journal.PATH, S3Client.Body.of(committed.bytes()), condition) && !isCurrent(committed)) {
            throw raced();
        }
        finish(committed);
    }

    private void requireUnpublished(Map<String, byte[]> files, Optional<String> journal) throws Problem {
        for (var file : files.entrySet()) {
            Optional<Digest> there = file.getKey().equals(Layout.TIMESTAMP) ? Optional.empty()
                    : client.get(file.getKey()).map(f -> Digest.of(f.bytes()));
            if (there.isPresent() && !there.get().equals(Digest.of(file.getValue()))) {
                boolean meanwhile = !client.get(S3Journal.PATH).map(S3Client.Found::etag).equals(journal);
                throw meanwhile ? raced() : changed(file.getKey());
            }
        }
    }

    private boolean isCurrent(S3Journal committed) throws Problem {
        Optional<S3Client.Found> now = client.get(S3Journal.PATH);
        return now.isPresent() && S3Journal.parse(now.get().bytes(), where(S3Journal.PATH)).id().equals(committed.id());
    }

    /// Finishes what was decided.
    ///
    /// @return of the journal, for the condition of the next one; empty if there is none yet
    private Optional<String> recover() throws Problem {
        Optional<S3Client.Found> found = client.get(S3Journal.PATH);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        S3Journal journal = S3Journal.parse(found.get().bytes(), where(S3Journal.PATH));
        if (journal.isDone()) {
            return Optional.of(found.get().etag());
        }
        finish(journal);
        return client.get(S3Journal.PATH).map(S3Client.Found::etag);
    }

    private void finish(S3Journal journal) throws Problem {
        var early = new ArrayList<Callable<Void>>();
        var late = new ArrayList<Callable<Void>>();
        for (var file : journal.files().entrySet()) {
            Callable<Void> write = () -> write(journal, file.getKey(), file.getValue());
            boolean seen = file.getKey().equals(Layout.TIMESTAMP) || file.getKey().endsWith(".root.json"); // by readers, as soon as it is there
            (seen || !late.isEmpty() ? late : early).add(write);
        }
        all(early);
        for (Callable<Void> write : late) {
            all(List.of(write));
        }
        Optional<S3Client.Found> now = client.get(S3Journal.PATH);
        if (now.isPresent() && Arrays.equals(now.get().bytes(), journal.bytes())) {
            client.put(S3Journal.PATH, S3Client.Body.of(journal.done().bytes()), new S3Client.Condition.Unchanged(now.get().etag()));
        } // else somebody else has finished it too
    }

    private Void write(S3Journal journal, String path, byte[] bytes) throws Problem {
        if (!path.equals(Layout.TIMESTAMP)) {
            putOnce(path, S3Client.Body.of(bytes));
            return null;
        }
        Optional<S3Client.Found> now = client.get(path);
        boolean isBase = now.map(S3Client.Found::bytes).map(Digest::of).equals(journal.base());
        if (isBase) { // else it is this one already, or a later one
            client.put(path, S3Client.Body.of(bytes), now.<S3Client.Condition>map(f -> new S3Client.Condition.Unchanged(f.etag()))
                    .orElse(new S3Client.Condition.Absent()));
        }
        return null;
    }

    private void putOnce(String path, S3Client.Body body) throws Problem {
        if (!client.put(path, body, new S3Client.Condition.Absent())) {
            Optional<Digest> there = client.get(path).map(f -> Digest.of(f.bytes()));
            if (!there.equals(Optional.of(body.digest()))) {
                throw changed(path);
            }
        }
    }

    private Problem changed(String path) {
        return Problem.no("published already with other bytes, and such a file never changes").where(where(path))
                .hint("compare it with a mirror: this repository was changed by hand, or by another tool");
    }

    /// Files of targets. What has the hash for its name is what it is.
    private void upload(Publication publication) throws Problem {
        var copies = new HashMap<String, Publication.Content.Copy>();
        var uploads = new ArrayList<Callable<Void>>();
        for (Publication.Item item : publication.items()) {
            Publication.Content.Copy copy = switch (item.content()) {
                case Publication.Content.Copy c -> c;
                case Publication.Content.SameAs(String path) -> copies.get(path);
                case Publication.Content.Bytes _ -> null;
            };
            if (copy != null) {
                requireVersioned(item);
                copies.put(item.path(), copy);
                uploads.add(() -> upload(item.path(), copy));
            }
        }
        all(uploads);
    }

    private Void upload(String path, Publication.Content.Copy copy) throws Problem {
        Optional<S3Client.Head> there = client.head(path);
        if (there.isEmpty()) {
            client.put(path, S3Client.Body.of(copy.file(), copy.length(), copy.digest()), new S3Client.Condition.Absent());
        } else if (!there.get().fits(copy.length(), copy.digest())) {
            throw changed(path);
        }
        return null;
    }

    private Map<String, byte[]> metadata(Publication publication) throws Problem {
        var out = new LinkedHashMap<String, byte[]>();
        for (Publication.Item item : publication.items()) {
            if (item.content() instanceof Publication.Content.Bytes(var bytes, var _)) {
                requireVersioned(item);
                out.put(item.path(), bytes);
            }
        }
        return out;
    }

    private void requireVersioned(Publication.Item item) throws Problem {
        if (item.content().replaces() && !item.path().equals(Layout.TIMESTAMP)) {
            throw Problem.usage("a repository in an object store has consistent snapshots, and this one has none").where(where(item.path()))
                    .hint("make it without --no-consistent-snapshot, or keep it in a folder");
        }
    }

    private static void all(List<Callable<Void>> work) throws Problem {
        var few = new Semaphore(UPLOADS);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<Future<Void>>();
            for (Callable<Void> one : work) {
                Callable<Void> next = () -> {
                    few.acquire();
                    try {
                        return one.call();
                    } finally {
                        few.release();
                    }
                };
                running.add(threads.submit(next));
            }
            for (Future<Void> one : running) {
                one.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Problem problem) {
                throw problem;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.environment("interrupted").because(e);
        }
    }

    private Problem raced() {
        return Stores.raced(where(Layout.TIMESTAMP));
    }

    private String where(String path) {
        return address + path;
    }

    @Override
    public void close() {
        client.close();
    }
}
