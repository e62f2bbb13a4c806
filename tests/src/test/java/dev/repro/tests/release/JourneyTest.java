package dev.repro.tests.release;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.tests.Repro;
import dev.repro.tests.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// From a checked image to a repository that the world reads, as people do it: every step is `./repro` in a process, against a service
/// in another.
class JourneyTest extends Town {
    private static final int TOOL_MISSING = 3;

    @Test
    void fromAClaimToAVerifiedRelease() throws Exception {
        Person alice = author("alice");
        String digest = claim(alice, "hello");
        Person[] maintainers = {maintainer("targets-1"), maintainer("targets-2")};
        assertTrue(maintainers[0].does("requests").contains("claim      hello, to be signed by 1 of 1: "));
        String shown = maintainers[0].does("requests", "hello");
        assertTrue(shown.contains("+ role hello may sign hello/*/*") && shown.contains(digest), shown);
        String first = approve(maintainers[0], "targets-1", "hello", digest);
        assertTrue(first.contains("signed: 1 of 2 maintainers"), first);
        String second = approve(maintainers[1], "targets-2", "hello", digest);
        assertTrue(second.contains("published: hello belongs to these keys"), second);

        String signed = alice.does("sign", image(alice, "hello.hvt"), image(alice, "hello.spt"), "--version", "1.0.0",
                "--memory-max", "64M", "--embed");
        assertTrue(signed.contains("release    hello 1.0.0, sha256 "), signed);
        assertTrue(signed.contains("complete: `repro publish hello-1.0.0.release` sends it"), signed);
        String published = alice.does("publish");
        assertTrue(published.contains("published  hello 2, snapshot "), published);
        assertTrue(published.contains("verify     repro verify IMAGE --name hello@1.0.0"), published);
        assertTrue(alice.does("publish", "hello-1.0.0.release").contains("published  hello 2, "), "a second time is the same");
        anybodyVerifies(alice);
    }

    private void anybodyVerifies(Person alice) throws Exception {
        Person bob = person();
        Path hvt = Files.copy(alice.file("hello.hvt"), bob.file("renamed"));
        bob.fails(2, List.of("nothing is trusted"), "verify", "renamed");
        String[] trust = {"--service", url(), "--root-sha256", rootDigest()};
        String byHash = bob.does("verify", "renamed", trust[0], trust[1], trust[2], trust[3]);
        for (String line : List.of("verified: hello 1.0.0", "found by its digest, the newest", "hello      version 2, ", "targets    version ",
                "snapshot   version ", "timestamp  version ", "root       version 1, ", "targets-1 (")) {
            assertTrue(byHash.contains(line), byHash);
        }
        assertTrue(bob.does("verify", "renamed", "--name", "hello").contains("found by its name"));
        assertTrue(bob.does("verify", "renamed", "--name", "hello@1.0.0", "--offline").contains("verified: hello 1.0.0"));
        Path embedded = alice.file("hello-1.0.0.release/images/hello.hvt");
        assertTrue(bob.does("verify", embedded.toString()).contains("found by what is embedded"));
        bob.does("strip", embedded.toString(), "-o", "stripped");
        assertArrayEquals(Files.readAllBytes(hvt), Files.readAllBytes(bob.file("stripped")));
        assertTrue(bob.does("releases", "hello").contains("hello.spt "));
        assertTrue(bob.does("search", "hello", "hvt").contains("hello 1.0.0"));
        assertEquals(1, bob.run("search", "no-such-thing").code());

        byte[] other = Files.readAllBytes(hvt);
        other[other.length - 1] ^= 1;
        Files.write(bob.file("tampered"), other);
        bob.fails(1, List.of("target-unknown (60)"), "verify", "tampered");
        bob.fails(1, List.of("target-digest-mismatch (60)", "expected sha256 "), "verify", "tampered", "--name", "hello@1.0.0");
        bob.fails(1, List.of("timestamp-expired (62)", "clock"), "verify", "renamed", "--offline", "--at",
                Instant.now().plus(20, ChronoUnit.DAYS).toString());
        pythonDownloads(alice);
    }

    private void pythonDownloads(Person alice) throws Exception {
        Tool.Ended installed = Tool.run(Repro.HOME, 600, Repro.HOME.resolve("scripts/peers").toString(), "python");
        Assumptions.assumeTrue(installed.code() != TOOL_MISSING, () -> "skipped: " + installed.text());
        assertEquals(0, installed.code(), installed::text);
        Path state = Files.createDirectories(alice.file("python"));
        Files.copy(metadata().resolve("1.root.json"), state.resolve("root.json"));
        Tool.Ended ended = Tool.run(state, 60, installed.text().lines().toList().getLast(), "-B",
                Repro.HOME.resolve("tests/peers/python/client.py").toString(), "--metadata-dir", state.toString(),
                "--metadata-url", url() + "metadata/",
                "--target-base-url", url() + "targets/", "--target-dir", Files.createDirectory(state.resolve("targets")).toString(),
                "--target-name", "hello/1.0.0/hello.hvt", "download");
        assertEquals(0, ended.code(), ended::text);
        try (var files = Files.walk(state.resolve("targets"))) {
            Path got = files.filter(Files::isRegularFile).findFirst().orElseThrow();
            assertArrayEquals(Files.readAllBytes(alice.file("hello.hvt")), Files.readAllBytes(got));
        }
    }

