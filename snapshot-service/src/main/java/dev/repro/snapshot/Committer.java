package dev.repro.snapshot;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.Freshness;
import dev.repro.tuf.repository.Proposal;
import dev.repro.tuf.repository.SignedFiles;
import dev.repro.tuf.repository.StagedPublisher;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// Publishes what was checked, in groups: one thread takes all that wait, makes one snapshot of them, has it signed fresh, answers all.
///
/// What changes others' rights (root, targets, delegators, rotations of keys) is published alone. A role that two submissions change
/// is published for the first; the second is checked again after that. With a timestamp service elsewhere the group stays staged
/// until its timestamp comes; nothing is acknowledged before.
final class Committer implements AutoCloseable {

    /// @param versions of the roles that were handed in
    record Result(Map<RoleName, Long> versions, long snapshot, long timestamp) {}

    /// One submission that waits.
    private static final class Entry {
        private Gate.Checked checked;
        private long epoch;
        private final CompletableFuture<Result> answer = new CompletableFuture<>();

        private Entry(Gate.Checked checked, long epoch) {
            this.checked = checked;
            this.epoch = epoch;
        }
    }

    private final StagedPublisher publisher;
    private final Gate gate;
    private final Blobs blobs;
    private final Optional<Freshness> local;
    private final ServiceLimits limits;
    private final Log log;
    private final Upkeep upkeep;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Entry> queue = new ArrayDeque<>();
    private final Map<Digest, Entry> open = new LinkedHashMap<>();
    private List<Entry> staged = List.of();
    private boolean stopping;
    /// Of who may sign what: grows with every publication that may change it.
    private volatile long epoch;
    private volatile Preparing preparing = (_, _, _) -> {};
    private volatile Consumer<StagedPublisher> watcher = _ -> {};

    /// @param local who signs timestamps in this process; empty where a service elsewhere does
    Committer(StagedPublisher publisher, Gate gate, Blobs blobs, Optional<Freshness> local, ServiceLimits limits, Log log, Upkeep upkeep) {
        this.publisher = publisher;
        this.gate = gate;
        this.blobs = blobs;
        this.local = local;
        this.limits = limits;
        this.log = log;
        this.upkeep = upkeep;
        this.thread = Thread.ofPlatform().name("committer").unstarted(this::run);
    }

    /// Told of what is about to be published or staged.
    @FunctionalInterface
    interface Preparing {
        void accept(Proposal proposal, List<SignedFiles> files, String message);
    }

    /// @param onPrepared called before every publication of submissions, by its thread
    /// @param onPublished called after every publication, by its thread
    void start(Preparing onPrepared, Consumer<StagedPublisher> onPublished) {
        preparing = onPrepared;
        watcher = onPublished;
        thread.start();
    }

    /// Checks a submission against what is published now.
    Gate.Checked check(Submission submission) throws Refused, Problem {
        return gate.check(publisher.repository(), submission);
    }

    long epoch() {
        return epoch;
    }

    /// Waits in line; a submission that waits already is not queued twice.
    ///
    /// @param seen the epoch before it was checked
    CompletableFuture<Result> publish(Gate.Checked checked, long seen) throws Refused {
        lock.lock();
        try {
            Entry known = open.get(checked.submission().digest());
            if (known != null) {
                return known.answer;
            }
            if (stopping) {
                throw stopping();
            }
            if (queue.size() >= limits.queue()) {
                throw new Refused(503, "busy", 4, "too many submissions wait").retryAfter(5);
            }
            var entry = new Entry(checked, seen);
            queue.add(entry);
            open.put(checked.submission().digest(), entry);
            changed.signalAll();
            return entry.answer;
        } finally {
            lock.unlock();
        }
    }

    private static Refused stopping() {
        return new Refused(503, "stopping", 4, "the service is stopping").hint("try again").retryAfter(5);
    }

    /// Of a submission that waits: whether its group is staged, so that only its timestamp is missing.
    boolean isStaged(Digest submission) {
        lock.lock();
        try {
            return staged.stream().anyMatch(e -> e.checked.submission().digest().equals(submission));
        } finally {
            lock.unlock();
        }
    }

