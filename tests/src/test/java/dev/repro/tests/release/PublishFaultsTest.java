package dev.repro.tests.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.tests.Repro;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What authors do wrong and what goes wrong under way: it is said what, where and what to do, nothing is published in part, and a second
/// try goes on where the first stopped.
class PublishFaultsTest extends Town {

    @Test
    void whatIsNotSigned() throws Exception {
        Person alice = owner("wrong");
        image(alice, "hello.hvt");
        Files.write(alice.file("bad.hvt"), writableText(Files.readAllBytes(alice.file("hello.hvt"))));
        alice.fails(1, List.of("bad.hvt: lint finds", "writable and executable"), "sign", "bad.hvt", "--version", "1.0.0");
        Files.writeString(alice.file("none.hvt"), "not an image");
        alice.fails(1, List.of("none.hvt"), "sign", "none.hvt", "--version", "1.0.0");
        alice.fails(2, List.of("missing.hvt"), "sign", "missing.hvt", "--version", "1.0.0");
        alice.fails(2, List.of("not a version"), "sign", "hello.hvt", "--version", "../1");
        alice.fails(1, List.of("nobody may publish releases of unclaimed", "repro claim unclaimed"), "sign", "hello.hvt", "--version", "1.0.0",
                "--name", "unclaimed");
        assertFalse(Files.exists(alice.file("wrong-1.0.0.release")));
        alice.does("sign", "hello.hvt", "--version", "1.0.0");
        alice.does("publish");
        alice.fails(1, List.of("version-exists", "another --version"), "sign", "hello.hvt", "--version", "1.0.0");
        assertEquals(2, version(metadata(), "wrong"));
    }

