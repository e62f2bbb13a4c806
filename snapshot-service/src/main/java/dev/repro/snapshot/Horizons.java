package dev.repro.snapshot;

import dev.repro.base.Problem;
import dev.repro.tuf.Delegations;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.repository.Repository;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// When each delegated role's file expires; not of hash bins, of which there are too many to watch one by one.
final class Horizons {
    private static final int TOLD = 1_000; // of those that expire first

    /// @param version whose file it is
    private record Known(long version, Instant expires, List<RoleName> delegated) {}

    private final Map<RoleName, Known> known = new ConcurrentHashMap<>();

    /// Reads the roles that are new or have another version by now; at the first look, all.
    synchronized void look(Repository repository) throws Problem {
        Set<RoleName> seen = new HashSet<>(List.of(RoleName.TARGETS));
        var queue = new ArrayDeque<>(seen);
        while (!queue.isEmpty()) {
            RoleName role = queue.remove();
            Known now = known.get(role);
            if (now == null || now.version != repository.version(role)) {
                Optional<Signed.Targets> file = repository.targets(role).map(Metadata::unverified);
                if (file.isEmpty()) {
                    continue;
                }
                now = new Known(file.get().version(), file.get().header().expires(), file.get().delegations().map(Delegations::roles)
                        .orElse(List.of()).stream().map(Delegations.Role::name).toList());
                known.put(role, now);
            }
            now.delegated.stream().filter(seen::add).forEach(queue::add);
        }
        known.keySet().retainAll(seen);
    }

    /// Of the roles that expire first.
    Map<RoleName, Instant> soonest() {
        var out = new HashMap<RoleName, Instant>();
        known.entrySet().stream().filter(e -> !e.getKey().isTopLevel()).sorted(Comparator.comparing(e -> e.getValue().expires)).limit(TOLD)
                .forEach(e -> out.put(e.getKey(), e.getValue().expires));
        return out;
    }
}
