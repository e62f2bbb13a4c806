package dev.repro.snapshot;

import dev.repro.base.Problem;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.repository.Freshness;
import java.util.Optional;

/// Who signs timestamps in this process, watched: what it refuses is an alarm, which stays on until it signs again. That of the clock
/// is over when the clock is right.
final class WatchedFreshness implements Freshness {
    private final Freshness signer;
    private final Log log;
    private volatile Refusal alarm;

    WatchedFreshness(Freshness signer, Log log, Metrics metrics) {
        this.signer = signer;
        this.log = log;
        metrics.gauge("repro_alarm", "Whether the timestamp was refused last.", "", () -> alarm == null ? 0 : 1);
    }

    @Override
    public byte[] timestamp(byte[] snapshot, byte[] root, byte[] current) throws Problem, Refusal {
        try {
            byte[] signed = signer.timestamp(snapshot, root, current);
            calm();
            return signed;
        } catch (Refusal e) {
            raise(e);
            throw e;
        }
    }

    @Override
    public void look() throws Problem, Refusal {
        try {
            signer.look();
            if (alarm != null && alarm.rule() == Refusal.Rule.CLOCK) {
                calm();
            }
        } catch (Refusal e) {
            raise(e);
            throw e;
        }
    }

    @Override
    public void look(byte[] newRoot) throws Problem, Refusal {
        signer.look(newRoot);
    }

    private synchronized void raise(Refusal refusal) {
        if (alarm == null || !alarm.name().equals(refusal.name())) {
            log.alarm("timestamp-refused", "refusal", refusal.toJson(), "message", refusal.line());
        }
        alarm = refusal;
    }

    private synchronized void calm() {
        if (alarm != null) {
            log.info("calm", "refusal", alarm.name());
        }
        alarm = null;
    }

    /// What is wrong, in a line; empty if nothing is.
    Optional<String> alarm() {
        return Optional.ofNullable(alarm).map(Refusal::line);
    }
}
