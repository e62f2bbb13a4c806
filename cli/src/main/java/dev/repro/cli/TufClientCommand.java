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
import dev.repro.tuf.client.Remote;
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
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "tuf-client", description = "Follow a TUF repository: begin with its root, bring its metadata up to date, download targets.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro tuf-client --metadata-dir m init root.json",
            "         repro tuf-client --metadata-dir m --metadata-url https://repo.example/metadata refresh",
            "         repro tuf-client --metadata-dir m --target-dir t import hello.tar", "",
            "exit codes: 0 done, 1 refused or failed, 2 usage"})
final class TufClientCommand extends Commands.Verb {

    @Parameters(index = "0", paramLabel = "init|refresh|download|export|import",
            description = "begin, update, update and download, update and write a bundle, update from a bundle")
    String verb;

    @Parameters(index = "1", arity = "0..1", paramLabel = "ROOT|FILE",
            description = "init: the root file that came with the software; export, import: the bundle")
    Path file;

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

    @Option(names = "--map", paramLabel = "FILE", description = "refresh, download: several repositories that must agree (TAP 4); "
            + "the metadata of each is in a folder of its name in --metadata-dir")
    Path map;

    @Option(names = "--max-age", paramLabel = "AGE", description = "import: accept what has expired no longer ago than this (30d, 12h, 15m, 90s)")
    String maxAge;

    @Option(names = "--offline", description = "fetch no metadata: what the folder has is held to the same rules")
    boolean offline;

    @Option(names = "--at", paramLabel = "TIME", description = "with --offline or import: the time to hold expiry to, as in 2026-11-01T00:00:00Z")
    String at;

    @Override
    boolean word(String word) {
        if (verb == null) {
            verb = word;
            return true;
        }
        boolean first = file == null;
        file = Path.of(word);
        return first;
    }

    @Override
    boolean flag(String name) {
        if (name.equals("--offline")) {
            offline = true;
            return true;
        }
        return super.flag(name);
    }

    @Override
    boolean value(String name, String value) {
        switch (name) {
            case "--metadata-dir" -> metadataDir = Path.of(value);
            case "--metadata-url" -> metadataUrl = URI.create(value);
            case "--target-name" -> targetNames = Stream.concat(targetNames.stream(), Stream.of(value)).toList();
            case "--target-base-url" -> targetBaseUrl = URI.create(value);
            case "--target-dir" -> targetDir = Path.of(value);
            default -> {
                return false;
            }
        }
        return true;
    }

