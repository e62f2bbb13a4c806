package dev.repro.snapshot;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.tuf.Limits;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.StagedPublisher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// The protocol below `/v1` (docs/publishing.md).
final class Api {
    private static final String PART = "application/partial-upload";
    private static final int MAX_WAIT = 60; // seconds

    private final StagedPublisher publisher;
    private final Committer committer;
    private final Blobs blobs;
    private final Requests requests;
    private final Bodies bodies;
    private final ServiceLimits limits;
    private final Metrics.Histogram latency;
    private final Recent recent = new Recent();
    private final Rates keys;
    private final Rates bytes;

    Api(StagedPublisher publisher, Committer committer, Blobs blobs, Requests requests, Bodies bodies, ServiceLimits limits, Metrics metrics) {
        this.publisher = publisher;
        this.committer = committer;
        this.blobs = blobs;
        this.requests = requests;
        this.bodies = bodies;
        this.limits = limits;
        this.latency = metrics.histogram("repro_publish_seconds", "From a whole submission to its publication.");
        this.keys = new Rates(limits.submissionsPerMinute(), Duration.ofMinutes(1), System::nanoTime);
        this.bytes = new Rates(limits.uploadBytesPerHour(), Duration.ofHours(1), System::nanoTime);
    }

    /// @param body null for none
    record Reply(int status, byte[] body, Map<String, String> headers) {
        Reply(int status, Json.Obj body) {
            this(status, body == null ? null : text(body), Map.of());
        }
    }

    /// @param path below `/v1/`, not decoded further
    Reply answer(HttpExchange exchange, String path) throws Refused, Problem, IOException, InterruptedException {
        String method = exchange.getRequestMethod();
        String first = path.contains("/") ? path.substring(0, path.indexOf('/')) : path;
        String rest = path.substring(Math.min(path.length(), first.length() + 1));
        return switch (method + " " + first) {
            case "GET status", "HEAD status" -> rest.isEmpty() ? new Reply(200, status()) : unknown(path);
            case "POST submissions" -> rest.isEmpty() ? bodies.whole(exchange, limits.submissionBytes(), this::submit) : unknown(path);
            case "GET requests" -> rest.endsWith("/rejection") ? new Reply(200, requests.rejection(name(rest, "/rejection")), Map.of())
                    : new Reply(200, rest.isEmpty() ? requests.list() : requests.show(rest));
            case "POST requests" -> rest.isEmpty() ? bodies.whole(exchange, limits.requestBytes(),
                    body -> new Reply(202, requests.add(Ask.parse(body), publisher.repository())))
                    : bodies.whole(exchange, limits.requestBytes(), body -> reject(name(rest, "/rejections"), body));
            case "PUT requests" -> bodies.whole(exchange, limits.submissionBytes(), body -> grant(name(rest, "/targets"), body));
            case "GET snapshot" -> rest.isEmpty() ? snapshot(exchange) : unknown(path);
            case "GET roots" -> new Reply(200, publisher.root(version(rest)).orElseThrow(() -> Refused.missing("there is no such root").file(rest)),
                    Map.of("Cache-Control", "no-store"));
            case "PUT timestamp" -> rest.isEmpty() ? bodies.whole(exchange, Limits.DEFAULT.timestampBytes(), this::timestamp) : unknown(path);
            case "HEAD blobs" -> head(digest(rest));
            case "PATCH blobs" -> append(exchange, digest(rest));
            default -> unknown(path);
        };
    }

    private static Reply unknown(String path) throws Refused {
        throw Refused.missing("there is nothing here for this method").file("/v1/" + path);
    }

    private static Digest digest(String text) throws Refused {
        return Digest.parse(text).filter(d -> d.hex().equals(text)).orElseThrow(() -> Refused.malformed("not a SHA-256 digest").found(text));
    }

    Json.Obj status() {
        var roles = new ArrayList<Json.Obj>();
        for (RoleName role : List.of(RoleName.ROOT, RoleName.TARGETS, RoleName.SNAPSHOT, RoleName.TIMESTAMP)) {
            roles.add(Json.object("role", role.text(), "version", publisher.repository().version(role), "expires",
                    publisher.repository().expires(role).map(Object::toString).orElse(null)));
        }
        return Json.object("schema", "repro.service.v1", "roles", roles, "staged", publisher.hasStaged() ? publisher.snapshot().version() : null,
                "limits", Json.object("submission_bytes", limits.submissionBytes(), "submission_files", limits.submissionFiles(), "blob_bytes",
                limits.blobBytes(), "upload_seconds", limits.uploadTime().toSeconds(), "request_bytes", limits.requestBytes(), "margin_seconds",
                limits.margin().toSeconds()));
    }

