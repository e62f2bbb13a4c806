package dev.repro.tuf.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import dev.repro.keys.Passwords;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import dev.repro.tuf.RoleName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Signers on machines that share only copies of a folder.
class CeremonyTest {
    @TempDir
    Path folder;
    private final Map<String, KeyHolder> holders = new java.util.HashMap<>();
    private final Ceremony ceremony = new Ceremony(Site.NOW);
    private Path first;

    @BeforeEach
    void propose() throws Exception {
        first = folder.resolve("first");
        for (String name : List.of("alice", "bob", "carol", "dora", "erin", "snapshot", "timestamp")) {
            try (PrivateKey key = PrivateKey.generate(Scheme.ED25519, new SecureRandom())) {
                key.write(folder.resolve(name + ".pem"), null);
                Files.writeString(folder.resolve(name + ".pub"), key.key().pem());
                holders.put(name, new KeyHolder(key.key(), name));
            }
        }
        ceremony.propose(first, Editor.create(repository(), keys(), true, false, Lifetimes.DEFAULT, Site.NOW).proposal());
    }

    private Map<RoleName, Editor.Keys> keys() {
        return Map.of(RoleName.ROOT, new Editor.Keys(List.of(holders.get("alice"), holders.get("bob"), holders.get("carol")), 2),
                RoleName.TARGETS, new Editor.Keys(List.of(holders.get("dora")), 1), RoleName.SNAPSHOT,
                new Editor.Keys(List.of(holders.get("snapshot")), 1),
                RoleName.TIMESTAMP, new Editor.Keys(List.of(holders.get("timestamp")), 1));
    }

    private Repository repository() throws Problem {
        return Repository.read(DirectoryStore.open(folder.resolve("site")));
    }

    private KeyRing ring(String... names) {
        return new KeyRing(List.of(names).stream().map(n -> n + ".pem").toList(), Passwords.none(), Map.of(), folder);
    }

    private Path copy(String name) throws IOException {
        Path to = folder.resolve(name);
        try (var all = Files.walk(first)) {
            for (Path file : all.toList()) {
                Files.copy(file, to.resolve(first.relativize(file).toString()));
            }
        }
        return to;
    }

    private void sign(Path at, String who) throws Problem {
        try (KeyRing ring = ring(who)) {
            ceremony.sign(at, ProposalFolder.read(at).digest(), ring, false);
        }
    }

    private Desk.Outcome publish() throws Problem {
        try (KeyRing ring = ring("snapshot", "timestamp")) {
            return new Desk(repository(), Optional.empty(), ring, Site.NOW, false).publish(first, "");
        }
    }

    private void found() throws Exception {
        for (String who : List.of("alice", "carol", "dora")) {
            sign(first, who);
        }
        publish();
    }

    @Test
    void signaturesOfCopiesComeTogetherAndThenItIsPublished() throws Exception {
        var copies = new ArrayList<>(List.of(first));
        for (String who : List.of("alice", "bob", "dora")) {
            copies.add(copy("from-" + who));
            sign(copies.getLast(), who);
        }
        Ceremony.Outcome some = ceremony.merge(copies.subList(0, 2));
        assertEquals(List.of("root lacks 1 signature (keys of root 1) of: bob (" + brief("bob") + "), carol (" + brief("carol")
                + ")",
                "targets lacks 1 signature (keys of root 1) of: dora (" + brief("dora") + ")"),
                some.proposal().missing().stream().map(Proposal.Missing::line).toList());
        assertThrows(Problem.class, this::publish);
        assertTrue(repository().isEmpty(), "nothing was published");
        assertEquals(List.of(), ceremony.merge(copies).proposal().missing());
        assertEquals(4, publish().published().size());
        Client.of(DirectoryStore.open(folder.resolve("site"))).refresh(Site.NOW);
        List<String> actions = Transcript.read(first).stream()
                .map(e -> ((dev.repro.base.Json.Str) e.members().get("action")).value()).toList();
        assertEquals(List.of("merge", "propose", "publish", "sign", "sign", "sign"), actions.stream().sorted().toList());
    }

    private String brief(String who) {
        return holders.get(who).key().keyid().substring(0, 8) + "…";
    }

    @Test
    void whatWasNotShownIsNotSigned() throws Exception {
        var shown = ProposalFolder.read(first).digest();
        Path file = first.resolve("metadata/1.root.json");
        Files.writeString(file, Files.readString(file).replace("\"threshold\":2", "\"threshold\":1"));
        try (KeyRing ring = ring("alice")) {
            var problem = assertThrows(Problem.class, () -> ceremony.sign(first, shown, ring, false));
            assertEquals("the proposal is not the one that was reviewed", problem.getMessage());
        }
        assertFalse(Files.readString(file).contains("\"sig\""));
    }

    @Test
    void whoHasNothingToSignIsTold() throws Exception {
        try (KeyRing ring = ring("erin")) {
            var problem = assertThrows(Problem.class, () -> ceremony.sign(first, ProposalFolder.read(first).digest(), ring,
                    false));
            assertEquals(Problem.Exit.NO, problem.exit());
        }
    }

