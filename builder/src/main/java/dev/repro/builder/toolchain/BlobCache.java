package dev.repro.builder.toolchain;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.builder.files.Why;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/// Files by SHA-256 below `CACHE/blobs/sha256/`, fetched where they are missing. A file is there whole or not at all, also
/// after a crash and with several processes at once: it is written beside, checked, forced to the disk and renamed.
public final class BlobCache {

    /// Bytes of a file whose size is not known.
    public static final long MAX_UNKNOWN = 8L << 30;

    private static final int AT_ONCE = 4;

    private final Path folder;
    private final ClientMaker clients;
    private final FetchLimits limits;

    /// Makes the HTTP client; asked for only where there is something to fetch.
    @FunctionalInterface
    interface ClientMaker {
        HttpClient make() throws Problem, InterruptedException;
    }

    /// @param cache the cache folder of the tool
    BlobCache(Path cache, ClientMaker clients, FetchLimits limits) {
        this.folder = cache.toAbsolutePath().resolve("blobs/sha256");
        this.clients = clients;
        this.limits = limits;
    }

    /// Where the file of that digest lies, or would lie.
    public Path path(Digest digest) {
        return folder.resolve(digest.hex());
    }

    public boolean has(Digest digest) {
        return Files.isRegularFile(path(digest));
    }

    /// What a set of files is to the reader.
    public enum Kind {
        PACKAGES("packages", "name another mirror or a snapshot archive (`mirrors`) or a folder that holds the packages "
                + "(`deb_folders`) in ~/.config/repro/config.toml, or take newer packages with `repro lock --update`"),
        FILES("files", "give another address of the file in the recipe (`[[file]]`)");

        final String noun;
        final String wayOut;

        Kind(String noun, String wayOut) {
            this.noun = noun;
            this.wayOut = wayOut;
        }
    }

    /// Fetches one file; see [#fetch(List, Kind, Consumer)].
    public Path fetch(Digest digest, long size, List<URI> candidates, Consumer<String> progress)
            throws Problem, InterruptedException {
        String name = candidates.isEmpty() ? "sha256:" + digest.brief() : candidates.getFirst().toString();
        return fetch(List.of(new Blob(name, digest, size, candidates)), Kind.FILES, progress).getFirst();
    }

    /// Fetches what is missing, a few at once.
    ///
    /// @param progress takes lines such as `fetching 12 of 61 packages, 34 of 74 MB`
    /// @return their paths, in the order of `blobs`
    public List<Path> fetch(List<Blob> blobs, Kind kind, Consumer<String> progress) throws Problem, InterruptedException {
        List<Blob> missing = blobs.stream().filter(b -> !has(b.digest())).distinct().toList();
        if (!missing.isEmpty()) {
            fetchMissing(missing, kind, new FetchProgress(missing, kind.noun, progress));
        }
        return blobs.stream().map(b -> path(b.digest())).toList();
    }

    /// Checks a cached file before it is used; a damaged one is deleted, so that the next run fetches it again.
    Path checked(Digest digest, String name) throws Problem {
        Path file = path(digest);
        try {
            Digest found = Digest.of(file);
            if (found.equals(digest)) {
                return file;
            }
            Files.deleteIfExists(file);
            throw Problem.storage(name + " was damaged in the cache and has been deleted from it").where(file)
                    .expected(digest.brief()).found(found.brief()).hint("run the command again: the file is fetched anew");
        } catch (IOException e) {
            throw Why.storage("cannot read " + name + " from the cache", file, e);
        }
    }

    private void fetchMissing(List<Blob> missing, Kind kind, FetchProgress progress) throws Problem, InterruptedException {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw Why.storage("cannot make the cache", folder, e);
        }
        Set<String> deadHosts = ConcurrentHashMap.newKeySet();
        var turns = new Semaphore(AT_ONCE);
        var futures = new ArrayList<Future<?>>();
        try (var client = clients.make(); var watch = new Watch(limits);
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Blob blob : missing) {
                futures.add(tasks.submit(() -> {
                    turns.acquire();
                    try {
                        new Transfer(blob, path(blob.digest()), client, limits, watch, deadHosts).run(progress);
                    } finally {
                        turns.release();
                    }
                    return null;
                }));
            }
            try {
                join(kind, futures);
            } finally {
                tasks.shutdownNow();
            }
        }
    }

    /// Waits for all; then the problem of the first that failed, or one that names all that are gone.
    private static void join(Kind kind, List<Future<?>> futures) throws Problem, InterruptedException {
        var gone = new ArrayList<GoneException>();
        Problem first = null;
        for (Future<?> future : futures) {
            try {
                future.get();
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case GoneException g -> gone.add(g);
                    case Problem p -> first = first == null ? p : first;
                    default -> throw new IllegalStateException("a transfer failed in an unforeseen way", e.getCause());
                }
            }
        }
        if (!gone.isEmpty()) {
            throw GoneException.problem(gone, futures.size(), kind);
        }
        if (first != null) {
            throw first;
        }
    }
}
