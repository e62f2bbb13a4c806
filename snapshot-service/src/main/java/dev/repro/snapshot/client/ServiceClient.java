package dev.repro.snapshot.client;

import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.client.Proxies;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The publishing protocol of a snapshot service (docs/publishing.md), call by call. Each may be repeated.
public final class ServiceClient implements AutoCloseable {
    private static final String JSON = "application/json";
    private static final int NOT_FOUND = 404;

    private final Wire wire;

    /// @param env for proxies
    /// @param told what is waited for
    /// @param warn is told if the service's clock is not this machine's
    public ServiceClient(URI service, Map<String, String> env, Consumer<String> told, InstantSource clock, Consumer<String> warn) throws Problem {
        this(new Wire(Trust.base(service), new Proxies(env), Thread::sleep, told, new Wire.Watch(clock, warn)));
    }

    ServiceClient(Wire wire) {
        this.wire = wire;
    }

    public URI service() {
        return wire.service();
    }

    /// What a submission came to.
    sealed interface Result {}

    /// @param versions of the roles that are published
    record Published(Map<String, Long> versions) implements Result {}

    /// @param missing files of targets, by SHA-256, with their lengths
    record Incomplete(Map<Digest, Long> missing) implements Result {}

    /// Hands in signed files.
    ///
    /// @param files by role, or entry of a rotation
    Result submit(Map<RoleName, byte[]> files, String message) throws Declined, Problem, InterruptedException {
        var items = new ArrayList<Json.Obj>();
        files.forEach((role, bytes) -> items.add(Json.object("role", role.text(), "metadata", base64(bytes))));
        Wire.Answer answer = wire.send(post("v1/submissions",
                Json.object("schema", "repro.submission.v1", "files", items, "message", message)));
        return result(fields(answer));
    }

    private static Result result(Fields body) throws Problem {
        if (body.string("state").equals("published")) {
            return new Published(versions(body));
        }
        var missing = new LinkedHashMap<Digest, Long>();
        for (Fields one : body.objects("missing")) {
            missing.put(one.digest("sha256"), one.integer("length"));
        }
        return new Incomplete(missing);
    }

    static Map<String, Long> versions(Fields body) throws Problem {
        var out = new LinkedHashMap<String, Long>();
        Fields versions = body.object("versions");
        for (String role : versions.names()) {
            out.put(role, versions.integer(role));
        }
        for (String role : List.of("snapshot", "timestamp")) {
            if (body.has(role)) {
                out.put(role, body.integer(role));
            }
        }
        return out;
    }

    static List<Json.Obj> json(Map<String, Long> versions) {
        return versions.entrySet().stream().map(v -> Json.object("role", v.getKey(), "version", v.getValue())).toList();
    }

    /// How much of a file the service has.
    ///
    /// @return empty: all of it
    Optional<Long> offset(Digest digest) throws Declined, Problem, InterruptedException {
        Wire.Answer answer = wire.send(wire.request("v1/blobs/" + digest).method("HEAD", BodyPublishers.noBody()).build());
        return answer.status() == NOT_FOUND ? Optional.of(0L) : answer.status() == 200 ? Optional.empty()
                : Optional.of(answer.headers().firstValueAsLong("Upload-Offset").orElse(0));
    }

    /// Appends to the part of a file that the service has (draft-ietf-httpbis-resumable-upload).
    ///
    /// @param length of the whole file
    void append(Digest digest, long offset, long length, byte[] bytes) throws Declined, Problem, InterruptedException {
        HttpRequest request = wire.request("v1/blobs/" + digest).header("Upload-Offset", Long.toString(offset))
                .header("Upload-Length", Long.toString(length)).header("Content-Type", "application/partial-upload")
                .method("PATCH", BodyPublishers.ofByteArray(bytes)).build();
        Wire.Answer answer = wire.send(request);
        if (answer.status() == NOT_FOUND) {
            throw Declined.of(NOT_FOUND, answer.body(), request.uri().toString());
        }
    }

    /// Asks the maintainers for something.
    ///
    /// @param request `repro.request.v1`
    Fields ask(Json.Obj request) throws Declined, Problem, InterruptedException {
        return fields(wire.send(post("v1/requests", request)));
    }

    /// What authors have asked for and maintainers have not decided.
    Fields requests() throws Declined, Problem, InterruptedException {
        return fields(wire.send(wire.request("v1/requests").GET().build()));
    }

    /// One request, whole.
    Optional<Fields> request(String name) throws Declined, Problem, InterruptedException {
        Wire.Answer answer = wire.send(wire.request(path(name)).GET().build());
        return answer.status() == NOT_FOUND ? Optional.empty() : Optional.of(fields(answer));
    }

    /// The statement that rejected the last request for a name, if one did.
    Optional<byte[]> rejection(String name) throws Declined, Problem, InterruptedException {
        Wire.Answer answer = wire.send(wire.request(path(name) + "/rejection").GET().build());
        return answer.status() == NOT_FOUND ? Optional.empty() : Optional.of(answer.body());
    }

    /// Adds a maintainer's signature to the targets that grant a request.
    Fields grant(String name, byte[] targets) throws Declined, Problem, InterruptedException {
        return fields(wire.send(wire.request(path(name) + "/targets").header("Content-Type", JSON)
                .PUT(body(Json.object("metadata", base64(targets)))).build()));
    }

    /// @param statement a DSSE envelope
    Fields reject(String name, byte[] statement) throws Declined, Problem, InterruptedException {
        return fields(wire.send(wire.request(path(name) + "/rejections").header("Content-Type", JSON)
                .POST(BodyPublishers.ofByteArray(statement)).build()));
    }

    private static String path(String name) {
        return "v1/requests/" + URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    private HttpRequest post(String path, Json.Obj json) {
        return wire.request(path).header("Content-Type", JSON).POST(body(json)).build();
    }

    private static HttpRequest.BodyPublisher body(Json.Obj json) {
        return BodyPublishers.ofString(JsonText.compact(json));
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private Fields fields(Wire.Answer answer) throws Declined, Problem {
        String url = wire.service().toString();
        if (answer.status() == NOT_FOUND) {
            throw Declined.of(NOT_FOUND, answer.body(), url);
        }
        try {
            return Fields.parse(answer.body(), url);
        } catch (Problem e) {
            throw Problem.storage("the service's answer is not what the protocol says: " + e.getMessage()).where(url).because(e)
                    .hint("see that the URL is a snapshot service's, and that it is not of another version than this repro");
        }
    }

    @Override
    public void close() {
        wire.close();
    }
}
