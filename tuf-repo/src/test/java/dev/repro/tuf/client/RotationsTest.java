package dev.repro.tuf.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.TargetName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// TAP 8 and TAP 20 as a client sees them over several updates.
class RotationsTest {
    private static final RoleName HELLO = new RoleName("hello");
    private static final RotateFile FIRST = new RotateFile(HELLO, 1);
    private static final TargetName TARGET = new TargetName("hello/1");

    private final Hand alice = new Hand();
    private final Hand bob = new Hand();
    private final Hand thief = new Hand();
    private final byte[] toBob = Hand.sign(Hand.rotation("hello", 1, 1, bob), alice);
    private final Sim sim = new Sim().delegate("hello", "hello/*", true, 1, alice);
    private Store store;

    @BeforeEach
    void begin() throws Refusal, Problem {
        store = sim.begun();
        sim.role("hello", Map.of("hello/1", "one"), alice).publish();
    }

    private Found find() throws Refusal, Problem {
        return sim.refresh(store).find(TARGET);
    }

    private String refused() {
        return assertThrows(Refusal.class, this::find).name();
    }

    /// A client that knows of no rotations: the states alone, by the delegation's keys.
    private TrustedTargets plain() throws Refusal, Problem {
        TrustedTargets top = sim.refresh(store).targets();
        return top.delegated(top.delegations(TARGET).getFirst(), sim.metadata.get(top.targets().get().version() + ".hello.json"));
    }

    @Test
    void roleWithoutRotationsAsksForNothingMore() throws Refusal, Problem {
        find();
        assertEquals(List.of("2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json", "1.hello.json"), sim.requests);
    }

    @Test
    void rotationIsFetchedOnce() throws Refusal, Problem {
        sim.rotation(FIRST, toBob).role("hello", Map.of("hello/1", "two"), bob).publish();
        find();
        String path = "rotate/" + Digest.of(toBob) + ".hello.rotate.1.json";
        assertEquals(1, sim.requests.stream().filter(path::equals).count());
        sim.publish();
        find();
        assertEquals(1, sim.requests.stream().filter(path::equals).count());
        Updater.offline(store, Limits.DEFAULT).refresh(Sim.NOW).find(TARGET);
    }

    @Test
    void oldKeysSignNoMore() {
        sim.rotation(FIRST, toBob).publish();
        assertEquals("delegated-unsigned", refused());
    }

    @Test
    void metadataSignedByOldAndNewSuitsPlainClientsToo() throws Refusal, Problem {
        sim.rotation(FIRST, toBob).role("hello", Map.of("hello/1", "two"), alice, bob).publish();
        assertEquals(find().file(), plain().target(TARGET).orElseThrow());
        sim.role("hello", Map.of("hello/1", "three"), bob).publish();
        find();
        assertEquals("delegated-unsigned", assertThrows(Refusal.class, this::plain).name());
    }

    @Test
    void listedFileThatIsMissingLeavesTheRoleUnsigned() throws Refusal, Problem {
        sim.rotation(FIRST, toBob).role("hello", Map.of("hello/1", "two"), alice, bob).publish();
        byte[] taken = sim.metadata.remove(FIRST.path(Optional.of(Digest.of(toBob))));
        assertEquals("delegated-missing", refused());
        sim.metadata.put(FIRST.path(Optional.of(Digest.of(toBob))), taken);
        find();
    }

    /// A client reads the snapshot; then the role's holders publish a rotation. It goes on with what it has read.
    @Test
    void rotationDuringARefresh() throws Refusal, Problem {
        Repository before = sim.refresh(store);
        sim.rotation(FIRST, toBob).role("hello", Map.of("hello/1", "two"), bob).publish();
        assertEquals(3, before.find(TARGET).file().length());
        assertEquals(Digest.of("two".getBytes(java.nio.charset.StandardCharsets.UTF_8)).hex(), find().file().hashes()
                .get("sha256"));
    }

