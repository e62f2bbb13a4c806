package dev.repro.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.keys.Signer;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.KeyHolder;
import dev.repro.tuf.repository.Signing;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Submissions to a running service.
final class PublishTest {
    private static final byte[] CONTENT = "an image".getBytes(StandardCharsets.UTF_8);
    private static final RoleName HELLO = new RoleName("hello");

    @TempDir
    Path folder;

    @Test
    void publishes() throws Exception {
        try (var site = new Site(folder); var author = Site.key()) {
            site.delegate("hello", author);
            var files = site.release("hello", "hello/1.0.0/hello.hvt", CONTENT, author);
            HttpResponse<String> first = site.submit(files);
            assertEquals(202, first.statusCode(), first.body());
            assertEquals(Digest.of(CONTENT), Site.json(first).objects("missing").getFirst().digest("sha256"));
            assertEquals(CONTENT.length, Site.json(first).objects("missing").getFirst().integer("length"));
            assertEquals(204, site.upload(Digest.of(CONTENT), 0, CONTENT.length, CONTENT).statusCode());
            assertEquals(200, site.head(Digest.of(CONTENT)).statusCode());
            HttpResponse<String> second = site.submit(files);
            assertEquals(200, second.statusCode(), second.body());
            assertEquals("published", Site.json(second).string("state"));
            assertEquals(2, Site.json(second).object("versions").integer("hello"));
            assertArrayEquals(files.get(HELLO), site.get("/metadata/2.hello.json").body());
            assertArrayEquals(CONTENT, site.get("/targets/hello/1.0.0/" + Digest.of(CONTENT) + ".hello.hvt").body());
            assertEquals(2, site.repository().version(HELLO));
        }
    }

    @Test
    void retriesAreAnsweredAlike() throws Exception {
        try (var site = new Site(folder); var author = Site.key()) {
            site.delegate("hello", author);
            var one = site.release("hello", "hello/1.0.0/hello.hvt", CONTENT, author);
            assertEquals(200, site.publish(one, CONTENT).statusCode());
            long version = site.repository().version(RoleName.SNAPSHOT);
            assertEquals(200, site.submit(one).statusCode());
            assertEquals(version, site.repository().version(RoleName.SNAPSHOT), "a retry publishes nothing");
            var two = site.release("hello", "hello/1.0.1/hello.hvt", CONTENT, author);
            assertEquals(200, site.publish(two, CONTENT).statusCode());
            assertEquals(200, site.submit(one).statusCode(), "what was published before the last version is published, too");
        }
    }

    @Test
    void ofTwoPublishersOfOneRoleOneIsRefused() throws Exception {
        try (var site = new Site(folder); var author = Site.key()) {
            site.delegate("hello", author);
            var one = site.release("hello", "hello/1.0.0/hello.hvt", CONTENT, author);
            var two = site.release("hello", "hello/2.0.0/hello.hvt", CONTENT, author);
            assertEquals(202, site.submit(one).statusCode());
            assertEquals(202, site.submit(two).statusCode());
            site.upload(Digest.of(CONTENT), 0, CONTENT.length, CONTENT);
            List<HttpResponse<String>> answers = together(List.of(() -> site.submit(one), () -> site.submit(two)));
            assertEquals(List.of(200, 409), answers.stream().map(HttpResponse::statusCode).sorted().toList(), answers.toString());
            HttpResponse<String> refused = answers.stream().filter(a -> a.statusCode() == 409).findFirst().orElseThrow();
            assertEquals("version-conflict", Site.json(refused).string("refusal"));
            assertEquals("version 3", Site.json(refused).string("expected"));
            assertEquals(2, site.repository().version(HELLO));
        }
    }

    @Test
    void rolesOfTwoLandTogether() throws Exception {
        try (var site = new Site(folder); var author = Site.key()) {
            var work = new ArrayList<Callable<HttpResponse<String>>>();
            for (int i = 0; i < 8; i++) {
                site.delegate("p" + i, author);
            }
            long before = site.repository().version(RoleName.SNAPSHOT);
            for (int i = 0; i < 8; i++) {
                byte[] content = ("image " + i).getBytes(StandardCharsets.UTF_8);
                var files = site.release("p" + i, "p" + i + "/1.0.0/a.hvt", content, author);
                work.add(() -> site.publish(files, content));
            }
            together(work).forEach(answer -> assertEquals(200, answer.statusCode(), answer.body()));
            for (int i = 0; i < 8; i++) {
                assertEquals(2, site.repository().version(new RoleName("p" + i)));
            }
            assertTrue(site.repository().version(RoleName.SNAPSHOT) <= before + 8);
        }
    }

