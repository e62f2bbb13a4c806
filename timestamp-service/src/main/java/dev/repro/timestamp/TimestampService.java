package dev.repro.timestamp;

import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.base.Problem;
import dev.repro.keys.Signer;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// The process that keeps a repository fresh: it follows the snapshots that a snapshot service publishes or has staged, has each checked and signed
/// by its [TimestampAuthority], and gives the timestamp back. It signs when there is a new snapshot, when there is a new root, when half of the
/// last timestamp's life is over, and once when it starts.
///
/// What goes wrong with network, disk or key is tried again, after half a second at first and never more than a minute. What is refused is an
/// alarm: it stays on until the service offers something that can be signed; meanwhile the last good snapshot is kept fresh.
public final class TimestampService implements AutoCloseable {
    /// How long the snapshot service may hold a question until there is news.
    private static final Duration WAIT = Duration.ofSeconds(25);
    private static final Duration SHORTEST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    /// Without an answer of the snapshot service.
    private static final Duration SILENCE = Duration.ofMinutes(2);
    private static final Duration STUCK = Duration.ofMinutes(10);
    private static final int ANSWER = 65_536;

    /// @param service `http://HOST:PORT`
    /// @param root the file to begin from
    /// @param listen for `/healthz`, `/readyz`, `/metrics`; empty: nowhere
    /// @param alarm a shell command; empty: none
    public record Settings(URI service, Path root, Path state, Optional<InetSocketAddress> listen, Optional<String> alarm) {}

    private final ServiceClient client;
    private final TimestampAuthority authority;
    private final List<String> keyids;
    private final Clocks clocks;
    private final RandomGenerator random;
    private final JsonLog log;
    private final Metrics metrics = new Metrics();
    private final Optional<AlarmCommand> command;
    private final Optional<StatusServer> status;
    private volatile TimestampAuthority.Stamp published;
    private int attempts;
    private volatile Refusal alarm;
    private volatile String unready = "nothing was published yet";
    private volatile long stepped;
    private volatile long heard;

    private TimestampService(Settings settings, TimestampAuthority authority, List<String> keyids, Clocks clocks, RandomGenerator random,
            PrintStream log)
            throws Problem {
        this.client = new ServiceClient(settings.service());
        this.authority = authority;
        this.keyids = keyids;
        this.clocks = clocks;
        this.random = random;
        this.log = new JsonLog(log, clocks.wall());
        this.command = settings.alarm().map(c -> new AlarmCommand(c, this.log));
        this.stepped = clocks.nanos().getAsLong();
        this.heard = stepped;
        this.status = settings.listen().isEmpty() ? Optional.empty()
                : Optional.of(new StatusServer(settings.listen().get(), this::unhealthy, this::unready, metrics::text));
    }

    /// @param signers of timestamp; the caller closes them
    /// @param log where its lines of JSON go
    /// @throws Refusal if the root file is none that its own keys have signed
    /// @throws Problem exit code 2, 3 or 4: the settings, an address that is taken, a state folder that cannot be used
    public static TimestampService start(Settings settings, List<? extends Signer> signers, Clocks clocks, RandomGenerator random, PrintStream log)
            throws Refusal, Problem {
        byte[] root;
        try {
            root = Files.readAllBytes(settings.root());
        } catch (IOException e) {
            throw Problem.usage("the root cannot be read").where(settings.root())
                    .hint("name the file of any root that you trust, as in 1.root.json").because(e);
        }
        var authority = TimestampAuthority.open(settings.state(), root, signers, clocks, TimestampAuthority.Margins.DEFAULT);
        List<String> keyids = signers.stream().map(s -> s.key().keyid()).toList();
        var service = new TimestampService(settings, authority, keyids, clocks, random, log);
        service.log.line(JsonLog.Level.INFO, "started", "service", service.client.describe(""), "status", service.statusUrl(), "keyids", keyids);
        return service;
    }

