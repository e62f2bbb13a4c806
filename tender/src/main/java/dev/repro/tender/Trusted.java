package dev.repro.tender;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.client.Fetcher;
import dev.repro.tuf.client.FolderStore;
import dev.repro.tuf.client.Proxies;
import dev.repro.tuf.client.Remote;
import dev.repro.tuf.client.Store;
import dev.repro.tuf.client.Updater;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// What this host trusts of the policy's repository: the files of a TUF client, kept up to date as the policy says.
public final class Trusted implements AutoCloseable {
    private final Policy.Source source;
    private final Store store;
    private final Fetcher fetcher;
    private final Remote metadata;
    private final Remote targets;
    private final Consumer<String> warn;

    private Trusted(Policy.Source source, Store store, Fetcher fetcher, Consumer<String> warn) throws Problem {
        this.source = source;
        this.store = store;
        this.fetcher = fetcher;
        this.metadata = fetcher.at(source.url().resolve("metadata/"));
        this.targets = fetcher.at(source.url().resolve("targets/"));
        this.warn = warn;
    }

    /// Nothing is fetched yet. Each root that a policy can begin with has a folder of its own, so that another repository is no rollback.
    ///
    /// @param env for proxies
    /// @param warn is told when the repository cannot be reached and what is known of it serves
    public static Trusted open(Policy policy, State state, Map<String, String> env, Consumer<String> warn) throws Problem {
        Policy.Source source = policy.repository();
        Digest root = source.rootSha256().isPresent() ? source.rootSha256().get() : Digest.of(given(source));
        return new Trusted(source, FolderStore.open(state.trusted().resolve(root.hex().substring(0, 16)), warn),
                new Fetcher(new Proxies(env), Limits.DEFAULT), warn);
    }

    private static byte[] given(Policy.Source source) throws Problem {
        try {
            return Files.readAllBytes(source.root().orElseThrow());
        } catch (IOException e) {
            throw Problem.usage("the root that the policy names cannot be read: " + e.getMessage()).where(source.root().get()).because(e);
        }
    }

    /// Up to date, as far as the policy wants it.
    ///
    /// That the network is away makes what is known serve, within its expiry and the policy's grace. What the repository itself says and
    /// cannot be trusted is refused.
    ///
    /// @param offline ask nobody, whatever the policy says
    /// @throws Denied `trust-expired`
    public Known current(Instant now, boolean offline) throws Refused, Problem {
        if (offline || !source.refresh()) {
            return known(now, Optional.of("offline"));
        }
        try {
            return refresh(now);
        } catch (Problem e) {
            if (e.exit() != Problem.Exit.STORAGE || !begun()) {
                throw e;
            }
            warn.accept("the repository cannot be refreshed, what is known of it serves: " + e.line());
            return known(now, Optional.of(e.line()));
        }
    }

    /// Asks the repository, whatever the policy says.
    ///
    /// @throws Problem exit code 4: it does not answer
    public Known refresh(Instant now) throws Refused, Problem {
        begin();
        return new Known(new Updater(metadata, store, Limits.DEFAULT).refresh(now), now, source.grace(), Optional.empty());
    }

    private boolean begun() throws Problem {
        return store.read(RoleName.ROOT.file(), Limits.DEFAULT.rootBytes()).isPresent();
    }

    private void begin() throws Refused, Problem {
        if (begun()) {
            return;
        }
        byte[] root = source.root().isPresent() ? given(source) : first();
        Updater.begin(store, root, Limits.DEFAULT);
    }

    private byte[] first() throws Problem {
        String name = RoleName.ROOT.file(1);
        byte[] root = metadata.get(name, Limits.DEFAULT.rootBytes()).orElseThrow(() -> Problem.storage("there is no repository at this URL")
                .where(metadata.describe(name)).hint("see that `url` of the policy is the repository's, without metadata/"));
        Digest digest = Digest.of(root);
        if (!digest.equals(source.rootSha256().get())) {
            throw Problem.no("another root than the one that the policy names").where(metadata.describe(name)).expected("sha256 " + source.rootSha256().get())
                    .found("sha256 " + digest).hint("compare `root_sha256` of the policy with what the repository's maintainers publish; nothing was begun");
        }
        return root;
    }

    /// The client's own files alone. Where only the timestamp or the snapshot has expired, and not longer ago than the grace, they are held to
    /// the last moment at which they had not.
    private Known known(Instant now, Optional<String> why) throws Refused, Problem {
        if (!begun() && source.root().isPresent()) {
            begin();
        }
        if (!begun()) {
            throw Problem.usage("nothing is known of the repository yet, and nobody is asked").where(source.url())
                    .hint("launch once with the repository in reach, or copy a state folder that was refreshed");
        }
        Instant expires = expires();
        if (!now.isBefore(expires.plus(source.grace()))) {
            throw Known.expired(expires, source.grace(), now);
        }
        Instant as = now.isBefore(expires) ? now : expires.minusSeconds(1);
        try {
            return new Known(Updater.offline(store, Limits.DEFAULT).refresh(as), as, source.grace(), why);
        } catch (Refusal e) {
            if (e.rule() == Refusal.Rule.MISSING) { // a refresh that was cut off in the middle
                throw Problem.storage("what is known of the repository is not whole, and it cannot be refreshed: " + e.line()).where(source.url())
                        .found(why.orElseThrow());
            }
            throw e;
        }
    }

    /// What the files say of themselves; [Updater] verifies them.
    private Instant expires() throws Refused, Problem {
        Instant timestamp = expiry(MetadataType.TIMESTAMP, RoleName.TIMESTAMP, Limits.DEFAULT.timestampBytes());
        Instant snapshot = expiry(MetadataType.SNAPSHOT, RoleName.SNAPSHOT, Limits.DEFAULT.snapshotBytes());
        return timestamp.isBefore(snapshot) ? timestamp : snapshot;
    }

    private Instant expiry(MetadataType<?> type, RoleName role, int most) throws Refused, Problem {
        byte[] file = store.read(role.file(), most).orElseThrow(() -> Problem.usage("the repository was never refreshed, and nobody is asked")
                .where(source.url()).hint("launch once with the repository in reach"));
        return Metadata.parse(type, role, file).unverified().header().expires();
    }

    /// The files of targets, as the repository has them.
    Remote targets() {
        return targets;
    }

    @Override
    public void close() {
        fetcher.close();
    }
}
