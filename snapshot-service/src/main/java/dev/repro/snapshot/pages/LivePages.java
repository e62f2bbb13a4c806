package dev.repro.snapshot.pages;

import dev.repro.base.Problem;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.Proposal;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.SignedFiles;
import dev.repro.tuf.repository.StagedPublisher;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/// The pages of a running service. What is looked up is indexed once per publication, when a page is first asked for after it; in a large
/// repository, where that takes long, not all the time: then pages are a little behind. Many hash bins are not read before somebody
/// wants a page, and that reader gets one without them. (They hardly ever have releases: the files of one
/// would be in several.)
public final class LivePages implements AutoCloseable {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5); // of a request, for an index that is being made
    private static final long QUICK = TimeUnit.SECONDS.toNanos(2); // an index that takes no longer is made anew at once
    private static final long FEW_BINS = 256; // that are read with the rest
    private static final int PAUSES = 4; // as long as making another took

    // RFC 9110 7.2; what a name or address may be made of
    private static final String HOST = "([A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}\\])(:[0-9]{1,5})?";

    private final StagedPublisher publisher;
    private final Reader reader;
    private final History history;
    private final InstantSource clock;
    private final Consumer<Problem> trouble;
    private final ReentrantLock making = new ReentrantLock();
    private volatile State state;
    private volatile long next;

    /// Opens the published repository anew: what it keeps in memory goes with it.
    @FunctionalInterface
    public interface Reader {
        Repository open() throws Problem;
    }

    /// @param index of `repository`
    /// @param whole whether it has what is in hash bins
    private record State(Repository repository, Index index, boolean whole) {}

    private LivePages(StagedPublisher publisher, Reader reader, History history, InstantSource clock, Consumer<Problem> trouble) {
        this.publisher = publisher;
        this.reader = reader;
        this.history = history;
        this.clock = clock;
        this.trouble = trouble;
    }

    /// @param activity the file where publications are written down
    /// @param trouble is told what keeps the activity from being written or a page from being made
    public static LivePages open(StagedPublisher publisher, Reader reader, Path activity, InstantSource clock, Consumer<Problem> trouble)
            throws Problem {
        var pages = new LivePages(publisher, reader, History.open(activity, clock), clock, trouble);
        pages.history.published(publisher.repository(), false);
        if (publisher.hasStaged()) {
            pages.history.upcoming(publisher.snapshot().versions(), List.of(), List.of(), "begun before this service started");
        }
        Thread.ofVirtual().name("pages").start(() -> pages.tryRefresh(false));
        return pages;
    }

    /// What is about to be published, or staged until its timestamp comes. Quick.
    ///
    /// @param files of which the proposal is made
    public void upcoming(Proposal proposal, List<SignedFiles> files, String message) {
        var versions = new LinkedHashMap<RoleName, Long>();
        files.forEach(f -> versions.putAll(f.versions()));
        history.upcoming(versions, proposal.blobs().keySet(), files.stream().flatMap(f -> f.signers().stream()).toList(), message);
    }

    /// That something was published or staged. Quick.
    public void changed() {
        try {
            history.published(publisher.repository(), true);
        } catch (Problem e) {
            trouble.accept(e);
        }
    }

    /// @param rawPath as [Pages#render] takes it, and so `rawQuery`
    /// @param header of the request by its name, or null: they tell under which address the reader found this service
    /// @param url that holds where they do not
    /// @return a page in any case: that there is none, for a path that is not a page's
    /// @throws Problem exit code 4: the repository cannot be read, or is being read for the first time
    public Page page(String rawPath, String rawQuery, UnaryOperator<String> header, String url) throws Problem {
        refresh(false);
        State now = state;
        if (now != null && !now.whole && !making.isLocked()) {
            Thread.ofVirtual().name("pages-bins").start(() -> tryRefresh(true));
        }
        if (now == null) {
            throw Problem.storage("the list of releases is being made").hint("look again in a moment");
        }
        try {
            var site = new LiveSite(now.repository, publisher, now.index, history, origin(header, url), clock.instant());
            return Pages.render(rawPath, rawQuery, site).orElseGet(() -> Pages.notFound(site));
        } catch (LiveSite.Unreadable e) {
            throw e.getCause() instanceof Problem problem ? problem : Problem.storage("the repository cannot be read").found(e.getCause()).because(e);
        }
    }

    // What a proxy says of itself counts: it is only shown, to the one who asked through it.
    private static String origin(UnaryOperator<String> header, String url) {
        String host = header.apply("Host");
        String scheme = "https".equals(header.apply("X-Forwarded-Proto")) ? "https://" : "http://";
        return host != null && host.matches(HOST) ? scheme + host : url;
    }

    private void tryRefresh(boolean bins) {
        try {
            refresh(bins);
        } catch (Problem e) {
            trouble.accept(e);
        }
    }

    /// @param bins whether to read all of them, however long it takes
    private void refresh(boolean bins) throws Problem {
        Repository newest = publisher.repository();
        State before = state;
        if (before != null && (before.repository == newest && (before.whole || !bins) || System.nanoTime() < next)) {
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
            var indexer = new Indexer(newest, reader, before == null ? new Index(Map.of()) : before.index, history::release,
                    bins || before != null && before.whole ? Long.MAX_VALUE : FEW_BINS);
            Index index = indexer.index();
            long took = System.nanoTime() - start;
            next = System.nanoTime() + (took > QUICK && !bins ? PAUSES * took : 0); // bins that were read are not read again
            state = new State(newest, index, indexer.isWhole());
        } finally {
            making.unlock();
        }
    }

    @Override
    public void close() {
        history.close();
    }
}
