package dev.repro.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.keys.Signer;
import dev.repro.release.LaunchLimits;
import dev.repro.release.Made;
import dev.repro.release.Release;
import dev.repro.release.ReleaseImage;
import dev.repro.release.ReleaseStatement;
import dev.repro.release.ReleaseTargets;
import dev.repro.release.Withdrawn;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.KeyHolder;
import dev.repro.tuf.repository.Proposal;
import dev.repro.tuf.repository.Signing;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pages follow what is published.
class PagesServedTest {
    private static final int BINS = 1 << 9;
    private final Signer author = Site.key();

    @TempDir
    Path folder;
    private Site site;

    @BeforeEach
    void start() throws Exception {
        site = new Site(folder.resolve("home")).delegate("hello", author);
    }

    @AfterEach
    void stop() throws Exception {
        site.close();
    }

    private String page(String path, int status, String... headers) throws Exception {
        HttpResponse<byte[]> answer = site.get(path, headers);
        assertEquals(status, answer.statusCode(), path);
        assertEquals(Optional.of("text/html; charset=utf-8"), answer.headers().firstValue("Content-Type"));
        assertTrue(answer.headers().firstValue("Content-Security-Policy").orElse("").startsWith("default-src 'none';"));
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private void publish(String version) throws Exception {
        Path image = Files.writeString(folder.resolve("hello.hvt"), "image " + version);
        var release = new Release("hello", version, List.of(new ReleaseImage("hello.hvt", "hvt", Optional.of(2L), Optional.empty(), Files.size(image),
                Digest.of(image), "0".repeat(128), LaunchLimits.NONE)), Optional.empty(), List.of(), new TreeMap<>());
        var made = new Made(release, new TreeMap<>(Map.of(release.target("hello.hvt"), image)), new TreeMap<>(), List.of());
        Path envelope = Files.write(folder.resolve("release.json"), ReleaseStatement.sign(release, List.of(author)));
        Proposal proposal = Signing.sign(site.edit().add(ReleaseTargets.additions(made, envelope), Optional.of(new RoleName("hello"))).proposal(),
                List.of(author));
        assertEquals(202, site.submit(Site.files(proposal)).statusCode());
        for (Path file : List.of(image, envelope)) {
            byte[] bytes = Files.readAllBytes(file);
            assertEquals(204, site.upload(Digest.of(bytes), 0, bytes.length, bytes).statusCode());
        }
        assertEquals(200, site.submit(Site.files(proposal)).statusCode());
    }

    @Test
    void aReleaseIsThereAtOnceAndAfterARestart() throws Exception {
        assertTrue(page("/", 200).contains("Nothing is released yet."));
        page("/releases/hello/1.0.0", 404);
        publish("1.0.0");
        publish("1.1.0");
        String first = page("/", 200);
        assertTrue(first.indexOf("<bdi>1.1.0</bdi>") > 0, first);
        String release = page("/releases/hello/1.0.0", 200);
        assertTrue(release.contains("1 key of 1 signed, 1 is needed") && release.contains("published <time"), release);
        String digest = Digest.of("image 1.1.0".getBytes(StandardCharsets.UTF_8)).hex();
        assertTrue(page("/?q=" + digest.substring(0, 12), 200).contains("1 release matches"));
        assertTrue(page("/?q=" + digest, 200).contains("1 release matches"));
        String activity = page("/activity", 200);
        assertTrue(activity.contains("4 publications") && activity.contains(author.key().keyid().substring(0, 8)), activity);
        site.close();
        site = new Site(folder.resolve("home"));
        assertEquals(release.replaceAll("http://[^/]*", "").replaceAll("[0-9.]+:[0-9]+|<footer>.*", ""),
                page("/releases/hello/1.0.0", 200).replaceAll("http://[^/]*", "").replaceAll("[0-9.]+:[0-9]+|<footer>.*", ""));
        assertTrue(page("/activity", 200).contains("4 publications"));
    }

    @Test
    void whatIsWithdrawnGoes() throws Exception {
        publish("1.0.0");
        publish("1.1.0");
        assertTrue(page("/releases/hello", 200).contains("2 releases"));
        Editor edit = site.edit();
        Withdrawn.remove(edit, List.of(new TargetName("hello/1.0.0/hello.hvt"), new TargetName("hello/1.0.0/release.json")), Optional.empty());
        assertEquals(200, site.submit(Site.files(Signing.sign(edit.proposal(), List.of(author)))).statusCode());
        assertTrue(page("/releases/hello", 200).contains("1 release,"));
        page("/releases/hello/1.0.0", 404);
    }

    /// Of many bins nothing is read before somebody asks for a page, and the first page does not wait for them.
    @Test
    void whatIsInManyBinsFollows() throws Exception {
        publish("1.0.0");
        try (var machine = Site.key()) {
            var keys = new Editor.Keys(List.of(new KeyHolder(machine.key(), "")), 1);
            var signers = new ArrayList<Signer>(site.maintainers());
            signers.add(machine);
            Editor edit = site.edit().delegate(RoleName.TARGETS, "rest", List.of("binned/*/*"), List.of(), false, keys);
            assertEquals(200, site.submit(Site.files(Signing.sign(edit.delegateBins(new RoleName("rest"), 9, "bin", keys).proposal(), signers)))
                    .statusCode());
        }
        site.close();
        site = new Site(folder.resolve("home"));
        assertTrue(page("/", 200).contains("/releases/hello/1.0.0"));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!page("/roles", 200).contains(6 + BINS + " roles")) {
            assertTrue(System.nanoTime() < end, () -> "the bins are never read: " + site.log);
            TimeUnit.MILLISECONDS.sleep(20);
        }
        publish("1.1.0");
        assertTrue(page("/", 200).contains("/releases/hello/1.1.0") && page("/roles", 200).contains(6 + BINS + " roles"));
    }

    @Test
    void aRevokedRoleHasNoReleases() throws Exception {
        publish("1.0.0");
        page("/releases/hello/1.0.0", 200);
        assertEquals(200, site.submit(Site.files(Signing.sign(site.edit().revoke(new RoleName("hello"), OptionalInt.empty()).proposal(),
                List.of(author)))).statusCode());
        page("/releases/hello/1.0.0", 404);
        assertTrue(page("/roles", 200).contains("revoked by its own keys"));
    }

    @Test
    void otherMethodsAndPaths() throws Exception {
        for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS")) {
            var request = HttpRequest.newBuilder(site.uri("/roles")).method(method, HttpRequest.BodyPublishers.noBody()).build();
            assertEquals(404, site.http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode(), method);
        }
        var head = HttpRequest.newBuilder(site.uri("/")).method("HEAD", HttpRequest.BodyPublishers.noBody()).build();
        HttpResponse<byte[]> answer = site.http.send(head, HttpResponse.BodyHandlers.ofByteArray());
        assertEquals(200, answer.statusCode());
        assertEquals(0, answer.body().length);
        assertTrue(page("/no/such/page", 404).contains("<h1>Not found</h1>"));
        assertFalse(site.log.toString(StandardCharsets.UTF_8).contains("\"event\":\"bug\""));
    }
}
