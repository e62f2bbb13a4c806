package dev.repro.tuf.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.TestKey;
import dev.repro.tuf.TestMetadata;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The search through delegations, against a repository in memory.
class RepositoryTest {
    private Simulator repo;
    private MemoryStore store;

    @BeforeEach
    void begin() throws Exception {
        repo = new Simulator();
        store = new MemoryStore();
        Updater.begin(store, repo.metadata("1.root.json"), Limits.DEFAULT);
    }

    private Repository refresh() throws Refusal, Problem {
        repo.publishAll();
        Repository repository = new Updater(repo, store, Limits.DEFAULT).refresh(Simulator.NOW);
        repo.takeAsked();
        return repository;
    }

    private static void refused(String name, Repository repository, String target) {
        assertEquals(name, assertThrows(Refusal.class, () -> repository.find(new TargetName(target))).name());
    }

    private List<String> visited() {
        return repo.takeAsked().stream().map(s -> s.replaceAll("^[0-9]+\\.|\\.json$", "")).toList();
    }

    @Test
    void asksEachRoleBeforeThoseThatItDelegatesTo() throws Exception {
        repo.role("targets").delegate("A", false, "*").delegate("C", false, "*");
        repo.role("targets").delegate("B", false, "*");
        repo.role("A").delegate("D", false, "*");
        Repository repository = refresh();
        refused("target-unknown", repository, "x");
        assertEquals(List.of("A", "C", "D", "B"), visited());
        refused("target-unknown", repository, "x");
        assertEquals(List.of(), visited());
    }

    @Test
    void theFirstRoleThatListsATargetAnswers() throws Exception {
        repo.role("targets").delegate("A", false, "*").target("x", "of A");
        repo.role("targets").delegate("B", false, "*").target("x", "of B");
        Found found = refresh().find(new TargetName("x"));
        assertEquals("A", found.role().role().text());
        assertEquals(List.of("A"), visited());
    }

    @Test
    void aTerminatingDelegationIsTheLast() throws Exception {
        repo.role("targets").delegate("A", true, "a*").delegate("C", false, "*");
        repo.role("targets").delegate("B", false, "*").target("a1", "a").target("b", "b");
        Repository repository = refresh();
        refused("target-unknown", repository, "a1");
        assertEquals(List.of("A", "C"), visited());
        assertEquals("B", repository.find(new TargetName("b")).role().role().text());
    }

    @Test
    void aTerminatingDelegationFurtherDownEndsTheSearchToo() throws Exception {
        repo.role("targets").delegate("A", false, "*").delegate("C", true, "*");
        repo.role("A").delegate("D", false, "*");
        repo.role("targets").delegate("B", false, "*");
        refused("target-unknown", refresh(), "x");
        assertEquals(List.of("A", "C"), visited());
    }

    @Test
    void cyclesEnd() throws Exception {
        repo.role("targets").delegate("A", false, "*").delegate("B", false, "*").delegate("A", false, "*");
        refused("target-unknown", refresh(), "x");
        assertEquals(List.of("A", "B"), visited());
    }

    @Test
    void aTargetMustMatchAtEveryStep() throws Exception {
        repo.role("targets").delegate("A", false, "a/*").delegate("B", false, "*/*").target("b/x", "b").target("a/x", "a");
        Repository repository = refresh();
        refused("target-unknown", repository, "b/x");
        assertEquals("B", repository.find(new TargetName("a/x")).role().role().text());
    }

    /// python-tuf up to 7.0.0 and go-tuf fail it: what A's keys vouch for, B's do not.
    @Test
    void aRoleVerifiedForOneDelegatorIsNotForAnother() throws Exception {
        repo.role("targets").delegate("A", false, "a/*").delegate("R", false, "a/*").target("a/x", "good").target("b/x", "bad");
        TestKey keyOfA = repo.role("R").keys.getFirst();
        repo.role("R").rotate();
        repo.role("targets").delegate("B", false, "b/*").delegate("R", false, "b/*");
        repo.role("R").signers = List.of(keyOfA);
        Repository repository = refresh();
        assertEquals(4, repository.find(new TargetName("a/x")).file().length());
        refused("delegated-unsigned", repository, "b/x");
    }

    /// The other way round: what B refuses, A may still trust.
    @Test
    void aDiamondThatBothSidesSign() throws Exception {
        repo.role("targets").delegate("A", false, "a/*").delegate("R", false, "a/*").target("a/x", "a").target("b/x", "bb");
        repo.role("targets").delegate("B", false, "b/*").delegate("R", false, "b/*");
        Repository repository = refresh();
        assertEquals(List.of("root", "timestamp", "snapshot", "targets", "A", "R"), path(repository, "a/x"));
        assertEquals(List.of("root", "timestamp", "snapshot", "targets", "B", "R"), path(repository, "b/x"));
        assertEquals(List.of("A", "R", "B"), visited());
    }

    private static List<String> path(Repository repository, String target) throws Refusal, Problem {
        return repository.find(new TargetName(target)).links().stream().map(l -> l.role().text()).toList();
    }

