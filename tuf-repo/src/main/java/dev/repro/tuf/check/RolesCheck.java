package dev.repro.tuf.check;

import dev.repro.base.Problem;
import dev.repro.tuf.Delegations;
import dev.repro.tuf.Key;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.MetaFile;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.RoleKeys;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.Signed;
import dev.repro.tuf.client.KeyChain;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// All targets roles: the top-level one and all to which is delegated, each read once, whatever graph they make. Of a
/// role only its delegations
/// stay in memory.
final class RolesCheck {
    /// Files that are parsed at the same time, in bytes and in number.
    private static final long WINDOW_BYTES = MetaReader.MAX_BYTES;
    private static final int WINDOW = 64;
    /// Delegations that are followed; a snapshot that any client reads lists fewer roles.
    private static final int MAX_EDGES = 500_000;
    /// Delegations to roles that others delegated to before that are looked at.
    private static final int MAX_AGAIN = 2_000;

    /// A delegation: who may sign `role`, as `from` says.
    ///
    /// @param delegation where it is one of `roles`; none for the top-level role and for bins
    private record Edge(RoleName from, RoleName role, RoleKeys keys, Map<KeyId, Key> known,
            Optional<Delegations.Role> delegation) {

        boolean signedAs(Edge other) {
            return keys.equals(other.keys) && known.equals(other.known);
        }
    }

    private record Read(Edge edge, String file, int bytes, Optional<Metadata<Signed.Targets>> metadata) {}

    private final MetaReader reader;
    private final KeysCheck keys;
    private final DelegationsCheck delegationsCheck;
    private final TargetsCheck targets;
    private final Freshness freshness;
    private final Search search;
    private final Findings findings;
    private final Seen seen;

    private final ArrayDeque<Edge> todo = new ArrayDeque<>();
    private final Map<RoleName, Edge> started = new HashMap<>();
    private final List<Edge> again = new ArrayList<>();
    private final List<Edge> open = new ArrayList<>();
    private RotationsCheck rotations;
    private Signed.Snapshot snapshot;
    private boolean consistent;
    private int edges;
    private int taken;

    RolesCheck(MetaReader reader, KeysCheck keys, DelegationsCheck delegationsCheck, TargetsCheck targets, Freshness freshness,
            Search search,
            Findings findings, Seen seen) {
        this.reader = reader;
        this.keys = keys;
        this.delegationsCheck = delegationsCheck;
        this.targets = targets;
        this.freshness = freshness;
        this.search = search;
        this.findings = findings;
        this.seen = seen;
    }

    void check(Signed.Root root, Signed.Snapshot listing) throws Problem, InterruptedException {
        this.snapshot = listing;
        this.consistent = root.consistentSnapshot();
        this.rotations = new RotationsCheck(reader, keys, findings, listing, consistent);
        todo.push(new Edge(RoleName.ROOT, RoleName.TARGETS, root.roles().get(RoleName.TARGETS), root.keys(), Optional.empty()));
        try (ExecutorService workers = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            walk(workers);
        }
        search.complete();
        again();
        for (Edge edge : open) {
            Optional<byte[]> bytes = reader.bytes(edge.role, file(edge.role));
            if (bytes.isPresent()) {
                parse(edge, bytes.get(), new MetaReader(reader.source(), new Findings(), new Seen()))
                        .ifPresent(m -> targets.reach(edge.role, file(edge.role), m.unverified().targets()));
            }
        }
        if (search.delegating().values().stream().anyMatch(DelegationIndex::hidden)) {
            seen.use(Feature.HIDDEN_SEGMENT, "a target with a segment that begins with a dot");
        }
        new Cycles(search.delegating(), findings).check();
        for (RoleName role : snapshot.roles().keySet()) {
            // a role that was not read may delegate to it
            if (!started.containsKey(role) && (taken == started.size() || role.isTopLevel())) {
                extra(role);
            }
        }
    }

    private void extra(RoleName role) {
        Optional<RotateFile> rotation = RotateFile.parse(role);
        if (rotation.isPresent() && started.containsKey(rotation.get().role())) {
            return;
        }
        if (role.isTopLevel()) {
            findings.add(Rule.SNAPSHOT_LISTS_OTHER, "snapshot.json", "lists " + role.listed());
        } else {
            findings.add(Rule.SNAPSHOT_EXTRA_ROLE, "snapshot.json", "lists " + role.listed());
        }
    }

    /// Reads one after the other, parses and verifies beside, takes results in the order of reading.
    private void walk(ExecutorService workers) throws Problem, InterruptedException {
        var window = new ArrayDeque<Future<Read>>();
        long inFlight = 0;
        while (!todo.isEmpty() || !window.isEmpty()) {
            if (!todo.isEmpty() && window.size() < WINDOW && inFlight < WINDOW_BYTES) {
                Edge edge = todo.pop();
                Optional<byte[]> bytes = started.putIfAbsent(edge.role, edge) == null ? bytes(edge) : Optional.empty();
                if (started.get(edge.role) != edge) {
                    again.add(edge);
                }
                if (bytes.isPresent()) {
                    inFlight += bytes.get().length;
                    Optional<KeyChain> chain = rotations.chain(edge.role, edge.keys, edge.known);
                    window.add(workers.submit(() -> read(edge, bytes.get(), chain)));
                }
            } else {
                Read read = result(window.poll());
                inFlight -= read.bytes;
                if (read.metadata.isPresent()) {
                    take(read.edge, read.file, read.metadata.get().unverified());
                }
            }
        }
    }

