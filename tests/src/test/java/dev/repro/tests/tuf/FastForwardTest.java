package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whoever holds online keys drives versions so high that the honest repository can never reach them. A new root with new keys
/// mends it.
class FastForwardTest extends Attack {
    private static final long HIGH = Long.MAX_VALUE;

    @Override
    Forge forge() {
        return Forge.withoutHashes();
    }

    /// The client takes what the attacker publishes with stolen keys; then the honest repository is as it was.
    private void drive(String role) throws Exception {
        var honest = forge.copy();
        long timestamp = Forge.version(forge.now("timestamp"));
        long snapshot = Forge.version(forge.now("snapshot"));
        long version = Forge.version(forge.now(role));
        forge.write(role, forge.now(role).with("version", HIGH), forge.pens(role));
        if (!role.equals("timestamp")) {
            if (!role.equals("snapshot")) {
                forge.write("snapshot", forge.next("snapshot"), forge.snapshot);
            }
            forge.write("timestamp", forge.next("timestamp"), forge.timestamp);
        }
        victim.refresh();
        forge.serve(honest);
        forge.write(role, forge.now(role).with("version", version), forge.pens(role));
        forge.write("snapshot", forge.next("snapshot").with("version", snapshot + 5), forge.snapshot);
        forge.write("timestamp", forge.next("timestamp").with("version", timestamp + 5), forge.timestamp);
    }

    private static String rule(String role) {
        return role.equals("author") ? "delegated-rollback" : role + "-rollback";
    }

    @ParameterizedTest
    @ValueSource(strings = {"timestamp", "snapshot", "targets", "author"})
    void recovery(String role) throws Exception {
        drive(role);
        victim.refuses(rule(role));
        rotateOnlineKeys(role);
        victim.refresh();
        assertEquals(Forge.version(forge.now("timestamp")), victim.kept("timestamp"));
        assertEquals(Forge.version(forge.now("snapshot")), victim.kept("snapshot"));
        assertEquals("author's 1", victim.download(Forge.AUTHORS));
    }

    // The key of snapshot, whose client-side copy remembers the versions of targets roles; of timestamp, if that was the one
    // stolen.
    private void rotateOnlineKeys(String role) {
        if (role.equals("timestamp")) {
            forge.rotate(Forge.keysOf("timestamp", 1, forge.stray)).write("timestamp", forge.next("timestamp"), forge.stray);
        } else {
            forge.rotate(Forge.keysOf("snapshot", 1, forge.stray)).write("snapshot", forge.next("snapshot"), forge.stray)
                    .write("timestamp", forge.next("timestamp"), forge.timestamp);
        }
    }

    /// However the recovery is interrupted, at whatever operation on the client's files, the next update ends it (specification
    /// issue 318).
    @ParameterizedTest
    @ValueSource(strings = {"timestamp", "snapshot", "author"})
    void interruptedRecovery(String role) throws Exception {
        drive(role);
        rotateOnlineKeys(role);
        Path state = folder.resolve("before");
        Folders.copy(victim.state, state);
        int n = 0;
        for (boolean interrupted = true; interrupted; n++) {
            Folders.delete(victim.state);
            Folders.copy(state, victim.state);
            interrupted = victim.diesAt(n);
            victim.refresh();
            assertEquals(2, victim.kept("root"), "interrupted at operation " + n);
            assertEquals(Forge.version(forge.now("snapshot")), victim.kept("snapshot"), "interrupted at operation " + n);
        }
        assertTrue(n > 8, "only " + n + " operations");
    }

    /// Root versions cannot be driven up: each must be the next, and each needs a threshold of root keys.
    @Test
    void rootCannotBeDrivenUp() throws Exception {
        forge.files.put("metadata/2.root.json", Forge.sign(forge.now("root").with("version", HIGH), forge.pens("root")));
        victim.refuses("root-version-mismatch");
    }
}
