package dev.repro.snapshot.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import dev.repro.keys.KeyFile;
import dev.repro.keys.Passwords;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Scheme;
import dev.repro.snapshot.Home;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.Desk;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.KeyHolder;
import dev.repro.tuf.repository.KeyRing;
import dev.repro.tuf.repository.Proposal;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.Signing;
import dev.repro.tuf.repository.Stores;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Claims, transfers and what maintainers sign for them, on a repository without a service.
class RightsTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final RoleName HELLO = new RoleName("hello");

    @TempDir
    Path folder;

    @BeforeEach
    void found() throws Problem {
        Home.open(folder.resolve("home"), Optional.empty(), NOW).close();
    }

    private Repository repository() throws Problem {
        return Repository.read(Stores.open(folder.resolve("home/repository").toAbsolutePath()));
    }

    private KeyRing ring(Path... keys) {
        return new KeyRing(List.of(keys).stream().map(Path::toString).toList(), Passwords.none(), Map.of(), folder);
    }

    private Path key(String name) throws Exception {
        Path file = folder.resolve(name + ".pem");
        try (PrivateKey key = PrivateKey.generate(Scheme.ED25519, new SecureRandom())) {
            key.write(file, null);
            Files.writeString(folder.resolve(name + ".pub"), key.key().pem());
        }
        return file;
    }

    private static PublicKey half(Path key) throws Problem {
        return KeyFile.read(key, Passwords.none());
    }

    private static Editor.Keys owners(Path... keys) throws Problem {
        var holders = new java.util.ArrayList<KeyHolder>();
        for (Path key : keys) {
            holders.add(new KeyHolder(half(key), ""));
        }
        return new Editor.Keys(holders, holders.size());
    }

    private Draft claim(Path... keys) throws Problem {
        try (KeyRing ring = ring(keys)) {
            return new Rights(repository(), ring, NOW).claim("hello", owners(keys), folder.resolve("hello.claim"));
        }
    }

    private static Request request(Draft draft, Optional<byte[]> targets, Path... keys) throws Problem {
        var all = new java.util.ArrayList<PublicKey>();
        for (Path key : keys) {
            all.add(half(key));
        }
        return new Request(draft.asked().orElseThrow().kind(), "hello", draft.asked().orElseThrow().role(), all, all.size(),
                draft.proposal().bytes(draft.asked().orElseThrow().role()), targets, 0, 2);
    }

    private void publish(Proposal proposal, Path... keys) throws Problem {
        try (KeyRing ring = ring(java.util.stream.Stream.concat(java.util.stream.Stream.of(folder.resolve("home/keys")),
                java.util.Arrays.stream(keys)).toArray(Path[]::new))) {
            new Desk(repository(), Optional.empty(), ring, NOW, false).finish(proposal, "");
        }
    }

    @Test
    void whoClaimsSignsTheFirstFileAndNothingElseCounts() throws Exception {
        Path alice = key("alice");
        Draft draft = claim(alice);
        assertEquals(List.of(HELLO), draft.roles());
        assertTrue(draft.missing().isEmpty());
        assertEquals(List.of(RoleName.TARGETS), Draft.read(draft.folder()).proposal().missing().stream().map(Proposal.Missing::role).toList());
        Problem twice = assertThrows(Problem.class, () -> claim(alice));
        assertEquals("there is one already that is not published", twice.getMessage());
        assertTrue(assertThrows(Problem.class, () -> new Rights(repository(), ring(), NOW).claim("../x", owners(alice), folder)).getMessage()
                .contains("not a name"));
    }

    @Test
    void maintainersSignWhatTheirOwnMachineMakesOfARequest() throws Exception {
        Path alice = key("alice");
        Path mallory = key("mallory");
        Draft draft = claim(alice);
        Approval approval = Approval.of(request(draft, Optional.empty(), alice), repository(), NOW);
        assertTrue(approval.lines().contains("  + role hello may sign hello/*/*"), approval.lines()::toString);

        Proposal granted = Rights.granted(repository(), NOW.plusSeconds(5), Draft.Kind.CLAIM, "hello", HELLO, request(draft, Optional.empty(),
                alice).owners());
        byte[] signed = Signing.sign(granted, List.of()).bytes(RoleName.TARGETS);
        Approval second = Approval.of(request(draft, Optional.of(signed), alice), repository(), NOW);
        assertEquals(approval.request().digest(), second.request().digest());

        Proposal other = Rights.granted(repository(), NOW, Draft.Kind.CLAIM, "hello", HELLO, request(draft, Optional.empty(), mallory).owners());
        Problem slipped = assertThrows(Problem.class, () -> Approval.of(request(draft, Optional.of(other.bytes(RoleName.TARGETS)), alice),
                repository(), NOW));
        assertEquals("other maintainers have signed another change than the one that was asked for", slipped.getMessage());
    }

    @Test
    void aRequestThatNobodyHasSignedIsNotGranted() throws Exception {
        Path alice = key("alice");
        Path mallory = key("mallory");
        Draft draft = claim(alice);
        Problem unsigned = assertThrows(Problem.class, () -> Approval.of(request(draft, Optional.empty(), mallory), repository(), NOW));
        assertTrue(unsigned.getMessage().startsWith("the request is not signed by those who are to own the name"), unsigned::getMessage);
        Request real = request(draft, Optional.empty(), alice);
        byte[] later = new String(real.first(), StandardCharsets.UTF_8).replace("\"version\":1", "\"version\":2").getBytes(StandardCharsets.UTF_8);
        var wrong = new Request(real.kind(), real.name(), real.role(), real.keys(), 1, later, Optional.empty(), 0, 2);
        assertEquals("the request's file is not the one that it must be",
                assertThrows(Problem.class, () -> Approval.of(wrong, repository(), NOW)).getMessage());
    }

    @Test
    void aTransferKeepsTheTargetsAndMovesToANewRoleAfterARotation() throws Exception {
        Path alice = key("alice");
        Path bob = key("bob");
        publish(Rights.granted(repository(), NOW, Draft.Kind.CLAIM, "hello", HELLO, owners(alice)), alice);
        Problem taken = assertThrows(Problem.class, () -> claim(bob));
        assertTrue(taken.getMessage().startsWith("name-taken"), taken::line);
        try (KeyRing ring = ring(bob)) {
            Draft same = new Rights(repository(), ring, NOW).transfer("hello", owners(bob), folder.resolve("same"));
            assertEquals(new Draft.Asked(Draft.Kind.TRANSFER, "hello", HELLO), same.asked().orElseThrow());
            assertTrue(same.missing().isEmpty());
        }
        Path fresh = key("fresh");
        publish(Editor.of(repository(), NOW).rotate(HELLO, List.of(new KeyHolder(half(fresh), "")), List.of(half(alice)), OptionalInt.empty(),
                true).proposal(), alice, fresh);
        try (KeyRing ring = ring(bob)) {
            Draft moved = new Rights(repository(), ring, NOW).transfer("hello", owners(bob), folder.resolve("moved"));
            assertEquals(new RoleName("hello.2"), moved.asked().orElseThrow().role());
            assertTrue(moved.missing().isEmpty());
            Approval approval = Approval.of(request(moved, Optional.empty(), bob), repository(), NOW);
            assertTrue(approval.lines().contains("  - role hello may sign nothing any more, was hello/*/*"), approval.lines()::toString);
        }
    }

    @Test
    void oneOfSeveralKeysIsTheOneThatARoleHas() throws Exception {
        Path alice = key("alice");
        Path bob = key("bob");
        publish(Rights.granted(repository(), NOW, Draft.Kind.CLAIM, "hello", HELLO, owners(alice)), alice);
        var rights = new Rights(repository(), ring(), NOW);
        assertEquals(half(alice), rights.mine(HELLO, List.of(half(alice), half(bob))));
        assertTrue(assertThrows(Problem.class, () -> rights.mine(HELLO, List.of(half(bob)))).getMessage().contains("none of your keys"));
        assertEquals("nobody owns the name", assertThrows(Problem.class, () -> rights.role("other")).getMessage());
    }
}
