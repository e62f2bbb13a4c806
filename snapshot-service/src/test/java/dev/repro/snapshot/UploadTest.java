package dev.repro.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.keys.Signer;
import dev.repro.tuf.RoleName;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Files that are uploaded in parts, wrongly, slowly or not at all; bodies that are too large.
@Timeout(60)
final class UploadTest {
    private static final byte[] CONTENT = bytes(200_000);
    private static final Digest DIGEST = Digest.of(CONTENT);

    @TempDir
    Path folder;

    private static byte[] bytes(int length) {
        var out = new byte[length];
        new Random(7).nextBytes(out);
        return out;
    }

    private static Map<RoleName, byte[]> announced(Site site, Signer author) throws Exception {
        site.delegate("hello", author);
        var files = site.release("hello", "hello/1.0.0/hello.hvt", CONTENT, author);
        assertEquals(202, site.submit(files).statusCode());
        return files;
    }

    private static byte[] part(int from, int to) {
        return Arrays.copyOfRange(CONTENT, from, to);
    }

    @Test
    void goesOnAfterARestart() throws Exception {
        Map<RoleName, byte[]> files;
        try (var author = Site.key()) {
            try (var site = new Site(folder)) {
                files = announced(site, author);
                assertEquals("50000", site.upload(DIGEST, 0, CONTENT.length, part(0, 50_000)).headers().firstValue("Upload-Offset").orElseThrow());
                assertEquals(202, site.submit(files).statusCode(), "half a file is none");
            }
            try (var site = new Site(folder)) {
                assertEquals(404, site.head(DIGEST).statusCode(), "announced anew first");
                assertEquals(202, site.submit(files).statusCode());
                HttpResponse<Void> head = site.head(DIGEST);
                assertEquals(204, head.statusCode());
                assertEquals("50000", head.headers().firstValue("Upload-Offset").orElseThrow());
                HttpResponse<String> wrong = site.upload(DIGEST, 0, CONTENT.length, part(0, 10));
                assertEquals(409, wrong.statusCode());
                assertEquals("offset-conflict", Site.json(wrong).string("refusal"));
                assertEquals("?1", site.upload(DIGEST, 50_000, CONTENT.length, part(50_000, CONTENT.length)).headers()
                        .firstValue("Upload-Complete").orElseThrow());
                assertEquals(200, site.submit(files).statusCode());
            }
        }
    }

    @Test
    void dropsOtherFiles() throws Exception {
        try (var site = new Site(folder); var author = Site.key()) {
            var files = announced(site, author);
            byte[] other = CONTENT.clone();
            other[100]++;
            HttpResponse<String> answer = site.upload(DIGEST, 0, other.length, other);
            assertEquals(422, answer.statusCode());
            assertEquals("digest-mismatch", Site.json(answer).string("refusal"));
            assertEquals("0", site.head(DIGEST).headers().firstValue("Upload-Offset").orElseThrow());
            assertEquals(202, site.submit(files).statusCode());
            assertEquals(204, site.upload(DIGEST, 0, CONTENT.length, CONTENT).statusCode());
            assertEquals(200, site.submit(files).statusCode());
        }
    }

    @Test
    void takesOnlyWhatASubmissionLists() throws Exception {
        try (var site = new Site(folder); var author = Site.key()) {
            assertEquals(404, site.upload(DIGEST, 0, CONTENT.length, CONTENT).statusCode());
            announced(site, author);
            assertEquals(413, site.upload(DIGEST, 0, CONTENT.length, bytes(CONTENT.length + 1)).statusCode());
            assertEquals(400, site.upload(DIGEST, 0, CONTENT.length + 1, bytes(10)).statusCode());
            assertEquals("0", site.head(DIGEST).headers().firstValue("Upload-Offset").orElseThrow());
        }
    }

