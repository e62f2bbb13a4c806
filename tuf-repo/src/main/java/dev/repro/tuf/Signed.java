package dev.repro.tuf;

import dev.repro.base.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The signed part of a metadata file. The records hold what the workflow needs; [#json] holds everything, unknown members too.
public sealed interface Signed {

    Header header();

    default long version() {
        return header().version();
    }

    default Json.Obj json() {
        return header().json();
    }

    /// @param expires [Instant#MAX] for a role that does not expire (only [Rotate])
    /// @param json the whole object `signed`
    record Header(long version, Instant expires, Json.Obj json) {}

    /// @param roles the keys of root, timestamp, snapshot and targets
    record Root(Header header, boolean consistentSnapshot, Map<KeyId, Key> keys, Map<RoleName, RoleKeys> roles) implements Signed {}

    record Timestamp(Header header, MetaFile snapshot) implements Signed {}

    /// @param roles every targets role by name, and every key rotation by the name of its entry ([RotateFile#entry])
    record Snapshot(Header header, Map<RoleName, MetaFile> roles) implements Signed {}

    /// @param agreements of delegated roles (TAP 3); empty in most files
    record Targets(Header header, Map<TargetName, TargetFile> targets, Optional<Delegations> delegations, List<Agreement> agreements)
            implements Signed {}

    /// A change of a targets role's keys by the holders of its old keys (TAP 8); to no keys at all: its end (TAP 20).
    ///
    /// @param keys empty for a role that is revoked
    record Rotate(Header header, RoleName role, Map<KeyId, Key> keys, Optional<RoleKeys> roleKeys) implements Signed {

        public boolean isRevocation() {
            return roleKeys.isEmpty();
        }
    }
}
