package dev.repro.snapshot;

import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Signer;
import dev.repro.timestamp.Clocks;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.repository.Blob;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.KeyHolder;
import dev.repro.tuf.repository.Proposal;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.Signing;
import dev.repro.tuf.repository.Stores;
import dev.repro.keys.Passwords;
import dev.repro.keys.Signers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A running service in a folder, with all keys at hand.
final class Site implements AutoCloseable {
    final Path folder;
    final Home home;
    final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    final ByteArrayOutputStream log = new ByteArrayOutputStream();
    Service service;

    Site(Path folder) throws Problem {
        this(folder, ServiceLimits.DEFAULT.withoutRates());
    }

    Site(Path folder, ServiceLimits limits) throws Problem {
        this.folder = folder;
        this.home = Home.open(folder, Optional.empty(), Instant.now());
        this.service = home.start(new InetSocketAddress("127.0.0.1", 0), limits, Clocks.system(),
                new PrintStream(log, true, StandardCharsets.UTF_8), (_, _, _, _, _) -> {});
    }

    static Signer key() {
        return PrivateKey.generate(Scheme.ED25519, new SecureRandom()).signer();
    }

    Repository repository() throws Problem {
        return Repository.read(Stores.open(home.repository()));
    }

    Editor edit() throws Problem {
        return Editor.of(repository(), Instant.now());
    }

    List<Signer> maintainers() throws Problem {
        var out = new ArrayList<Signer>();
        for (int i = 1; i <= 3; i++) {
            out.add(Signers.open(home.keys().resolve("targets-" + i + ".pem").toString(), Passwords.none()));
        }
        return out;
    }

    /// Delegates a name to a key, by a submission of the maintainers.
    Site delegate(String role, Signer author) throws Exception {
        Proposal proposal = edit().delegate(RoleName.TARGETS, role, List.of(role + "/*/*"), List.of(), false,
                new Editor.Keys(List.of(new KeyHolder(author.key(), role)), 1)).proposal();
        var keys = new ArrayList<>(maintainers());
        keys.add(author);
        HttpResponse<String> answer = submit(files(Signing.sign(proposal, keys)));
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(answer.body());
        }
        return this;
    }

    /// What an author hands in to publish a file.
    Map<RoleName, byte[]> release(String role, String name, byte[] content, Signer... keys) throws Problem, IOException {
        return release(edit(), role, name, content, keys);
    }

    Map<RoleName, byte[]> release(Editor editor, String role, String name, byte[] content, Signer... keys) throws Problem, IOException {
        Path file = Files.write(Files.createTempFile(folder, "blob", ""), content);
        return files(Signing.sign(editor.add(Map.of(new TargetName(name), new Editor.Addition(Blob.of(file), Json.object())),
                Optional.of(new RoleName(role))).proposal(), List.of(keys)));
    }

    static Map<RoleName, byte[]> files(Proposal proposal) {
        var out = new LinkedHashMap<RoleName, byte[]>();
        proposal.roles().forEach(role -> out.put(role, proposal.bytes(role)));
        return out;
    }

    static String submission(Map<RoleName, byte[]> files) {
        var items = new ArrayList<Json.Obj>();
        files.forEach((role, bytes) -> items.add(Json.object("role", role.text(), "metadata", Base64.getEncoder().encodeToString(bytes))));
        return JsonText.compact(Json.object("schema", "repro.submission.v1", "files", items, "message", "a test"));
    }

    URI uri(String path) {
        return URI.create(service.url() + path);
    }

    HttpResponse<String> submit(Map<RoleName, byte[]> files) throws IOException, InterruptedException {
        return post("/v1/submissions", submission(files));
    }

    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> put(String path, byte[] body) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri(path)).PUT(HttpRequest.BodyPublishers.ofByteArray(body)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<byte[]> get(String path, String... headers) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    HttpResponse<String> upload(Digest digest, long offset, long length, byte[] part) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri("/v1/blobs/" + digest)).header("Upload-Offset", "" + offset).header("Upload-Length", "" + length)
                .header("Content-Type", "application/partial-upload").method("PATCH", HttpRequest.BodyPublishers.ofByteArray(part)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<Void> head(Digest digest) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri("/v1/blobs/" + digest)).HEAD().build(), HttpResponse.BodyHandlers.discarding());
    }

    /// Submits, uploads, submits again.
    HttpResponse<String> publish(Map<RoleName, byte[]> files, byte[] content) throws IOException, InterruptedException {
        HttpResponse<String> first = submit(files);
        if (first.statusCode() != 202) {
            return first;
        }
        HttpResponse<String> part = upload(Digest.of(content), 0, content.length, content);
        return part.statusCode() == 204 ? submit(files) : part;
    }

    static Fields json(HttpResponse<String> answer) throws Problem {
        return Fields.parse(answer.body().getBytes(StandardCharsets.UTF_8), "answer");
    }

    @Override
    public void close() throws Problem {
        http.shutdownNow();
        home.close();
    }
}
