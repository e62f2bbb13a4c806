package dev.repro.tuf.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import dev.repro.keys.Signer;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.client.Found;
import dev.repro.tuf.client.MemoryStore;
import dev.repro.tuf.client.Remote;
import dev.repro.tuf.client.TrustedTargets;
import dev.repro.tuf.client.Updater;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rotation, revocation and agreement as published, and as clients then see them.
class KeyRotationsTest {
    private static final RoleName HELLO = new RoleName("hello");
    private static final TargetName TARGET = new TargetName("hello/1/app");

    private final TestKey fay = TestKey.of("fay");
    private final TestKey gus = TestKey.of("gus");

    @TempDir
    Path folder;
    private Site site;
    private dev.repro.tuf.client.Store client;

    @BeforeEach
    void create() throws Exception {
        site = new Site(DirectoryStore.open(folder.resolve("site"))).create().withRole("hello");
        client = new MemoryStore();
        Updater.begin(client, Files.readAllBytes(folder.resolve("site/metadata/1.root.json")), Limits.DEFAULT);
        add("one", site.author);
    }

    private void add(String content, Signer... by) throws Exception {
        publish(site.edit().add(Site.target(TARGET.text(), folder, content), Site.anyRole()), by);
    }

    /// Without the maintainers: only snapshot's and timestamp's keys, and those given.
    private void publish(Editor editor, Signer... by) throws Problem {
        var signers = new ArrayList<Signer>(List.of(by));
        signers.addAll(List.of(site.snapshot, site.timestamp));
        new Publisher(signers, Site.NOW).publish(Signing.sign(editor.proposal(), signers), "test");
    }

    private void rotate(TestKey to, boolean dual, Signer... by) throws Problem {
        publish(site.edit().rotate(HELLO, new Editor.Keys(List.of(to.holder()), 1), dual), by);
    }

    private dev.repro.tuf.client.Repository refresh() throws Refusal, Problem {
        Path metadata = folder.resolve("site/metadata");
        Remote remote = new Remote() {
            @Override
            public Optional<byte[]> get(String path, int most) throws Problem {
                try {
                    return Files.exists(metadata.resolve(path)) ? Optional.of(Files.readAllBytes(metadata.resolve(path)))
                            : Optional.empty();
                } catch (IOException e) {
                    throw Problem.storage("cannot be read").where(path).because(e);
                }
            }

            @Override
            public Optional<Body> open(String path, long from) {
                return Optional.empty();
            }

            @Override
            public String describe(String path) {
                return path;
            }
        };
        return new Updater(remote, client, Limits.DEFAULT).refresh(Site.NOW);
    }

    private Found find() throws Refusal, Problem {
        return refresh().find(TARGET);
    }

    /// As a client that knows of no rotations: by the delegation alone.
    private TrustedTargets plain() throws Refusal, Problem, IOException {
        TrustedTargets top = refresh().targets();
        long version = Repository.read(site.store).targets(HELLO).orElseThrow().unverified().version();
        return top.delegated(top.delegations(TARGET).getFirst(),
                Files.readAllBytes(folder.resolve("site/metadata/" + version + ".hello.json")));
    }

    @Test
    void holdersRotateWithoutMaintainers() throws Exception {
        rotate(fay, true, site.author, fay);
        assertEquals(3, find().file().length());
        add("three", site.author, fay);
        assertEquals(5, find().file().length());
        assertEquals(5, plain().target(TARGET).orElseThrow().length());
        rotate(gus, true, site.author, fay, gus);
        add("seven..", site.author, gus);
        assertEquals(7, find().file().length());
    }

    @Test
    void oldAndNewMustSign() throws Exception {
        var alone = assertThrows(Problem.class, () -> rotate(fay, true, site.author));
        assertTrue(alone.line().contains("rotation 1 of hello"), alone.line());
        assertThrows(Problem.class, () -> rotate(fay, true, fay));
        rotate(fay, true, site.author, fay);
        assertThrows(Problem.class, () -> add("two", fay));
        assertThrows(Problem.class, () -> add("two", site.author));
        assertThrows(Problem.class, () -> rotate(gus, true, site.author, gus));
    }