    @Override
    boolean complete() {
        return verb != null && metadataDir != null;
    }

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
        requireOfOneKind();
        switch (verb) {
            case "init" -> Updater.begin(store(), read(required(file, "ROOT", verb)), Limits.DEFAULT);
            case "import" -> bring();
            case "refresh", "download", "export" -> {
                try (var fetcher = new Fetcher(new Proxies(env()), Limits.DEFAULT)) {
                    if (map != null) {
                        mapped(new TufMap(path(map), path(metadataDir), fetcher, voice()));
                    } else {
                        online(fetcher);
                    }
                }
            }
            default -> throw Problem.usage("no such verb of tuf-client").expected("init, refresh, download, export or import").found(verb);
        }
    }

    private void requireOfOneKind() throws Problem {
        if (maxAge != null && !verb.equals("import")) {
            throw Problem.usage("only an import has an age").where("--max-age").found(verb);
        }
        if (map != null && (offline || trustedRoot != null || metadataUrl != null || targetBaseUrl != null)) {
            throw Problem.usage("the map says where repositories are").where("--map").expected("no --metadata-url, --target-base-url, --trusted-root or --offline");
        }
    }

    private Store store() throws Problem {
        return FolderStore.open(path(metadataDir), voice()::warn);
    }

    private void online(Fetcher fetcher) throws Refusal, Problem {
        switch (verb) {
            case "refresh" -> answer(refresh(store(), fetcher), List.of());
            case "export" -> export(fetcher);
            default -> download(fetcher);
        }
    }

    private void mapped(TufMap repositories) throws Refusal, Problem {
        switch (verb) {
            case "refresh" -> repositories.refresh();
            case "download" -> repositories.download(names(), path(required(targetDir, "--target-dir", verb)));
            default -> throw Problem.usage("a bundle is of one repository").where("--map");
        }
    }

    private List<String> names() throws Problem {
        if (targetNames.isEmpty()) {
            throw Problem.usage(verb + " needs at least one --target-name");
        }
        return targetNames;
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
        if (!offline && !verb.equals("import")) {
            throw Problem.usage("a time of the past or future is only for files that are here already").where("--at").hint("add --offline");
        }
        try {
            return Instant.parse(at);
        } catch (DateTimeException e) {
            throw Problem.usage("not a time").where("--at").expected("2026-11-01T00:00:00Z").found(at).because(e);
        }
    }

    private void download(Fetcher fetcher) throws Refusal, Problem {
        List<String> names = names();
        var downloads = new Downloads(fetcher.at(required(targetBaseUrl, "--target-base-url", verb)), path(required(targetDir, "--target-dir", verb)));
        Repository repository = refresh(store(), fetcher);
        var targets = new ArrayList<Json>();
        for (String name : names) {
            Found found = repository.find(new TargetName(name));
            targets.add(said(new TufBundle.Item(found, downloads.fetch(found))));
        }
        answer(repository, targets);
    }

    private void export(Fetcher fetcher) throws Refusal, Problem {
        Path out = path(required(file, "FILE", verb));
        List<String> names = names();
        Remote targets = fetcher.at(required(targetBaseUrl, "--target-base-url", verb));
        Store store = store();
        Repository repository = refresh(store, fetcher);
        var items = TufBundle.write(repository, store, names, (found, folder) -> new Downloads(targets, folder).fetch(found),
                Optional.ofNullable(targetDir).map(this::path), out);
        answer(repository, items.stream().<Json>map(item -> item.found().toJson().with("file", null).with("fetched", null)).toList());
        items.forEach(item -> voice().say(item.found().name().text()));
        voice().say("  in " + file);
    }

    private void bring() throws Refusal, Problem {
        TufBundle.Imported imported = TufBundle.read(path(required(file, "FILE", verb)), store(), targetNames,
                Optional.ofNullable(targetDir).map(this::path), start(), TufBundle.age(maxAge == null ? "0s" : maxAge));
        answer(imported.repository(), imported.items().stream().map(this::said).toList());
    }

    private Json said(TufBundle.Item item) {
        say(voice(), item.found(), item.download());
        if (verbose) {
            item.found().links().forEach(link -> voice().say("  " + line(link)));
        }
        return json ? json(item.found(), item.download()) : new Json.Null();
    }

    static void say(Voice voice, Found found, Downloads.Download download) {
        say(voice, found, download.fetched() ? ", fetched" : ", here already");
        voice.say("  in " + download.file());
    }

    private static void say(Voice voice, Found found, String after) {
        String hash = Digest.parse(found.file().prefix().orElse("")).map(d -> "sha256 " + d.brief()).orElse("sha512");
        voice.say(found.name() + "  " + grouped(found.file().length()) + " bytes, " + hash + after);
    }

    /// As `%,d` does, without the formatter and its locales, which take longer to start than a refresh does.
    private static String grouped(long number) {
        var out = new StringBuilder(Long.toString(number));
        for (int i = out.length() - 3; i > 0; i -= 3) {
            out.insert(i, ',');
        }
        return out.toString();
    }

    static Json.Obj json(Found found, Downloads.Download download) {
        return found.toJson().with("file", download.file().toString()).with("fetched", download.fetched());
    }

    private void answer(Repository repository, List<Json> targets) throws Refusal, Problem {
        List<Link> links = repository.targets().links();
        if (!verb.equals("download")) {
            links.forEach(link -> voice().say(line(link)));
        }
        if (json) {
            voice().answer(Json.object("schema", "repro.tuf-client.v1", "roles", links.stream().map(Link::toJson).toList(), "targets", targets));
        }
    }

    static String line(Link link) {
        String role = link.role().text();
        return role + " ".repeat(Math.max(0, 10 - role.length())) + " version " + link.version() + ", valid until " + link.expires() + ", signed by "
                + link.threshold() + " of " + link.keys().size() + " keys";
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
