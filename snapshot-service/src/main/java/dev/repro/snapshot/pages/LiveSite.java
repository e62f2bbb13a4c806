package dev.repro.snapshot.pages;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.release.Catalogue;
import dev.repro.release.Release;
import dev.repro.tuf.Key;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetFile;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.Threshold;
import dev.repro.tuf.repository.Authority;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.StagedPublisher;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The repository of a service, as of one publication, for one request.
final class LiveSite implements Site {

    /// What kept a page from being made, on its way through code that makes pages.
    static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1;

        private Unreadable(Throwable cause) {
            super(cause);
        }
    }

    private interface Question<T> {
        T ask() throws Problem, Refusal;
    }

    private final Repository repository;
    private final StagedPublisher publisher;
    private final Index index;
    private final History history;
    private final String url;
    private final Instant now;

    LiveSite(Repository repository, StagedPublisher publisher, Index index, History history, String url, Instant now) {
        this.repository = repository;
        this.publisher = publisher;
        this.index = index;
        this.history = history;
        this.url = url;
        this.now = now;
    }

    private static <T> T ask(Question<T> question) {
        try {
            return question.ask();
        } catch (Problem | Refusal e) {
            throw new Unreadable(e);
        }
    }

    @Override
    public String url() {
        return url;
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public long snapshot() {
        return repository.version(RoleName.SNAPSHOT);
    }

    private static Slice<Row> rows(List<Index.Entry> all, int from, int most) {
        return new Slice<>(all.stream().skip(from).limit(most).map(Index.Entry::row).toList(), all.size());
    }

    @Override
    public Slice<Row> releases(String search, int from, int most) {
        return rows(index.search(search), from, most);
    }

    @Override
    public Slice<Row> versions(String name, int from, int most) {
        return rows(index.versions(name), from, most);
    }

    @Override
    public Optional<Detail> release(String name, String version) {
        return index.find(name, version).flatMap(entry -> ask(() -> detail(entry)));
    }

    private Optional<Detail> detail(Index.Entry entry) throws Problem, Refusal {
        Signed.Targets targets = repository.targets(entry.role()).orElseThrow().unverified();
        Optional<Release> release = release(entry, targets);
        var path = new ArrayList<Role>();
        for (RoleName at = entry.role(); at != null; at = index.roles().get(at).delegator().orElse(null)) {
            path.addFirst(role(index.roles().get(at)));
        }
        path.addFirst(role(index.roles().get(RoleName.ROOT)));
        return release.map(r -> new Detail(r, entry.row().published(), path));
    }

    // Only its own targets are looked at: a role may list a million.
    private static Optional<Release> release(Index.Entry entry, Signed.Targets all) throws Problem {
        String place = entry.row().name() + "/" + entry.row().version() + "/";
        TargetFile envelope = all.targets().get(new TargetName(place + Release.ENVELOPE));
        if (envelope == null || !(envelope.custom().orElse(null) instanceof Json.Obj(var custom)) || custom.size() != 1) {
            return Optional.empty();
        }
        Map<TargetName, TargetFile> own = new LinkedHashMap<>();
        own.put(new TargetName(place + Release.ENVELOPE), envelope);
        for (Release.Item item : Release.parse(custom.values().iterator().next()).files()) {
            TargetName name = new TargetName(place + item.file());
            own.put(name, all.targets().get(name));
        }
        own.values().removeIf(file -> file == null);
        var only = new Signed.Targets(all.header(), own, Optional.empty(), List.of());
        return Catalogue.of(List.of(new Catalogue.Source(entry.role(), only, _ -> true))).find(entry.row().name(), entry.row().version())
                .map(Catalogue.Entry::release);
    }

    @Override
    public Slice<Role> roles(int from, int most) {
        List<Index.RoleEntry> sorted = index.roles().values().stream().sorted(Comparator
                .comparing((Index.RoleEntry r) -> expires(r).map(e -> Attention.from(r.name(), e)).orElse(Instant.MAX))
                .thenComparing(Index.RoleEntry::name)).toList();
        return ask(() -> {
            var out = new ArrayList<Role>();
            for (Index.RoleEntry entry : sorted.subList(Math.min(from, sorted.size()), Math.min(from + most, sorted.size()))) {
                out.add(role(entry));
            }
            return new Slice<>(out, sorted.size());
        });
    }

    // Timestamps are renewed between publications.
    private Optional<Instant> expires(Index.RoleEntry role) {
        return isOnline(role.name()) ? repository.expires(role.name()) : role.expires();
    }

    private static boolean isOnline(RoleName role) {
        return role.equals(RoleName.TIMESTAMP) || role.equals(RoleName.SNAPSHOT);
    }

    private Role role(Index.RoleEntry entry) throws Problem, Refusal {
        List<Authority> authorities = entry.revoked() ? List.of() : repository.authorities(entry.name());
        var keys = new LinkedHashMap<KeyId, Holder>();
        for (Authority authority : authorities) {
            Set<PublicKey> signers = new HashSet<>();
            if (entry.version() > 0) {
                signers.addAll(signers(entry.name(), authority));
            }
            for (KeyId id : authority.role().keyids()) {
                Optional<Key> key = Optional.ofNullable(authority.keys().get(id));
                Optional<PublicKey> usable = key.flatMap(Key::usable);
                keys.put(id, new Holder(id.text(), usable.map(k -> k.scheme().scheme()).orElse("unknown"), authority.owners().getOrDefault(id, ""),
                        usable.filter(signers::contains).isPresent()));
            }
        }
        long version = isOnline(entry.name()) ? repository.version(entry.name()) : entry.version();
        return new Role(entry.name(), entry.delegator(), version, expires(entry), entry.revoked(),
                authorities.isEmpty() ? 0 : authorities.getLast().role().threshold(), List.copyOf(keys.values()));
    }

    private Set<PublicKey> signers(RoleName role, Authority authority) throws Problem, Refusal {
        Metadata<?> file = role.equals(RoleName.ROOT) ? repository.root().orElseThrow()
                : role.equals(RoleName.TIMESTAMP) ? Metadata.parse(MetadataType.TIMESTAMP, role, publisher.timestamp())
                : role.equals(RoleName.SNAPSHOT) ? Metadata.parse(MetadataType.SNAPSHOT, role, publisher.snapshot().bytes())
                : repository.targets(role).orElseThrow();
        return Threshold.signers(file, authority.role(), authority.keys());
    }

    @Override
    public Slice<Publication> activity(int from, int most) {
        return ask(() -> history.slice(from, most));
    }
}