    /// Where `/readyz` and the others are.
    public Optional<InetSocketAddress> address() {
        return status.map(StatusServer::address);
    }

    /// `repro.timestamp-service.v1`: what was started.
    public Json.Obj toJson() {
        return Json.object("schema", "repro.timestamp-service.v1", "service", client.describe(""), "status", statusUrl(), "keyids", keyids);
    }

    private String statusUrl() {
        return address().map(a -> "http://" + (a.getAddress() instanceof java.net.Inet6Address ? "[" + a.getAddress().getHostAddress() + "]"
                : a.getAddress().getHostAddress()) + ":" + a.getPort() + "/").orElse(null);
    }

    /// Works until the thread is interrupted.
    public void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Thread.sleep(step());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // told to stop
        }
        log.line(JsonLog.Level.INFO, "stopped");
    }

    /// Asks once for news, and does what they want.
    ///
    /// @return how long to wait before the next time
    Duration step() throws InterruptedException {
        stepped = clocks.nanos().getAsLong();
        try {
            authority.look();
            Optional<byte[]> snapshot = news();
            metrics.contact(clocks.now());
            heard = clocks.nanos().getAsLong();
            if (snapshot.isEmpty() && alarm != null) {
                return pause();
            }
            attempts = 0;
            if (snapshot.isEmpty()) { // from a service that does not wait as it was asked, not at once again
                Duration rest = SHORTEST.minus(clocks.since(stepped));
                return rest.isNegative() ? Duration.ZERO : rest;
            }
            publish(snapshot.get());
            calm();
            return Duration.ZERO;
        } catch (Refusal e) {
            refused(e);
        } catch (Problem e) {
            failed(e);
        }
        return pause();
    }

    /// The snapshot that is to be signed for now; empty if there is nothing to do.
    private Optional<byte[]> news() throws Problem, InterruptedException {
        if (published == null || alarm != null || isDue()) {
            return newest(0, published == null ? WAIT : Duration.ZERO);
        }
        Duration left = Duration.between(clocks.now(), due());
        Optional<byte[]> next = newest(published.snapshot().version(), left.compareTo(WAIT) < 0 ? left : WAIT);
        boolean rootChanged = next.isEmpty() && root(published.root().version() + 1).isPresent();
        return rootChanged ? newest(0, Duration.ZERO) : next;
    }

    private Instant due() {
        Instant end = published.timestamp().header().expires();
        return published.time().plus(Duration.between(published.time(), end).dividedBy(2));
    }

    private boolean isDue() {
        return published != null && !clocks.now().isBefore(due());
    }

    private Optional<byte[]> newest(long after, Duration wait) throws Problem, InterruptedException {
        String path = "v1/snapshot?after=" + after + "&wait=" + wait.toSeconds();
        var answer = client.get(path, Limits.DEFAULT.snapshotBytes(), wait);
        return switch (answer.status()) {
            case 200 -> Optional.of(answer.body());
            case 204 -> Optional.empty();
            default -> throw unexpected(path, answer);
        };
    }

    private Optional<byte[]> root(long version) throws Problem, InterruptedException {
        Optional<byte[]> published = file("metadata/" + RoleName.ROOT.file(version), Limits.DEFAULT.rootBytes());
        return published.isPresent() ? published : file("v1/roots/" + version, Limits.DEFAULT.rootBytes()); // one that waits for its timestamp
    }

    /// Only 404 means that it is not there: any other answer must not end the chain of roots (TUF 5.3.3).
    private Optional<byte[]> file(String path, int most) throws Problem, InterruptedException {
        var answer = client.get(path, most, Duration.ZERO);
        return switch (answer.status()) {
            case 200 -> Optional.of(answer.body());
            case 404 -> Optional.empty();
            default -> throw unexpected(path, answer);
        };
    }

    private void publish(byte[] snapshot) throws Refusal, Problem, InterruptedException {
        long begun = clocks.nanos().getAsLong();
        Optional<byte[]> current = published == null ? file("metadata/" + RoleName.TIMESTAMP.file(), Limits.DEFAULT.timestampBytes()) : Optional.empty();
        var stamp = authority.timestamp(snapshot, this::rootUninterrupted, current);
        var answer = client.put("v1/timestamp", stamp.signed(), ANSWER);
        if (answer.status() != 200) {
            throw unexpected("v1/timestamp", answer);
        }
        published = stamp;
        Duration took = clocks.since(begun);
        metrics.published(stamp, took);
        log.line(JsonLog.Level.INFO, "published", "timestamp", stamp.timestamp().version(), "snapshot", stamp.snapshot().version(), "root",
                stamp.root().version(),
                "expires", stamp.timestamp().header().expires().toString(), "milliseconds", took.toMillis());
    }

    private Optional<byte[]> rootUninterrupted(long version) throws Problem {
        try {
            return root(version);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.environment("interrupted").because(e);
        }
    }

    private Problem unexpected(String path, ServiceClient.Answer answer) {
        String refusal = "";
        try {
            refusal = JsonParser.parse(answer.body()) instanceof Json.Obj(var members) && members.get("refusal") instanceof Json.Str(String name)
                    ? ", " + name : "";
        } catch (JsonParser.SyntaxException e) {
            refusal = ""; // the status has to do
        }
        return Problem.storage("the snapshot service does not do what it was asked").where(client.describe(path)).expected(200)
                .found(answer.status() + refusal)
                .hint("its log says why; it is tried again");
    }

    private void calm() {
        if (alarm != null) {
            log.line(JsonLog.Level.INFO, "calm", "refusal", alarm.name());
        }
        alarm = null;
        metrics.alarm(false);
    }

    private void refused(Refusal refusal) throws InterruptedException {
        boolean isNews = alarm == null || !alarm.line().equals(refusal.line());
        alarm = refusal;
        metrics.refused(refusal.name());
        metrics.alarm(true);
        if (isNews) {
            log.line(JsonLog.Level.ALARM, "refused", "refusal", refusal.toJson(), "message", refusal.line());
            command.ifPresent(c -> c.raise(refusal));
        }
        if (isDue() && refusal.rule() != Refusal.Rule.CLOCK) {
            keepLast();
        }
    }

    /// What was signed for last is no worse for what somebody offers now.
    private void keepLast() throws InterruptedException {
        try {
            publish(authority.last().orElseThrow()); // there is one: it was published
        } catch (Refusal e) {
            metrics.refused(e.name());
        } catch (Problem e) {
            failed(e);
        }
    }

    private void failed(Problem problem) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        metrics.failed();
        log.line(JsonLog.Level.WARN, "failed", "problem", problem.line(), "hint", problem.hint());
        unready = problem.line();
    }

    /// Twice as long as before, give or take a quarter, so that many do not come back at once.
    private Duration pause() {
        long longest = Math.min(LONGEST.toMillis(), SHORTEST.toMillis() << Math.min(attempts++, 10));
        return Duration.ofMillis(longest - random.nextLong(longest / 4 + 1));
    }

    private Optional<String> unhealthy() {
        Duration since = clocks.since(stepped);
        return since.compareTo(STUCK) > 0 ? Optional.of("stuck for " + since.toSeconds() + " s") : Optional.empty();
    }

    private Optional<String> unready() {
        Refusal refused = alarm;
        if (refused != null) {
            return Optional.of("refused: " + refused.line());
        }
        if (published == null) {
            return Optional.of(unready);
        }
        Duration since = clocks.since(heard);
        return since.compareTo(SILENCE) > 0 ? Optional.of("no answer of the snapshot service for " + since.toSeconds() + " s") : Optional.empty();
    }

    @Override
    public void close() {
        status.ifPresent(StatusServer::close);
        client.close();
    }
}
