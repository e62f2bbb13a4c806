package dev.repro.timestamp;

import dev.repro.tuf.MetaFile;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.Signed;
import java.util.Map;

/// Holds a snapshot to the one that was signed for last: the checks that a client makes (TUF 5.5), and those that only somebody who sees every
/// snapshot can make. Pure.
final class SnapshotCheck {

    private SnapshotCheck() {}

    /// Whatever came before: it lists the top-level targets, or no client could use it.
    static void alone(Signed.Snapshot now) throws Refusal {
        if (!now.roles().containsKey(RoleName.TARGETS)) {
            throw Refusal.of(Refusal.Rule.MISSING, RoleName.TARGETS).found("not listed by snapshot " + now.version());
        }
    }

    /// @param before another file, whose signatures are still good
    static void after(Signed.Snapshot before, Signed.Snapshot now) throws Refusal {
        requireNotOlder(RoleName.SNAPSHOT, before.version(), now.version());
        if (before.version() == now.version()) {
            throw Refusal.of(Refusal.Rule.REPLACED, RoleName.SNAPSHOT).expected("the snapshot " + now.version() + " that was signed for")
                    .found("another file of that version").hint("publish the next version; a version is never made twice");
        }
        for (Map.Entry<RoleName, MetaFile> role : before.roles().entrySet()) { // TUF 5.5.5
            listed(role.getKey(), role.getValue(), now.roles().get(role.getKey()));
        }
    }

    private static void listed(RoleName role, MetaFile before, MetaFile now) throws Refusal {
        if (now == null) {
            throw Refusal.of(Refusal.Rule.REMOVED, role).expected("version " + before.version() + " or newer")
                    .hint("list it again; it may go when root replaces the snapshot keys");
        }
        requireNotOlder(role, before.version(), now.version());
        // Of one number there may be a rotation of keys and then its revocation (TAP 20): its own keys sign that, and clients follow them.
        boolean same = before.version() == now.version() && RotateFile.parse(role).isEmpty();
        if (same && before.hashes().entrySet().stream().anyMatch(h -> !h.getValue().equals(now.hashes().getOrDefault(h.getKey(), h.getValue())))) {
            throw Refusal.of(Refusal.Rule.REPLACED, role).expected("the file of version " + before.version() + " that was listed before")
                    .found("another file of that version").hint("publish the next version; a version is never made twice");
        }
    }

    static void requireNotOlder(RoleName role, long before, long now) throws Refusal {
        if (now < before) {
            throw Refusal.of(Refusal.Rule.ROLLBACK, role).expected("version " + before + " or newer").found("version " + now)
                    .hint("find out who made this snapshot: its key may be in other hands, or an old state was restored");
        }
    }
}
