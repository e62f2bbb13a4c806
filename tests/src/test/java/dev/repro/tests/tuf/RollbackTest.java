package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/// Back to what was replaced, role by role, and mixed from several states. Snapshot and timestamp list versions only, so that it
/// is the rule against going back that refuses, not a hash.
class RollbackTest extends Attack {

    @Override
    Forge forge() {
        return Forge.withoutHashes();
    }

    /// A server that replays everything of an older state.
    @Test
    void timestamp() throws Exception {
        SortedMap<String, byte[]> old = forge.copy();
        forge.publish("targets");
        victim.refresh();
        SortedMap<String, byte[]> now = forge.copy();
        forge.serve(old);
        victim.refuses("timestamp-rollback");
        assertEquals(3, victim.kept("timestamp"));
        recovers(now);
    }

    /// Who holds the timestamp key lists an older snapshot.
    @Test
    void snapshotListedByTimestamp() throws Exception {
        SortedMap<String, byte[]> now = forge.copy();
        forge.write("timestamp", Forge.with(forge.next("timestamp"), 1, "meta", "snapshot.json", "version"), forge.timestamp);
        victim.refuses("snapshot-rollback");
        assertEquals(2, victim.kept("timestamp")); // CVE-2025-2888: the bad one is not kept
        recovers(now);
    }

    /// Who holds the keys of timestamp and snapshot lists older targets.
    @Test
    void targetsListedBySnapshot() throws Exception {
        forge.write("snapshot", Forge.with(forge.next("snapshot"), 1, "meta", "targets.json", "version"), forge.snapshot)
                .write("timestamp", forge.next("timestamp"), forge.timestamp);
        victim.refuses("targets-rollback");
        assertEquals(2, victim.kept("snapshot"));
        forge.seal();
        recovers(forge.copy());
    }

    @Test
    void delegatedRoleListedBySnapshot() throws Exception {
        forge.write("snapshot", Forge.with(forge.next("snapshot"), 1, "meta", "author.json", "version"), forge.snapshot)
                .write("timestamp", forge.next("timestamp"), forge.timestamp);
        victim.refuses("delegated-rollback");
        forge.seal();
        recovers(forge.copy());
    }

    /// As long as the client has it, a role does not vanish; else it could come back with an older version.
    @Test
    void roleThatVanishesFromSnapshot() throws Exception {
        var meta = (dev.repro.base.Json.Obj) forge.next("snapshot").members().get("meta");
        forge.write("snapshot", forge.next("snapshot").with("meta", meta.without("author.json")), forge.snapshot)
                .write("timestamp", forge.next("timestamp"), forge.timestamp);
        victim.refuses("delegated-removed");
        forge.seal();
        recovers(forge.copy());
    }

    /// The snapshot is the newest; in the place of the files that it lists are older ones.
    @Test
    void filesUnderANewerName() throws Exception {
        byte[] oldSnapshot = forge.files.get("metadata/2.snapshot.json");
        byte[] oldTargets = forge.files.get("metadata/2.targets.json");
        byte[] oldAuthor = forge.files.get("metadata/2.author.json");
        forge.publish("targets", "author");
        SortedMap<String, byte[]> now = forge.copy();
        forge.files.put("metadata/3.snapshot.json", oldSnapshot);
        victim.refuses("snapshot-version-mismatch");
        forge.serve(now);
        forge.files.put("metadata/3.targets.json", oldTargets);
        victim.refuses("targets-version-mismatch");
        forge.serve(now);
        forge.files.put("metadata/3.author.json", oldAuthor);
        victim.refusesTarget("delegated-version-mismatch", Forge.AUTHORS);
        recovers(now);
        assertEquals("author's 1", victim.download(Forge.AUTHORS));
    }

    /// A root is followed by the next one only: never by an older one under a new name, nor by one that skips a version.
    @Test
    void root() throws Exception {
        forge.rotate(root -> root);
        victim.refresh();
        SortedMap<String, byte[]> now = forge.copy();
        forge.files.put("metadata/3.root.json", forge.files.get("metadata/1.root.json"));
        victim.refuses("root-version-mismatch");
        forge.files.put("metadata/3.root.json", forge.files.get("metadata/2.root.json"));
        victim.refuses("root-version-mismatch");
        forge.files.put("metadata/3.root.json", Forge.sign(forge.now("root").with("version", 4), forge.pens("root")));
        victim.refuses("root-version-mismatch");
        assertEquals(2, victim.kept("root"));
        recovers(now);
    }

    /// Without its own snapshot a client could not tell; the timestamp that it still has lists the version.
    @Test
    void afterTheClientLostItsSnapshot() throws Exception {
        SortedMap<String, byte[]> old = forge.copy();
        forge.publish("targets");
        victim.refresh();
        java.nio.file.Files.delete(victim.state.resolve("snapshot.json"));
        SortedMap<String, byte[]> now = forge.copy();
        forge.serve(old);
        victim.refuses("timestamp-rollback");
        recovers(now);
    }
}
