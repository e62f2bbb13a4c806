package dev.repro.tuf.repository;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.client.Found;
import dev.repro.tuf.client.MemoryStore;
import dev.repro.tuf.client.Remote;
import dev.repro.tuf.client.Repository;
import dev.repro.tuf.client.Updater;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/// The client of this project against a store, as if a web server stood between them. It keeps what it trusts from one refresh to
/// the next.
final class Client implements Remote {

    /// Where the files come from.
    interface Source {
        Optional<byte[]> read(String path) throws Problem;
    }

    private final Source files;
    private final MemoryStore trusted = new MemoryStore();
    private final Updater updater = new Updater(this, trusted, Limits.DEFAULT);

    private Client(Source files, byte[] root) throws Refusal, Problem {
        this.files = files;
        Updater.begin(trusted, root, Limits.DEFAULT);
    }

    static Client of(Store store) throws Refusal, Problem {
        return new Client(store::read, store.read("metadata/1.root.json").orElseThrow());
    }

    /// Reads a folder as it is, without the store's help.
    static Client of(Path folder) throws Refusal, Problem, IOException {
        return new Client(path -> {
            try {
                Path file = folder.resolve(path);
                return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
            } catch (IOException e) {
                throw Problem.storage(e.toString());
            }
        }, Files.readAllBytes(folder.resolve("metadata/1.root.json")));
    }

    Repository refresh(Instant now) throws Refusal, Problem {
        return updater.refresh(now);
    }

    /// Refreshes, finds a target, and sees that its file is where a client looks.
    Found find(String target, Instant now) throws Refusal, Problem {
        Found found = refresh(now).find(new TargetName(target));
        String url = found.name().url(found.file().hashes().get("sha256"));
        byte[] bytes = files.read("targets/" + URLDecoder.decode(url, StandardCharsets.UTF_8)).orElseThrow();
        if (!dev.repro.base.Digest.of(bytes).hex().equals(found.file().hashes().get("sha256"))) {
            throw new AssertionError("other bytes at " + url);
        }
        return found;
    }

    @Override
    public Optional<byte[]> get(String path, int most) throws Problem {
        return files.read("metadata/" + URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8))
                .map(b -> b.length > most ? Arrays.copyOf(b, most + 1) : b);
    }

    @Override
    public Optional<Body> open(String path, long from) throws Problem {
        return get(path, Integer.MAX_VALUE - 1).map(b -> new Body(0, new ByteArrayInputStream(b)));
    }

    @Override
    public String describe(String path) {
        return path;
    }
}
