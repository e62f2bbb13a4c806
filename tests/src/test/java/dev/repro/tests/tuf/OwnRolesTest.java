package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.tests.Repro;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a role does for itself (TAP 8, TAP 20) and what several must say alike (TAP 3), as commands, and what a client makes of it.
class OwnRolesTest {

    @TempDir
    Path folder;

    private WebFolder web;

    @BeforeEach
    void found() throws Exception {
        for (String key : List.of("erin", "erin2", "frank")) {
            repro("key", "generate", "--no-password", key + ".pem");
        }
        repro("repo", "init", "--no-password", "site");
        publish("delegate", "--key", "erin.pem", "hello", "erin=erin.pem");
        Files.writeString(folder.resolve("hello.hvt"), "an image");
        publish("add", "--key", "erin.pem", "--as", "hello/1.0.0/", "hello.hvt");
        web = new WebFolder(folder.resolve("site"));
        repro("tuf-client", "--metadata-dir", "trusted", "init", "site/metadata/1.root.json");
    }

    @AfterEach
    void stop() {
        web.close();
    }

    private Repro.Answer run(String... args) {
        return Repro.run(folder, Map.of(), args);
    }

    private void repro(String... args) {
        Repro.Answer answer = run(args);
        assertEquals(0, answer.code(), answer::toString);
    }

    private Repro.Answer tried(String verb, String... args) {
        var words = new ArrayList<>(List.of("repo", verb, "--repo", "site", "--key", "keys"));
        words.addAll(List.of(args));
        return run(words.toArray(String[]::new));
    }

    private void publish(String verb, String... args) {
        Repro.Answer answer = tried(verb, args);
        assertEquals(0, answer.code(), answer::toString);
    }

    private Repro.Answer download(String target) {
        return run("tuf-client", "--metadata-dir", "trusted", "--metadata-url", web.metadata().toString(), "--target-base-url", web.targets().toString(),
                "--target-dir", "got", "--target-name", target, "download");
    }

    @Test
    void anAuthorRotatesTheirKeyAndThenEndsTheirRoleWithoutMaintainers() {
        publish("rotate", "--key", "erin.pem", "--key", "erin2.pem", "--own", "--old", "erin", "--new", "erin=erin2.pem", "hello");
        assertEquals(0, download("hello/1.0.0/hello.hvt").code());

        Repro.Answer alone = tried("add", "--key", "erin.pem", "--as", "hello/1.1.0/", "hello.hvt");
        assertEquals(1, alone.code(), alone::toString);
        assertTrue(alone.err().contains("signatures are missing: hello lacks 1 signature"), alone::toString);
        publish("add", "--key", "erin.pem", "--key", "erin2.pem", "--as", "hello/1.1.0/", "hello.hvt");
        assertEquals(0, download("hello/1.1.0/hello.hvt").code());

        publish("revoke", "--key", "erin2.pem", "--own", "hello");
        Repro.Answer ended = download("hello/1.1.0/hello.hvt");
        assertEquals(1, ended.code(), ended::toString);
        Repro.Answer status = run("repo", "status", "--repo", "site");
        assertTrue(status.out().lines().anyMatch(line -> line.startsWith("hello ") && line.contains("revoked")), status::toString);
    }

    @Test
    void anAgreementTrustsATargetOnceBothRolesSayTheSame() {
        publish("delegate", "--key", "frank.pem", "--path", "hello/*/*", "audit", "frank=frank.pem");
        publish("agree", "--path", "hello/*/*", "both", "hello", "audit");
        Repro.Answer before = download("hello/1.0.0/hello.hvt");
        assertEquals(1, before.code(), before::toString);

        publish("add", "--key", "frank.pem", "--role", "audit", "--as", "hello/1.0.0/", "hello.hvt");
        assertEquals(0, download("hello/1.0.0/hello.hvt").code());

        publish("agree", "--end", "both");
        publish("add", "--key", "erin.pem", "--as", "hello/1.1.0/", "hello.hvt");
        assertEquals(0, download("hello/1.1.0/hello.hvt").code());
    }
}
