package dev.repro.tests.release.faults;

import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.keys.Passwords;
import dev.repro.keys.Signer;
import dev.repro.keys.Signers;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.KeyHolder;
import dev.repro.tuf.repository.Proposal;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.Signing;
import dev.repro.tuf.repository.Store;
import dev.repro.tuf.repository.Stores;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// Those who hold the keys that the first start of `repro serve` has made.
final class Maintainers {
    private static final int KEYS = 3;

    private Maintainers() {}

    /// New authors, each with a name that maintainers have delegated, all in one submission.
    ///
    /// @param home of a service that runs and has nothing to do
    static List<Author> authors(Path home, String url, HttpClient http, String prefix, int number) throws Exception {
        var authors = new ArrayList<Author>();
        var signers = new ArrayList<Signer>();
        for (int i = 1; i <= KEYS; i++) {
            signers.add(Signers.open(home.resolve("keys/targets-" + i + ".pem").toString(), Passwords.none()));
        }
        try (Store store = Stores.open(home.resolve("repository"))) {
            Editor editor = Editor.of(Repository.read(store), Instant.now());
            for (int i = 0; i < number; i++) {
                var author = new Author(prefix + i, http);
                editor = editor.delegate(RoleName.TARGETS, author.role.text(), List.of(author.role + "/*/*"), List.of(), false,
                        new Editor.Keys(List.of(new KeyHolder(author.key.key(), author.role.text())), 1));
                authors.add(author);
                signers.add(author.key);
            }
            submit(url, http, Signing.sign(editor.proposal(), signers));
        }
        signers.subList(0, KEYS).forEach(Signer::close);
        return authors;
    }

    private static void submit(String url, HttpClient http, Proposal proposal) throws Exception {
        var files = new ArrayList<Json.Obj>();
        for (RoleName role : proposal.roles()) {
            files.add(Json.object("role", role.text(), "metadata", Base64.getEncoder().encodeToString(proposal.bytes(role))));
        }
        HttpResponse<String> answer = http.send(HttpRequest.newBuilder(URI.create(url + "/v1/submissions")).POST(HttpRequest.BodyPublishers.ofString(
                JsonText.compact(Json.object("schema", "repro.submission.v1", "files", files, "message", "authors")))).build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.statusCode() + " " + answer.body());
        }
    }
}
