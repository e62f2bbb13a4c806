package dev.repro.snapshot;

import dev.repro.attest.Envelope;
import dev.repro.attest.Statement;
import dev.repro.base.Digest;
import dev.repro.base.Durable;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.release.Release;
import dev.repro.release.Withdrawn;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.repository.Authority;
import dev.repro.tuf.repository.Countersigned;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.SignedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/// What authors ask of maintainers, one request for each name, as files `requests/NAME.json`. Nothing in them has any effect before a
/// threshold of maintainers has signed the `targets` that grant it. What ends a request without, a maintainer's signed statement, is kept as
/// `requests/rejected/NAME.json`, the last one of each name.
final class Requests {
    /// The predicate of a maintainer's statement that ends a request; its subject is the role's file, by SHA-256.
    static final String REJECTION = "https://repro.dev/rejection/v1";
    private static final Duration STAY = Duration.ofDays(7); // that a file must be good for: maintainers take their time

    /// @param targets what maintainers have signed so far, or null
    /// @param have signatures of maintainers, of `need`
    private record Open(Ask ask, byte[] targets, int have, int need) {}

    private final Path folder;
    private final ServiceLimits limits;
    private final InstantSource clock;
    private final Map<String, Open> open = new ConcurrentSkipListMap<>();

    private Requests(Path folder, ServiceLimits limits, InstantSource clock) {
        this.folder = folder;
        this.limits = limits;
        this.clock = clock;
    }

    static Requests open(Path folder, ServiceLimits limits, InstantSource clock) throws Problem {
        var requests = new Requests(folder, limits, clock);
        try {
            Files.createDirectories(folder);
            try (var files = Files.newDirectoryStream(folder, "*.json")) {
                for (Path file : files) {
                    requests.load(file);
                }
            }
            return requests;
        } catch (IOException e) {
            throw Problem.storage("cannot be read: " + e.getMessage()).where(folder).because(e);
        }
    }

    private void load(Path file) throws IOException, Problem {
        Fields json = Fields.parse(Files.readAllBytes(file), file.toString());
        try {
            Ask ask = Ask.read(json);
            byte[] targets = json.has("targets") ? Submission.base64(json.string("targets")) : null;
            open.put(ask.name(), new Open(ask, targets, (int) json.integer("have"), (int) json.integer("need")));
        } catch (Refused e) {
            throw Problem.storage("a request that was kept cannot be read: " + e.getMessage()).where(file).hint("delete it").because(e);
        }
    }

    /// Keeps a request, if it could be granted.
    ///
    /// @throws Refused 409 if the name has an owner (claim) or none (transfer), or is asked for by others already
    synchronized Json.Obj add(Ask ask, Repository repository) throws Refused, Problem {
        Signed.Targets first = ask.firstFile();
        checkName(ask, repository);
        checkFirst(ask, first, repository);
        Open known = open.get(ask.name());
        if (known != null && !known.ask.sameAs(ask)) {
            throw new Refused(409, "request-pending", 1, "somebody has asked for this name, and maintainers have not decided").file(ask.name())
                    .hint("ask the maintainers to decide it");
        }
        if (known == null && open.size() >= limits.requests()) {
            throw new Refused(503, "requests-full", 4, "too many requests wait for maintainers").retryAfter(3600);
        }
        if (known == null) {
            keep(new Open(ask, null, 0, need(repository)));
        }
        return Json.object("schema", "repro.request-result.v1", "state", "waiting", "name", ask.name(), "have", known == null ? 0 : known.have,
                "need",
                need(repository));
    }

    private static int need(Repository repository) throws Problem {
        return maintainers(repository).role().threshold();
    }

    private static Authority maintainers(Repository repository) throws Problem {
        return repository.authorities(RoleName.TARGETS).getFirst();
    }

