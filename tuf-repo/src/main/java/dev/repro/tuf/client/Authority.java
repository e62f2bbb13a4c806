package dev.repro.tuf.client;

import dev.repro.tuf.Key;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleKeys;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.Threshold;
import dev.repro.tuf.Verified;
import java.util.Map;

/// Who may sign a role, as root or one delegator says: the ids and the threshold, and what the ids mean there.
public record Authority(RoleKeys role, Map<KeyId, Key> keys) {

    static Authority of(Signed.Root root, RoleName role) {
        return new Authority(root.roles().get(role), root.keys());
    }

    <T extends Signed> Verified<T> verify(Metadata<T> metadata) throws Refusal {
        return Threshold.verify(metadata, role, keys);
    }
}