    private static Read result(Future<Read> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException bug ? bug : new IllegalStateException(e.getCause());
        }
    }

    private Optional<byte[]> bytes(Edge edge) throws Problem {
        MetaFile listed = snapshot.roles().get(edge.role);
        if (listed == null) {
            reader.fail(edge.role, Rule.SNAPSHOT_MISSES_ROLE, "snapshot.json", edge.role.listed() + ", to which " + edge.from
                    + " delegates");
            return Optional.empty();
        }
        return reader.bytes(edge.role, file(edge.role));
    }

    private String file(RoleName role) {
        return consistent ? role.file(snapshot.roles().get(role).version()) : role.file();
    }

    private Read read(Edge edge, byte[] bytes, Optional<KeyChain> chain) {
        String file = file(edge.role);
        MetaFile listed = snapshot.roles().get(edge.role);
        seen.size(Seen.Size.TARGETS, bytes.length, listed.length().isPresent(), file);
        Optional<Metadata<Signed.Targets>> metadata = parse(edge, bytes, reader);
        metadata.ifPresent(m -> signed(m, file, edge, chain, KeysCheck.Others.UNEXPECTED));
        return new Read(edge, file, bytes.length, metadata);
    }

    private void signed(Metadata<Signed.Targets> metadata, String file, Edge edge, Optional<KeyChain> chain,
            KeysCheck.Others others) {
        if (chain.isPresent()) {
            rotations.signed(metadata, file, edge.keys, edge.known, chain.get());
        } else {
            keys.signed(metadata, file, edge.keys, edge.known, others);
        }
    }

    private Optional<Metadata<Signed.Targets>> parse(Edge edge, byte[] bytes, MetaReader with) {
        MetaFile listed = snapshot.roles().get(edge.role);
        return with.parse(MetadataType.TARGETS, edge.role, file(edge.role), bytes, Optional.of(listed),
                OptionalLong.of(listed.version()));
    }

    private void take(Edge edge, String file, Signed.Targets role) throws Problem {
        freshness.check(edge.role, file, role.header().expires());
        role.delegations().ifPresent(delegations -> {
            delegationsCheck.check(file, role, delegations, edge.delegation);
            search.add(edge.role, new DelegationIndex(delegations));
            follow(edge.role, file, delegations);
        });
        role.agreements().forEach(agreement -> targets.agreement(agreement.roles()));
        search.read(edge.role);
        taken++;
        targets.check(edge.role, file, role);
        if (!targets.reach(edge.role, file, role.targets())) {
            open.add(edge);
        }
    }

    private void follow(RoleName from, String file, Delegations delegations) {
        var next = new ArrayList<Edge>();
        delegations.roles().forEach(r -> next.add(new Edge(from, r.name(), r.keys(), delegations.keys(), Optional.of(r))));
        delegations.bins().ifPresent(bins -> {
            edges += snapshot.roles().size() / 64; // looking through the snapshot costs, too
            if (edges <= MAX_EDGES) {
                for (RoleName role : snapshot.roles().keySet()) {
                    delegations.keysOf(role).ifPresent(k ->
                            next.add(new Edge(from, role, k, delegations.keys(), Optional.empty())));
                }
                missingBins(bins, next);
            }
        });
        boolean before = edges <= MAX_EDGES;
        edges += next.size();
        if (edges > MAX_EDGES) {
            if (before) {
                findings.add(Rule.NOT_CHECKED, file, "more than " + MAX_EDGES + " delegations: no more are followed");
            }
            return;
        }
        Collections.reverse(next);
        next.forEach(todo::push);
    }

    private void missingBins(Delegations.Bins bins, List<Edge> there) {
        long missing = bins.count() - there.size();
        if (missing > 0) {
            Set<RoleName> listed = new HashSet<>();
            there.forEach(edge -> listed.add(edge.role));
            long first = 0;
            while (listed.contains(bins.bin(first))) {
                first++;
            }
            findings.add(Rule.SNAPSHOT_MISSES_ROLE, "snapshot.json", missing + " of " + bins.count() + " bins, the first is "
                    + bins.bin(first));
        }
    }

    /// Delegations to a role that another delegated to before: they must be good, too.
    private void again() throws Problem {
        Set<RoleName> told = new HashSet<>();
        if (again.size() > MAX_AGAIN) {
            findings.add(Rule.NOT_CHECKED, file(RoleName.TARGETS), again.size()
                    + " delegations to roles with another delegator: only the first were looked at");
        }
        for (Edge edge : again.subList(0, Math.min(again.size(), MAX_AGAIN))) {
            Edge first = started.get(edge.role);
            if (told.add(edge.role)) {
                findings.add(Rule.ROLE_TWO_DELEGATORS, snapshot.roles().containsKey(edge.role) ? file(edge.role)
                        : "snapshot.json", first.from + " and " + edge.from + " delegate to " + edge.role);
            }
            if (!edge.signedAs(first) && snapshot.roles().containsKey(edge.role)) {
                Optional<byte[]> bytes = reader.bytes(edge.role, file(edge.role));
                if (bytes.isPresent()) {
                    String where = file(edge.role) + ", as " + edge.from + " delegates";
                    Optional<KeyChain> chain = rotations.chain(edge.role, edge.keys, edge.known);
                    parse(edge, bytes.get(), new MetaReader(reader.source(), new Findings(), new Seen()))
                            .ifPresent(m -> signed(m, where, edge, chain, KeysCheck.Others.EXPECTED));
                }
            }
        }
    }

    /// Paths of the key rotations that are listed, without the hashes in their names.
    Set<String> rotations() {
        return rotations.listed();
    }

    /// Targets roles of which files were looked for.
    Set<RoleName> roles() {
        return started.keySet();
    }
}