    @Test
    void aRoleThatTheSnapshotDoesNotListIsNotEvenFetched() throws Exception {
        repo.role("targets").delegate("A", false, "*").target("x", "x");
        repo.publish("A", "targets");
        repo.unlist("A");
        repo.publish("snapshot", "timestamp");
        Repository repository = new Updater(repo, store, Limits.DEFAULT).refresh(Simulator.NOW);
        repo.takeAsked();
        refused("delegated-missing", repository, "x");
        assertEquals(List.of(), visited());
    }

    /// CVE-2026-6967 of tough.
    @Test
    void delegatedRolesExpireToo() throws Exception {
        repo.role("targets").delegate("A", false, "*").target("x", "x").expires = Simulator.NOW;
        refused("delegated-expired", refresh(), "x");
    }

    /// CVE-2026-6967 of tough.
    @Test
    void delegatedRolesAreHeldToTheirHash() throws Exception {
        repo.hashes = true;
        repo.role("targets").delegate("A", false, "*").target("x", "x");
        Repository repository = refresh();
        byte[] other = repo.metadata("1.A.json").clone();
        other[other.length - 2] ^= 1;
        repo.files.put("metadata/1.A.json", other);
        refused("delegated-digest-mismatch", repository, "x");
    }

    /// CVE-2026-6966 of tough.
    @Test
    void delegatedRolesCountEachKeyOnce() throws Exception {
        Simulator.Role a = repo.role("A");
        a.keys.add(TestKey.make());
        a.threshold = 2;
        repo.role("targets").delegate("A", false, "*").target("x", "x");
        TestKey one = a.keys.getFirst();
        a.signers = List.of(one, one);
        refused("delegated-duplicate-signature", refresh(), "x");
        a.signers = List.of(one, one.called(a.keys.get(1).id()));
        refused("delegated-unsigned", refresh(), "x");
    }

    @Test
    void moreRolesThanALimitAreNotAsked() throws Exception {
        for (int i = 0; i < Limits.DEFAULT.delegations() + 1; i++) {
            repo.role("targets").delegate("r" + i, false, "*");
        }
        repo.role("r31").target("last", "x");
        Repository repository = refresh();
        refused("target-too-many", repository, "x");
        assertEquals(Limits.DEFAULT.delegations(), visited().size());
        assertEquals("r31", repository.find(new TargetName("last")).role().role().text());
    }

    @Test
    void prefixesOfThePathsHash() throws Exception {
        // printf a | sha256sum: ca97…, printf b | sha256sum: 3e23…
        repo.role("targets").delegate("A", Json.object("terminating", false, "path_hash_prefixes", List.of("0", "ca9"))).target("a", "a").target("b", "b");
        Repository repository = refresh();
        assertEquals("A", repository.find(new TargetName("a")).role().role().text());
        refused("target-unknown", repository, "b");
    }

    @Test
    void succinctBins() throws Exception {
        TestKey key = TestKey.make();
        repo.role("targets").edit = signed -> signed.with("delegations", Json.object("keys", TestMetadata.keys(key),
                "succinct_roles", TestMetadata.role(1, key).with("bit_length", 4).with("name_prefix", "bin")));
        for (String digit : "0123456789abcdef".split("")) {
            Simulator.Role bin = repo.role("bin-" + digit);
            bin.keys.clear();
            bin.keys.add(key);
        }
        repo.role("bin-c").target("a", "a"); // ca97…
        Repository repository = refresh();
        assertEquals("bin-c", repository.find(new TargetName("a")).role().role().text());
        refused("target-unknown", repository, "b");
        assertEquals(List.of("bin-c", "bin-3"), visited());
    }

    @Test
    void namesOfRolesNeverMakeAPath() throws Exception {
        for (String name : List.of("?", "#", "/d", "../../d", ".", "é")) {
            repo.role("targets").delegate(name, false, "*");
        }
        refused("target-unknown", refresh(), "x");
        assertEquals(List.of("1.%3F.json", "1.%23.json", "1.%2Fd.json", "1...%2F..%2Fd.json", "1...json", "1.%C3%A9.json"), repo.asked);
    }

    @Test
    void saysWhyATargetIsTrusted() throws Exception {
        Simulator.Role a = repo.role("A");
        a.keys.add(TestKey.make());
        a.threshold = 2;
        a.keys.add(TestKey.make());
        repo.role("targets").delegate("A", false, "*").target("x", "x");
        Found found = refresh().find(new TargetName("x"));
        Link last = found.links().getLast();
        assertEquals("A", last.role().text());
        assertEquals(1, last.version());
        assertEquals(2, last.threshold());
        assertEquals(3, last.keys().size());
        assertEquals(2, last.signers().size());
        assertEquals(Simulator.NOW.plusSeconds(30 * 86_400), last.expires());
        assertEquals(Digest.of("x".getBytes(StandardCharsets.UTF_8)).hex(), found.file().hashes().get("sha256"));
    }
}
