package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.client.Downloads;
import dev.repro.tuf.client.Fetcher;
import dev.repro.tuf.client.FolderStore;
import dev.repro.tuf.client.Proxies;
import dev.repro.tuf.client.Repository;
import dev.repro.tuf.client.Store;
import dev.repro.tuf.client.Updater;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.function.Executable;

/// Our client, who is attacked: over HTTP, with its own files in a folder. Every call is a new run, as of a new process.
final class Victim {
    /// Little time and little room, so that a test of them is short.
    static final Limits STRICT = new Limits(20_000, 10_000, 20_000, 20_000, 10_000, 5, 5, 8, Duration.ofSeconds(5),
            Duration.ofMillis(1500), 1_000,
            Duration.ofMillis(500));
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final Path state;
    final Path downloads;
    final Web web;
    Limits limits = Limits.DEFAULT;
    Instant now = Forge.NOW;

    Victim(Path folder, Web web, byte[] root) throws Problem, Refusal, IOException {
        this.state = folder.resolve("state");
        this.downloads = folder.resolve("downloads");
        this.web = web;
        Updater.begin(store(), root, limits);
    }

    Store store() throws Problem {
        return FolderStore.open(state, warning -> {
            throw new AssertionError("the client warned: " + warning);
        });
    }

    void refresh() throws Refusal, Problem {
        try (var fetcher = new Fetcher(Proxies.NONE, limits)) {
            refresh(fetcher);
        }
    }

    /// An update that dies at the n-th operation on the client's own files.
    ///
    /// @return whether it came to that
    boolean diesAt(int n) throws Refusal, Problem {
        try (var fetcher = new Fetcher(Proxies.NONE, limits)) {
            new Updater(fetcher.at(web.metadata()), new DyingStore(store(), n), limits).refresh(now);
            return false;
        } catch (DyingStore.Death e) {
            return true;
        }
    }

    /// As an update leaves it; its roles are fetched as they are asked for.
    Repository repository() throws Refusal, Problem {
        return refresh(new Fetcher(Proxies.NONE, limits));
    }

    private Repository refresh(Fetcher fetcher) throws Refusal, Problem {
        return new Updater(fetcher.at(web.metadata()), store(), limits).refresh(now);
    }

    /// @return what the target's file says
    String download(String target) throws Refusal, Problem, IOException {
        try (var fetcher = new Fetcher(Proxies.NONE, limits)) {
            Repository repository = refresh(fetcher);
            return Files.readString(new Downloads(fetcher.at(web.targets()), downloads)
                    .fetch(repository.find(new TargetName(target))).file());
        }
    }

    /// The update is refused by that name, and once the server is honest again it works.
    void refuses(String name) throws Exception {
        refuses(name, this::refresh);
    }

    /// The download likewise; nothing of it is left.
    void refusesTarget(String name, String target) throws Exception {
        refuses(name, () -> download(target));
        assertEquals(List.of(), downloaded());
    }

    static void refuses(String name, Executable use) {
        assertEquals(name, assertTimeoutPreemptively(PATIENCE, () -> assertThrows(Refusal.class, use)).name());
    }

    /// The update fails, not because of what the repository says but of how it is reached.
    void fails(String words) {
        fails(words, this::refresh);
    }

    void failsTarget(String words, String target) {
        fails(words, () -> download(target));
    }

    private static void fails(String words, Executable use) {
        Problem problem = assertTimeoutPreemptively(PATIENCE, () -> assertThrows(Problem.class, use));
        assertEquals(Problem.Exit.STORAGE, problem.exit());
        assertTrue(problem.line().contains(words), problem::line);
    }

    /// Whatever it is, it ends the update soon.
    void failsOrRefuses() {
        Exception e = assertTimeoutPreemptively(PATIENCE, () -> assertThrows(Exception.class, this::refresh));
        assertTrue(e instanceof Problem || e instanceof Refusal, () -> e.toString());
    }

    /// The version that the client keeps of a role; 0 if it keeps none.
    long kept(String role) throws Exception {
        var file = store().read(role + ".json", Integer.MAX_VALUE);
        return file.isEmpty() ? 0
                : Forge.version((dev.repro.base.Json.Obj) ((dev.repro.base.Json.Obj) dev.repro.base.JsonParser.parse(file.get()))
                .members().get("signed"));
    }

    /// The names of finished downloads and of what is left of others.
    List<String> downloaded() throws IOException {
        if (!Files.exists(downloads)) {
            return List.of();
        }
        try (var files = Files.list(downloads)) {
            return files.map(f -> f.getFileName().toString()).filter(f -> !f.equals(".lock")).sorted().toList();
        }
    }
}