    @Test
    void oldKeysMayBeGivenUp() throws Exception {
        rotate(fay, false, site.author, fay);
        add("two2", fay);
        assertEquals(4, find().file().length());
        assertEquals("delegated-unsigned", assertThrows(Refusal.class, this::plain).name());
    }

    @Test
    void revocationByThePresentKeys() throws Exception {
        rotate(fay, true, site.author, fay);
        find();
        assertThrows(Problem.class, () -> publish(site.edit().revoke(HELLO, OptionalInt.empty()), site.author));
        publish(site.edit().revoke(HELLO, OptionalInt.empty()), fay);
        assertEquals("delegated-revoked", assertThrows(Refusal.class, this::find).name());
        assertThrows(Problem.class, () -> add("more", site.author, fay));
        assertThrows(Problem.class, () -> rotate(gus, true, site.author, fay, gus));
        assertThrows(Problem.class, () -> site.edit().revoke(HELLO, OptionalInt.empty()));
        assertTrue(Status.of(Repository.read(site.store)).lines(Site.NOW).stream().anyMatch(l -> l.contains("revoked")));
    }

    @Test
    void revocationInPlaceOfARotation() throws Exception {
        rotate(fay, true, site.author, fay);
        rotate(gus, true, fay, site.author, gus);
        find();
        publish(site.edit().revoke(HELLO, OptionalInt.of(1)), site.author);
        assertEquals("delegated-revoked", assertThrows(Refusal.class, this::find).name());
        Repository.read(site.store).targets(HELLO).orElseThrow();
    }

    @Test
    void publishedRotationIsNotReplacedByAnother() throws Exception {
        rotate(fay, true, site.author, fay);
        var file = new RotateFile(HELLO, 1);
        Proposal none = site.edit().proposal();
        Envelope other = Envelope.unsigned(KeyRotations.rotation(file, new Editor.Keys(List.of(gus.holder()), 1), true));
        var problem = assertThrows(Problem.class, () -> new Publisher(site.all, Site.NOW)
                .publish(Signing.sign(none.with(file.entry(), other), site.all), ""));
        assertTrue(problem.line().contains("only a revocation may take its place"), problem.line());
    }

    @Test
    void delegatorTakesANewName() throws Exception {
        rotate(fay, true, site.author, fay);
        assertThrows(Problem.class, () -> site.edit().keys(HELLO, List.of(gus.holder()), List.of(), OptionalInt.empty()));
        site.all.add(fay);
        site.publish(site.edit().undelegate(HELLO).delegate(RoleName.TARGETS, "hello2", List.of("hello/*/*"), List.of(), false,
                new Editor.Keys(List.of(fay.holder()), 1)));
        publish(site.edit().add(Site.target(TARGET.text(), folder, "folded"), Site.anyRole()), fay);
        assertEquals("hello2", find().role().role().text());
        assertTrue(Repository.read(site.store).lists(new RotateFile(HELLO, 1).entry()), "listed until snapshot's keys rotate");
        TestKey fresh = TestKey.of("");
        site.all.add(fresh);
        site.publish(site.edit().keys(RoleName.SNAPSHOT, List.of(fresh.holder()), List.of(site.snapshot.key()),
                OptionalInt.empty()));
        assertFalse(Repository.read(site.store).lists(new RotateFile(HELLO, 1).entry()));
        assertEquals("hello2", find().role().role().text());
    }

    @Test
    void rotationsOfLivingRolesStayWhenTheSnapshotsKeysRotate() throws Exception {
        rotate(fay, true, site.author, fay);
        TestKey fresh = TestKey.of("");
        site.all.addAll(List.of(fresh, fay));
        site.publish(site.edit().keys(RoleName.SNAPSHOT, List.of(fresh.holder()), List.of(site.snapshot.key()),
                OptionalInt.empty()));
        assertTrue(Repository.read(site.store).lists(new RotateFile(HELLO, 1).entry()));
        find();
    }

