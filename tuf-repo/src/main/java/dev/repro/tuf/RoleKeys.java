package dev.repro.tuf;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/// Who may sign a role.
///
/// @param keyids each once, in the order of the metadata
/// @param threshold how many different keys must have signed, at least 1
public record RoleKeys(Set<KeyId> keyids, int threshold) {

    public RoleKeys {
        if (threshold < 1) {
            throw new IllegalArgumentException("a threshold is at least 1");
        }
        keyids = Collections.unmodifiableSet(new LinkedHashSet<>(keyids));
    }
}
