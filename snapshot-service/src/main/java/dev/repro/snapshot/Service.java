package dev.repro.snapshot;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.repro.base.Fields;
import dev.repro.base.Problem;
import dev.repro.keys.Signer;
import dev.repro.snapshot.pages.LivePages;
import dev.repro.snapshot.pages.Page;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.Freshness;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.StagedPublisher;
import dev.repro.tuf.repository.Store;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/// The service: starts, listens, stops.
public final class Service implements AutoCloseable {
    private static final Duration STOP = Duration.ofMillis(1_500);

    /// @param listener bound already; closed with the service
    /// @param store of the repository
    /// @param folder where the store keeps files under their own names, if it does
    /// @param work for uploads and requests
    /// @param snapshot signers of snapshot; the caller closes them
    /// @param freshness who signs timestamps in this process; empty if a timestamp service does
    /// @param log for structured lines
    public record Config(Listener listener, Store store, Optional<Path> folder, Path work, List<Signer> snapshot,
            Optional<Freshness> freshness, ServiceLimits limits, InstantSource clock, PrintStream log) {}

    private final Config config;
    private final Log log;
    private final Metrics metrics = new Metrics();
    private final StagedPublisher publisher;
    private final Blobs blobs;
    private final Bodies bodies;
    private final Requests requests;
    private final Committer committer;
    private final StaticFiles files;
    private final LivePages pages;
    private final Api api;
    private final Rates addresses;
    private final Map<String, AtomicInteger> busy = new ConcurrentHashMap<>();
    private final LongAdder reads = new LongAdder();
    private final AtomicInteger running = new AtomicInteger();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HeadWatch heads;
    private final Optional<WatchedFreshness> freshness;
    private final Horizons horizons = new Horizons();
    private volatile boolean stopping;

    private Service(Config config, Releases releases) throws Problem {
        this.config = config;
        this.log = new Log(config.log, config.clock);
        ServiceLimits limits = config.limits;
        this.publisher = StagedPublisher.open(config.store, config.snapshot, config.clock);
        this.blobs = Blobs.open(config.work.resolve("blobs"), limits, config.clock);
        this.requests = Requests.open(config.work.resolve("requests"), limits, config.clock);
        this.bodies = new Bodies(limits, metrics);
        var gate = new Gate(blobs, limits, config.clock, releases);
        this.freshness = config.freshness.map(signer -> new WatchedFreshness(signer, log, metrics));
        this.committer = new Committer(publisher, gate, blobs, freshness.<Freshness>map(signer -> signer), limits, log, new Upkeep(config.clock, log));
        this.files = new StaticFiles(config.store, config.folder, System::nanoTime);
        this.pages = LivePages.open(publisher, () -> Repository.read(config.store), config.work.resolve("activity.jsonl"), config.clock,
                e -> log.error("pages", "error", e.line()));
        this.api = new Api(publisher, committer, blobs, requests, bodies, limits, metrics);
        this.addresses = new Rates(limits.writesPerMinute(), Duration.ofMinutes(1), System::nanoTime);
        this.heads = new HeadWatch(threads, limits.headTime());
        this.server = config.listener.server();
        gauges();
    }

    /// Where a store keeps its files under their own names, if it does: not a git repository.
    public static Optional<Path> files(Path store) {
        return Optional.of(store).filter(s -> Files.isDirectory(s.resolve("metadata")));
    }

    /// @throws Problem exit code 3 if it cannot listen there; others if the repository is not what it must be
    public static Service start(Config config) throws Problem {
        return start(config, Releases.CHECKED);
    }

    static Service start(Config config, Releases releases) throws Problem {
        var service = new Service(config, releases);
        service.blobs.sweep();
        service.committer.start(service.pages::upcoming, () -> {
            service.files.changed();
            service.pages.changed();
        });
        Thread.ofPlatform().name("horizons").daemon().start(service::look); // a repository may have many roles
        service.server.createContext("/", service::handle);
        service.server.setExecutor(service.heads.start());
        service.server.start();
        service.log.info("started", "listen", service.url(), "snapshot", service.publisher.snapshot().version());
        return service;
    }

