package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The server holds back what is new.
class FreezeTest extends Attack {
    private static final Instant AFTER = Instant.parse(Forge.LATER).plusSeconds(1);
    private static final String SOON = "2026-11-23T12:00:00Z";

    private static Instant afterSoon() {
        return Instant.parse(SOON);
    }

    private Forge until(String role) {
        return forge.write(role, forge.next(role).with("expires", SOON), forge.pens(role));
    }

    /// The very same file, after it has expired: sigstore-java 2.0.0 takes it.
    @Test
    void sameTimestampReplayedAfterItExpired() throws Exception {
        until("timestamp");
        victim.refresh();
        victim.now = afterSoon().minusSeconds(1);
        victim.refresh();
        victim.now = afterSoon();
        victim.refuses("timestamp-expired");
        assertEquals(2, victim.kept("timestamp"));
        forge.write("timestamp", forge.next("timestamp").with("expires", Forge.LATER), forge.timestamp);
        recovers(forge.copy());
    }

    /// Signed anew in the same version, with a later expiry: it is the old one that counts.
    @Test
    void sameVersionOfTimestampWithLaterExpiry() throws Exception {
        until("timestamp");
        victim.refresh();
        victim.now = afterSoon();
        forge.write("timestamp", forge.now("timestamp").with("expires", Forge.LATER), forge.timestamp);
        victim.refuses("timestamp-expired");
    }

    /// The timestamp goes on; what it lists does not.
    @Test
    void expiredSnapshot() throws Exception {
        until("snapshot").write("timestamp", forge.next("timestamp"), forge.timestamp);
        victim.refresh();
        victim.now = afterSoon();
        forge.write("timestamp", forge.next("timestamp"), forge.timestamp);
        victim.refuses("snapshot-expired");
        forge.write("snapshot", forge.next("snapshot").with("expires", Forge.LATER), forge.snapshot)
                .write("timestamp", forge.next("timestamp"), forge.timestamp);
        recovers(forge.copy());
    }

    @Test
    void expiredTargets() throws Exception {
        until("targets").seal();
        victim.refresh();
        victim.now = afterSoon();
        victim.refuses("targets-expired");
    }

    @Test
    void expiredDelegatedRole() throws Exception {
        until("author").seal();
        assertEquals("author's 1", victim.download(Forge.AUTHORS));
        java.nio.file.Files.delete(victim.downloads.resolve("author%2Fapp.hvt"));
        victim.now = afterSoon();
        victim.refusesTarget("delegated-expired", Forge.AUTHORS);
        assertEquals("top 1", victim.download(Forge.TOP));
    }

    /// A new root says that the timestamp's key is not good any more. Who withholds it gains until the timestamp expires, and no
    /// longer.
    @ParameterizedTest
    @ValueSource(ints = {403, 404})
    void withheldRoot(int status) throws Exception {
        until("timestamp");
        victim.refresh();
        SortedMap<String, byte[]> stolen = forge.copy();
        forge.rotate(Forge.keysOf("timestamp", 1, forge.stray)).write("timestamp", forge.next("timestamp"), forge.stray);
        SortedMap<String, byte[]> now = forge.copy();
        forge.serve(stolen);
        web.on("metadata/2.root.json", Web.status(status));
        victim.refresh();
        victim.now = afterSoon();
        victim.refuses("timestamp-expired");
        victim.now = afterSoon().minusSeconds(9);
        recovers(now);
        assertEquals(2, victim.kept("root"));
    }

    /// Likewise if the attacker can renew the timestamp: until the root expires.
    @Test
    void withheldRootWhileTheTimestampIsRenewed() throws Exception {
        forge.write("timestamp", forge.next("timestamp").with("expires", "2030-01-01T00:00:00Z"), forge.timestamp);
        victim.refresh();
        victim.now = AFTER;
        victim.refuses("root-expired");
        forge.rotate(root -> root.with("expires", "2030-01-01T00:00:00Z"));
        victim.refuses("snapshot-expired"); // on to the next that is too old: the new root was taken
        assertEquals(2, victim.kept("root"));
    }

    /// Of the ways to not give the next root, only "it is not there" ends the chain. Everything else ends the update: nothing
    /// more is asked for.
    @Test
    void nextRootBehindAnError() throws Exception {
        byte[] root = Forge.sign(forge.next("root"), forge.pens("root"));
        Map<String, Web.Answer> answers = Map.ofEntries(Map.entry("status 500", Web.status(500)),
                Map.entry("status 502", Web.status(502)),
                Map.entry("status 503", Web.status(503)), Map.entry("status 401", Web.status(401)),
                Map.entry("status 429", Web.status(429)),
                Map.entry("status 410", Web.status(410)), Map.entry("status 204", Web.status(204)),
                Map.entry("too early", Web.truncated(root)),
                Map.entry("ended too early", out -> out.write(new byte[0])),
                Map.entry("more than 5 redirects", Web.redirect("/metadata/2.root.json")),
                Map.entry("redirects to where it may not", Web.redirect("file:///etc/passwd")),
                Map.entry("not HTTP/1.1", out -> out.write(Forge.bytes("SSH-2.0-x\r\n\r\n"))),
                Map.entry("malformed", out -> out.write(Forge.bytes("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"))),
                Map.entry("framed", out ->
                out.write(Forge.bytes("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))));
        for (var answer : answers.entrySet()) {
            web.reform();
            web.on("metadata/2.root.json", answer.getValue());
            victim.fails(answer.getKey());
            assertFalse(web.asked.contains("metadata/timestamp.json"), answer.getKey());
            assertEquals(1, victim.kept("root"));
        }
        recovers(forge.copy());
    }

    /// A redirect is followed to what is there, and to what is not.
    @Test
    void redirects() throws Exception {
        web.on("metadata/2.root.json", Web.redirect("/elsewhere/2.root.json"));
        victim.refresh();
        assertEquals(List.of("metadata/2.root.json", "elsewhere/2.root.json", "metadata/timestamp.json"), web.asked);
        byte[] root = Forge.sign(forge.next("root"), forge.pens("root"));
        web.on("elsewhere/2.root.json", Web.file(root));
        victim.refresh();
        assertEquals(2, victim.kept("root"));
    }

    /// Each of the other files behind an error: the update fails, what was learnt before is kept, the next update goes on.
    @ParameterizedTest
    @ValueSource(strings = {"timestamp", "snapshot", "targets"})
    void otherFilesBehindAnError(String role) throws Exception {
        forge.publish("targets");
        SortedMap<String, byte[]> now = forge.copy();
        for (Web.Answer answer : List.of(Web.status(500), Web.truncated(forge.files.get(forge.path(role))),
                Web.redirect("/" + forge.path(role)))) {
            web.on(forge.path(role), answer);
            victim.fails(forge.path(role));
            assertEquals(1, victim.kept(role));
        }
        for (int status : List.of(403, 404)) {
            web.on(forge.path(role), Web.status(status));
            victim.refuses(role + "-missing");
        }
        recovers(now);
        assertEquals(2, victim.kept(role));
    }

    /// A clock that was set back does not bring old files back: versions count, not times.
    @Test
    void clockSetBack() throws Exception {
        SortedMap<String, byte[]> old = forge.copy();
        forge.publish("targets");
        victim.refresh();
        victim.now = Forge.NOW.minus(Duration.ofDays(300));
        forge.serve(old);
        victim.refuses("timestamp-rollback");
    }
}
