package dev.repro.tender.daemon;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.tender.Ask;
import dev.repro.tender.Denied;
import dev.repro.tender.Gate;
import dev.repro.tender.Granted;
import dev.repro.tender.Known;
import dev.repro.tender.Launcher;
import dev.repro.tender.Policy;
import dev.repro.tender.PolicyFile;
import dev.repro.tender.Shelf;
import dev.repro.tender.State;
import dev.repro.tender.Told;
import dev.repro.tender.Trusted;
import dev.repro.tender.os.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// The gate, kept warm: policy, verified metadata and sealed images stay in memory from launch to launch.
///
/// Nothing that is kept is believed longer than it may be. The policy is read again whenever its file or its signature has changed. Metadata is
/// refreshed at every interval, and at once where it has expired or where a release is asked for that it does not have; its expiry is held
/// against the clock at each launch. What a refresh refuses is refused to every launch until one succeeds.
final class WarmGate implements AutoCloseable {
    /// The shortest time between two refreshes that requests cause.
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private final Path policyFile;
    private final State state;
    private final Map<String, String> env;
    private final Shelf shelf;
    private final InstantSource clock;
    private final Log log;
    private volatile Loaded loaded;

    /// A policy and all that hangs on it.
    private final class Loaded {
        private final Policy policy;
        private final Object marks;
        private final Trusted trusted;
        private final Gate gate;
        private volatile Known known;
        private volatile Refused refused;
        private volatile Problem failed;
        private volatile long tried = System.nanoTime() - SHORTEST.toNanos();

        private Loaded(Policy policy, Object marks) throws Problem {
            this.policy = policy;
            this.marks = marks;
            this.trusted = Trusted.open(policy, state, env, line -> log.warn("repository", "what", line));
            this.gate = new Gate(policy, state, trusted, shelf, clock);
        }

        /// For the gate: what was refreshed last, if it is still of use.
        private Known known() throws Refused, Problem {
            Known last = known;
            boolean old = last == null || last.stale().isEmpty() && !clock.instant().isBefore(last.expires()); // a stale one is the interval's to renew
            if (old || refused != null) {
                refresh(SHORTEST);
                last = known;
            }
            if (refused != null) {
                throw refused;
            }
            if (last == null) {
                throw failed;
            }
            return last;
        }

        /// @param since not if the last one is not older
        private synchronized void refresh(Duration since) {
            if (System.nanoTime() - tried < since.toNanos()) {
                return;
            }
            try {
                known = trusted.current(clock.instant(), false);
                refused = null;
                failed = null;
            } catch (Refused e) {
                if (refused == null || !refused.line().equals(e.line())) {
                    log.error("refused", "refusal", e.name(), "line", e.line());
                }
                refused = e;
            } catch (Problem e) {
                log.warn("refresh", "error", e.line());
                failed = e;
            }
            tried = System.nanoTime();
        }

        /// For who knows of news: waits until it is time again, unless somebody else has refreshed since this was asked.
        private synchronized void refreshNext(long asked) {
            if (tried - asked > 0) {
                return;
            }
            try {
                TimeUnit.NANOSECONDS.sleep(SHORTEST.toNanos() - (System.nanoTime() - tried)); // not at all if that is long ago
                refresh(Duration.ZERO);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the daemon ends
            }
        }
    }

    /// @throws Refused the policy is missing, unsigned or older than one before
    /// @throws Problem exit code 2, 3, 4
    WarmGate(Path policyFile, State state, Map<String, String> env, Shelf shelf, InstantSource clock, Log log) throws Refused, Problem {
        this.policyFile = policyFile;
        this.state = state;
        this.env = env;
        this.shelf = shelf;
        this.clock = clock;
        this.log = log;
        this.loaded = load();
    }

    private Loaded load() throws Refused, Problem {
        Object marks = marks(); // before it is read: what changes after that has other marks
        return new Loaded(PolicyFile.load(policyFile, state, Sys.euid()), marks);
    }

    private Object marks() throws Problem {
        return java.util.List.of(marks(policyFile), marks(PolicyFile.signature(policyFile)));
    }

    private static Object marks(Path file) throws Problem {
        try {
            return Files.exists(file) ? Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime,mode,uid") : "";
        } catch (IOException e) {
            throw Problem.storage("the policy cannot be looked at: " + e.getMessage()).where(file).because(e);
        }
    }

    /// The policy of this moment.
    private Loaded current() throws Refused, Problem {
        Loaded now = loaded;
        return now.marks.equals(marks()) ? now : reload();
    }

    private synchronized Loaded reload() throws Refused, Problem {
        if (!loaded.marks.equals(marks())) {
            Loaded before = loaded;
            loaded = load();
            before.trusted.close();
            log.info("policy", "version", loaded.policy.version(), "sha256", loaded.policy.sha256());
        }
        return loaded;
    }

    Policy policy() throws Refused, Problem {
        return current().policy;
    }

    /// Looks for news.
    void refresh() {
        try {
            current().refresh(Duration.ZERO);
        } catch (Refused e) {
            log.error("refused", "refusal", e.name(), "line", e.line());
        } catch (Problem e) {
            log.error("policy", "error", e.line());
        }
    }

    /// All checks of a launch; nothing is started and nothing written.
    Granted permit(Ask ask) throws Refused, Problem {
        Loaded now = current();
        try {
            return now.gate.permit(ask, now::known, false, Told.NOBODY);
        } catch (Denied e) {
            if (e.rule() != Denied.Rule.RELEASE_UNKNOWN) {
                throw e;
            }
            now.refreshNext(System.nanoTime()); // it may have been published a moment ago
            return now.gate.permit(ask, now::known, false, Told.NOBODY);
        }
    }

    /// The repository as it is at this moment, as far as it can be asked.
    Known latest() throws Refused, Problem {
        Loaded now = current();
        now.refresh(SHORTEST);
        return now.known();
    }

    /// Why nothing, or not everything, would be launched; empty: nothing is wrong.
    Optional<String> unhealthy() {
        try {
            Loaded now = current();
            Refused refused = now.refused;
            Known known = now.known;
            if (refused != null || known == null) {
                return Optional.of(refused != null ? "refused: " + refused.line() : now.failed == null ? "not refreshed yet" : now.failed.line());
            }
            Instant at = clock.instant();
            return at.isBefore(known.expires()) ? Optional.empty() : Optional.of("what is known of the repository was valid until " + known.expires());
        } catch (Refused e) {
            return Optional.of("refused: " + e.line());
        } catch (Problem e) {
            return Optional.of(e.line());
        }
    }

    /// Unix time at which what is known of the repository expires; 0: nothing is known.
    long expires() {
        Known known = loaded.known;
        return known == null ? 0 : known.expires().getEpochSecond();
    }

    /// `repro.launch.v1`: what was checked and against what, and what would be executed.
    static Json.Obj verified(Granted granted) throws Problem {
        Json.Obj out = Json.object("schema", "repro.launch.v1");
        for (var member : granted.toJson().members().entrySet()) {
            out = out.with(member.getKey(), member.getValue());
        }
        return out.with("argv", Launcher.argv(granted));
    }

    @Override
    public void close() {
        loaded.trusted.close();
    }
}