    @Test
    void keepsWhatCameOfABodyThatWasCutOff() throws Exception {
        try (var site = new Site(folder); var author = Site.key()) {
            var files = announced(site, author);
            try (var socket = connect(site)) {
                socket.getOutputStream().write(patch(CONTENT.length).getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().write(part(0, 70_000));
                socket.getOutputStream().flush();
                socket.shutdownOutput();
                drain(socket.getInputStream());
            }
            String offset = site.head(DIGEST).headers().firstValue("Upload-Offset").orElseThrow();
            int from = Integer.parseInt(offset);
            assertTrue(from > 0 && from <= 70_000, offset);
            assertEquals(204, site.upload(DIGEST, from, CONTENT.length, part(from, CONTENT.length)).statusCode());
            assertEquals(200, site.submit(files).statusCode());
        }
    }

    private static String patch(int length) {
        return "PATCH /v1/blobs/" + DIGEST + " HTTP/1.1\r\nHost: x\r\nUpload-Offset: 0\r\nUpload-Length: " + CONTENT.length
                + "\r\nContent-Type: application/partial-upload\r\nContent-Length: " + length + "\r\n\r\n";
    }

    private static Socket connect(Site site) throws IOException {
        return new Socket(site.service.address().getAddress(), site.service.address().getPort());
    }

    private static void drain(InputStream in) {
        try {
            in.readAllBytes();
        } catch (IOException e) {
            // the service closed it without an answer: that is one, too
        }
    }

    @Test
    void givesUpOnSlowBodies() throws Exception {
        try (var site = new Site(folder, ServiceLimits.DEFAULT.withTimes(Duration.ofMillis(300), Duration.ofSeconds(5))); var author = Site.key()) {
            var files = announced(site, author);
            long start = System.nanoTime();
            try (var submission = connect(site); var upload = connect(site)) {
                submission.getOutputStream().write("POST /v1/submissions HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"
                        .getBytes(StandardCharsets.US_ASCII));
                upload.getOutputStream().write(patch(CONTENT.length).getBytes(StandardCharsets.US_ASCII));
                upload.getOutputStream().write(part(0, 200));
                drain(submission.getInputStream());
                drain(upload.getInputStream());
            }
            assertTrue(System.nanoTime() - start < 10e9, "the service hung up");
            assertTrue(new String(site.get("/metrics").body(), StandardCharsets.UTF_8).contains("repro_slow_bodies_total 2"));
            int from = Integer.parseInt(site.head(DIGEST).headers().firstValue("Upload-Offset").orElseThrow());
            assertEquals(200, from);
            assertEquals(204, site.upload(DIGEST, from, CONTENT.length, part(from, CONTENT.length)).statusCode());
            assertEquals(200, site.submit(files).statusCode());
        }
    }

    @Test
    void refusesLargeBodies() throws Exception {
        try (var site = new Site(folder, ServiceLimits.DEFAULT.withSizes(20_000, 1_000)); var author = Site.key()) {
            HttpResponse<String> answer = site.post("/v1/submissions", "x".repeat(20_001));
            assertEquals(413, answer.statusCode());
            assertEquals("body-too-large", Site.json(answer).string("refusal"));
            site.delegate("hello", author);
            HttpResponse<String> large = site.submit(site.release("hello", "hello/1.0.0/hello.hvt", CONTENT, author));
            assertEquals(413, large.statusCode(), large.body());
            assertEquals("blob-too-long", Site.json(large).string("refusal"));
        }
    }

    @Test
    void refusesWhatIsNoSubmission() throws Exception {
        try (var site = new Site(folder)) {
            for (String body : new String[] {"", "{", "[]", "{\"schema\":\"repro.submission.v1\"}", "{\"schema\":\"x\",\"files\":[]}",
                "{\"schema\":\"repro.submission.v1\",\"files\":[]}",
                        "{\"schema\":\"repro.submission.v1\",\"files\":[{\"role\":\"a\",\"metadata\":\"=\"}]}",
                "{\"schema\":\"repro.submission.v1\",\"files\":[{\"role\":\"\",\"metadata\":\"\"}]}"}) {
                HttpResponse<String> answer = site.post("/v1/submissions", body);
                assertEquals(400, answer.statusCode(), body);
                assertEquals("malformed", Site.json(answer).string("refusal"));
            }
            HttpResponse<String> snapshot = site.submit(Map.of(RoleName.SNAPSHOT, new byte[10]));
            assertEquals(422, snapshot.statusCode(), snapshot.body());
        }
    }

    @Test
    void limitsAddressesAndKeys() throws Exception {
        try (var site = new Site(folder, ServiceLimits.DEFAULT.withRates(1_000, 2)); var author = Site.key()) {
            var files = announced(site, author);
            HttpResponse<String> answer = site.submit(files);
            assertEquals(429, answer.statusCode(), "three submissions of one key");
            assertEquals("too-many-of-key", Site.json(answer).string("refusal"));
            assertTrue(answer.headers().firstValueAsLong("Retry-After").orElseThrow() > 0);
        }
        try (var site = new Site(folder, ServiceLimits.DEFAULT.withRates(1, 100))) {
            assertEquals(400, site.post("/v1/submissions", "x").statusCode());
            HttpResponse<String> answer = site.post("/v1/submissions", "x");
            assertEquals("too-many-of-address", Site.json(answer).string("refusal"));
            assertEquals(200, site.get("/metadata/timestamp.json").statusCode(), "readers are not limited");
        }
    }
}
