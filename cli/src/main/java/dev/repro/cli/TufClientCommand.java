package dev.repro.cli;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.client.Downloads;
import dev.repro.tuf.client.Fetcher;
import dev.repro.tuf.client.FolderStore;
import dev.repro.tuf.client.Found;
import dev.repro.tuf.client.Link;
import dev.repro.tuf.client.Proxies;
import dev.repro.tuf.client.Repository;
import dev.repro.tuf.client.Store;
import dev.repro.tuf.client.Updater;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "tuf-client", description = "Follow a TUF repository: begin with its root, bring its metadata up to date, download targets.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro tuf-client --metadata-dir m init root.json",
            "         repro tuf-client --metadata-dir m --metadata-url https://repo.example/metadata refresh", "",
            "exit codes: 0 done, 1 refused or failed, 2 usage"})
final class TufClientCommand extends Commands.Verb {

    @Parameters(index = "0", paramLabel = "init|refresh|download", description = "begin, update, or update and download")
    String verb;

    @Parameters(index = "1", arity = "0..1", paramLabel = "ROOT", description = "init: the root file that came with the software")
    Path root;

    @Option(names = "--metadata-dir", required = true, paramLabel = "FOLDER", description = "this client's own metadata")
    Path metadataDir;

    @Option(names = "--metadata-url", paramLabel = "URL", description = "the repository's metadata")
    URI metadataUrl;

    @Option(names = "--target-name", paramLabel = "PATH", description = "a target to download; may be repeated")
    List<String> targetNames = List.of();

    @Option(names = "--target-base-url", paramLabel = "URL", description = "the repository's targets")
    URI targetBaseUrl;

    @Option(names = "--target-dir", paramLabel = "FOLDER", description = "where downloaded targets go")
    Path targetDir;

    @Option(names = "--trusted-root", paramLabel = "FILE", description = "verify all roots again from this one that came with the software")
    Path trustedRoot;

    @Option(names = "--offline", description = "fetch no metadata: what the folder has is held to the same rules")
    boolean offline;

    @Option(names = "--at", paramLabel = "TIME", description = "with --offline: the time to hold expiry to, as in 2026-11-01T00:00:00Z")
    String at;

    /// Exit codes are those of the conformance suite's contract: whatever fails once the arguments are understood is 1.
    @Override
    public Integer call() {
        try {
            run();
            return 0;
        } catch (Refusal e) {
            voice().refuse(e);
        } catch (Problem e) {
            voice().fail(e);
        }
        return Problem.Exit.NO.code;
    }

    private void run() throws Refusal, Problem {
        Store store = FolderStore.open(path(metadataDir), voice()::warn);
        switch (verb) {
            case "init" -> Updater.begin(store, read(required(root, "ROOT", "init")), Limits.DEFAULT);
            case "refresh" -> {
                try (var fetcher = new Fetcher(new Proxies(env()), Limits.DEFAULT)) {
                    answer(refresh(store, fetcher), List.of());
                }
            }
            case "download" -> download(store);
            default -> throw Problem.usage("no such verb of tuf-client").expected("init, refresh or download").found(verb);
        }
    }

    private Repository refresh(Store store, Fetcher fetcher) throws Refusal, Problem {
        Instant start = start();
        Updater updater = offline ? Updater.offline(store, Limits.DEFAULT)
                : new Updater(fetcher.at(required(metadataUrl, "--metadata-url", verb)), store, Limits.DEFAULT);
        return trustedRoot == null ? updater.refresh(start) : updater.refresh(read(trustedRoot), start);
    }

    private Instant start() throws Problem {
        if (at == null) {
            return Instant.now();
        }
        if (!offline) {
            throw Problem.usage("a time of the past or future is only for files that are here already").where("--at").hint("add --offline");
        }
        try {
            return Instant.parse(at);
        } catch (DateTimeException e) {
            throw Problem.usage("not a time").where("--at").expected("2026-11-01T00:00:00Z").found(at).because(e);
        }
    }

    private void download(Store store) throws Refusal, Problem {
        if (targetNames.isEmpty()) {
            throw Problem.usage("download needs at least one --target-name");
        }
        try (var fetcher = new Fetcher(new Proxies(env()), Limits.DEFAULT)) {
            var downloads = new Downloads(fetcher.at(required(targetBaseUrl, "--target-base-url", verb)), path(required(targetDir, "--target-dir", verb)));
            Repository repository = refresh(store, fetcher);
            var targets = new ArrayList<Json>();
            for (String name : targetNames) {
                Found found = repository.find(new TargetName(name));
                Downloads.Download download = downloads.fetch(found);
                say(found, download);
                targets.add(found.toJson().with("file", download.file().toString()).with("fetched", download.fetched()));
            }
            answer(repository, targets);
        }
    }

    private void say(Found found, Downloads.Download download) {
        String hash = found.file().prefix().orElse("");
        voice().say(String.format("%s  %,d bytes, %s, %s", found.name(), found.file().length(),
                Digest.parse(hash).map(d -> "sha256 " + d.brief()).orElse("sha512"), download.fetched() ? "fetched" : "here already"));
        voice().say("  in " + download.file());
        if (verbose) {
            found.links().forEach(link -> voice().say("  " + line(link)));
        }
    }

    private void answer(Repository repository, List<Json> targets) throws Refusal, Problem {
        List<Link> links = repository.targets().links();
        if (verb.equals("refresh")) {
            links.forEach(link -> voice().say(line(link)));
        }
        voice().answer(Json.object("schema", "repro.tuf-client.v1", "roles", links.stream().map(Link::toJson).toList(), "targets", targets));
    }

    private static String line(Link link) {
        return String.format("%-10s version %d, valid until %s, signed by %d of %d keys", link.role(), link.version(), link.expires(),
                link.threshold(), link.keys().size());
    }

    private static <T> T required(T value, String option, String verb) throws Problem {
        return Optional.ofNullable(value).orElseThrow(() -> Problem.usage(verb + " needs " + option).hint("repro tuf-client --help"));
    }

    private byte[] read(Path file) throws Problem {
        try (var in = Files.newInputStream(path(file))) {
            return in.readNBytes(Limits.DEFAULT.rootBytes() + 1);
        } catch (IOException e) {
            throw Problem.usage("cannot be read").where(file).because(e);
        }
    }
}
