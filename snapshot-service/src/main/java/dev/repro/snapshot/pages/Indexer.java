package dev.repro.snapshot.pages;

import dev.repro.base.Problem;
import dev.repro.release.Catalogue;
import dev.repro.release.Release;
import dev.repro.tuf.Delegations;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.repository.Repository;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/// Makes an index of a repository, out of the one before it: only roles that changed are read, and of these only releases that are new.
final class Indexer {
    private static final long ENOUGH = 32 << 20; // bytes of metadata that a reader keeps before another takes its place

    private final Repository repository;
    private final LivePages.Reader reader;
    private final Index before;
    private final BiFunction<String, String, Optional<Instant>> published;
    private final long mostBins;
    private boolean whole = true;
    private final Map<RoleName, Index.RoleEntry> roles = new LinkedHashMap<>();
    private Repository reading;
    private long read;

    /// @param repository to be indexed
    /// @param reader the same repository, opened anew: what it keeps in memory goes with it
    /// @param before an index of an earlier state of it
    /// @param published when a release, by name and version
    /// @param mostBins hash bins of a delegation that has more are left out
    Indexer(Repository repository, LivePages.Reader reader, Index before, BiFunction<String, String, Optional<Instant>> published, long mostBins) {
        this.repository = repository;
        this.reader = reader;
        this.before = before;
        this.published = published;
        this.mostBins = mostBins;
        this.reading = repository;
    }

    Index index() throws Problem {
        for (RoleName role : List.of(RoleName.ROOT, RoleName.SNAPSHOT, RoleName.TIMESTAMP)) {
            roles.put(role, new Index.RoleEntry(role, Optional.empty(), repository.version(role), repository.expires(role), 0, false, false,
                    Map.of()));
        }
        var queue = new ArrayDeque<RoleName>();
        queue.add(RoleName.TARGETS);
        roles.put(RoleName.TARGETS, entry(RoleName.TARGETS, Optional.empty()));
        while (!queue.isEmpty()) {
            RoleName delegator = queue.remove();
            for (RoleName role : roles.get(delegator).delegates() ? delegated(delegator) : List.<RoleName>of()) {
                if (!roles.containsKey(role)) {
                    roles.put(role, entry(role, Optional.of(delegator)));
                    queue.add(role);
                }
            }
        }
        return new Index(roles);
    }

    /// Whether no bins were left out.
    boolean isWhole() {
        return whole;
    }

    private List<RoleName> delegated(RoleName delegator) throws Problem {
        Optional<Delegations> all = repository.targets(delegator).flatMap(m -> m.unverified().delegations());
        var out = new ArrayList<RoleName>();
        all.map(Delegations::roles).orElse(List.of()).forEach(r -> out.add(r.name()));
        all.flatMap(Delegations::bins).ifPresent(bins -> {
            whole &= bins.count() <= mostBins;
            for (long i = 0; bins.count() <= mostBins && i < Math.min(bins.count(), 1 << 20); i++) {
                out.add(bins.bin(i));
            }
        });
        return out;
    }

    private Index.RoleEntry entry(RoleName role, Optional<RoleName> delegator) throws Problem {
        long version = repository.version(role);
        int rotations = role.isTopLevel() ? 0 : repository.rotations(role);
        Index.RoleEntry old = before.roles().get(role);
        if (old != null && old.version() == version && old.rotations() == rotations && old.delegator().equals(delegator)) {
            return old;
        }
        boolean revoked = rotations > 0 && repository.rotation(new RotateFile(role, rotations)).orElseThrow().unverified().isRevocation();
        if (version == 0 || revoked) {
            return new Index.RoleEntry(role, delegator, version, Optional.empty(), rotations, revoked, false, Map.of());
        }
        Signed.Targets targets = targets(role, old == null);
        return new Index.RoleEntry(role, delegator, version, Optional.of(targets.header().expires()), rotations, false,
                targets.delegations().isPresent(), Index.RoleEntry.sorted(releases(role, targets, old == null ? Map.of() : old.releases())));
    }

    // What has just been published is in memory; what was not read for long is read apart.
    private Signed.Targets targets(RoleName role, boolean isNew) throws Problem {
        Repository from = isNew && before.roles().isEmpty() ? reading : repository;
        Metadata<Signed.Targets> file = from.targets(role).orElseThrow();
        read += file.length();
        if (read > ENOUGH && from == reading) {
            reading = reader.open();
            read = 0;
        }
        if (file.unverified().version() != repository.version(role)) { // somebody published meanwhile
            file = repository.targets(role).orElseThrow();
        }
        return file.unverified();
    }

    private List<Index.Entry> releases(RoleName role, Signed.Targets targets, Map<String, List<Index.Entry>> known) throws Problem {
        var out = new ArrayList<Index.Entry>();
        Set<String> places = new HashSet<>();
        known.values().stream().flatMap(List::stream).forEach(entry -> {
            String place = entry.row().name() + "/" + entry.row().version();
            if (targets.targets().containsKey(new TargetName(place + "/" + Release.ENVELOPE))) {
                out.add(entry);
                places.add(place + "/");
            }
        });
        // A release never changes (the gate sees to it), so those that are known are not read again.
        var source = new Catalogue.Source(role, targets, t -> !places.contains(t.text().substring(0, t.text().lastIndexOf('/') + 1)));
        Map<String, Boolean> owned = new HashMap<>();
        for (Catalogue.Entry entry : Catalogue.of(List.of(source)).all()) {
            Release release = entry.release();
            if (!owned.containsKey(release.name())) {
                owned.put(release.name(), repository.route(entry.envelopeName()).equals(role));
            }
            if (owned.get(release.name())) {
                out.add(Index.Entry.of(release, role, published.apply(release.name(), release.version())));
            }
        }
        return out;
    }
}
