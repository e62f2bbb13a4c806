package dev.repro.tuf.check;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.MetaFile;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.Threshold;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/// Holds any TUF repository, ours or another's, to the specification and to what other clients read. What is looked for
/// is [Rule].
///
/// Nothing in a repository is trusted: whatever its files hold, a check ends, in bounded memory, with a report.
public final class RepoCheck {

    /// @param metadata where the metadata is
    /// @param targets where the targets are, if they are to be looked at
    /// @param root the bytes of a root that the user trusts, if there is one
    /// @param at when the repository must be fresh
    public record Request(Source metadata, Optional<Source> targets, Optional<byte[]> root, Instant at, Margins margins) {}

    private final Request request;
    private final Findings findings = new Findings();
    private final Seen seen = new Seen();
    private final MetaReader reader;
    private final KeysCheck keys;
    private final Freshness freshness;
    private final Leftovers leftovers;
    private final Search search = new Search();
    private Report.Found found = new Report.Found(0, 0, 0, 0, 0, 0, 0, java.util.Map.of());

    private RepoCheck(Request request) {
        this.request = request;
        this.reader = new MetaReader(request.metadata, findings, seen);
        this.keys = new KeysCheck(reader, findings, seen);
        this.freshness = new Freshness(reader, findings, request.at, request.margins);
        this.leftovers = new Leftovers(request.metadata, findings);
    }

    /// @throws Problem exit code 2 if the trusted root is none, 4 if storage or network fail
    public static Report check(Request request) throws Problem, IOException, InterruptedException {
        try {
            return new RepoCheck(request).run();
        } catch (UncheckedIOException e) {
            throw Problem.storage("cannot be read: " + e.getCause().getMessage()).where(request.metadata.place()).because(e);
        }
    }

    private Report run() throws Problem, IOException, InterruptedException {
        Optional<Metadata<Signed.Root>> trusted = request.root.isPresent() ? Optional.of(trusted(request.root.get()))
                : Optional.empty();
        Optional<RootsCheck.Chain> chain = new RootsCheck(request.metadata, reader, keys, findings, seen).check(trusted);
        if (chain.isPresent()) {
            below(chain.get());
        } else {
            findings.add(Rule.NOT_CHECKED, "repository", "all but the roots: no root says who may sign");
        }
        return new Report(request.metadata.place(), request.targets.map(Source::place), request.at, found,
                findings.count(Rule.Level.ERROR),
                findings.count(Rule.Level.WARNING), findings.list(), Readers.answers(seen));
    }

    private static Metadata<Signed.Root> trusted(byte[] bytes) throws Problem {
        try {
            Metadata<Signed.Root> root = Metadata.parse(MetadataType.ROOT, RoleName.ROOT, bytes);
            Threshold.verify(root, root.unverified().roles().get(RoleName.ROOT), root.unverified().keys());
            return root;
        } catch (Refusal refusal) {
            throw Problem.usage("the trusted root is none: " + refusal.line())
                    .hint("name the root that the repository's clients are shipped with").because(refusal);
        }
    }

    private void below(RootsCheck.Chain chain) throws Problem, IOException, InterruptedException {
        Signed.Root root = chain.root();
        freshness.check(RoleName.ROOT, RoleName.ROOT.file(chain.last()), root.header().expires());
        leftovers.known(RoleName.ROOT, chain.last());
        Optional<Signed.Timestamp> timestamp = timestamp(root);
        Optional<Signed.Snapshot> snapshot = timestamp.isPresent() ? snapshot(root, timestamp.get().snapshot())
                : Optional.empty();
        Optional<TargetFiles> files = request.targets.map(source ->
                new TargetFiles(source, root.consistentSnapshot(), findings, seen));
        var targets = new TargetsCheck(findings, seen, search, files);
        var roles = new RolesCheck(reader, keys, new DelegationsCheck(keys, findings, seen), targets, freshness, search,
                findings, seen);
        if (snapshot.isPresent()) {
            roles.check(root, snapshot.get());
            leftovers.known(snapshot.get());
            leftovers.rotations(roles.rotations());
            leftovers.check(root.consistentSnapshot());
            if (files.isPresent()) {
                files.get().leftovers(targets.names());
            }
        } else {
            findings.add(Rule.NOT_CHECKED, "repository", "all targets roles: nothing says which are current");
        }
        freshness.order();
        found = new Report.Found(chain.first(), chain.last(), timestamp.map(Signed::version).orElse(0L),
                snapshot.map(Signed::version).orElse(0L),
                roles.roles().size(), targets.count(), targets.bytes(), freshness.topLevel());
    }

    private Optional<Signed.Timestamp> timestamp(Signed.Root root) throws Problem {
        String file = RoleName.TIMESTAMP.file();
        Optional<Signed.Timestamp> timestamp = role(root, MetadataType.TIMESTAMP, RoleName.TIMESTAMP, file, Optional.empty(),
                Seen.Size.TIMESTAMP);
        timestamp.ifPresent(t -> {
            leftovers.known(RoleName.TIMESTAMP, t.version());
            leftovers.known(RoleName.SNAPSHOT, t.snapshot().version());
            if (t.json().members().get("meta") instanceof Json.Obj(var members) && members.size() > 1) {
                reader.fail(RoleName.TIMESTAMP, Rule.TIMESTAMP_LISTS_MORE, file, "lists " + String.join(", ", members.keySet()));
            }
        });
        return timestamp;
    }

    private Optional<Signed.Snapshot> snapshot(Signed.Root root, MetaFile listed) throws Problem {
        String file = root.consistentSnapshot() ? RoleName.SNAPSHOT.file(listed.version()) : RoleName.SNAPSHOT.file();
        Optional<Signed.Snapshot> snapshot = role(root, MetadataType.SNAPSHOT, RoleName.SNAPSHOT, file, Optional.of(listed),
                Seen.Size.SNAPSHOT);
        if (snapshot.isPresent() && snapshot.get().json().members().get("meta") instanceof Json.Obj(var members)) {
            for (String name : members.keySet()) {
                if (!name.endsWith(".json")) {
                    findings.add(Rule.SNAPSHOT_LISTS_OTHER, file, "lists " + name);
                }
            }
        }
        return snapshot;
    }

    private <T extends Signed> Optional<T> role(Signed.Root root, MetadataType<T> type, RoleName role, String file,
            Optional<MetaFile> listed, Seen.Size kind)
            throws Problem {
        Optional<byte[]> bytes = reader.bytes(role, file);
        if (bytes.isEmpty()) {
            return Optional.empty();
        }
        seen.size(kind, bytes.get().length, listed.isPresent() && listed.get().length().isPresent(), file);
        OptionalLong version = listed.isPresent() ? OptionalLong.of(listed.get().version()) : OptionalLong.empty();
        Optional<Metadata<T>> metadata = reader.parse(type, role, file, bytes.get(), listed, version);
        metadata.ifPresent(m -> {
            keys.signed(m, file, root.roles().get(role), root.keys(), KeysCheck.Others.UNEXPECTED);
            freshness.check(role, file, m.unverified().header().expires());
        });
        return metadata.map(Metadata::unverified);
    }
}