    Reply submit(byte[] body) throws Refused, Problem, InterruptedException {
        Digest digest = Digest.of(body);
        Submission known = recent.remove(digest);
        return publish(known == null ? Submission.parse(body, limits.submissionFiles()) : known,
                checked -> recent.put(digest, checked.submission().with(checked.files())));
    }

    /// @param incomplete told of what lacks files
    private Reply publish(Submission submission, Consumer<Gate.Checked> incomplete) throws Refused, Problem, InterruptedException {
        long start = System.nanoTime();
        if (submission.files().arePublishedIn(publisher.repository())) {
            return published(new Committer.Result(submission.files().versions(), publisher.repository().version(RoleName.SNAPSHOT),
                    publisher.repository().version(RoleName.TIMESTAMP)));
        }
        long epoch = committer.epoch();
        Gate.Checked checked = committer.check(submission);
        limit(checked);
        if (!checked.missing().isEmpty()) {
            incomplete.accept(checked);
            return incomplete(checked);
        }
        CompletableFuture<Committer.Result> answer = committer.publish(checked, epoch);
        Reply reply = published(await(answer, submission.digest()));
        latency.add(System.nanoTime() - start);
        return reply;
    }

    // After the signatures were verified: nobody can use up another's share.
    private void limit(Gate.Checked checked) throws Refused {
        long length = checked.missing().values().stream().mapToLong(Long::longValue).sum();
        for (PublicKey key : checked.files().signers()) {
            int wait = Math.max(keys.take(key.keyid(), 1), length == 0 ? 0 : bytes.take(key.keyid(), length));
            if (wait > 0) {
                throw new Refused(429, "too-many-of-key", 4, "this key has handed in too much for now").key(key.keyid()).retryAfter(wait)
                        .hint("wait " + wait + " s");
            }
        }
    }

    private Reply incomplete(Gate.Checked checked) throws Refused, Problem {
        long wanted = checked.missing().values().stream().mapToLong(Long::longValue).sum();
        if (blobs.stored() + wanted > limits.uploadsBytes()) {
            throw new Refused(503, "uploads-full", 4, "too many files were uploaded and not published yet").retryAfter(600);
        }
        var missing = new ArrayList<Json.Obj>();
        for (var blob : checked.missing().entrySet()) {
            blobs.expect(blob.getKey(), blob.getValue());
            missing.add(Json.object("sha256", blob.getKey(), "length", blob.getValue()));
        }
        return new Reply(202, Json.object("schema", "repro.submission-result.v1", "state", "incomplete", "missing", missing));
    }