    @Test
    void anotherProposalIsNotMerged() throws Exception {
        Path other = copy("other");
        Path file = other.resolve("metadata/1.root.json");
        Files.writeString(file, Files.readString(file).replace("\"threshold\":2", "\"threshold\":1"));
        assertEquals("not a copy of the same proposal", assertThrows(Problem.class, () -> ceremony.merge(List.of(first, other)))
                .getMessage());
    }

    @Test
    void aBadSignatureDoesNotKeepAGoodOneOut() throws Exception {
        Path bad = copy("bad");
        sign(bad, "alice");
        Path file = bad.resolve("metadata/1.root.json");
        String text = Files.readString(file);
        int at = text.indexOf("\"sig\":\"") + 7;
        Files.writeString(file, text.substring(0, at) + (text.charAt(at) == '0' ? '1' : '0') + text.substring(at + 1));
        Path good = copy("good");
        sign(good, "alice");
        Ceremony.Outcome merged = ceremony.merge(List.of(first, bad, good));
        assertEquals(1, merged.proposal().missing(RoleName.ROOT).getFirst().count());
    }

    @Test
    void anExtensionVoidsOnlyWhatChangesAgain() throws Exception {
        found();
        Repository now = repository();
        Path next = folder.resolve("next");
        ceremony.propose(next, Editor.of(now, Site.NOW).delegate(RoleName.TARGETS, "hello", List.of("hello/*/*"), List.of(),
                false,
                new Editor.Keys(List.of(holders.get("erin")), 1)).proposal());
        sign(next, "dora");
        sign(next, "erin");
        assertEquals(List.of(), ProposalFolder.read(next).missing());
        ceremony.propose(next, Editor.of(ProposalFolder.readOnto(next, now), Site.NOW)
                .add(Site.target("hello/1/f", folder, "x"), Optional.empty()).proposal());
        assertEquals(List.of("hello"), ProposalFolder.read(next).missing().stream().map(m -> m.role().text()).toList());
        sign(next, "erin");
        first = next;
        publish();
        Client.of(DirectoryStore.open(folder.resolve("site"))).find("hello/1/f", Site.NOW);
    }

    @Test
    void aProposalThatIsOvertakenIsNotPublished() throws Exception {
        found();
        Path next = folder.resolve("next");
        ceremony.propose(next, Editor.of(repository(), Site.NOW).add(Site.target("a", folder, "1"), Optional.empty()).proposal());
        Path rival = folder.resolve("rival");
        ceremony.propose(rival, Editor.of(repository(), Site.NOW).add(Site.target("b", folder, "2"), Optional.empty())
                .proposal());
        sign(next, "dora");
        sign(rival, "dora");
        first = rival;
        publish();
        first = next;
        var problem = assertThrows(Problem.class, this::publish);
        assertTrue(problem.line()
                .contains("another targets than the one that the proposal changes (expected version 1, found version 2)"),
                problem.line());
    }

    @Test
    void theSignersOwnRootTellsWhichRepositoryItIs() throws Exception {
        found();
        Path trusted = Files.copy(folder.resolve("site/metadata/1.root.json"), folder.resolve("trusted.json"));
        first = folder.resolve("next");
        ceremony.propose(first, Editor.of(repository(), Site.NOW).keys(RoleName.ROOT, List.of(holders.get("erin")), List.of(),
                OptionalInt.empty()).proposal());
        ProposalFolder.checkAgainst(ProposalFolder.read(first), trusted);
        sign(first, "alice");
        sign(first, "bob");
        publish();
        first = folder.resolve("third");
        ceremony.propose(first, Editor.of(repository(), Site.NOW).renew(RoleName.ROOT).proposal());
        ProposalFolder.checkAgainst(ProposalFolder.read(first), trusted);

        var other = new Site(DirectoryStore.open(folder.resolve("other"))).create();
        Files.write(trusted, other.store.read("metadata/1.root.json").orElseThrow());
        assertThrows(Problem.class, () -> ProposalFolder.checkAgainst(ProposalFolder.read(first), trusted));
    }

    @Test
    void allHoldersOfRootAtOnce() throws Exception {
        found();
        first = folder.resolve("next");
        List<String> lines = Difference.of(ceremony.propose(first, Editor.of(repository(), Site.NOW).keys(RoleName.ROOT,
                List.of(holders.get("dora"), holders.get("erin")),
                List.of(holders.get("alice").key(), holders.get("bob").key(), holders.get("carol").key()),
                OptionalInt.of(2)).proposal())).lines();
        assertTrue(lines.stream().anyMatch(l -> l.contains("! too few holders of the present root key stay")), lines::toString);
        for (String who : List.of("dora", "erin", "alice")) {
            sign(first, who);
        }
        assertEquals(1, ProposalFolder.read(first).missing().size());
        sign(first, "bob");
        publish();
        Client.of(DirectoryStore.open(folder.resolve("site"))).refresh(Site.NOW);
    }

    @Test
    void aFolderThatWasChangedByHandIsNotRead() throws Exception {
        Files.write(first.resolve("proposal.json"), Files.readString(first.resolve("proposal.json"))
                .replace("\"root\"", "\"snapshot\"").getBytes(StandardCharsets.UTF_8));
        assertEquals(Problem.Exit.USAGE, assertThrows(Problem.class, () -> ProposalFolder.read(first)).exit());
    }
}