    @Test
    void ceremonyCarriesARotation() throws Exception {
        var ceremony = new Ceremony(Site.NOW);
        Path one = folder.resolve("p");
        Proposal proposal = ceremony.propose(one, site.edit().rotate(HELLO, new Editor.Keys(List.of(fay.holder()), 1), true)
                .proposal());
        List<String> lines = Difference.of(proposal).lines();
        assertTrue(lines.stream().anyMatch(l -> l.contains("fay") && l.contains("may sign role hello")), lines.toString());
        ProposalFolder.write(one, Signing.sign(ProposalFolder.read(one), List.of(site.author)));
        ProposalFolder.write(one, Signing.sign(ProposalFolder.read(one), List.of(fay)));
        Proposal signed = ProposalFolder.readOnto(one, Repository.read(site.store));
        assertEquals(List.of(), signed.missing());
        new Publisher(List.of(site.snapshot, site.timestamp), Site.NOW).publish(signed, "rotate");
        find();
    }

    @Test
    void withoutConsistentSnapshotsTooNothingIsLost() throws Exception {
        var plain = new Site(DirectoryStore.open(folder.resolve("flat"))).create(false, false).withRole("hello");
        plain.all.add(fay);
        plain.publish(plain.edit().rotate(HELLO, new Editor.Keys(List.of(fay.holder()), 1), true));
        assertTrue(Files.exists(folder.resolve("flat/metadata/rotate/hello.rotate.1.json")));
        plain.publish(plain.edit().revoke(HELLO, OptionalInt.of(1)));
        Repository read = Repository.read(plain.store);
        assertTrue(read.rotation(new RotateFile(HELLO, 1)).map(Metadata::unverified).orElseThrow().isRevocation());
    }

    @Test
    void agreementIsPublishedAndFollowed() throws Exception {
        RoleName rebuilder = new RoleName("rebuilder");
        site.all.add(fay);
        site.publish(site.edit().delegate(RoleName.TARGETS, "rebuilder", List.of("hello/*/*"), List.of(), false,
                new Editor.Keys(List.of(fay.holder()), 1))
                .agree(RoleName.TARGETS, "hello", List.of("hello/*/*"), List.of(HELLO, rebuilder), 2));
        assertEquals("target-disagreement", assertThrows(Refusal.class, this::find).name());
        publish(site.edit().add(Site.target(TARGET.text(), folder, "one"), Optional.of(rebuilder)), fay);
        assertEquals("hello", find().role().role().text());
        publish(site.edit().add(Site.target(TARGET.text(), folder, "two"), Optional.of(rebuilder)), fay);
        assertEquals("target-disagreement", assertThrows(Refusal.class, this::find).name());
        assertEquals(3, plain().target(TARGET).orElseThrow().length());
        site.publish(site.edit().disagree(RoleName.TARGETS, "hello"));
        find();
    }

    @Test
    void agreementOfRolesThatShareAKeyIsNone() throws Exception {
        site.publish(site.edit().delegate(RoleName.TARGETS, "rebuilder", List.of("hello/*/*"), List.of(), false,
                new Editor.Keys(List.of(fay.holder(), site.author.holder()), 1)));
        var shared = assertThrows(Problem.class, () -> site.edit().agree(RoleName.TARGETS, "x", List.of("*"),
                List.of(HELLO, new RoleName("rebuilder")), 2));
        assertTrue(shared.line().contains("share a key"), shared.line());
        assertThrows(Problem.class, () -> site.edit().agree(RoleName.TARGETS, "x", List.of("*"), List.of(HELLO), 1));
        assertThrows(Problem.class, () -> site.edit().agree(RoleName.TARGETS, "x", List.of("*"),
                List.of(HELLO, new RoleName("nobody")), 2));
        assertThrows(Problem.class, () -> site.edit().disagree(RoleName.TARGETS, "x"));
    }
}