    /// A client reads the snapshot; then the role is revoked by a file in the place of the rotation that was listed.
    @Test
    void revocationDuringARefresh() throws Refusal, Problem {
        sim.rotation(FIRST, toBob).role("hello", Map.of("hello/1", "two"), bob).publish();
        Repository before = sim.refresh(store);
        sim.rotation(FIRST, Hand.sign(Hand.revocation("hello", 1), alice)).publish();
        before.find(TARGET);
        assertEquals("delegated-revoked", refused());
        assertEquals("delegated-revoked",
                assertThrows(Refusal.class, () -> Updater.offline(store, Limits.DEFAULT).refresh(Sim.NOW).find(TARGET)).name());
    }

    @Test
    void revocationAfterRotation() throws Refusal, Problem {
        sim.rotation(FIRST, toBob).role("hello", Map.of("hello/1", "two"), bob).publish();
        find();
        sim.rotation(new RotateFile(HELLO, 2), Hand.sign(Hand.revocation("hello", 2), bob)).publish();
        assertEquals("delegated-revoked", refused());
        sim.rotation(new RotateFile(HELLO, 2), Hand.sign(Hand.rotation("hello", 2, 1, thief), bob))
                .role("hello", Map.of("hello/1", "bad"), thief).publish();
        assertEquals("delegated-replaced", refused(), "the thief of Bob's key cannot undo it");
    }

    /// The repository lists what the thief of the old key has signed.
    @Test
    void secondRotationOfTheSameNumberByAnOldKey() throws Refusal, Problem {
        sim.rotation(FIRST, toBob).role("hello", Map.of("hello/1", "two"), bob).publish();
        find();
        sim.rotation(FIRST, Hand.sign(Hand.rotation("hello", 1, 1, thief), alice)).role("hello", Map.of("hello/1", "bad"), thief)
                .publish();
        assertEquals("delegated-replaced", refused());
        sim.rotation(FIRST, toBob).role("hello", Map.of("hello/1", "two"), bob).publish();
        find();
    }

    @Test
    void snapshotThatDropsARotationIsRefused() throws Refusal, Problem {
        sim.rotation(FIRST, toBob).role("hello", Map.of("hello/1", "two"), bob).publish();
        find();
        sim.withoutRotations().role("hello", Map.of("hello/1", "bad"), alice).publish();
        assertEquals("delegated-removed", refused());
        store.delete("snapshot.json"); // as after a rotation of the snapshot's keys
        store.delete("timestamp.json");
        assertEquals("delegated-rollback", refused());
    }

    /// The delegator folds the rotation in: a new role, whose keys are those at the end of the chain.
    @Test
    void newDelegationOverrules() throws Refusal, Problem {
        sim.rotation(FIRST, Hand.sign(Hand.revocation("hello", 1), alice)).publish();
        assertEquals("delegated-revoked", refused());
        var after = new Sim().delegate("hello2", "hello/*", true, 1, bob).role("hello2", Map.of("hello/1", "two"), bob).publish();
        assertEquals(3, after.refresh(after.begun()).find(TARGET).file().length());
    }

    /// `a` and `b` both delegate to `hello`, to other keys. The rotation is signed by those of `a` only.
    @Test
    void roleReachedByTwoDelegators() throws Refusal, Problem {
        Hand other = new Hand();
        var both = new Sim().delegate("a", "x/*", true, 1, thief).delegate("b", "y/*", true, 1, thief);
        both.role("a", Map.of(), Optional.of(delegations("x/*", alice)), thief)
                .role("b", Map.of(), Optional.of(delegations("y/*", other)), thief);
        both.rotation(FIRST, toBob).role("hello", Map.of("x/1", "x", "y/1", "y"), bob).publish();
        Store client = both.begun();
        assertEquals(1, both.refresh(client).find(new TargetName("x/1")).file().length());
        assertEquals("delegated-unsigned", assertThrows(Refusal.class, () -> both.refresh(client).find(new TargetName("y/1")))
                .name());
        byte[] byBoth = Hand.sign(Hand.rotation("hello", 1, 1, bob), alice, other);
        both.rotation(FIRST, byBoth).publish();
        Store fresh = both.begun();
        both.refresh(fresh).find(new TargetName("x/1"));
        both.refresh(fresh).find(new TargetName("y/1"));
    }

    private static Json.Obj delegations(String pattern, Hand to) {
        return Json.object("keys", Hand.keys(to), "roles", List.of(Sim.delegation("hello", pattern, true, 1, to)));
    }
}