    private static <T> List<T> together(List<Callable<T>> work) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> running = work.stream().map(threads::submit).toList();
            var out = new ArrayList<T>();
            for (Future<T> one : running) {
                out.add(one.get());
            }
            return out;
        }
    }

    @Test
    void refusesForeignKeys() throws Exception {
        try (var site = new Site(folder); var author = Site.key(); var stranger = Site.key()) {
            site.delegate("hello", author);
            var files = site.release("hello", "hello/1.0.0/hello.hvt", CONTENT, author);
            String text = new String(files.get(HELLO), StandardCharsets.UTF_8);
            String unsigned = "{\"signatures\":[" + text.substring(text.indexOf("],\"signed\""));
            refused(site.submit(Map.of(HELLO, unsigned.getBytes(StandardCharsets.UTF_8))), 403, "delegated-unsigned");
            byte[] canonical = text.substring(text.indexOf("\"signed\":") + 9, text.length() - 2).getBytes(StandardCharsets.UTF_8);
            String foreign = "{\"signatures\":[{\"keyid\":\"" + stranger.key().keyid() + "\",\"sig\":\""
                    + java.util.HexFormat.of().formatHex(stranger.sign(canonical)) + "\"}" + text.substring(text.indexOf("],\"signed\""));
            HttpResponse<String> answer = site.submit(Map.of(HELLO, foreign.getBytes(StandardCharsets.UTF_8)));
            refused(answer, 403, "delegated-unsigned");
            assertEquals(stranger.key().keyid(), Site.json(answer).string("key"));
            refused(site.submit(Map.of(new RoleName("nobody"), files.get(HELLO))), 403, "delegated-unsigned");
            assertEquals(1, site.repository().version(HELLO));
        }
    }

    private static void refused(HttpResponse<String> answer, int status, String name) throws Exception {
        assertEquals(status, answer.statusCode(), answer.body());
        assertEquals(name, Site.json(answer).string("refusal"));
    }

    @Test
    void refusesRevokedAuthors() throws Exception {
        try (var site = new Site(folder); var author = Site.key()) {
            site.delegate("hello", author);
            var files = site.release("hello", "hello/1.0.0/hello.hvt", CONTENT, author);
            var end = Site.files(Signing.sign(site.edit().revoke(HELLO, OptionalInt.empty()).proposal(), List.of(author)));
            assertEquals(200, site.submit(end).statusCode());
            assertEquals(200, site.submit(end).statusCode(), "a retry");
            refused(site.submit(files), 403, "delegated-revoked");
        }
    }

    @Test
    void rotatesKeysWithoutMaintainers() throws Exception {
        try (var site = new Site(folder); var author = Site.key(); var next = Site.key()) {
            site.delegate("hello", author);
            var rotation = site.edit().rotate(HELLO, new Editor.Keys(List.of(new KeyHolder(next.key(), "hello")), 1), false).proposal();
            HttpResponse<String> answer = site.submit(Site.files(Signing.sign(rotation, List.of(author, next))));
            assertEquals(200, answer.statusCode(), answer.body());
            var old = Signing.sign(site.edit().renew(HELLO).proposal(), List.of(author));
            refused(site.submit(Site.files(old)), 403, "delegated-unsigned");
            assertEquals(200, site.publish(site.release("hello", "hello/1.0.0/hello.hvt", CONTENT, next), CONTENT).statusCode());
        }
    }

    @Test
    void refusesNamesOfOthers() throws Exception {
        try (var site = new Site(folder); var author = Site.key()) {
            site.delegate("hello", author);
            String text = new String(site.release("hello", "hello/1.0.0/hello.hvt", CONTENT, author).get(HELLO), StandardCharsets.UTF_8)
                    .replace("hello/1.0.0", "other/1.0.0");
            refused(site.submit(Map.of(HELLO, resigned(text, author))), 422, "target-unknown");
        }
    }

    private static byte[] resigned(String file, Signer signer) throws Exception {
        String signed = file.substring(file.indexOf("\"signed\":") + 9, file.length() - 2);
        return ("{\"signatures\":[{\"keyid\":\"" + signer.key().keyid() + "\",\"sig\":\"" + java.util.HexFormat.of()
                .formatHex(signer.sign(signed.getBytes(StandardCharsets.UTF_8))) + "\"}],\"signed\":" + signed + "}\n")
                        .getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void refusesWhatExpiresSoon() throws Exception {
        try (var site = new Site(folder); var author = Site.key()) {
            site.delegate("hello", author);
            String text = new String(site.release("hello", "hello/1.0.0/hello.hvt", CONTENT, author).get(HELLO), StandardCharsets.UTF_8)
                    .replaceAll("\"expires\":\"[^\"]*\"", "\"expires\":\"2020-01-01T00:00:00Z\"");
            refused(site.submit(Map.of(HELLO, resigned(text, author))), 422, "delegated-expired");
        }
    }

    @Test
    void maintainersPublishHereToo() throws Exception {
        try (var site = new Site(folder); var author = Site.key()) {
            site.delegate("hello", author);
            var proposal = site.edit().undelegate(HELLO).proposal();
            refused(site.submit(Site.files(Signing.sign(proposal, site.maintainers().subList(0, 1)))), 403, "targets-unsigned");
            assertEquals(200, site.submit(Site.files(Signing.sign(proposal, site.maintainers()))).statusCode());
            refused(site.submit(site.release(site.edit(), "targets", "readme.txt", CONTENT, author)), 403, "targets-unsigned");
            assertEquals(200, site.publish(site.release(site.edit(), "targets", "readme.txt", CONTENT,
                    site.maintainers().toArray(Signer[]::new)), CONTENT).statusCode());
        }
    }
}