    private Committer.Result await(CompletableFuture<Committer.Result> answer, Digest submission) throws Refused, InterruptedException {
        try {
            return answer.get(limits.answerTime().toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Refused refused) {
                throw refused;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            if (committer.isStagedOrCancelled(submission)) {
                throw new Refused(503, "timestamp-service-away", 4, "it is staged, and its timestamp has not come")
                        .hint("try again: it goes on where it is").retryAfter(5);
            }
            throw new Refused(503, "busy", 4, "the service could not publish it in time").hint("try again").retryAfter(5);
        }
    }

    private static Reply published(Committer.Result result) {
        Json.Obj versions = Json.object();
        for (var role : result.versions().entrySet()) {
            versions = versions.with(role.getKey().text(), role.getValue());
        }
        return new Reply(200, Json.object("schema", "repro.submission-result.v1", "state", "published", "versions", versions, "snapshot",
                result.snapshot(), "timestamp", result.timestamp()));
    }

    private Reply snapshot(HttpExchange exchange) throws Refused, InterruptedException {
        String query = Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("");
        long after = parameter(query, "after");
        long wait = Math.min(parameter(query, "wait"), MAX_WAIT);
        Optional<StagedPublisher.Snapshot> newer = committer.newer(after, TimeUnit.SECONDS.toNanos(wait));
        return newer.map(s -> new Reply(200, s.bytes(), Map.of("Snapshot-State", s.published() ? "published" : "staged")))
                .orElseGet(() -> new Reply(204, null, Map.of()));
    }

    private static long parameter(String query, String name) throws Refused {
        for (String one : query.split("&")) {
            if (one.startsWith(name + "=")) {
                String value = one.substring(name.length() + 1);
                if (!value.matches("[0-9]{1,18}")) {
                    throw Refused.malformed("parameter " + name + " is no number").found(value);
                }
                return Long.parseLong(value);
            }
        }
        return 0;
    }

    private static long version(String text) throws Refused {
        if (!text.matches("[1-9][0-9]{0,17}")) {
            throw Refused.malformed("not a version").found(text);
        }
        return Long.parseLong(text);
    }

    private Reply timestamp(byte[] body) throws Refused, Problem {
        committer.timestamp(body);
        return new Reply(200, Json.object("schema", "repro.submission-result.v1", "state", "published", "versions", Json.object(), "snapshot",
                publisher.repository().version(RoleName.SNAPSHOT), "timestamp", publisher.repository().version(RoleName.TIMESTAMP)));
    }

    private static String name(String path, String end) throws Refused {
        if (!path.endsWith(end)) {
            throw Refused.missing("there is nothing here for this method").file("/v1/requests/" + path);
        }
        return path.substring(0, path.length() - end.length());
    }

    private Reply reject(String name, byte[] body) throws Refused, Problem {
        return new Reply(200, requests.reject(name, body, publisher.repository()));
    }

    private Reply grant(String name, byte[] body) throws Refused, Problem, InterruptedException {
        Fields json = fields(body);
        byte[] targets = Submission.base64(json.string("metadata"));
        Requests.Granted granted = requests.sign(name, targets, publisher.repository());
        if (granted.submission().isEmpty()) {
            return new Reply(202, Json.object("schema", "repro.request-result.v1", "state", "waiting", "name", name, "have", granted.have(), "need",
                    granted.need()));
        }
        Submission submission = granted.submission().get();
        Digest first = Digest.of(submission.files().bytes(submission.files().roles().stream().filter(r -> !r.equals(RoleName.TARGETS)).findFirst()
                .orElseThrow()));
        Reply reply = publish(submission, _ -> {});
        if (reply.status() == 200) {
            requests.close(name, first);
        }
        return reply;
    }

    private static Fields fields(byte[] body) throws Refused {
        try {
            return Fields.parse(body, "body");
        } catch (Problem e) {
            throw Refused.of(e);
        }
    }

    private Reply head(Digest digest) throws Refused, Problem {
        Optional<Long> offset = blobs.offset(digest);
        if (blobs.file(digest).isPresent()) {
            return new Reply(200, null);
        }
        return new Reply(204, null, Map.of("Upload-Offset", offset.orElseThrow(() -> Refused.missing("nobody has announced this file")
                .file(digest)).toString(), "Cache-Control", "no-store"));
    }

    private Reply append(HttpExchange exchange, Digest digest) throws Refused, Problem, IOException {
        Headers headers = exchange.getRequestHeaders();
        String type = Optional.ofNullable(headers.getFirst("Content-Type")).orElse("");
        if (!type.equals(PART)) {
            throw new Refused(415, "content-type", 2, "not a part of a file").expected(PART).found(type);
        }
        long length = number(headers, "Upload-Length");
        long offset = number(headers, "Upload-Offset");
        if (offset + Bodies.length(exchange) > length) {
            throw new Refused(413, "blob-too-long", 2, "the part is longer than what is missing").expected(length - offset + " bytes at most")
                    .found(Bodies.length(exchange) + " bytes").file(digest);
        }
        try (Bodies.Slow in = bodies.open(exchange)) {
            long now = blobs.append(digest, offset, length, in);
            return new Reply(204, null, Map.of("Upload-Offset", Long.toString(now), "Upload-Complete", now == length ? "?1" : "?0"));
        }
    }

    private static long number(Headers headers, String name) throws Refused {
        String text = Optional.ofNullable(headers.getFirst(name)).orElse("");
        if (!text.matches("[0-9]{1,18}")) {
            throw Refused.malformed("header " + name + " is missing or no number").expected("bytes").found(text);
        }
        return Long.parseLong(text);
    }

    static byte[] text(Json.Obj body) {
        return (JsonText.compact(body) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
