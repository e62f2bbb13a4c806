package dev.repro.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The repository's files as a reader gets them.
final class StaticTest {
    @TempDir
    Path folder;

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    @Test
    void saysHowLongToKeepWhat() throws Exception {
        try (var site = new Site(folder)) {
            assertEquals("public, max-age=31536000, immutable", header(site.get("/metadata/1.root.json"), "Cache-Control"));
            assertEquals("no-cache", header(site.get("/metadata/timestamp.json"), "Cache-Control"));
            HttpResponse<byte[]> none = site.get("/metadata/2.root.json");
            assertEquals(404, none.statusCode());
            assertEquals("no-store", header(none, "Cache-Control"));
            assertEquals("application/json", header(site.get("/metadata/1.root.json"), "Content-Type"));
        }
    }

    @Test
    void answersConditionsAndRanges() throws Exception {
        try (var site = new Site(folder); var author = Site.key()) {
            byte[] small = new byte[5_000];
            byte[] large = new byte[3_000_000];
            new Random(1).nextBytes(small);
            new Random(2).nextBytes(large);
            site.delegate("hello", author);
            assertEquals(200, site.publish(site.release("hello", "hello/1/small.bin", small, author), small).statusCode());
            assertEquals(200, site.publish(site.release("hello", "hello/2/large.bin", large, author), large).statusCode());
            for (byte[] content : new byte[][] {small, large}) {
                String path = content == small ? "/targets/hello/1/" + Digest.of(small) + ".small.bin" : "/targets/hello/2/" + Digest.of(large)
                        + ".large.bin";
                HttpResponse<byte[]> whole = site.get(path);
                assertArrayEquals(content, whole.body());
                assertEquals("application/octet-stream", header(whole, "Content-Type"));
                assertEquals("nosniff", header(whole, "X-Content-Type-Options"));
                String etag = header(whole, "ETag");
                assertEquals(304, site.get(path, "If-None-Match", etag).statusCode());
                assertEquals(200, site.get(path, "If-None-Match", "\"x\"").statusCode());
                assertEquals(304, site.get(path, "If-Modified-Since", header(whole, "Last-Modified")).statusCode());
                assertRange(site.get(path, "Range", "bytes=10-19"), content, 10, 20);
                assertRange(site.get(path, "Range", "bytes=4000-"), content, 4_000, content.length);
                assertRange(site.get(path, "Range", "bytes=-7"), content, content.length - 7, content.length);
                assertRange(site.get(path, "Range", "bytes=10-19", "If-Range", etag), content, 10, 20);
                assertEquals(200, site.get(path, "Range", "bytes=10-19", "If-Range", "\"x\"").statusCode());
                assertEquals(200, site.get(path, "Range", "bytes=1-2,5-6").statusCode());
                HttpResponse<byte[]> beyond = site.get(path, "Range", "bytes=" + content.length + "-");
                assertEquals(416, beyond.statusCode());
                assertEquals("bytes */" + content.length, header(beyond, "Content-Range"));
            }
        }
    }

    private static void assertRange(HttpResponse<byte[]> answer, byte[] content, int from, int to) {
        assertEquals(206, answer.statusCode());
        assertEquals("bytes " + from + "-" + (to - 1) + "/" + content.length, header(answer, "Content-Range"));
        assertArrayEquals(Arrays.copyOfRange(content, from, to), answer.body());
    }

    @Test
    void showsNothingElse() throws Exception {
        try (var site = new Site(folder)) {
            for (String path : new String[] {"/metadata/../../keys/snapshot.pem", "/metadata/%2e%2e/%2e%2e/keys/snapshot.pem",
                    "/metadata/..%2f..%2fkeys/snapshot.pem",
                "/targets/", "/metadata", "/metadata//timestamp.json", "/targets/../../keys/snapshot.pem", "/.repro/lock",
                        "/metadata/timestamp.json/x", "/metadata/%00"}) {
                assertTrue(raw(site, path).matches("(?s)HTTP/1.1 40[04] .*"), path);
            }
            assertEquals(405, site.post("/metadata/timestamp.json", "x").statusCode());
            assertEquals("ok\n", new String(site.get("/healthz").body(), StandardCharsets.UTF_8));
            assertEquals(200, site.get("/readyz").statusCode());
        }
    }

    // What no client library sends.
    private static String raw(Site site, String path) throws Exception {
        try (var socket = new Socket(site.service.address().getAddress(), site.service.address()
                .getPort()); InputStream in = socket.getInputStream()) {
            socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void countsAndTells() throws Exception {
        try (var site = new Site(folder); var author = Site.key()) {
            site.delegate("hello", author);
            site.post("/v1/submissions", "x");
            String metrics = new String(site.get("/metrics").body(), StandardCharsets.UTF_8);
            assertTrue(metrics.contains("repro_refusals_total{refusal=\"malformed\"} 1\n"), metrics);
            assertTrue(metrics.contains("repro_publish_seconds_count 1\n"), metrics);
            assertTrue(metrics.contains("repro_role_version{role=\"targets\"} 2\n"), metrics);
            assertTrue(metrics.matches("(?s).*repro_delegated_role_expires_seconds\\{role=\"hello\"} 3[0-9]{7}\n.*"), metrics);
            String log = site.log.toString(StandardCharsets.UTF_8);
            for (String line : log.lines().toList()) {
                dev.repro.base.Fields.parse(line.getBytes(StandardCharsets.UTF_8), "log").string("event");
            }
            assertTrue(log.contains("\"event\":\"published\""), log);
        }
    }
}