    private static void checkName(Ask ask, Repository repository) throws Refused, Problem {
        RoleName owner = repository.route(new TargetName(ask.name() + "/0/release.json"));
        boolean taken = !owner.equals(RoleName.TARGETS);
        if (!ask.isTransfer() && (taken || repository.lists(ask.role()))) {
            throw new Refused(409, "name-taken", 1, "the name has an owner").expected("a name that nobody has claimed")
                    .found(taken ? "role " + owner : "a role that has ended").file(ask.name()).hint("choose another name, or ask for a transfer");
        }
        if (ask.isTransfer() && !taken) {
            throw new Refused(409, "name-free", 1, "nobody owns the name").file(ask.name()).hint("claim it");
        }
        if (ask.isTransfer() && !ask.role().equals(owner) && repository.lists(ask.role())) {
            throw new Refused(409, "name-taken", 1, "there is a role of that name").found("role " + ask.role()).file(ask.name())
                    .hint("a role's name is used once: take the next number");
        }
        if (ask.isTransfer() && ask.role().equals(owner) && repository.rotations(owner) > 0) {
            throw new Refused(409, "role-rotated", 1, "the role has rotated its keys itself, and cannot be delegated anew").found("role " + owner)
                    .file(ask.name()).hint("ask for a role " + ask.name() + ".N");
        }
    }

    private void checkFirst(Ask ask, Signed.Targets first, Repository repository) throws Refused, Problem {
        long version = repository.version(ask.role()) + 1;
        Optional<Signed.Targets> old = ask.isTransfer() ? repository.targets(repository.route(new TargetName(ask.name() + "/0/release.json")))
                .map(Metadata::unverified) : Optional.empty();
        var targets = old.map(Signed.Targets::targets).orElse(Map.of());
        if (first.version() != version || !first.targets().equals(targets) || !withdrawn(Optional.of(first)).equals(withdrawn(old))) {
            throw new Refused(422, "first-differs", 60, "not the file that the role must begin with")
                    .expected("version " + version + " with " + targets.size() + " targets" + (ask.isTransfer() ? ", as they are published" : ""))
                    .found("version " + first.version() + " with " + first.targets().size() + " targets").file(ask.role());
        }
        if (first.header().expires().isBefore(clock.instant().plus(STAY))) {
            throw new Refused(422, "delegated-expired", 62, "the role's file expires before maintainers can decide")
                    .expected("good for " + STAY.toDays() + " days").found(first.header().expires()).file(ask.role());
        }
    }

    private static Optional<Json> withdrawn(Optional<Signed.Targets> role) {
        return role.map(r -> r.json().members().get(Withdrawn.MEMBER));
    }

    /// All, in short.
    Json.Obj list() {
        return Json.object("schema", "repro.requests.v1", "requests", open.values().stream().map(o -> Json.object("kind", o.ask.kind(), "name",
                o.ask.name(), "role", o.ask.role().text(), "keyids", o.ask.keys().stream().map(k -> k.keyid()).toList(), "threshold",
                o.ask.threshold(), "message", o.ask.message(), "have", o.have, "need", o.need)).toList());
    }

    int count() {
        return open.size();
    }

    /// One, whole.
    Json.Obj show(String name) throws Refused {
        return json(find(name));
    }

    private static Json.Obj json(Open one) {
        return one.ask.toJson().with("targets", one.targets == null ? null : Base64.getEncoder().encodeToString(one.targets))
                .with("have", one.have).with("need", one.need);
    }

    private Open find(String name) throws Refused {
        Open one = open.get(name);
        if (one == null) {
            throw Refused.missing("nobody has asked for this name, or it was decided").file(name);
        }
        return one;
    }

    /// @param submission to publish; empty while signatures are missing
    record Granted(Optional<Submission> submission, int have, int need) {}

