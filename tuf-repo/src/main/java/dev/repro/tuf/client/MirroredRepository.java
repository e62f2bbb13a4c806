package dev.repro.tuf.client;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetName;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/// A repository that can be had from several mirrors: from the freshest, and when one fails, lies or is slow from the next. As
/// one update left it; not for several threads at once.
public final class MirroredRepository {
    /// How long other mirrors may take to say what they have, once one has said it.
    public static final Duration PATIENCE = Duration.ofSeconds(3);

    /// What verified metadata says; another mirror has no other.
    private static final Set<Refusal.Rule> FINAL = EnumSet.of(Refusal.Rule.UNKNOWN, Refusal.Rule.DISAGREEMENT,
            Refusal.Rule.REVOKED,
            Refusal.Rule.TOO_MANY, Refusal.Rule.BAD_NAME, Refusal.Rule.NO_KNOWN_HASH);

    private final List<Mirror> mirrors;
    private final Store store;
    private final Limits limits;
    private final Duration patience;
    private final Consumer<String> told;
    private final Failures failures = new Failures();
    private Instant start;
    private Deque<Mirror> good;
    private Repository current;

    /// @param mirrors at least one, the preferred first
    /// @param store the client's own files of this repository, begun
    /// @param told gets a line for each mirror that is left, and why
    public MirroredRepository(List<Mirror> mirrors, Store store, Limits limits, Duration patience, Consumer<String> told) {
        this.mirrors = List.copyOf(mirrors);
        this.store = store;
        this.limits = limits;
        this.patience = patience;
        this.told = told;
    }

    /// Brings the client's files up to date. With one mirror this is [Updater#refresh]; of more, all are asked for the newest
    /// timestamp first.
    ///
    /// @throws Refusal no mirror is good, and one was refused
    /// @throws Problem no mirror is good
    public Repository refresh(Instant now) throws Refusal, Problem {
        start = now;
        current = null;
        failures.clear();
        good = new ArrayDeque<>(mirrors.size() == 1 ? mirrors : new Probe(store, limits, patience, failures, this::tell)
                .newest(mirrors, now));
        return attempt(repository -> repository);
    }

    /// As the last [#refresh] left it.
    Repository repository() {
        return current;
    }

    /// As [Repository#find], after [#refresh].
    public Found find(TargetName target) throws Refusal, Problem {
        return attempt(repository -> repository.find(target));
    }

    /// As [Downloads#fetch], after [#find]. A mirror that does not have the target is asked for others still.
    public Downloads.Download fetch(Found found, Path folder) throws Refusal, Problem {
        var failed = new Failures();
        for (Mirror mirror : good) {
            try {
                return new Downloads(mirror.targets(), folder).fetch(found);
            } catch (Refusal e) {
                tell(mirror, e);
                failed.add(e);
            } catch (Problem e) {
                tell(mirror, e);
                failed.add(e);
            }
        }
        throw failed.raise();
    }

    private interface Use<T> {
        T of(Repository repository) throws Refusal, Problem;
    }

    private <T> T attempt(Use<T> use) throws Refusal, Problem {
        while (!good.isEmpty()) {
            try {
                if (current == null) {
                    current = new Updater(good.getFirst().metadata(), store, limits).refresh(start);
                }
                return use.of(current);
            } catch (Refusal e) {
                if (current != null && FINAL.contains(e.rule())) {
                    throw e;
                }
                failures.add(e);
                tell(good.removeFirst(), e);
            } catch (Problem e) {
                failures.add(e);
                tell(good.removeFirst(), e);
            }
            current = null;
        }
        throw failures.raise();
    }

    private void tell(Mirror mirror, Exception why) {
        if (mirrors.size() > 1) {
            told.accept("mirror " + mirror.name() + " is left: " + why);
        }
    }
}
