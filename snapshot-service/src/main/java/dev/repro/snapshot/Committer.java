package dev.repro.snapshot;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.snapshot.Waiting.Entry;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.Freshness;
import dev.repro.tuf.repository.Proposal;
import dev.repro.tuf.repository.SignedFiles;
import dev.repro.tuf.repository.StagedPublisher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// Publishes what was checked, in groups: one thread takes all that wait, makes one snapshot of them, has it signed fresh, answers all.
///
/// What changes others' rights (root, targets, delegators, rotations of keys) is published alone. A role that two submissions change
/// is published for the first; the second is checked again after that. With a timestamp service elsewhere the group stays staged
/// until its timestamp comes; nothing is acknowledged before.
final class Committer implements AutoCloseable {

    /// @param versions of the roles that were handed in
    record Result(Map<RoleName, Long> versions, long snapshot, long timestamp) {}

    private final StagedPublisher publisher;
    private final Gate gate;
    private final Blobs blobs;
    private final Optional<Freshness> local;
    private final Log log;
    private final Upkeep upkeep;
    private final Waiting waiting;
    private final Thread thread;
    private final ReentrantLock publishing = new ReentrantLock(); // one at a time changes the publisher
    /// Of who may sign what: grows with every publication that may change it.
    private volatile long epoch;
    private volatile Preparing preparing = (_, _, _) -> {};
    private volatile Runnable watcher = () -> {};

    /// @param local who signs timestamps in this process; empty where a service elsewhere does
    Committer(StagedPublisher publisher, Gate gate, Blobs blobs, Optional<Freshness> local, ServiceLimits limits, Log log, Upkeep upkeep) {
        this.publisher = publisher;
        this.gate = gate;
        this.blobs = blobs;
        this.local = local;
        this.log = log;
        this.upkeep = upkeep;
        this.waiting = new Waiting(limits.queue(), limits.batch());
        this.thread = Thread.ofPlatform().name("committer").unstarted(this::run);
    }

    /// Told of what is about to be published or staged.
    @FunctionalInterface
    interface Preparing {
        void accept(Proposal proposal, List<SignedFiles> files, String message);
    }

