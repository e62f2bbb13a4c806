package dev.repro.snapshot;

import dev.repro.base.Problem;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.Freshness;
import dev.repro.tuf.repository.StagedPublisher;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/// Renews snapshot and timestamp well before they expire: when half of a timestamp's lifetime or a third of a snapshot's is left.
final class Upkeep {
    private static final Duration PAUSE = Duration.ofSeconds(30); // after a look, whatever came of it

    private final InstantSource clock;
    private final Log log;
    private Instant next = Instant.MIN;

    Upkeep(InstantSource clock, Log log) {
        this.clock = clock;
        this.log = log;
    }

    /// @param local empty where another service signs timestamps
    /// @return whether anything was published or staged
    boolean run(StagedPublisher publisher, Optional<Freshness> local) throws Problem, Refusal {
        Instant now = clock.instant();
        if (now.isBefore(next) && now.plus(PAUSE).isAfter(next)) { // and not after a jump of the clock
            return false;
        }
        next = now.plus(PAUSE);
        if (local.isPresent()) {
            local.get().look();
        }
        if (local.isPresent() && publisher.hasStaged()) {
            publisher.refresh(local.get());
            log.info("resumed", "snapshot", publisher.snapshot().version());
            return true;
        }
        if (!publisher.hasStaged() && isDue(publisher, RoleName.SNAPSHOT, 3, now)) {
            if (local.isPresent()) {
                publisher.publishFresh(local.get());
            } else {
                publisher.stageFresh();
            }
            log.info("snapshot-renewed", "snapshot", publisher.snapshot().version());
            return true;
        }
        if (local.isPresent() && isDue(publisher, RoleName.TIMESTAMP, 2, now)) {
            publisher.refresh(local.get());
            log.info("timestamp-renewed");
            return true;
        }
        return false;
    }

    private static boolean isDue(StagedPublisher publisher, RoleName role, int part, Instant now) throws Problem {
        return now.plus(publisher.lifetime(role).dividedBy(part)).isAfter(publisher.expires(role));
    }
}
