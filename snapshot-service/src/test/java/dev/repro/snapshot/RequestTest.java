package dev.repro.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.attest.Envelope;
import dev.repro.attest.Statement;
import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.keys.Signer;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.KeyHolder;
import dev.repro.tuf.repository.Proposal;
import dev.repro.tuf.repository.Signing;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Claims and transfers, decided by maintainers.
final class RequestTest {
    private static final RoleName HELLO = new RoleName("hello");

    @TempDir
    Path folder;

    private static Editor.Keys owners(Signer key) {
        return new Editor.Keys(List.of(new KeyHolder(key.key(), "hello")), 1);
    }

    private static Proposal claimed(Site site, Signer author) throws Exception {
        return site.edit().delegate(RoleName.TARGETS, "hello", List.of("hello/*/*"), List.of(), false, owners(author)).proposal();
    }

    private static String body(String kind, Proposal proposal, Signer author) {
        return JsonText.compact(Json.object("schema", "repro.request.v1", "kind", kind, "name", "hello", "role", "hello", "keys",
                List.of(author.key().toJson()), "threshold", 1, "first", base64(proposal.bytes(HELLO)), "message", "please"));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static HttpResponse<String> grant(Site site, Proposal proposal, Signer maintainer) throws Exception {
        Proposal signed = Signing.sign(proposal, List.of(maintainer));
        return site.put("/v1/requests/hello/targets", JsonText.compact(Json.object("metadata", base64(signed.bytes(RoleName.TARGETS))))
                .getBytes(StandardCharsets.UTF_8));
    }

    private static void refused(HttpResponse<String> answer, int status, String name) throws Exception {
        assertEquals(status, answer.statusCode(), answer.body());
        assertEquals(name, Site.json(answer).string("refusal"));
    }

    @Test
    void aClaimIsGrantedByAThresholdOfMaintainers() throws Exception {
        try (var author = Site.key()) {
            Proposal proposal;
            try (var site = new Site(folder)) {
                proposal = claimed(site, author);
                refused(site.post("/v1/requests", body("claim", proposal, author)), 403, "first-unsigned");
                proposal = Signing.sign(proposal, List.of(author));
                assertEquals(202, site.post("/v1/requests", body("claim", proposal, author)).statusCode());
                assertEquals(202, site.post("/v1/requests", body("claim", proposal, author)).statusCode(), "a retry");
                refused(grant(site, proposal, author), 403, "targets-unsigned");
                HttpResponse<String> one = grant(site, proposal, site.maintainers().get(0));
                assertEquals(202, one.statusCode(), one.body());
                assertEquals(1, Site.json(one).integer("have"));
                assertEquals(2, Site.json(one).integer("need"));
            }
            try (var site = new Site(folder)) { // after a restart
                Fields shown = Fields.parse(site.get("/v1/requests/hello").body(), "request");
                assertEquals(1, shown.integer("have"));
                assertEquals(1, Fields.parse(site.get("/v1/requests").body(), "requests").objects("requests").size());
                assertEquals(202, grant(site, proposal, site.maintainers().get(0)).statusCode(), "the same one again counts once");
                HttpResponse<String> two = grant(site, proposal, site.maintainers().get(1));
                assertEquals(200, two.statusCode(), two.body());
                assertEquals(2, Site.json(two).object("versions").integer("targets"));
                assertEquals(404, site.get("/v1/requests/hello").statusCode());
                assertEquals(200, site.publish(site.release("hello", "hello/1.0.0/hello.hvt", new byte[9], author), new byte[9]).statusCode());
            }
        }
    }

    @Test
    void aTakenNameIsRefused() throws Exception {
        try (var site = new Site(folder); var author = Site.key(); var other = Site.key()) {
            Proposal claim = Signing.sign(claimed(site, other), List.of(other));
            Proposal rival = Signing.sign(claimed(site, author), List.of(author));
            assertEquals(202, site.post("/v1/requests", body("claim", claim, other)).statusCode());
            refused(site.post("/v1/requests", body("claim", rival, author)), 409, "request-pending");
            refused(site.post("/v1/requests", body("transfer", rival, author)), 409, "name-free");
            site.delegate("hello", author);
            refused(site.post("/v1/requests", body("claim", claim, other)), 409, "name-taken");
        }
    }

    @Test
    void aTransferKeepsTheTargets() throws Exception {
        try (var site = new Site(folder); var gone = Site.key(); var heir = Site.key()) {
            site.delegate("hello", gone);
            assertEquals(200, site.publish(site.release("hello", "hello/1.0.0/hello.hvt", new byte[9], gone), new byte[9]).statusCode());
            Editor editor = site.edit().keys(HELLO, owners(heir).holders(), List.of(gone.key()), OptionalInt.of(1));
            Proposal proposal = Signing.sign(editor.proposal(), List.of(heir));
            assertEquals(202, site.post("/v1/requests", body("transfer", proposal, heir)).statusCode());
            assertEquals(202, grant(site, proposal, site.maintainers().get(2)).statusCode());
            HttpResponse<String> done = grant(site, proposal, site.maintainers().get(0));
            assertEquals(200, done.statusCode(), done.body());
            assertEquals(3, site.repository().version(HELLO));
            refused(site.submit(site.release("hello", "hello/1.0.1/hello.hvt", new byte[9], gone)), 403, "delegated-unsigned");
            assertEquals(200, site.publish(site.release("hello", "hello/1.0.1/hello.hvt", new byte[9], heir), new byte[9]).statusCode());
        }
    }

    @Test
    void otherTargetsThanAskedForAreRefused() throws Exception {
        try (var site = new Site(folder); var author = Site.key(); var other = Site.key()) {
            Proposal proposal = Signing.sign(claimed(site, author), List.of(author));
            assertEquals(202, site.post("/v1/requests", body("claim", proposal, author)).statusCode());
            refused(grant(site, claimed(site, other), site.maintainers().get(0)), 422, "request-differs");
            assertEquals(202, grant(site, proposal, site.maintainers().get(0)).statusCode());
            Proposal longer = Editor.of(site.repository(), java.time.Instant.now().plusSeconds(60)).delegate(RoleName.TARGETS, "hello",
                    List.of("hello/*/*"), List.of(), false, owners(author)).proposal();
            refused(grant(site, longer, site.maintainers().get(1)), 409, "targets-replaced");
        }
    }

    @Test
    void aMaintainerRejects() throws Exception {
        try (var site = new Site(folder); var author = Site.key()) {
            Proposal proposal = Signing.sign(claimed(site, author), List.of(author));
            assertEquals(202, site.post("/v1/requests", body("claim", proposal, author)).statusCode());
            refused(reject(site, proposal, author), 403, "rejection-unsigned");
            var other = new Statement(List.of(Statement.Subject.of("hello", Digest.of(new byte[1]))), Requests.REJECTION, Json.object());
            refused(site.post("/v1/requests/hello/rejections", new String(Envelope.sign(Statement.PAYLOAD_TYPE, other.bytes(),
                    new ArrayList<>(site.maintainers())), StandardCharsets.UTF_8)), 422, "rejection-differs");
            assertEquals(200, reject(site, proposal, site.maintainers().get(1)).statusCode());
            assertEquals(404, site.get("/v1/requests/hello").statusCode());
            assertTrue(java.nio.file.Files.notExists(folder.resolve("work/requests/hello.json")));
            Envelope kept = Envelope.parse(site.get("/v1/requests/hello/rejection").body(), "rejection");
            assertEquals("no", Fields.of(Statement.of(kept.verify(List.of(site.maintainers().get(1).key()), 1), "rejection").predicate(), "it", "$")
                    .string("reason"));
            for (String none : List.of("other", "..%2Fhello", "HELLO", ".")) {
                assertEquals(404, site.get("/v1/requests/" + none + "/rejection").statusCode(), none);
            }
        }
    }

    private static HttpResponse<String> reject(Site site, Proposal proposal, Signer signer) throws Exception {
        var statement = new Statement(List.of(Statement.Subject.of("hello", Digest.of(proposal.bytes(HELLO)))), Requests.REJECTION,
                Json.object("name", "hello", "reason", "no"));
        return site.post("/v1/requests/hello/rejections", new String(Envelope.sign(Statement.PAYLOAD_TYPE, statement.bytes(), List.of(signer)),
                StandardCharsets.UTF_8));
    }
}