    // A loadable segment that may be written and executed.
    private static byte[] writableText(byte[] elf) {
        ByteBuffer file = ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN);
        int headers = (int) file.getLong(32);
        for (int i = 0; i < file.getShort(56); i++) {
            int at = headers + i * file.getShort(54);
            if (file.getInt(at) == 1) {
                file.putInt(at + 4, 7);
            }
        }
        return elf;
    }

    @Test
    void passwordsMistypedAndForeignKeys() throws Exception {
        Person alice = person("with-password");
        Files.writeString(alice.file("password"), "correct horse\n");
        Files.writeString(alice.file("mistyped"), "correct hrose\n");
        for (String file : List.of("password", "mistyped")) {
            Files.setPosixFilePermissions(alice.file(file), java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        }
        alice.fails(1, List.of("another root", rootDigest()), "author", "init", "--service", url(), "--root-sha256", "0".repeat(64), "--no-password");
        alice.does("author", "init", "--service", url(), "--root-sha256", rootDigest(), "--password-file", "password");
        alice.fails(2, List.of("password"), "claim", "locked", "--password-file", "mistyped");
        assertFalse(Files.exists(alice.file("locked.claim")));
        alice.does("claim", "locked", "--password-file", "password");
        assertTrue(alice.does("claim", "locked", "--password-file", "password").contains("waiting: 0 of 2 maintainers have signed"));

        owner("guarded");
        Person mallory = author("mallory");
        mallory.fails(1, List.of("none of your keys may sign role guarded"), "sign", image(mallory, "hello.hvt"), "--version", "6.6.6",
                "--name", "guarded");
        mallory.fails(1, List.of("none of these keys is a maintainer's"), "approve", "locked", "--reject");
        maintainer("targets-3").does("approve", "locked", "--reject", "-m", "it is a brand", "--key", serving().key("targets-3").toString());
        mallory.fails(1, List.of("nobody has asked"), "requests", "never-asked");
        for (String verb : List.of("claim", "requests")) {
            Repro.Answer answer = alice.run(verb, "locked");
            assertEquals(1, answer.code(), answer::toString);
            assertTrue(answer.out().contains("rejected   locked, by ") && answer.out().contains("…: it is a brand"), answer::toString);
        }
        String body = "{\"schema\":\"repro.submission.v1\",\"files\":[{\"role\":\"guarded\",\"metadata\":\""
                + Base64.getEncoder().encodeToString(forged("guarded")) + "\"}],\"message\":\"\"}";
        HttpResponse<String> answer = send(HttpRequest.newBuilder(URI.create(url() + "v1/submissions"))
                .POST(HttpRequest.BodyPublishers.ofString(body)).build());
        assertEquals(403, answer.statusCode(), answer::body);
        assertTrue(answer.body().contains("delegated-unsigned"), answer::body);
        assertEquals(1, version(metadata(), "guarded"));
    }

    // The published file with the next version's number and the signature of this one.
    private byte[] forged(String role) throws Exception {
        return Files.readString(metadata().resolve("1." + role + ".json")).replace("\"version\":1", "\"version\":2").getBytes(StandardCharsets.UTF_8);
    }

    private static HttpResponse<String> send(HttpRequest request) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void twoPublishersOfOneVersion() throws Exception {
        Person alice = owner("twice");
        Files.copy(Repro.HOME.resolve("examples/blk/blk.hvt"), alice.file("blk.hvt")); // the service has hello's images by now
        alice.does("sign", "blk.hvt", "--version", "1.0.0");
        alice.does("sign", "blk.hvt", "--version", "1.1.0");
        Path lost = alice.file("twice-1.0.0.release/targets").resolve(Digest.of(alice.file("blk.hvt")).hex());
        byte[] bytes = Files.readAllBytes(lost);
        Files.delete(lost);
        alice.fails(2, List.of("cannot be read any more"), "publish", "twice-1.0.0.release");
        assertEquals(1, version(metadata(), "twice"));
        Files.write(lost, new byte[bytes.length]);
        alice.fails(2, List.of("the file has changed since it was signed"), "publish", "twice-1.0.0.release");
        Files.write(lost, bytes);
        alice.fails(2, List.of("which one is to be published?"), "publish");
        alice.does("publish", "twice-1.0.0.release");
        alice.fails(1, List.of("version-conflict"), "publish", "twice-1.1.0.release");
        assertEquals(2, version(metadata(), "twice"));
    }

    @Test
    void anUploadThatIsCutOffGoesOn() throws Exception {
        Person alice = owner("cut");
        try (Relay relay = new Relay(serving().url())) {
            alice.does("author", "init", "--service", relay.url().toString(), "--root-sha256", rootDigest(), "--name", "cut");
            alice.does("sign", image(alice, "hello.hvt"), image(alice, "hello.spt"), "--version", "1.0.0");
            relay.cutUploadAfter(8_000);
            alice.fails(4, List.of("cannot be reached", "goes on where this one stopped"), "publish");
            assertTrue(relay.wasCut());
            assertEquals(1, version(metadata(), "cut"), "nothing is published in part");
            relay.mend();
            alice.does("publish");
            long both = Files.size(alice.file("hello.hvt")) + Files.size(alice.file("hello.spt"));
            assertTrue(relay.uploaded() < both - 4_000, relay.uploaded() + " bytes of " + both + " were sent again");
            assertTrue(alice.does("verify", "hello.spt").contains("verified: cut 1.0.0"));
        }
    }

    @Test
    void nothingIsFoundedWhereNobodyCanListen() throws Exception {
        Path home = folder.resolve("unheard");
        Repro.Answer answer = Repro.run("serve", "--dir", home.toString(), "--listen", "127.0.0.1:" + serving().url().getPort());
        assertEquals(3, answer.code(), answer::toString);
        assertTrue(answer.err().contains("cannot listen"), answer::toString);
        assertFalse(Files.exists(home));
    }

    @Test
    void anotherRepositoryAtTheSamePlace() throws Exception {
        Person alice = owner("moved");
        try (Relay relay = new Relay(serving().url()); Serving other = Serving.start(folder.resolve("other"))) {
            alice.does("author", "init", "--service", relay.url().toString(), "--root-sha256", rootDigest(), "--name", "moved");
            alice.does("sign", image(alice, "hello.hvt"), "--version", "1.0.0");
            relay.lead(other.url());
            alice.fails(1, List.of("repro: refused: ", "compare the root's digest"), "releases");
            alice.fails(1, List.of("repro: refused: delegated-unsigned"), "publish");
            alice.fails(1, List.of("repro: refused: ", "compare the root's digest"), "sign", "hello.hvt", "--version", "1.1.0");
            assertEquals(0, version(other.metadata(), "moved"));
        }
        alice.fails(4, List.of("cannot be fetched"), "releases");
        Repro.Answer later = alice.run("verify", "hello.hvt", "--offline", "--name", "moved");
        assertEquals(1, later.code(), later::toString);
    }
}
