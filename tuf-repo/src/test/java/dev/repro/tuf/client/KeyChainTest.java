package dev.repro.tuf.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.repro.base.Json;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.Limits;
import dev.repro.tuf.MetaFile;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.Signed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyChainTest {
    private static final RoleName HELLO = new RoleName("hello");
    private final Hand alice = new Hand();
    private final Hand bob = new Hand();
    private final Hand carol = new Hand();
    private final Hand thief = new Hand();

    private final byte[] toBob = Hand.sign(Hand.rotation("hello", 1, 1, bob), alice);
    private final byte[] toCarol = Hand.sign(Hand.rotation("hello", 2, 1, carol), bob);

    /// Follows a chain as a client does that has kept some files; what it accepts is kept.
    private static KeyChain follow(Authority delegated, List<byte[]> remote, Map<Integer, byte[]> kept) throws Refusal {
        KeyChain chain = KeyChain.start(HELLO, delegated, Hand.snapshot(HELLO, remote), Limits.DEFAULT);
        while (chain instanceof KeyChain.Pending pending) {
            int number = pending.file().number();
            byte[] bytes = remote.get(number - 1);
            chain = pending.take(bytes, Optional.ofNullable(kept.get(number)));
            kept.put(number, bytes);
        }
        return chain;
    }

    private Set<KeyId> end(List<byte[]> remote, Map<Integer, byte[]> kept) throws Refusal {
        var complete = assertInstanceOf(KeyChain.Complete.class, follow(Hand.authority(1, alice), remote, kept));
        return complete.check(Optional.ofNullable(kept.get(complete.next()))).role().keyids();
    }

    private Refusal refused(List<byte[]> remote, Map<Integer, byte[]> kept) {
        return assertThrows(Refusal.class, () -> end(remote, kept));
    }

    private static Map<Integer, byte[]> nothing() {
        return new LinkedHashMap<>();
    }

    @Test
    void withoutRotationsTheDelegationHolds() throws Refusal {
        assertEquals(Set.of(alice.id()), end(List.of(), nothing()));
    }

    @Test
    void rotationsAreTakenInOrder() throws Refusal {
        assertEquals(Set.of(bob.id()), end(List.of(toBob), nothing()));
        assertEquals(Set.of(carol.id()), end(List.of(toBob, toCarol), nothing()));
    }

    @Test
    void eachIsSignedByTheThresholdOfTheOneBefore() throws Refusal {
        byte[] toTwo = Hand.sign(Hand.rotation("hello", 1, 2, bob, carol), alice);
        byte[] byOne = Hand.sign(Hand.rotation("hello", 2, 1, thief), bob, bob);
        byte[] byTwo = Hand.sign(Hand.rotation("hello", 2, 1, alice), bob, carol);
        assertEquals("delegated-duplicate-signature", refused(List.of(toTwo, byOne), nothing()).name());
        byte[] alone = Hand.sign(Hand.rotation("hello", 2, 1, thief), bob, thief);
        assertEquals("delegated-unsigned", refused(List.of(toTwo, alone), nothing()).name());
        assertEquals(Set.of(alice.id()), end(List.of(toTwo, byTwo), nothing()));
    }

    @Test
    void keysOfTheDelegationAloneDoNotSignALaterRotation() {
        byte[] byAlice = Hand.sign(Hand.rotation("hello", 2, 1, thief), alice);
        assertEquals("delegated-unsigned", refused(List.of(toBob, byAlice), nothing()).name());
    }

    @Test
    void fileOfAnotherRoleNumberTypeOrDigestIsRefused() throws Refusal {
        assertEquals("delegated-malformed", refused(List.of(Hand.sign(Hand.rotation("other", 1, 1, thief), alice)), nothing())
                .name());
        assertEquals("delegated-version-mismatch",
                refused(List.of(Hand.sign(Hand.rotation("hello", 2, 1, thief), alice)), nothing()).name());
        assertEquals("delegated-wrong-type",
                refused(List.of(Hand.sign(Hand.rotation("hello", 1, 1, thief).with("_type", "targets"), alice)), nothing())
                        .name());
        var pending = assertInstanceOf(KeyChain.Pending.class,
                KeyChain.start(HELLO, Hand.authority(1, alice), Hand.snapshot(HELLO, List.of(toBob)), Limits.DEFAULT));
        byte[] altered = toBob.clone();
        altered[40] ^= 1;
        assertEquals("delegated-digest-mismatch", assertThrows(Refusal.class, () -> pending.take(altered, Optional.empty()))
                .name());
    }

    @Test
    void listingWithoutSha256IsRefused() throws Refusal {
        var listed = Map.of(new RotateFile(HELLO, 1).entry(), new MetaFile(1, OptionalLong.of(toBob.length), Map.of()));
        var pending = assertInstanceOf(KeyChain.Pending.class, KeyChain.start(HELLO, Hand.authority(1, alice),
                new Signed.Snapshot(new Signed.Header(1, Instant.MAX, Json.object()), listed), Limits.DEFAULT));
        assertEquals("delegated-no-known-hash", assertThrows(Refusal.class, () -> pending.take(toBob, Optional.empty())).name());
    }

    @Test
    void gapsAndTooManyAreRefused() {
        var gap = Map.of(new RotateFile(HELLO, 1).entry(), Hand.listed(1, toBob), new RotateFile(HELLO, 3).entry(),
                Hand.listed(3, toCarol));
        var snapshot = new Signed.Snapshot(new Signed.Header(1, Instant.MAX, Json.object()), gap);
        assertEquals("delegated-missing",
                assertThrows(Refusal.class, () -> KeyChain.start(HELLO, Hand.authority(1, alice), snapshot, Limits.DEFAULT))
                        .name());

        var many = new ArrayList<byte[]>();
        for (int i = 0; i <= Limits.DEFAULT.keyRotations(); i++) {
            many.add(toBob);
        }
        assertEquals("delegated-too-many", refused(many, nothing()).name());
    }

    @Test
    void rotationsOfOtherRolesDoNotCount() throws Refusal {
        byte[] other = Hand.sign(Hand.rotation("hello2", 1, 1, thief), alice);
        var snapshot = Hand.snapshot(new RoleName("hello2"), List.of(other));
        assertInstanceOf(KeyChain.Complete.class, KeyChain.start(HELLO, Hand.authority(1, alice), snapshot, Limits.DEFAULT));
    }

    @Test
    void revocationEndsTheRole() throws Refusal {
        var kept = nothing();
        byte[] end = Hand.sign(Hand.revocation("hello", 2), bob);
        var revoked = assertInstanceOf(KeyChain.Revoked.class, follow(Hand.authority(1, alice), List.of(toBob, end), kept));
        assertEquals("delegated-revoked", revoked.refusal().name());
        assertEquals(2, revoked.number());
        assertEquals("delegated-unsigned", refused(List.of(toBob, Hand.sign(Hand.revocation("hello", 2), thief)), nothing())
                .name());
    }

    @Test
    void revocationMayReplaceAnEarlierRotationAndWhatFollowsSaysNothing() throws Refusal {
        var kept = nothing();
        end(List.of(toBob, toCarol), kept);
        byte[] end = Hand.sign(Hand.revocation("hello", 1), alice);
        assertInstanceOf(KeyChain.Revoked.class, follow(Hand.authority(1, alice), List.of(end, toCarol), kept));
    }

    @Test
    void nothingReplacesARevocation() throws Refusal {
        var kept = nothing();
        byte[] end = Hand.sign(Hand.revocation("hello", 1), alice);
        follow(Hand.authority(1, alice), List.of(end), kept);
        assertEquals("delegated-replaced", refused(List.of(toBob), kept).name());
        assertEquals("delegated-rollback", refused(List.of(), kept).name());
    }

    /// Alice's old key was stolen after she had rotated to Bob: the thief signs another first rotation.
    @Test
    void secondRotationOfTheSameNumberIsRefusedByWhoHasSeenTheFirst() throws Refusal {
        var kept = nothing();
        end(List.of(toBob), kept);
        byte[] toThief = Hand.sign(Hand.rotation("hello", 1, 1, thief), alice);
        assertEquals("delegated-replaced", refused(List.of(toThief), kept).name());
        assertEquals(Set.of(bob.id()), end(List.of(toBob), kept));
    }

    /// The snapshot's keys were rotated, so that it may list less; the client does not go back to Alice's key.
    @Test
    void shorterChainIsARollback() throws Refusal {
        var kept = nothing();
        end(List.of(toBob, toCarol), kept);
        assertEquals("delegated-rollback", refused(List.of(toBob), kept).name());
        assertEquals("delegated-rollback", refused(List.of(), kept).name());
    }

    @Test
    void damagedKeptFileSaysNothing() throws Refusal {
        var kept = nothing();
        kept.put(1, new byte[] {'{'});
        kept.put(2, Hand.sign(Hand.rotation("hello", 2, 1, thief), thief));
        assertEquals(Set.of(bob.id()), end(List.of(toBob), kept));
    }

    @Test
    void eachDelegatorIsAStartOfItsOwn() throws Refusal {
        Authority one = Hand.authority(1, alice);
        Authority two = Hand.authority(1, thief);
        assertThrows(Refusal.class, () -> follow(two, List.of(toBob), nothing()));
        byte[] byBoth = Hand.sign(Hand.rotation("hello", 1, 1, bob), alice, thief);
        assertInstanceOf(KeyChain.Complete.class, follow(one, List.of(byBoth), nothing()));
        assertInstanceOf(KeyChain.Complete.class, follow(two, List.of(byBoth), nothing()));

        var snapshot = Hand.snapshot(HELLO, List.of());
        assertNotEquals(KeyChain.start(HELLO, one, snapshot, Limits.DEFAULT).start(),
                KeyChain.start(HELLO, two, snapshot, Limits.DEFAULT).start());
        assertNotEquals(KeyChain.start(HELLO, Hand.authority(1, alice, bob), snapshot, Limits.DEFAULT).start(),
                KeyChain.start(HELLO, Hand.authority(2, alice, bob), snapshot, Limits.DEFAULT).start());
        assertEquals(KeyChain.start(HELLO, Hand.authority(1, alice, bob), snapshot, Limits.DEFAULT).start(),
                KeyChain.start(HELLO, Hand.authority(1, bob, alice), snapshot, Limits.DEFAULT).start());
    }

    @Test
    void revocationHasNoThresholdAndARotationNoOtherMajorVersion() {
        byte[] withThreshold = Hand.sign(Hand.revocation("hello", 1).with("threshold", 1), alice);
        assertEquals("delegated-malformed", refused(List.of(withThreshold), nothing()).name());
        byte[] major2 = Hand.sign(Hand.rotation("hello", 1, 1, bob).with("spec_version", "2.0.0"), alice);
        assertEquals("delegated-malformed", refused(List.of(major2), nothing()).name());
    }

    @Test
    void specVersionIsNotNeeded() throws Refusal {
        assertEquals(Set.of(bob.id()), end(List.of(Hand.sign(Hand.rotation("hello", 1, 1, bob).without("spec_version"), alice)),
                nothing()));
    }
}
