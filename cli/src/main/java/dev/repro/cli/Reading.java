package dev.repro.cli;

import dev.repro.base.Problem;
import dev.repro.snapshot.client.Author;
import dev.repro.snapshot.client.Trust;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.client.Repository;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// A verb that asks the repository, as anybody may.
abstract class Reading extends ServiceVerb {
    @Option(names = "--service", paramLabel = "URL", description = "the service; default: the author's, or the only one that is followed here")
    URI service;

    @Mixin
    RootOptions root = new RootOptions();

    @Option(names = "--offline", description = "ask nobody: what is here already is held to the same rules")
    boolean offline;

    @Option(names = "--at", paramLabel = "TIME", description = "with --offline: the time to hold expiry to, as in 2026-11-01T00:00:00Z")
    String at;

    @Override
    final int run() throws Exception {
        try (Trust trust = trust(which())) {
            if (root.given() && !offline) {
                root.begin(this, trust);
            }
            return answer(known(trust));
        }
    }

    private Repository known(Trust trust) throws Refusal, Problem {
        if (!offline) {
            if (at != null) {
                throw Problem.usage("a time of the past or future is only for files that are here already").where("--at").hint("add --offline");
            }
            return trust.refresh(Instant.now());
        }
        try {
            return trust.offline(at == null ? Instant.now() : Instant.parse(at));
        } catch (DateTimeException e) {
            throw Problem.usage("not a time").where("--at").expected("2026-11-01T00:00:00Z").found(at).because(e);
        }
    }

    abstract int answer(Repository known) throws Exception;

    private URI which() throws Problem {
        if (service != null) {
            return service;
        }
        var author = Author.find(places());
        if (author.isPresent()) {
            return author.get().settings().service();
        }
        List<URI> begun = Trust.begun(places());
        if (begun.size() != 1) {
            throw Problem.usage(begun.isEmpty() ? "nothing is trusted of any service yet" : "which service?").expected("--service URL")
                    .found(begun.isEmpty() ? "none" : begun)
                    .hint("add --service URL, the first time with --root-sha256 HEX, the digest of its first root that its maintainers publish");
        }
        return begun.getFirst();
    }
}