    /// Adds a maintainer's signatures.
    synchronized Granted sign(String name, byte[] targets, Repository repository) throws Refused, Problem {
        Open one = find(name);
        try {
            if (!one.ask.isGrantedBy(targets(targets))) {
                throw new Refused(422, "request-differs", 60, "these targets do not delegate what was asked for")
                        .expected("role " + one.ask.role() + " with paths " + one.ask.paths() + ", " + one.ask.threshold() + " of the keys asked for")
                        .file(name).hint("sign what `repro approve` shows");
            }
            Countersigned gathered = Countersigned.gather(repository, Optional.ofNullable(one.targets), targets);
            keep(new Open(one.ask, gathered.file(), gathered.have(), gathered.need()));
            if (gathered.have() < gathered.need()) {
                return new Granted(Optional.empty(), gathered.have(), gathered.need());
            }
            SortedMap<RoleName, byte[]> files = new TreeMap<>(Map.of(RoleName.TARGETS, gathered.file(), one.ask.role(), one.ask.first()));
            String message = one.ask.kind() + " " + name + (one.ask.message().isEmpty() ? "" : ": " + one.ask.message());
            return new Granted(Optional.of(new Submission(SignedFiles.parse(files), Submission.digest(files), message)), gathered.have(),
                    gathered.need());
        } catch (Refusal e) {
            throw Refused.of(e);
        }
    }

    private static Signed.Targets targets(byte[] file) throws Refusal, Problem {
        return SignedFiles.parse(Map.of(RoleName.TARGETS, file)).targets().get(RoleName.TARGETS);
    }

    /// Forgets a request that is published.
    synchronized void close(String name, Digest first) throws Problem {
        Open one = open.get(name);
        if (one != null && one.ask.digest().equals(first)) {
            delete(name);
        }
    }

    /// Ends a request by a maintainer's signed statement.
    synchronized Json.Obj reject(String name, byte[] envelope, Repository repository) throws Refused, Problem {
        Open one = find(name);
        Statement statement = statement(envelope, maintainers(repository));
        boolean fits = statement.predicateType().equals(REJECTION) && statement.subjects().stream()
                .anyMatch(s -> one.ask.digest().hex().equals(s.digests().get("sha256")));
        if (!fits) {
            throw new Refused(422, "rejection-differs", 60, "the statement is about something else").expected("sha256 " + one.ask.digest())
                    .file(name).hint("fetch the request again");
        }
        write(rejected(name), envelope);
        delete(name);
        return Json.object("schema", "repro.request-result.v1", "state", "rejected", "name", name);
    }

    /// The statement by which the last request for a name was rejected, a DSSE envelope.
    byte[] rejection(String name) throws Refused, Problem {
        Path file = Release.isName(name) ? rejected(name) : folder.resolve("none");
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw Refused.missing("no request for this name was rejected").file(name);
        } catch (IOException e) {
            throw Problem.storage("cannot be read").where(file).because(e);
        }
    }

    private Path rejected(String name) {
        return folder.resolve("rejected").resolve(name + ".json");
    }

    private static Statement statement(byte[] envelope, Authority maintainers) throws Refused, Problem {
        Envelope parsed = Envelope.parse(envelope, "rejection");
        try {
            return Statement.of(parsed.verify(maintainers.usable(), 1), "rejection");
        } catch (Problem e) {
            throw e.exit() == Problem.Exit.NO ? new Refused(403, "rejection-unsigned", 60, "no maintainer has signed the rejection")
                    .hint("sign it with a key of targets") : Refused.of(e);
        }
    }

    private void keep(Open one) throws Problem {
        write(folder.resolve(one.ask.name() + ".json"), JsonText.compact(json(one)).getBytes(StandardCharsets.UTF_8));
        open.put(one.ask.name(), one);
    }

    private static void write(Path file, byte[] bytes) throws Problem {
        try {
            Durable.write(file, bytes);
        } catch (IOException e) {
            throw Problem.storage("cannot be written").where(file).because(e);
        }
    }

    private void delete(String name) throws Problem {
        try {
            Files.deleteIfExists(folder.resolve(name + ".json"));
            Durable.syncFolder(folder);
        } catch (IOException e) {
            throw Problem.storage("cannot be deleted").where(folder).because(e);
        }
        open.remove(name);
    }
}
