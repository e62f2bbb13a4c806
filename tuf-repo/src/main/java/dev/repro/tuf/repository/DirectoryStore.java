package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.base.JsonText;
import dev.repro.base.LockFile;
import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// A repository in a folder that a web server serves as it is.
///
/// A publication is first written whole into `.repro/next`, then a list of what goes where, `.repro/next/commit`, is renamed into
/// place: from then on it will happen. The files are renamed to their places, timestamp last. After a crash before that moment
/// the next publisher sweeps the leftovers; after a crash later, whoever opens the store next finishes the work. Readers see the
/// old until the timestamp is renamed, because nothing that they have refers to the new files.
///
/// `.repro/lock` keeps two publishers apart, in one process or in several.
public final class DirectoryStore implements Store {
    private static final String OWN = ".repro";
    private static final int WRITERS = 16; // file systems force what many wait for at once
    private static final ThreadPoolExecutor POOL = pool();

    private final Path root;
    private final Disk disk;
    private final Path next;
    private final Path commit;

    private DirectoryStore(Path root, Disk disk) {
        this.root = root;
        this.disk = disk;
        this.next = root.resolve(OWN).resolve("next");
        this.commit = next.resolve("commit");
    }

    /// Opens a folder, which need not exist yet, and finishes a publication that a crash interrupted.
    public static DirectoryStore open(Path root) throws Problem {
        return open(root, new Disk());
    }

    static DirectoryStore open(Path root, Disk disk) throws Problem {
        var store = new DirectoryStore(root, disk);
        if (Files.exists(store.commit)) {
            store.locked(() -> {
                store.recover();
                return null;
            });
        }
        return store;
    }