    @Test
    void anAuthorRotatesAndRevokesWithoutMaintainers() throws Exception {
        Person alice = owner("turning");
        alice.does("sign", image(alice, "hello.hvt"), "--version", "1.0.0");
        alice.does("publish");
        String rotated = alice.does("author", "rotate", "--no-password");
        assertTrue(rotated.contains("author-2.pem") && rotated.contains("rotate/turning.rotate.1 1"), rotated);
        alice.does("sign", "hello.hvt", "--version", "1.1.0");
        alice.does("publish");
        assertTrue(alice.does("verify", "hello.hvt").contains("verified: turning 1.1.0"));
        alice.does("sign", "hello.hvt", "--version", "1.2.0"); // and not published before the end

        alice.fails(2, List.of("nothing says that you want this"), "author", "revoke");
        assertTrue(alice.does("author", "revoke", "--yes").contains("rotate/turning.rotate.2 2"));
        alice.fails(1, List.of("delegated-revoked (60)"), "verify", "hello.hvt", "--name", "turning");
        alice.fails(1, List.of("revoked"), "sign", "hello.hvt", "--version", "1.3.0");
        alice.fails(1, List.of("delegated-revoked (60)"), "publish", "turning-1.2.0.release");

        Person heir = author("heir");
        grant(heir, "turning", "transfer");
        assertTrue(heir.does("releases", "turning").contains("turning 1.1.0"), "what was published stays");
        heir.does("sign", image(heir, "hello.hvt"), "--version", "2.0.0", "--name", "turning");
        heir.does("publish");
        assertTrue(heir.does("verify", "hello.hvt").contains("verified: turning 2.0.0"));
    }

    @Test
    void whatIsWithdrawnDoesNotComeBackAsSomethingElse() throws Exception {
        Person alice = owner("fleeting");
        alice.does("sign", image(alice, "hello.hvt"), "--version", "1.0.0");
        alice.does("publish");
        alice.fails(1, List.of("there is no such release"), "sign", "--withdraw", "--version", "1.0.1");
        alice.does("sign", "--withdraw", "--version", "1.0.0");
        assertTrue(alice.does("publish", "fleeting-1.0.0.withdrawal").contains("published  fleeting 3, "));
        alice.fails(1, List.of("target-unknown"), "verify", "hello.hvt", "--name", "fleeting@1.0.0");
        alice.does("sign", "hello.hvt", "--version", "1.0.1");
        alice.does("publish");
        Files.move(alice.file("fleeting-1.0.0.release"), alice.file("first"));
        alice.fails(1, List.of("version-exists", "was published with other contents, and withdrawn"), "sign", image(alice, "hello.spt"),
                "--version", "1.0.0");
        alice.does("sign", "hello.hvt", "--version", "1.0.0"); // as it was
        assertTrue(alice.does("publish", "fleeting-1.0.0.release").contains("published  fleeting 5, "));
        assertTrue(alice.does("verify", "hello.hvt", "--name", "fleeting@1.0.0").contains("verified: fleeting 1.0.0"));
    }

    @Test
    void aNameWhoseOwnerIsGoneIsTransferred() throws Exception {
        Person alice = owner("orphan");
        alice.does("sign", image(alice, "hello.hvt"), "--version", "1.0.0");
        alice.does("publish");
        Person carol = author("carol");
        carol.fails(1, List.of("name-taken", "repro transfer orphan"), "claim", "orphan");
        grant(carol, "orphan", "transfer");
        carol.does("sign", image(carol, "hello.spt"), "--version", "1.1.0");
        carol.does("publish");
        String releases = carol.does("releases", "orphan");
        assertTrue(releases.contains("orphan 1.0.0") && releases.contains("orphan 1.1.0"), releases);
        alice.fails(1, List.of("none of your keys may sign role orphan"), "sign", "hello.hvt", "--version", "1.2.0");
    }

    @Test
    void aTeamSignsTwoOfThree() throws Exception {
        Person[] team = {author("dan"), author("eve"), author("fay")};
        var create = new java.util.ArrayList<>(List.of("team", "create", "crew", "--quorum", "2-of-3"));
        for (String name : List.of("dan", "eve", "fay")) {
            create.add(name + "=" + person(name).publicKey());
        }
        team[0].does(create.toArray(String[]::new));
        Repro.Answer asked = team[0].run("claim", "shared", "--team", "crew.team.json");
        assertEquals(1, asked.code(), asked::toString);
        assertTrue(asked.out().contains("shared lacks 1 signature"), asked::toString);
        join(team[1], team[0].file("shared.claim"));
        String digest = json(team[0].run("publish", "--json", "shared.claim"), "digest");
        approve(maintainer("targets-1"), "targets-1", "shared", digest);
        approve(maintainer("targets-2"), "targets-2", "shared", digest);

        String signed = team[0].does("sign", image(team[0], "hello.hvt"), "--version", "1.0.0", "--name", "shared");
        assertTrue(signed.contains("shared lacks 1 signature"), signed);
        Repro.Answer early = team[0].run("publish", "shared-1.0.0.release");
        assertEquals(1, early.code(), early::toString);
        assertTrue(early.out().contains("shared lacks 1 signature") && early.out().contains("repro sign --release"), early::toString);
        join(team[2], team[0].file("shared-1.0.0.release"));
        team[0].does("publish", "shared-1.0.0.release");
        assertTrue(team[1].does("verify", team[0].file("hello.hvt").toString(), "--name", "shared").contains("signed by 2 of 3 keys"));
    }

    // Looks at what is in the folder, and signs just that.
    private void join(Person member, Path folder) throws Exception {
        Repro.Answer looked = member.run("repo", "diff", "--json", folder.toString());
        member.does("sign", "--release", folder.toString(), "--digest", json(looked, "digest"));
    }
}
