package dev.repro.tests.tuf;

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
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/// Our client, as a program would use the library.
final class Ours implements Client {

    private interface Step {
        void go() throws Refusal, Problem, IOException;
    }

    @Override
    public Outcome begin(Path state, Path root) {
        return outcome(() -> Updater.begin(store(state), Files.readAllBytes(root), Limits.DEFAULT));
    }

    @Override
    public Outcome refresh(Path state, WebFolder site) {
        return outcome(() -> {
            try (var fetcher = new Fetcher(Proxies.NONE, Limits.DEFAULT)) {
                refresh(fetcher, state, site.metadata());
            }
        });
    }

    @Override
    public Outcome download(Path state, WebFolder site, Path into, List<String> targets) {
        return outcome(() -> {
            try (var fetcher = new Fetcher(Proxies.NONE, Limits.DEFAULT)) {
                Repository repository = refresh(fetcher, state, site.metadata());
                var downloads = new Downloads(fetcher.at(site.targets()), into);
                for (String target : targets) {
                    downloads.fetch(repository.find(new TargetName(target)));
                }
            }
        });
    }

    private static Repository refresh(Fetcher fetcher, Path state, URI metadata) throws Refusal, Problem {
        return new Updater(fetcher.at(metadata), store(state), Limits.DEFAULT).refresh(Instant.now());
    }

    private static Store store(Path state) throws Problem {
        return FolderStore.open(state, warning -> {
            throw new AssertionError("the client warned: " + warning);
        });
    }

    private static Outcome outcome(Step step) {
        try {
            step.go();
            return new Outcome(true, "");
        } catch (Refusal refusal) {
            return new Outcome(false, refusal.line());
        } catch (Problem problem) {
            return new Outcome(false, problem.line());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return "ours";
    }
}
