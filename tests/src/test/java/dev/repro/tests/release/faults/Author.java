package dev.repro.tests.release.faults;

import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Signer;
import dev.repro.release.Extras;
import dev.repro.release.Made;
import dev.repro.release.ReleaseMaker;
import dev.repro.release.ReleaseStatement;
import dev.repro.release.ReleaseTargets;
import dev.repro.tests.Repro;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// An author with a key in this process, who makes releases of an example and hands them in by plain HTTP. One thread at a time publishes;
/// others may look at what was acknowledged.
final class Author implements AutoCloseable {
    static final Path IMAGE = Repro.HOME.resolve("examples/hello/hello.hvt");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final RoleName role;
    final Signer key = PrivateKey.generate(Scheme.ED25519, new SecureRandom()).signer();
    /// In the order in which the service has said that they are published.
    final List<Release> acknowledged = new CopyOnWriteArrayList<>();
    private final HttpClient http;
    private final TreeMap<TargetName, Json.Obj> targets = new TreeMap<>();
    private long version = 1;

    Author(String name, HttpClient http) {
        this.role = new RoleName(name);
        this.http = http;
    }

    static HttpClient client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(20)).build();
    }

    /// A release that is signed.
    ///
    /// @param envelope the target that stands for all of it
    /// @param metadata of the role, whose version is `number`
    record Release(TargetName envelope, long number, byte[] metadata, Map<Digest, byte[]> blobs, TreeMap<TargetName, Json.Obj> targets) {}

    /// Signs the release that follows the last acknowledged one. The same version every time until then, with other bytes.
    Release next() throws Problem, IOException {
        long number = version + 1;
        Made made = ReleaseMaker.make(role.text(), "1.0." + number, List.of(IMAGE), Extras.NONE);
        byte[] envelope = ReleaseStatement.sign(made.release(), List.of(key));
        var all = new TreeMap<>(targets);
        all.putAll(ReleaseTargets.targets(made, envelope));
        var blobs = new LinkedHashMap<Digest, byte[]>();
        for (Path file : made.files().values()) {
            byte[] bytes = Files.readAllBytes(file);
            blobs.put(Digest.of(bytes), bytes);
        }
        blobs.put(Digest.of(envelope), envelope);
        return new Release(new TargetName(role + "/1.0." + number + "/release.json"), number, metadata(number, all), blobs, all);
    }

    private byte[] metadata(long number, TreeMap<TargetName, Json.Obj> all) throws Problem {
        var members = new LinkedHashMap<String, Json>();
        all.forEach((name, target) -> members.put(name.text(), target));
        Json.Obj signed = Json.object("_type", "targets", "spec_version", "1.0.34", "version", number, "expires",
                Instant.now().plus(60, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS).toString(), "targets", new Json.Obj(members));
        return JsonText.canonical(Json.object("signatures", List.of(Json.object("keyid", key.key().keyid(), "sig",
                HexFormat.of().formatHex(key.sign(JsonText.canonical(signed))))), "signed", signed));
    }

    HttpRequest submission(String url, Release release) {
        return request(url + "/v1/submissions").header("Content-Type", "application/json").POST(BodyPublishers.ofByteArray(body(release))).build();
    }

    byte[] body(Release release) {
        return JsonText.compact(Json.object("schema", "repro.submission.v1", "files", List.of(Json.object("role", role.text(), "metadata",
                Base64.getEncoder().encodeToString(release.metadata))), "message", role + " " + release.number)).getBytes(StandardCharsets.UTF_8);
    }

    private static HttpRequest.Builder request(String url) {
        return HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE);
    }

    /// Hands it in, sends what is missing, hands it in again.
    ///
    /// @return the last answer: 200 if it is acknowledged, which is noted
    HttpResponse<String> publish(String url, Release release) throws IOException, InterruptedException, Problem {
        HttpResponse<String> answer = upload(url, release);
        if (answer.statusCode() == 204) {
            answer = submit(url, release);
        }
        if (answer.statusCode() == 200) {
            acknowledge(release);
        }
        return answer;
    }

    HttpResponse<String> submit(String url, Release release) throws IOException, InterruptedException {
        return http.send(submission(url, release), HttpResponse.BodyHandlers.ofString());
    }

    /// Hands it in, and sends what is missing.
    ///
    /// @return 204 if something was and is not any more
    HttpResponse<String> upload(String url, Release release) throws IOException, InterruptedException, Problem {
        HttpResponse<String> answer = submit(url, release);
        if (answer.statusCode() == 202) {
            for (Fields missing : Fields.parse(answer.body().getBytes(StandardCharsets.UTF_8), "answer").objects("missing")) {
                answer = upload(url, missing.digest("sha256"), release.blobs.get(missing.digest("sha256")));
                if (answer.statusCode() != 204) {
                    return answer;
                }
            }
        }
        return answer;
    }

    private HttpResponse<String> upload(String url, Digest digest, byte[] bytes) throws IOException, InterruptedException {
        HttpResponse<Void> head = http.send(request(url + "/v1/blobs/" + digest).HEAD().build(), HttpResponse.BodyHandlers.discarding());
        int offset = head.statusCode() == 200 ? bytes.length : (int) head.headers().firstValueAsLong("Upload-Offset").orElse(0);
        return http.send(request(url + "/v1/blobs/" + digest).header("Upload-Offset", "" + offset).header("Upload-Length", "" + bytes.length)
                .header("Content-Type", "application/partial-upload")
                .method("PATCH", BodyPublishers.ofByteArray(bytes, offset, bytes.length - offset)).build(), HttpResponse.BodyHandlers.ofString());
    }

    void acknowledge(Release release) {
        targets.putAll(release.targets);
        version = release.number;
        acknowledged.add(release);
    }

    /// Publishes its next release, as often as the service has a reason to refuse that goes away.
    Release publishNext(String url) throws Exception {
        Release release = next();
        HttpResponse<String> answer = publish(url, release);
        if (answer.statusCode() != 200) {
            throw new AssertionError(role + ": " + answer.statusCode() + " " + answer.body());
        }
        return release;
    }

    @Override
    public void close() {
        key.close();
    }
}
