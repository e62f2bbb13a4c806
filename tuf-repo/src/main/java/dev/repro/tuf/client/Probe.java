package dev.repro.tuf.client;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/// Asks all mirrors of a repository at once for the newest root and timestamp, and tells the good from the others. Each answer is
/// verified against what the client trusts; nothing is kept of it.
final class Probe {
    private final Store store;
    private final Limits limits;
    private final Duration patience;
    private final Failures failures;
    private final BiConsumer<Mirror, Exception> left;

    /// What a good mirror has.
    private record Answer(int place, Mirror mirror, long root, long timestamp, Heard heard) {

        boolean isAsNewAs(Answer other) {
            return root == other.root && timestamp == other.timestamp;
        }

        String versions() {
            return "root " + root + ", timestamp " + timestamp;
        }
    }

    private sealed interface Outcome {
        int place();

        record Good(int place, Answer answer) implements Outcome {}

        record Refused(int place, Refusal why) implements Outcome {}

        record Failed(int place, Problem why) implements Outcome {}
    }

    /// @param patience how long the others may take after the first good answer
    /// @param failures gets why mirrors are left
    /// @param left is told which mirrors are left, and why
    Probe(Store store, Limits limits, Duration patience, Failures failures, BiConsumer<Mirror, Exception> left) {
        this.store = store;
        this.limits = limits;
        this.patience = patience;
        this.failures = failures;
        this.left = left;
    }

    /// @return those with the newest root and timestamp, in the given order. What they have answered they do not answer by
    ///     network again
    List<Mirror> newest(List<Mirror> mirrors, Instant start) throws Problem {
        var answers = new ArrayList<Answer>();
        for (Outcome outcome : outcomes(mirrors, start)) {
            switch (outcome) {
                case Outcome.Good(int _, Answer answer) -> answers.add(answer);
                case Outcome.Refused(int place, Refusal why) -> {
                    failures.add(why);
                    left.accept(mirrors.get(place), why);
                }
                case Outcome.Failed(int place, Problem why) -> leave(mirrors.get(place), why);
            }
        }
        answers.sort(Comparator.comparingLong(Answer::root).thenComparingLong(Answer::timestamp).reversed()
                .thenComparingInt(Answer::place));
        var out = new ArrayList<Mirror>();
        for (Answer answer : answers) {
            if (answer.isAsNewAs(answers.getFirst())) {
                answer.heard.repeat();
                out.add(new Mirror(answer.mirror.name(), answer.heard, answer.mirror.targets()));
            } else {
                leave(answer.mirror, Problem.storage("a stale mirror").where(answer.mirror.name())
                        .expected(answers.getFirst().versions() + " as " + answers.getFirst().mirror.name() + " has")
                                .found(answer.versions()));
            }
        }
        return out;
    }

    private void leave(Mirror mirror, Problem why) {
        failures.add(why);
        left.accept(mirror, why);
    }

    // In the order of the mirrors.
    private List<Outcome> outcomes(List<Mirror> mirrors, Instant start) throws Problem {
        var outcomes = new Outcome[mirrors.size()];
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            var service = new ExecutorCompletionService<Outcome>(threads);
            for (int i = 0; i < outcomes.length; i++) {
                int place = i;
                service.submit(() -> ask(place, mirrors.get(place), start));
            }
            collect(service, outcomes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.storage("interrupted while mirrors were asked").because(e);
        } finally {
            threads.shutdownNow(); // the slow ones
        }
        for (int i = 0; i < outcomes.length; i++) {
            if (outcomes[i] == null) {
                outcomes[i] = new Outcome.Failed(i, Problem.storage("a slow mirror").where(mirrors.get(i).name())
                        .expected("an answer within " + patience.toMillis() + " ms after that of another"));
            }
        }
        return List.of(outcomes);
    }

    private void collect(CompletionService<Outcome> service, Outcome[] outcomes) throws InterruptedException {
        long end = Long.MAX_VALUE;
        for (int n = 0; n < outcomes.length; n++) {
            Future<Outcome> next = end == Long.MAX_VALUE ? service.take()
                    : service.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (next == null) {
                return;
            }
            Outcome outcome = value(next);
            outcomes[outcome.place()] = outcome;
            if (outcome instanceof Outcome.Good && end == Long.MAX_VALUE) {
                end = System.nanoTime() + patience.toNanos();
            }
        }
    }

    private static Outcome value(Future<Outcome> done) throws InterruptedException {
        try {
            return done.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("asking a mirror fails by an outcome only", e.getCause());
        }
    }

    private Outcome ask(int place, Mirror mirror, Instant start) {
        var heard = new Heard(mirror.metadata());
        try {
            TrustedTimestamp timestamp = new Updater(heard, new MemoryStore(Optional.of(store)), limits).timestamp(start);
            long root = timestamp.root().root().get().version();
            return new Outcome.Good(place, new Answer(place, mirror, root, timestamp.timestamp().get().version(), heard));
        } catch (Refusal e) {
            return new Outcome.Refused(place, e);
        } catch (Problem e) {
            return new Outcome.Failed(place, e);
        }
    }

    /// A remote that, after [#repeat], gives each file that it has given before once more without asking.
    private static final class Heard implements Remote {
        private final Remote remote;
        private final Map<String, Optional<byte[]>> files = new HashMap<>();
        private boolean repeating;

        Heard(Remote remote) {
            this.remote = remote;
        }

        void repeat() {
            repeating = true;
        }

        @Override
        public Optional<byte[]> get(String path, int most) throws Problem {
            if (repeating) {
                return files.containsKey(path) ? files.remove(path) : remote.get(path, most);
            }
            Optional<byte[]> file = remote.get(path, most);
            files.put(path, file);
            return file;
        }

        @Override
        public Optional<Body> open(String path, long from) throws Problem {
            return remote.open(path, from);
        }

        @Override
        public String describe(String path) {
            return remote.describe(path);
        }
    }
}
