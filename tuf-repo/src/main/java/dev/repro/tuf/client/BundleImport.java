package dev.repro.tuf.client;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetName;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/// Brings a client's files up to date from a [Bundle], as from a network: the same workflow, from the root and against the
/// versions that the client trusts already. A bundle that is older than what the client has is a rollback.
public final class BundleImport {
    private final Bundle bundle;
    private final Repository repository;

    private BundleImport(Bundle bundle, Repository repository) {
        this.bundle = bundle;
        this.repository = repository;
    }

    /// @param store the client's own files, begun
    /// @param now the time to hold expiry to
    /// @param most how long ago metadata may have expired: everything is verified as of so long before `now`; zero: nothing may
    ///     have
    public static BundleImport begin(Bundle bundle, Store store, Limits limits, Instant now, Duration most)
            throws Refusal, Problem {
        var metadata = new BundleRemote(bundle, BundleEntry.METADATA);
        return new BundleImport(bundle, new Updater(metadata, store, limits).refresh(now.minus(most)));
    }

    public Repository repository() {
        return repository;
    }

    public Found find(TargetName target) throws Refusal, Problem {
        return repository.find(target);
    }

    /// Puts a target into a folder.
    public Downloads.Download fetch(Found found, Path folder) throws Refusal, Problem {
        return new Downloads(new BundleRemote(bundle, BundleEntry.TARGETS), folder).fetch(found);
    }
}
