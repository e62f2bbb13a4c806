package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Json;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Too much of anything: bytes, header fields, redirects, roots, delegations. The client reads to its limit and no further.
class EndlessDataTest extends Attack {
    /// What may lie in buffers of this machine's network when the client has left.
    private static final long BUFFERS = 16L << 20;

    @BeforeEach
    void strict() {
        victim.limits = Victim.STRICT;
    }

    private void sentLittle() {
        assertTrue(web.sent() < BUFFERS, () -> web.sent() + " bytes were sent");
    }

    private String place(String role) {
        return role.equals("root") ? "metadata/2.root.json" : forge.path(role);
    }

    /// Endless in each way in which HTTP says where a body ends.
    @ParameterizedTest
    @ValueSource(strings = {"root", "timestamp", "snapshot", "targets"})
    void metadata(String role) throws Exception {
        forge.publish("targets");
        List<Web.Answer> answers = List.of(Web.endless(), Web.endlessChunks(), Web.endless("Content-Length: 999999999999999999"));
        for (Web.Answer answer : answers) {
            web.on(place(role), answer);
            victim.refuses(role + "-too-long");
        }
        sentLittle();
        recovers(forge.copy());
    }

    /// Where nobody has signed a length, the limit of the kind holds.
    @ParameterizedTest
    @ValueSource(strings = {"snapshot", "targets"})
    void metadataOfNoSignedLength(String role) throws Exception {
        web.close();
        forge = Forge.withoutHashes();
        web = Web.of(forge.files);
        victim = new Victim(folder.resolve("second"), web, forge.files.get("metadata/1.root.json"));
        victim.limits = Victim.STRICT;
        web.on(place(role), Web.endlessChunks());
        victim.refuses(role + "-too-long");
        sentLittle();
        recovers(forge.copy());
    }

    @Test
    void delegatedRole() throws Exception {
        for (Web.Answer answer : List.of(Web.endless(), Web.endlessChunks())) {
            web.on(place("author"), answer);
            victim.refusesTarget("delegated-too-long", Forge.AUTHORS);
        }
        sentLittle();
    }

    @Test
    void target() throws Exception {
        String path = Forge.targetPath(Forge.TOP, "top 1");
        for (Web.Answer answer : List.of(Web.endless(), Web.endlessChunks(), Web.endless("Content-Length: 999999999999999999"))) {
            web.on(path, answer);
            victim.refusesTarget("target-too-long", Forge.TOP);
        }
        sentLittle();
        web.on(path, Web.file(Forge.bytes("top 1 and a byte")));
        victim.refusesTarget("target-too-long", Forge.TOP);
        web.on(path, Web.file(Forge.bytes("top")));
        victim.refusesTarget("target-length-mismatch", Forge.TOP);
        web.reform();
        assertEquals("top 1", victim.download(Forge.TOP));
    }

    /// The default limits, and 64 MB.
    @Test
    void megabytes() throws Exception {
        victim.limits = dev.repro.tuf.Limits.DEFAULT;
        web.on("metadata/timestamp.json", Web.file(new byte[64 << 20]));
        victim.refuses("timestamp-too-long");
        assertTrue(web.sent() < 32L << 20, () -> web.sent() + " bytes were sent");
    }