    @Override
    public Optional<byte[]> read(String path) throws Problem {
        try {
            return Optional.of(Files.readAllBytes(root.resolve(path)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw broken("cannot be read", e);
        }
    }

    @Override
    public boolean has(String path) {
        return Files.exists(root.resolve(path));
    }

    @Override
    public void publish(Publication publication) throws Problem {
        locked(() -> {
            recover();
            if (!read(Layout.TIMESTAMP).map(Digest::of).equals(publication.base())) {
                throw Stores.raced(root.resolve(Layout.TIMESTAMP));
            }
            stage(publication);
            finish(false);
            return null;
        });
    }

    @Override
    public void close() {
        // nothing is held between calls
    }

    private void stage(Publication publication) throws IOException, Problem {
        disk.createDirectories(next);
        var places = new LinkedHashMap<String, Json>();
        var writes = new ArrayList<Callable<Void>>();
        var staged = new LinkedHashMap<String, Path>();
        for (Publication.Item item : publication.items()) {
            if (isThere(item)) {
                continue;
            }
            Path file = next.resolve(Integer.toString(places.size()));
            places.put(file.getFileName().toString(), new Json.Str(item.path()));
            staged.put(item.path(), file);
            if (!(item.content() instanceof Publication.Content.SameAs)) {
                writes.add(() -> write(item, file));
            }
        }
        all(writes);
        for (Publication.Item item : publication.items()) {
            if (item.content() instanceof Publication.Content.SameAs(String path) && staged.containsKey(item.path())) {
                disk.link(staged.getOrDefault(path, root.resolve(path)), staged.get(item.path()));
            }
        }
        disk.syncFolder(next);
        Path list = next.resolve("list");
        disk.write(list, JsonText.compact(new Json.Obj(places)).getBytes(StandardCharsets.UTF_8));
        disk.move(list, commit);
        disk.syncFolder(next);
    }

    /// Whether a file that never changes is there already.
    private boolean isThere(Publication.Item item) throws IOException, Problem {
        Path file = root.resolve(item.path());
        if (!Files.exists(file)) {
            return false;
        }
        boolean same = switch (item.content()) {
            case Publication.Content.Bytes(var bytes, var _) -> Arrays.equals(bytes, Files.readAllBytes(file));
            case Publication.Content.Copy(var _, var length, var digest, var _, var _) -> Files.size(file) == length
                    && Digest.of(file).equals(digest);
            case Publication.Content.SameAs _ -> true; // of one name by digest as of the other
        };
        if (!same && !item.content().replaces()) {
            throw Problem.no("published already with other bytes, and such a file never changes").where(file)
                    .hint("compare it with a mirror: this repository was changed by hand, or by another tool");
        }
        return same;
    }

    private Void write(Publication.Item item, Path file) throws IOException, Problem {
        switch (item.content()) {
            case Publication.Content.Bytes(var bytes, var _) -> disk.write(file, bytes);
            case Publication.Content.Copy(var from, var _, var _, var _, var frozen) when frozen -> disk.adopt(from, file);
            case Publication.Content.Copy(var from, var _, var digest, var _, var _) -> {
                if (!disk.copy(from, file).equals(digest)) {
                    throw Problem.no("the file has changed since it was described").where(from).hint("add it again");
                }
            }
            case Publication.Content.SameAs _ -> throw new IllegalStateException("linked, not written");
        }
        return null;
    }

    // Each waits for the disk; several at once wait together.
    private static void all(List<Callable<Void>> steps) throws IOException, Problem {
        var running = new ArrayList<Future<Void>>();
        steps.forEach(w -> running.add(POOL.submit(w)));
        Throwable failed = null;
        for (Future<Void> one : running) {
            try {
                one.get();
            } catch (ExecutionException e) {
                failed = failed == null ? e.getCause() : failed;
            } catch (InterruptedException e) {
                running.forEach(r -> r.cancel(false));
                Thread.currentThread().interrupt();
                throw Problem.environment("interrupted").because(e);
            }
        }
        switch (failed) {
            case null -> { }
            case IOException io -> throw io;
            case Problem problem -> throw problem;
            case Error error -> throw error;
            default -> throw new IllegalStateException(failed);
        }
    }

    private static ThreadPoolExecutor pool() {
        var pool = new ThreadPoolExecutor(WRITERS, WRITERS, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                Thread.ofPlatform().name("store-", 0).daemon().factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /// Finishes what was decided, sweeps what was not.
    private void recover() throws IOException, Problem {
        if (Files.exists(commit)) {
            finish(true);
        } else if (Files.exists(next)) {
            sweep();
        }
    }

    /// @param mended whether an earlier process began with it: then nobody knows which folders are new
    private void finish(boolean mended) throws IOException, Problem {
        var folders = new TreeSet<Path>();
        Path timestamp = root.resolve(Layout.TIMESTAMP);
        for (Map.Entry<String, Json> place : decided().entrySet()) {
            Path from = next.resolve(place.getKey());
            Path to = root.resolve(((Json.Str) place.getValue()).value());
            if (Files.exists(from)) { // else it was moved before a crash
                if (to.equals(timestamp)) {
                    sync(folders);
                    folders.clear();
                }
                if (folders.add(to.getParent())) {
                    addNew(to.getParent(), mended, folders);
                    disk.createDirectories(to.getParent());
                }
                disk.move(from, to);
            } else if (mended && folders.add(to.getParent())) {
                addNew(to.getParent(), true, folders);
            }
        }
        sync(folders);
        disk.delete(commit);
        disk.syncFolder(next);
        sweep();
    }

    // A new folder lasts once its parent is forced.
    private void addNew(Path folder, boolean all, TreeSet<Path> folders) {
        for (Path p = folder; !p.equals(root) && (all || !Files.exists(p)); p = p.getParent()) {
            folders.add(p.getParent());
        }
    }

    private Map<String, Json> decided() throws IOException {
        try {
            return ((Json.Obj) JsonParser.parse(Files.readAllBytes(commit))).members();
        } catch (JsonParser.SyntaxException | ClassCastException e) {
            throw new IOException(commit + " is not what was written", e);
        }
    }

    private void sync(TreeSet<Path> folders) throws IOException, Problem {
        all(folders.descendingSet().stream().filter(Files::exists).<Callable<Void>>map(folder -> () -> {
            disk.syncFolder(folder);
            return null;
        }).toList());
    }

    private void sweep() throws IOException {
        try (var left = Files.newDirectoryStream(next)) {
            for (Path file : left) {
                disk.delete(file);
            }
        }
        disk.delete(next);
    }

    private void locked(Callable<Void> work) throws Problem {
        try {
            disk.createDirectories(root.resolve(OWN));
            try (var _ = LockFile.take(root.resolve(OWN).resolve("lock"))) {
                work.call();
            }
        } catch (IOException e) {
            throw broken("cannot be written", e);
        } catch (Problem | RuntimeException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.environment("interrupted").because(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Problem broken(String what, IOException e) {
        String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return Problem.storage("the repository " + what + ": " + why).where(root)
                .hint("mend what is named and run the command again: nothing half-published is left").because(e);
    }
}