    private void gauges() {
        for (RoleName role : List.of(RoleName.ROOT, RoleName.TARGETS, RoleName.SNAPSHOT, RoleName.TIMESTAMP)) {
            metrics.gauge("repro_role_expires_seconds", "Until the role's file expires.", Metrics.label("role", role.text()),
                    () -> publisher.repository().expires(role).map(e -> Duration.between(config.clock.instant(), e).toSeconds()).orElse(0L));
            metrics.gauge("repro_role_version", "Of the role's published file.", Metrics.label("role", role.text()),
                    () -> publisher.repository().version(role));
        }
        metrics.gauge("repro_queue", "Submissions that wait for their publication.", "", committer.waiting()::size);
        metrics.gauge("repro_author_requests", "Claims and transfers that wait for maintainers.", "", requests::count);
        metrics.gauge("repro_requests_running", "Requests under way.", "", running::get);
        metrics.gauge("repro_reads_total", "Files of the repository that were asked for.", "", reads::sum);
    }

    static long rootVersion(byte[] root) throws Problem {
        return Fields.parse(root, "root.json").object("signed").integer("version");
    }

    public InetSocketAddress address() {
        return server.getAddress();
    }

    /// `http://HOST:PORT`
    public String url() {
        return config.listener.url();
    }

    private void handle(HttpExchange exchange) {
        heads.arrived();
        running.incrementAndGet();
        try (exchange) {
            route(exchange, exchange.getRequestURI().getPath());
        } catch (IOException e) {
            // The reader or sender went away; there is nobody to answer.
            metrics.count("repro_broken_off_total", "Connections that broke off in a request or an answer.", "");
        } finally {
            running.decrementAndGet();
        }
    }

