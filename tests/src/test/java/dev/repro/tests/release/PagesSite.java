package dev.repro.tests.release;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.keys.Passwords;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Signer;
import dev.repro.keys.Signers;
import dev.repro.release.Extras;
import dev.repro.release.LaunchLimits;
import dev.repro.release.Made;
import dev.repro.release.ReleaseMaker;
import dev.repro.release.ReleaseStatement;
import dev.repro.release.ReleaseTargets;
import dev.repro.snapshot.Home;
import dev.repro.snapshot.Service;
import dev.repro.snapshot.ServiceLimits;
import dev.repro.tests.Repro;
import dev.repro.timestamp.Clocks;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.KeyHolder;
import dev.repro.tuf.repository.Proposal;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.Signing;
import dev.repro.tuf.repository.Stores;
import java.io.ByteArrayOutputStream;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A service in a folder, to which releases of the examples are published as authors do it: over HTTP.
final class PagesSite implements AutoCloseable {
    private final Path folder;
    private final Home home;
    private final Service service;
    private final HttpClient http = HttpClient.newHttpClient();
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final Signer author = PrivateKey.generate(Scheme.ED25519, new SecureRandom()).signer();

    PagesSite(Path folder) throws Exception {
        this.folder = folder;
        this.home = Home.open(folder.resolve("home"), Optional.empty(), Instant.now());
        this.service = home.start(new InetSocketAddress("127.0.0.1", 0), ServiceLimits.DEFAULT.withoutRates(), Clocks.system(),
                new PrintStream(log, true, StandardCharsets.UTF_8));
    }

    String url() {
        return service.url();
    }

    String log() {
        return log.toString(StandardCharsets.UTF_8);
    }

    Signer author() {
        return author;
    }

    private Editor edit() throws Exception {
        return Editor.of(Repository.read(Stores.open(home.repository())), Instant.now());
    }

    /// Maintainers give a name to the author.
    void claim(String name) throws Exception {
        var signers = new ArrayList<Signer>(List.of(author));
        for (int i = 1; i <= 3; i++) {
            signers.add(Signers.open(home.keys().resolve("targets-" + i + ".pem").toString(), Passwords.none()));
        }
        submit(Signing.sign(edit().delegate(RoleName.TARGETS, name, List.of(name + "/*/*"), List.of(), false,
                new Editor.Keys(List.of(new KeyHolder(author.key(), "dora")), 1)).proposal(), signers), "claim of " + name);
    }

    /// @param images below `examples`
    Made publish(String name, String version, LaunchLimits limits, String... images) throws Exception {
        var files = new ArrayList<Path>();
        for (String image : images) {
            files.add(Repro.HOME.resolve("examples").resolve(image));
        }
        Made made = ReleaseMaker.make(name, version, files, Extras.NONE.with(limits));
        Path envelope = Files.write(folder.resolve(name + "-" + version + ".json"), ReleaseStatement.sign(made.release(), List.of(author)));
        Proposal proposal = Signing.sign(edit().add(ReleaseTargets.additions(made, envelope), Optional.of(new RoleName(name))).proposal(),
                List.of(author));
        submit(proposal, name + " " + version);
        for (Path file : List.copyOf(made.files().values())) {
            upload(file);
        }
        upload(envelope);
        submit(proposal, name + " " + version);
        return made;
    }

    private void submit(Proposal proposal, String message) throws Exception {
        var items = new ArrayList<Json.Obj>();
        for (RoleName role : proposal.roles()) {
            items.add(Json.object("role", role.text(), "metadata", Base64.getEncoder().encodeToString(proposal.bytes(role))));
        }
        String body = JsonText.compact(Json.object("schema", "repro.submission.v1", "files", items, "message", message));
        accept(HttpRequest.newBuilder(URI.create(url() + "/v1/submissions")).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private void upload(Path file) throws Exception {
        String length = Long.toString(Files.size(file));
        accept(HttpRequest.newBuilder(URI.create(url() + "/v1/blobs/" + Digest.of(file))).header("Upload-Offset", "0").header("Upload-Length", length)
                .header("Content-Type", "application/partial-upload").method("PATCH", HttpRequest.BodyPublishers.ofFile(file)));
    }

    private void accept(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new IllegalStateException(answer.statusCode() + " " + answer.body());
        }
    }

    HttpResponse<byte[]> get(String path, Map<String, String> headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url() + path));
        headers.forEach(request::header);
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    @Override
    public void close() throws Exception {
        home.close();
        http.close();
    }
}