    /// No encoding is undone, so that a small answer stays small; what is encoded is not the file.
    @Test
    void gzipBomb() throws Exception {
        var bomb = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(bomb)) {
            zip.write(new byte[64 << 20]);
        }
        web.on("metadata/timestamp.json", Web.content(bomb.toByteArray(), "Content-Encoding: gzip"));
        victim.fails("encoded as gzip");
        web.on("metadata/timestamp.json", Web.content(bomb.toByteArray(), "Transfer-Encoding: gzip, chunked"));
        victim.fails("framed");
        web.reform();
        web.on(Forge.targetPath(Forge.TOP, "top 1"), Web.content(bomb.toByteArray(), "Content-Encoding: gzip"));
        victim.failsTarget("encoded as gzip", Forge.TOP);
        web.reform();
        assertEquals("top 1", victim.download(Forge.TOP));
    }

    @Test
    void headers() throws Exception {
        web.on("metadata/timestamp.json", Web.repeated("HTTP/1.1 200 OK\r\n", Forge.bytes("X-More: and more\r\n")));
        victim.fails("head of the answer");
        web.on("metadata/timestamp.json", Web.repeated("HTTP/1.1 200 ", Forge.bytes("O")));
        victim.fails("head of the answer");
        web.on("metadata/timestamp.json", Web.repeated("", Forge.bytes("HTTP/1.1 100 Continue\r\n\r\n")));
        victim.fails("was not asked for");
        web.on("metadata/timestamp.json", Web.repeated("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
                Forge.bytes("X-More: and more\r\n")));
        victim.fails("head of the answer");
        web.on("metadata/timestamp.json", Web.repeated("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                Forge.bytes("f;")));
        victim.fails("head of the answer");
        sentLittle();
        recovers(forge.copy());
    }

    /// A holder of root's keys may publish roots without end: the client takes so many in one update, keeps them, and says so.
    @Test
    void roots() throws Exception {
        for (int i = 0; i < 12; i++) {
            forge.rotate(root -> root);
        }
        victim.refuses("root-too-many");
        assertEquals(6, victim.kept("root"));
        victim.refuses("root-too-many");
        assertEquals(11, victim.kept("root"));
        victim.refresh();
        assertEquals(13, victim.kept("root"));
    }

    /// Delegations in a row: the search ends after so many roles.
    @Test
    void delegations() throws Exception {
        int roles = 2 * Victim.STRICT.delegations();
        for (int i = 0; i < roles; i++) {
            Json.Obj next = Forge.delegation("role" + (i + 1), 1, List.of("*"), forge.author);
            forge.write("role" + i, Forge.header("targets").with("targets", Json.object())
                    .with("delegations", Json.object("keys", Forge.keys(forge.author), "roles", List.of(next))), forge.author);
        }
        forge.publish("targets", targets -> targets.with("delegations",
                Json.object("keys", Forge.keys(forge.author), "roles",
                List.of(Forge.delegation("role0", 1, List.of("*"), forge.author)))), forge.targets);
        victim.refusesTarget("target-too-many", "unknown");
        assertEquals(Victim.STRICT.delegations(), web.asked.stream().filter(path -> path.contains("role")).count());
    }

    /// Roles that delegate to each other.
    @Test
    void delegationsInACircle() throws Exception {
        var roles = new ArrayList<Json>();
        for (String name : List.of("a", "b")) {
            roles.add(Forge.delegation(name, 1, List.of("*"), forge.author));
        }
        Json.Obj both = Json.object("keys", Forge.keys(forge.author), "roles", roles);
        forge.write("a", Forge.header("targets").with("targets", Json.object()).with("delegations", both), forge.author);
        forge.write("b", Forge.header("targets").with("targets", Json.object()).with("delegations", both), forge.author);
        forge.publish("targets", targets -> targets.with("delegations", both), forge.targets);
        victim.refusesTarget("target-unknown", "unknown");
        assertEquals(2, web.asked.stream().filter(path -> path.endsWith(".a.json") || path.endsWith(".b.json")).count());
    }

    /// A snapshot may list a million roles within its limit; signatures may be many, too. Neither takes long.
    @Test
    void manySignatures() throws Exception {
        var many = new ArrayList<Json.Obj>();
        for (int i = 0; i < 100; i++) {
            many.add(Forge.signature("%064x".formatted(i), forge.stray, forge.next("timestamp")));
        }
        Json.Obj signed = forge.next("timestamp");
        many.add(Forge.signature(forge.timestamp.id(), forge.timestamp, signed));
        forge.write("timestamp", signed, Forge.file(signed, many.toArray(Json.Obj[]::new)));
        victim.limits = dev.repro.tuf.Limits.DEFAULT;
        victim.refuses("timestamp-too-long"); // 16,384 bytes hold some 70 Ed25519 signatures
        var fewer = many.subList(50, many.size());
        forge.write("timestamp", signed, Forge.file(signed, fewer.toArray(Json.Obj[]::new)));
        victim.refresh();
        assertEquals(2, victim.kept("timestamp"));
    }

    /// Lengths that no file can have, and that overflow where somebody adds to them.
    @Test
    void hugeSignedLengths() throws Exception {
        var hash = Json.object("sha256", "0".repeat(64));
        var targets = new LinkedHashMap<String, Json>();
        targets.put(Forge.TOP, Json.object("length", Long.MAX_VALUE, "hashes", hash));
        forge.publish("targets", t -> t.with("targets", new Json.Obj(targets)), forge.targets);
        web.on("targets/" + "0".repeat(64) + "." + Forge.TOP, Web.file(Forge.bytes("little")));
        victim.refusesTarget("target-length-mismatch", Forge.TOP);
        forge.write("timestamp", Forge.with(forge.next("timestamp"), Long.MAX_VALUE, "meta", "snapshot.json", "length"),
                forge.timestamp);
        Files.delete(victim.state.resolve("snapshot.json"));
        victim.refuses("snapshot-length-mismatch");
    }
}