    private void route(HttpExchange exchange, String path) throws IOException {
        try {
            if (path.startsWith("/metadata/") || path.startsWith("/targets/")) {
                reads.increment();
                files.serve(exchange, path.substring(1));
            } else if (path.startsWith("/v1/")) {
                send(exchange, guarded(exchange, path.substring("/v1/".length())));
            } else {
                own(exchange, path);
            }
        } catch (Refused e) {
            refuse(exchange, path, e);
        } catch (Problem e) {
            log.error("problem", "path", path, "error", e.line());
            refuse(exchange, path, Refused.of(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped", e);
        } catch (RuntimeException e) {
            log.error("bug", "path", path, "what", e.toString(), "at", e.getStackTrace().length == 0 ? "" : e.getStackTrace()[0].toString());
            refuse(exchange, path, new Refused(500, "internal", 5, "the service has a bug here").hint("tell its operator"));
        }
    }

    private void own(HttpExchange exchange, String path) throws IOException, Refused, Problem {
        switch (path) {
            case "/healthz" -> text(exchange, 200, "text/plain; charset=utf-8", "ok\n");
            case "/readyz" -> ready(exchange);
            case "/metrics" -> text(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", metrics.text() + horizonText());
            default -> page(exchange);
        }
    }

    private void page(HttpExchange exchange) throws IOException, Refused, Problem {
        URI uri = exchange.getRequestURI();
        if (!exchange.getRequestMethod().equals("GET") && !exchange.getRequestMethod().equals("HEAD")) {
            throw Refused.missing("there is nothing here for this method").file(uri.getPath());
        }
        Page page = pages.page(uri.getRawPath(), uri.getRawQuery(), exchange.getRequestHeaders()::getFirst, url());
        Page.HEADERS.forEach(exchange.getResponseHeaders()::set);
        body(exchange, page.status(), page.type(), page.bytes());
    }

    private String horizonText() {
        look();
        var out = new StringBuilder();
        Instant now = config.clock.instant();
        horizons.soonest().forEach((role, expires) -> out.append("repro_delegated_role_expires_seconds").append(Metrics.label("role", role.text()))
                .append(' ').append(Duration.between(now, expires).toSeconds()).append('\n'));
        return out.isEmpty() ? "" : "# HELP repro_delegated_role_expires_seconds Until the file of a delegated role expires.\n"
                + "# TYPE repro_delegated_role_expires_seconds gauge\n" + out;
    }

    private void look() {
        try {
            horizons.look(publisher.repository());
        } catch (Problem e) {
            log.error("role-unreadable", "error", e.line());
        }
    }

    private void ready(HttpExchange exchange) throws IOException {
        boolean fresh = publisher.expires(RoleName.TIMESTAMP).isAfter(config.clock.instant());
        Optional<String> alarm = freshness.flatMap(WatchedFreshness::alarm);
        text(exchange, fresh && alarm.isEmpty() && !stopping ? 200 : 503, "text/plain; charset=utf-8", stopping ? "stopping\n"
                : alarm.isPresent() ? "refused: " + alarm.get() + "\n" : fresh ? "ready\n" : "the timestamp has expired\n");
    }

    /// What changes something is limited for each address.
    private Api.Reply guarded(HttpExchange exchange, String path) throws Refused, Problem, IOException, InterruptedException {
        String method = exchange.getRequestMethod();
        if (method.equals("GET") || method.equals("HEAD")) {
            return api.answer(exchange, path);
        }
        String address = exchange.getRemoteAddress().getAddress().getHostAddress();
        int wait = addresses.take(address, 1);
        if (wait > 0) {
            throw new Refused(429, "too-many-of-address", 4, "this address has asked too often").found(address).retryAfter(wait)
                    .hint("wait " + wait + " s");
        }
        AtomicInteger now = busy.computeIfAbsent(address, _ -> new AtomicInteger());
        try {
            if (now.incrementAndGet() > config.limits.connectionsPerAddress()) {
                throw new Refused(429, "too-many-of-address", 4, "this address has too many requests under way").found(address).retryAfter(1);
            }
            return api.answer(exchange, path);
        } finally {
            if (now.decrementAndGet() == 0) {
                busy.remove(address, now);
            }
        }
    }

    private static void send(HttpExchange exchange, Api.Reply reply) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        reply.headers().forEach(headers::set);
        if (reply.body() == null) {
            exchange.sendResponseHeaders(reply.status(), -1);
            return;
        }
        headers.set("Cache-Control", "no-store");
        body(exchange, reply.status(), "application/json", reply.body());
    }

    private void refuse(HttpExchange exchange, String path, Refused refused) throws IOException {
        if (refused.status() != 404) {
            metrics.count("repro_refusals_total", "Requests that were refused, by name.", Metrics.label("refusal", refused.name()));
            log.warn("refused", "path", path, "refusal", refused.name(), "status", refused.status(), "what", refused.toString());
        }
        if (exchange.getResponseCode() != -1) {
            return; // its answer has begun
        }
        Headers headers = exchange.getResponseHeaders();
        for (String name : List.of("ETag", "Last-Modified", "Accept-Ranges", "Content-Security-Policy")) {
            headers.remove(name);
        }
        headers.set("Cache-Control", "no-store");
        if (refused.retryAfter() > 0) {
            headers.set("Retry-After", Integer.toString(refused.retryAfter()));
        }
        if (refused.status() == 413 || refused.status() == 411 || refused.status() == 415) {
            headers.set("Connection", "close"); // what follows is not read
        }
        body(exchange, refused.status(), "application/json", Api.text(refused.toJson()));
    }

    private static void text(HttpExchange exchange, int status, String type, String text) throws IOException {
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        body(exchange, status, type, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void body(HttpExchange exchange, int status, String type, byte[] bytes) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, bytes.length);
        try (var out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    // HttpServer.stop waits for its whole delay where a connection was closed by the other side.
    private void awaitAnswers() {
        long end = System.nanoTime() + STOP.toNanos();
        while (running.get() > 0 && System.nanoTime() < end) {
            LockSupport.parkNanos(5_000_000);
        }
    }

    /// Takes nothing new, publishes and answers what waits, ends.
    @Override
    public void close() {
        if (stopping) {
            return;
        }
        stopping = true;
        committer.close();
        awaitAnswers();
        config.listener.close();
        threads.shutdown();
        heads.close();
        bodies.close();
        pages.close();
        log.info("stopped");
    }
}