    /// @param onPrepared called before every publication of submissions
    /// @param onPublished called after every publication
    void start(Preparing onPrepared, Runnable onPublished) {
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

    Waiting waiting() {
        return waiting;
    }

    /// Waits in line.
    ///
    /// @param seen the epoch before it was checked
    CompletableFuture<Result> publish(Gate.Checked checked, long seen) throws Refused {
        return waiting.add(checked, seen);
    }

    private void run() {
        try {
            for (List<Entry> group = next(); group != null; group = next()) {
                publishing.lock();
                try {
                    if (group.isEmpty()) {
                        keepFresh();
                    } else {
                        publish(group);
                    }
                } catch (RuntimeException e) { // a bug must not end the service, nor leave anybody waiting
                    log.error("bug", "what", e.toString(), "at", e.getStackTrace().length == 0 ? "" : e.getStackTrace()[0].toString());
                    group.forEach(entry -> waiting.fail(entry, new Refused(500, "internal", 5, "the service has a bug here")
                            .hint("tell its operator")));
                } finally {
                    publishing.unlock();
                }
            }
        } catch (InterruptedException e) {
            log.error("committer-interrupted");
        } finally {
            waiting.end();
        }
    }

    private List<Entry> next() throws InterruptedException {
        return waiting.next(() -> local.isEmpty() && publisher.hasStaged(), TimeUnit.SECONDS.toNanos(1));
    }

    private void publish(List<Entry> group) {
        if (publisher.hasStaged() && !resume(group)) {
            return;
        }
        List<Entry> good = new ArrayList<>();
        for (Entry entry : group) {
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
            good.forEach(entry -> waiting.fail(entry, e));
        } catch (Problem e) {
            recover(good, e);
        }
    }

    private void publishChecked(List<Entry> good) throws Problem, Refused {
        List<SignedFiles> files = good.stream().map(e -> e.checked().files()).toList();
        Proposal proposal = SignedFiles.onto(publisher.repository(), files, blobs::file);
        preparing.accept(proposal, files, message(good));
        if (local.isEmpty()) {
            publisher.stage(proposal, message(good));
            waiting.stage(good);
            log.info("staged", "snapshot", publisher.snapshot().version(), "submissions", good.size());
            return;
        }
        try {
            publisher.publish(proposal, message(good), local.get());
        } catch (Refusal e) {
            throw refused(e);
        }
        published(good);
    }

    private static Refused refused(Refusal e) {
        return new Refused(503, "timestamp-refused", 4, "the timestamp for it is refused: " + e.line()).hint("tell the service's operator");
    }

    /// Where timestamps are signed in this process, a snapshot stays staged if its timestamp was refused, could not be written, or the
    /// process died before. It goes first.
    private boolean resume(List<Entry> group) {
        try {
            publisher.refresh(local.orElseThrow());
            epoch++;
            watcher.run();
            log.info("resumed", "snapshot", publisher.snapshot().version());
            return true;
        } catch (Refusal e) {
            group.forEach(entry -> waiting.fail(entry, refused(e)));
        } catch (Problem e) {
            log.error("publish-failed", "error", e.line());
            group.forEach(entry -> waiting.fail(entry, Refused.of(e)));
            reload();
        }
        return false;
    }

    /// After a failure the store knows what has happened.
    private void reload() {
        try {
            publisher.reload();
            epoch++;
            watcher.run();
        } catch (Problem e) {
            log.error("reload-failed", "error", e.line());
        }
    }

    private static String message(List<Entry> group) {
        List<String> lines = group.stream().map(e -> {
            String text = e.checked().submission().message();
            return text.isEmpty() ? String.join(", ", e.checked().files().roles().stream().limit(5).map(RoleName::text).toList()) : text;
        }).toList();
        return String.join("\n", lines);
    }

    /// Whether it may still be published; answers it if not.
    private boolean recheck(Entry entry) {
        try {
            if (entry.checked().files().arePublishedIn(publisher.repository())) {
                finish(entry);
                return false;
            }
            long now = epoch;
            if (entry.epoch() != now || !isNext(entry)) {
                entry.recheck(gate.check(publisher.repository(), entry.checked().submission()), now);
            }
            if (!entry.checked().missing().isEmpty()) {
                throw new Refused(503, "blob-missing", 4, "an uploaded file is not here any more").retryAfter(1);
            }
            return true;
        } catch (Refused e) {
            waiting.fail(entry, e);
        } catch (Problem e) {
            waiting.fail(entry, Refused.of(e));
        }
        return false;
    }

    private boolean isNext(Entry entry) {
        return entry.checked().files().versions().entrySet().stream()
                .allMatch(role -> publisher.repository().version(role.getKey()) + 1 == role.getValue());
    }

    /// After a failure the store decides what has happened: nothing, or everything but the timestamp. Then each is tried once more,
    /// and alone: one that cannot be stored must not keep the others out.
    private void recover(List<Entry> good, Problem problem) {
        log.error("publish-failed", "error", problem.line());
        try {
            publisher.reload();
            epoch++;
            if (publisher.hasStaged() && local.isPresent()) {
                publisher.refresh(local.get());
            }
            watcher.run();
        } catch (Problem | Refusal e) {
            log.error("reload-failed", "error", e.toString());
            good.forEach(entry -> waiting.fail(entry, Refused.of(problem)));
            return;
        }
        if (publisher.hasStaged()) { // its timestamp comes, and a retry finds it
            good.forEach(entry -> waiting.fail(entry, Refused.of(problem)));
            return;
        }
        for (Entry entry : good) {
            if (recheck(entry)) {
                again(entry, good.size() > 1 || problem.exit() == Problem.Exit.NO, problem);
            }
        }
    }

    private void again(Entry entry, boolean worth, Problem problem) {
        try {
            if (!worth || publisher.hasStaged()) {
                throw Refused.of(problem);
            }
            publishChecked(List.of(entry));
        } catch (Refused e) {
            waiting.fail(entry, e);
        } catch (Problem e) {
            log.error("publish-failed", "error", e.line());
            waiting.fail(entry, Refused.of(e));
        }
    }

    private void published(List<Entry> entries) {
        if (entries.stream().anyMatch(e -> !e.checked().leaves())) {
            epoch++;
        }
        watcher.run();
        log.info("published", "snapshot", publisher.snapshot().version(), "submissions", entries.size(), "roles",
                entries.stream().flatMap(e -> e.checked().files().roles().stream()).limit(20).map(RoleName::text).toList());
        entries.forEach(this::finish);
    }

    private void finish(Entry entry) {
        waiting.finish(entry, new Result(entry.checked().files().versions(), publisher.repository().version(RoleName.SNAPSHOT),
                publisher.repository().version(RoleName.TIMESTAMP)));
    }

    /// Publishes a timestamp that was signed elsewhere, and answers all who waited for it. The same again is fine.
    void timestamp(byte[] file) throws Refused, Problem {
        if (local.isPresent()) {
            throw new Refused(409, "timestamp-local", 1, "this service signs its timestamps itself");
        }
        publishing.lock();
        try {
            if (!Arrays.equals(file, publisher.timestamp())) {
                boolean staged = publisher.hasStaged();
                publisher.timestamp(file);
                List<Entry> done = waiting.unstage();
                if (staged && done.isEmpty()) {
                    epoch++; // a group of before a crash: who knows what it was
                }
                published(done);
            }
        } catch (Refusal e) {
            throw Refused.of(e);
        } catch (Problem e) {
            publisher.reload();
            throw e;
        } finally {
            publishing.unlock();
        }
    }

    /// Waits until there is a snapshot newer than `after`, published or staged.
    Optional<StagedPublisher.Snapshot> newer(long after, long nanos) throws InterruptedException {
        waiting.await(() -> publisher.snapshot().version() > after, nanos);
        return Optional.of(publisher.snapshot()).filter(s -> s.version() > after);
    }

    /// Whether only the timestamp of a submission is missing; else it gives up waiting in line.
    boolean isStagedOrCancelled(Digest submission) {
        boolean staged = waiting.isStaged(submission);
        if (!staged) {
            waiting.cancel(submission);
        }
        return staged;
    }

    private void keepFresh() {
        try {
            if (upkeep.run(publisher, local)) {
                epoch++;
                waiting.signal();
                watcher.run();
            }
        } catch (Refusal e) {
            log.error("refresh-failed", "error", e.line());
        } catch (Problem e) {
            log.error("refresh-failed", "error", e.line());
            reload();
        }
    }

    /// Publishes what waits, answers all, ends.
    @Override
    public void close() {
        waiting.stop();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
