package dev.repro.snapshot;

import dev.repro.base.Digest;
import dev.repro.tuf.RoleName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// Submissions that were checked and are not answered: the line, and the group whose snapshot is staged.
final class Waiting {

    /// One of them. Only the committer changes it.
    static final class Entry {
        private final CompletableFuture<Committer.Result> answer = new CompletableFuture<>();
        private Gate.Checked checked;
        private long epoch;

        private Entry(Gate.Checked checked, long epoch) {
            this.checked = checked;
            this.epoch = epoch;
        }

        Gate.Checked checked() {
            return checked;
        }

        long epoch() {
            return epoch;
        }

        void recheck(Gate.Checked anew, long at) {
            checked = anew;
            epoch = at;
        }
    }

    private final int most;
    private final int group;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Entry> queue = new ArrayDeque<>();
    private final Map<Digest, Entry> open = new LinkedHashMap<>();
    private List<Entry> staged = List.of();
    private boolean stopping;

    /// @param most that may wait at once
    /// @param group that go together at most
    Waiting(int most, int group) {
        this.most = most;
        this.group = group;
    }

    /// Waits in line; a submission that waits already is not queued twice.
    ///
    /// @param epoch before it was checked
    CompletableFuture<Committer.Result> add(Gate.Checked checked, long epoch) throws Refused {
        lock.lock();
        try {
            Entry known = open.get(checked.submission().digest());
            if (known != null) {
                return known.answer;
            }
            if (stopping) {
                throw stopped();
            }
            if (queue.size() >= most) {
                throw new Refused(503, "busy", 4, "too many submissions wait").retryAfter(5);
            }
            var entry = new Entry(checked, epoch);
            queue.add(entry);
            open.put(checked.submission().digest(), entry);
            changed.signalAll();
            return entry.answer;
        } finally {
            lock.unlock();
        }
    }

    private static Refused stopped() {
        return new Refused(503, "stopping", 4, "the service is stopping").hint("try again").retryAfter(5);
    }

    /// What goes together next.
    ///
    /// @param held whether nothing may be published now
    /// @param nanos to wait for it
    /// @return nothing if nothing came in that time; null at the end
    List<Entry> next(BooleanSupplier held, long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while ((queue.isEmpty() || held.getAsBoolean()) && !stopping && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (queue.isEmpty() || held.getAsBoolean()) {
                return stopping ? null : List.of();
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
        for (var rest = queue.iterator(); rest.hasNext() && out.size() < group;) {
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

    /// These wait for their timestamp now.
    void stage(List<Entry> group) {
        lock.lock();
        try {
            staged = List.copyOf(group);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// The staged ones, which are staged no more.
    List<Entry> unstage() {
        lock.lock();
        try {
            List<Entry> out = staged;
            staged = List.of();
            changed.signalAll();
            return out;
        } finally {
            lock.unlock();
        }
    }

    /// Whether only the timestamp of a submission is missing.
    boolean isStaged(Digest submission) {
        lock.lock();
        try {
            return staged.stream().anyMatch(e -> e.checked.submission().digest().equals(submission));
        } finally {
            lock.unlock();
        }
    }

    /// Gives up waiting in line; of one that is being published nothing changes.
    void cancel(Digest submission) {
        lock.lock();
        try {
            Entry entry = open.get(submission);
            if (entry != null && queue.remove(entry)) {
                open.remove(submission);
                entry.answer.completeExceptionally(new Refused(503, "busy", 4, "the service could not publish it in time").hint("try again")
                        .retryAfter(5));
            }
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return open.size();
        } finally {
            lock.unlock();
        }
    }

    void finish(Entry entry, Committer.Result result) {
        close(entry);
        entry.answer.complete(result);
    }

    void fail(Entry entry, Refused why) {
        close(entry);
        entry.answer.completeExceptionally(why);
    }

    private void close(Entry entry) {
        lock.lock();
        try {
            open.remove(entry.checked.submission().digest());
        } finally {
            lock.unlock();
        }
    }

    /// Waits until something changes that `wanted` looks at.
    void await(BooleanSupplier wanted, long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (!wanted.getAsBoolean() && !stopping && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Tells those who wait that there is something new to look at.
    void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Takes nothing new.
    void stop() {
        lock.lock();
        try {
            stopping = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Answers all who still wait: nobody will.
    void end() {
        lock.lock();
        try {
            open.values().forEach(e -> e.answer.completeExceptionally(stopped()));
            open.clear();
        } finally {
            lock.unlock();
        }
    }
}
