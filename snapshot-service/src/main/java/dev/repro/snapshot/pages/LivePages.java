package dev.repro.snapshot.pages;

import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.StagedPublisher;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// The pages of a running service. What is looked up is indexed once per publication, when a page is first asked for after it; in a large
/// repository, where that takes long, not all the time: then pages are a little behind.
public final class LivePages implements AutoCloseable {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5); // of a request, for an index that is being made
    private static final int PAUSES = 4; // as long as making the index took

    private final StagedPublisher publisher;
    private final Indexer.Reader reader;
    private final History history;
    private final InstantSource clock;
    private final Consumer<Problem> trouble;
    private final ReentrantLock making = new ReentrantLock();
    private volatile State state;
    private volatile long next;

    /// @param index of `repository`
    private record State(Repository repository, Index index) {}

    private LivePages(StagedPublisher publisher, Indexer.Reader reader, History history, InstantSource clock, Consumer<Problem> trouble) {
        this.publisher = publisher;
        this.reader = reader;
        this.history = history;
        this.clock = clock;
        this.trouble = trouble;
    }

    /// @param reader opens the published repository anew
    /// @param activity the file where publications are written down
    /// @param trouble is told what keeps the activity from being written or a page from being made
    public static LivePages open(StagedPublisher publisher, Indexer.Reader reader, Path activity, InstantSource clock, Consumer<Problem> trouble)
            throws Problem {
        var pages = new LivePages(publisher, reader, History.open(activity, clock), clock, trouble);
        pages.history.published(publisher.repository(), false);
        Thread.ofVirtual().name("pages").start(pages::tryRefresh);
        return pages;
    }

    /// What is about to be published, or staged until its timestamp comes. Quick.
    ///
    /// @param versions of the roles that change
    /// @param targets that are new
    public void upcoming(Map<RoleName, Long> versions, Collection<TargetName> targets, Collection<PublicKey> signers, String message) {
        history.upcoming(versions, targets, signers, message);
    }

    /// That something was published or staged. Quick.
    public void changed() {
        try {
            history.published(publisher.repository(), true);
        } catch (Problem e) {
            trouble.accept(e);
        }
    }

    /// @param rawPath, rawQuery as [Pages#render] takes them
    /// @param url under which the reader found this service
    /// @return empty for a path that is not a page's
    /// @throws Problem exit code 4: the repository cannot be read, or is being read for the first time
    public Optional<Page> page(String rawPath, String rawQuery, String url) throws Problem {
        refresh();
        State now = state;
        if (now == null) {
            throw Problem.storage("the list of releases is being made").hint("look again in a moment");
        }
        try {
            return Pages.render(rawPath, rawQuery, new LiveSite(now.repository, publisher, now.index, history, url, clock.instant()));
        } catch (LiveSite.Unreadable e) {
            throw e.getCause() instanceof Problem problem ? problem : Problem.storage("the repository cannot be read").found(e.getCause()).because(e);
        }
    }

    private void tryRefresh() {
        try {
            refresh();
        } catch (Problem e) {
            trouble.accept(e);
        }
    }

    private void refresh() throws Problem {
        Repository newest = publisher.repository();
        State before = state;
        if (before != null && (before.repository == newest || System.nanoTime() < next)) {
            return;
        }
        try {
            if (!making.tryLock(before == null ? PATIENCE : 0, TimeUnit.NANOSECONDS)) {
                return; // somebody makes one
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            if (state != before) {
                return;
            }
            long start = System.nanoTime();
            Index index = new Indexer(newest, reader, before == null ? new Index(Map.of()) : before.index, history::release).index();
            next = System.nanoTime() + PAUSES * (System.nanoTime() - start);
            state = new State(newest, index);
        } finally {
            making.unlock();
        }
    }

    @Override
    public void close() throws Problem {
        history.close();
    }
}
