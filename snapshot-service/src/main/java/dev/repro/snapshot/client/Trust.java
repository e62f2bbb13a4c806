package dev.repro.snapshot.client;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.client.Fetcher;
import dev.repro.tuf.client.FolderStore;
import dev.repro.tuf.client.Proxies;
import dev.repro.tuf.client.Remote;
import dev.repro.tuf.client.Repository;
import dev.repro.tuf.client.Store;
import dev.repro.tuf.client.Updater;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// What this machine trusts of one service's repository: a TUF client's files, in a folder called as the service's URL.
public final class Trust implements AutoCloseable {
    private static final String FIRST_ROOT = RoleName.ROOT.file(1);

    private final URI service;
    private final Path folder;
    private final Store store;
    private final Fetcher fetcher;
    private final Remote metadata;
    private final Remote targets;
    private Repository known;

    private Trust(URI service, Path folder, Store store, Fetcher fetcher) throws Problem {
        this.service = service;
        this.folder = folder;
        this.store = store;
        this.fetcher = fetcher;
        this.metadata = fetcher.at(service.resolve("metadata/"));
        this.targets = fetcher.at(service.resolve("targets/"));
    }

    /// @param service its URL
    /// @param env for proxies
    /// @param warn is told if the folder cannot be written
    public static Trust open(Places places, URI service, Map<String, String> env, Consumer<String> warn) throws Problem {
        URI base = base(service);
        Path folder = places.repositories().resolve(URLEncoder.encode(base.toString(), StandardCharsets.UTF_8));
        return new Trust(base, folder, FolderStore.open(folder, warn), new Fetcher(new Proxies(env), Limits.DEFAULT));
    }

    /// The URL with a slash at its end.
    static URI base(URI service) throws Problem {
        boolean usable = service.getHost() != null && ("http".equals(service.getScheme()) || "https".equals(service.getScheme()))
                && service.getRawUserInfo() == null && service.getRawQuery() == null && service.getRawFragment() == null;
        if (!usable) {
            throw Problem.usage("not a URL that a service can be at").expected("http://HOST[:PORT][/PATH] or https://…").found(service);
        }
        return service.toString().endsWith("/") ? service : URI.create(service + "/");
    }

    /// The services whose repositories are followed here.
    public static List<URI> begun(Places places) throws Problem {
        if (!Files.isDirectory(places.repositories())) {
            return List.of();
        }
        try (var folders = Files.list(places.repositories())) {
            return folders.filter(f -> Files.exists(f.resolve(RoleName.ROOT.file())))
                    .map(f -> URI.create(URLDecoder.decode(f.getFileName().toString(), StandardCharsets.UTF_8))).sorted().toList();
        } catch (IOException e) {
            throw Problem.storage("cannot be read: " + e.getMessage()).where(places.repositories()).because(e);
        }
    }

    public URI service() {
        return service;
    }

    public Path folder() {
        return folder;
    }

    /// The files of targets, as the service has them.
    public Remote targets() {
        return targets;
    }

    public boolean isBegun() throws Problem {
        return store.read(RoleName.ROOT.file(), Limits.DEFAULT.rootBytes()).isPresent();
    }

    /// Begins to follow the repository with a root (TUF 5.2): the one given; or the service's first, which must have the digest
    /// given. With neither, the service is believed this once, and somebody must compare the digest.
    ///
    /// @return of the root
    public Digest begin(Optional<byte[]> given, Optional<Digest> sha256) throws Refusal, Problem {
        byte[] root = given.isPresent() ? given.get() : metadata.get(FIRST_ROOT, Limits.DEFAULT.rootBytes())
                .orElseThrow(() -> Problem.storage("there is no repository at this URL").where(metadata.describe(FIRST_ROOT))
                .hint("see that the URL is the service's, without /metadata"));
        Digest digest = Digest.of(root);
        if (sha256.isPresent() && !sha256.get().equals(digest)) {
            throw Problem.no("another root than the one that is to be trusted").where(metadata.describe(FIRST_ROOT))
                    .expected("sha256 " + sha256.get()).found("sha256 " + digest)
                    .hint("ask the repository's maintainers for the digest of their first root, and that the URL is right; nothing was begun");
        }
        Updater.begin(store, root, Limits.DEFAULT);
        return digest;
    }

    /// The digest of the root that was begun with, or of the oldest that is here.
    public Optional<Digest> firstRoot() throws Problem {
        return store.read(firstRootName(), Limits.DEFAULT.rootBytes()).map(Digest::of);
    }

    private String firstRootName() throws Problem {
        for (long version = 1; version <= Limits.DEFAULT.rootRotations(); version++) {
            String name = "roots/" + RoleName.ROOT.file(version);
            if (store.read(name, Limits.DEFAULT.rootBytes()).isPresent()) {
                return name;
            }
        }
        return RoleName.ROOT.file();
    }

    Path firstRootFile() throws Problem {
        return folder.resolve(firstRootName());
    }

    /// Brings what is trusted up to date.
    ///
    /// @throws Refusal what the service has is not trusted; what was trusted before stays
    public Repository refresh(Instant now) throws Refusal, Problem {
        requireBegun();
        try {
            known = new Updater(metadata, store, Limits.DEFAULT).refresh(now);
            return known;
        } catch (Refusal e) {
            throw explained(e);
        }
    }

    private static Refusal explained(Refusal e) {
        return switch (e.rule()) {
            case EXPIRED -> e.hint() != null ? e : e.hint(
                    "see that this machine's clock is right (`date -u`); if it is, the service signs nothing new: tell who runs it");
            case UNSIGNED, ROLLBACK, REPLACED -> e.hint() != null ? e
                    : e.hint("this is not the repository that this machine trusts, or somebody tampers with it: "
                    + "compare the root's digest with its maintainers");
            default -> e;
        };
    }

    /// What is trusted without asking anybody: the files here, held to the same rules.
    public Repository offline(Instant now) throws Refusal, Problem {
        requireBegun();
        try {
            known = Updater.offline(store, Limits.DEFAULT).refresh(now);
            return known;
        } catch (Refusal e) {
            throw explained(e);
        }
    }

    private void requireBegun() throws Problem {
        if (!isBegun()) {
            throw Problem.usage("nothing is trusted of this service yet").where(service)
                    .hint("begin with the digest of its first root, which its maintainers publish: --root-sha256 HEX; or with the file: --root FILE");
        }
    }

    /// The repository as it was last refreshed, to build on.
    public dev.repro.tuf.repository.Repository repository() throws Problem {
        return dev.repro.tuf.repository.Repository.read(new MirrorStore(store, known.snapshot(), metadata));
    }

    @Override
    public void close() {
        fetcher.close();
    }
}