    /// Gives up waiting, if it is not staged yet: then nothing of it happens.
    void cancel(Digest submission) {
        lock.lock();
        try {
            Entry entry = open.get(submission);
            if (entry != null && queue.remove(entry)) {
                open.remove(submission);
                entry.answer.cancel(false);
            }
        } finally {
            lock.unlock();
        }
    }

    int waiting() {
        lock.lock();
        try {
            return queue.size() + staged.size();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            for (List<Entry> batch = next(); batch != null; batch = next()) {
                if (batch.isEmpty()) {
                    keepFresh();
                } else {
                    publish(batch);
                }
            }
        } catch (InterruptedException e) {
            log.error("committer-interrupted");
        } finally {
            lock.lock();
            try {
                open.values().forEach(e -> e.answer.completeExceptionally(stopping()));
                open.clear();
            } finally {
                lock.unlock();
            }
        }
    }

    /// @return what goes together, nothing if it is time for something else, null at the end
    private List<Entry> next() throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(1);
            while ((queue.isEmpty() || publisher.hasStaged() && local.isEmpty()) && !stopping && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (stopping && (queue.isEmpty() || publisher.hasStaged())) {
                return null;
            }
            if (queue.isEmpty() || publisher.hasStaged()) {
                return List.of();
            }
            return group();
        } finally {
            lock.unlock();
        }
    }

    private List<Entry> group() {
        Entry first = queue.remove();
        var out = new ArrayList<>(List.of(first));
        if (!first.checked.leaves()) {
            return out;
        }
        Set<RoleName> roles = new HashSet<>(first.checked.files().roles());
        for (var rest = queue.iterator(); rest.hasNext() && out.size() < limits.batch();) {
            Entry entry = rest.next();
            if (!entry.checked.leaves()) {
                break; // what comes after it may depend on it
            }
            if (entry.checked.files().roles().stream().noneMatch(roles::contains)) {
                roles.addAll(entry.checked.files().roles());
                out.add(entry);
                rest.remove();
            }
        }
        return out;
    }

    private void publish(List<Entry> batch) {
        List<Entry> good = new ArrayList<>();
        for (Entry entry : batch) {
            if (recheck(entry)) {
                good.add(entry);
            }
        }
        if (good.isEmpty()) {
            return;
        }
        try {
            publishChecked(good);
        } catch (Refused e) {
            good.forEach(entry -> fail(entry, e));
        } catch (Problem e) {
            recover(good, e);
        } catch (RuntimeException e) { // a bug must not end the service, nor leave anybody waiting
            log.error("bug", "what", e.toString(), "at", e.getStackTrace().length == 0 ? "" : e.getStackTrace()[0].toString());
            good.forEach(entry -> fail(entry, new Refused(500, "internal", 5, "the service has a bug here").hint("tell its operator")));
        }
    }

    private void publishChecked(List<Entry> good) throws Problem, Refused {
        List<SignedFiles> files = good.stream().map(e -> e.checked.files()).toList();
        Proposal proposal = SignedFiles.onto(publisher.repository(), files, blobs::file);
        String message = message(good);
        preparing.accept(proposal, files, message);
        if (local.isPresent()) {
            try {
                publisher.publish(proposal, message, local.get());
            } catch (Refusal e) {
                log.error("timestamp-refused", "refusal", e.toJson());
                throw new Refused(503, "timestamp-refused", 4, "the timestamp for it is refused: " + e.line()).hint("tell the service's operator");
            }
            published(good);
        } else {
            lock.lock();
            try {
                publisher.stage(proposal, message);
                staged = List.copyOf(good);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            log.info("staged", "snapshot", publisher.snapshot().version(), "submissions", good.size());
            watcher.accept(publisher);
        }
    }

    private static String message(List<Entry> batch) {
        List<String> lines = batch.stream().map(e -> {
            String text = e.checked.submission().message();
            return text.isEmpty() ? String.join(", ", e.checked.files().roles().stream().limit(5).map(RoleName::text).toList()) : text;
        }).toList();
        return String.join("\n", lines);
    }

    /// Whether it may still be published; answers it if not.
    private boolean recheck(Entry entry) {
        try {
            if (entry.checked.files().arePublishedIn(publisher.repository())) {
                finish(entry);
                return false;
            }
            long now = epoch;
            if (entry.epoch != now || !fits(entry)) {
                entry.checked = gate.check(publisher.repository(), entry.checked.submission());
                entry.epoch = now;
            }
            if (!entry.checked.missing().isEmpty()) {
                throw new Refused(503, "blob-missing", 4, "an uploaded file is not here any more").retryAfter(1);
            }
            return true;
        } catch (Refused e) {
            fail(entry, e);
        } catch (Problem e) {
            fail(entry, Refused.of(e));
        }
        return false;
    }

    private boolean fits(Entry entry) throws Problem {
        for (var role : entry.checked.files().versions().entrySet()) {
            if (publisher.repository().version(role.getKey()) + 1 != role.getValue()) {
                return false;
            }
        }
        return true;
    }

    /// After a failure the store decides what has happened: nothing, or everything but the timestamp.
    private void recover(List<Entry> good, Problem problem) {
        log.error("publish-failed", "error", problem.line());
        try {
            publisher.reload();
            epoch++;
            if (publisher.hasStaged() && local.isPresent()) {
                publisher.refresh(local.get());
            }
            watcher.accept(publisher);
        } catch (Problem | Refusal e) {
            log.error("reload-failed", "error", e.toString());
        }
        for (Entry entry : good) {
            try {
                if (entry.checked.files().arePublishedIn(publisher.repository())) {
                    finish(entry);
                } else if (good.size() > 1 || problem.exit() == Problem.Exit.NO && entry.epoch + 1 == epoch && recheck(entry)) {
                    again(entry);
                } else if (!entry.answer.isDone()) {
                    fail(entry, Refused.of(problem));
                }
            } catch (Problem e) {
                fail(entry, Refused.of(e));
            }
        }
    }

    // Once more, and alone: else one that cannot be stored would keep the others out.
    private void again(Entry entry) {
        try {
            entry.checked = gate.check(publisher.repository(), entry.checked.submission());
            entry.epoch = epoch;
            publishChecked(List.of(entry));
        } catch (Refused e) {
            fail(entry, e);
        } catch (Problem e) {
            fail(entry, Refused.of(e));
        }
    }

    private void published(List<Entry> entries) {
        if (entries.stream().anyMatch(e -> !e.checked.leaves())) {
            epoch++;
        }
        watcher.accept(publisher);
        log.info("published", "snapshot", publisher.snapshot().version(), "submissions", entries.size(), "roles",
                entries.stream().flatMap(e -> e.checked.files().roles().stream()).limit(20).map(RoleName::text).toList());
        entries.forEach(this::finish);
    }

    private void finish(Entry entry) {
        close(entry).complete(new Result(entry.checked.files().versions(), publisher.repository().version(RoleName.SNAPSHOT),
                publisher.repository().version(RoleName.TIMESTAMP)));
    }

    private void fail(Entry entry, Refused why) {
        close(entry).completeExceptionally(why);
    }

    private CompletableFuture<Result> close(Entry entry) {
        lock.lock();
        try {
            open.remove(entry.checked.submission().digest());
            return entry.answer;
        } finally {
            lock.unlock();
        }
    }

    /// Publishes a timestamp that was signed elsewhere, and answers all who waited for it.
    void timestamp(byte[] file) throws Refused, Problem {
        List<Entry> done;
        lock.lock();
        try {
            publisher.timestamp(file);
            done = staged;
            staged = List.of();
            changed.signalAll();
        } catch (Refusal e) {
            throw Refused.of(e);
        } finally {
            lock.unlock();
        }
        published(done);
    }

    /// Waits until there is a snapshot newer than `after`, published or staged.
    Optional<StagedPublisher.Snapshot> newer(long after, long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (publisher.snapshot().version() <= after && !stopping && left > 0) {
                left = changed.awaitNanos(left);
            }
            return Optional.of(publisher.snapshot()).filter(s -> s.version() > after);
        } finally {
            lock.unlock();
        }
    }

    private void keepFresh() {
        try {
            if (upkeep.run(publisher, local)) {
                lock.lock();
                try {
                    changed.signalAll();
                } finally {
                    lock.unlock();
                }
                watcher.accept(publisher);
            }
        } catch (Problem | Refusal e) {
            log.error("refresh-failed", "error", e.toString());
        }
    }

    /// Publishes what waits, answers all, ends.
    @Override
    public void close() {
        lock.lock();
        try {
            stopping = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
