package dev.repro.tender;

import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.release.Catalogue;
import dev.repro.release.Catalogues;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.client.Found;
import dev.repro.tuf.client.Link;
import dev.repro.tuf.client.Repository;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The repository as it was when it was last refreshed. For several threads; what was looked up once is kept.
public final class Known {
    private final Repository repository;
    private final Instant as;
    private final Duration grace;
    private final Optional<String> stale;
    private final Map<Optional<String>, Names> catalogues = new HashMap<>();

    /// @param left why roles that may list the package were left out
    record Names(Catalogue catalogue, List<Refusal> left) {}

    /// @param as the moment that expiry was held to
    /// @param grace beyond the timestamp's expiry
    /// @param stale why it could not be refreshed
    Known(Repository repository, Instant as, Duration grace, Optional<String> stale) {
        this.repository = repository;
        this.as = as;
        this.grace = grace;
        this.stale = stale;
    }

    /// Why it is not what the repository says at this moment; empty if it was refreshed.
    public Optional<String> stale() {
        return stale;
    }

    /// When it was verified, or before that: in the grace of an expired timestamp, the last moment of that.
    public Instant as() {
        return as;
    }

    /// The timestamp's expiry.
    public Instant expires() {
        return repository.snapshot().timestamp().timestamp().get().header().expires();
    }

    /// For who keeps this for a while: whether it may still be relied on. Timestamp and snapshot, which are signed anew all the time, have the
    /// grace; root and the roles of people have none.
    ///
    /// @throws Denied `trust-expired`
    /// @throws Refusal `root-expired`, `targets-expired`, `delegated-expired`
    public void requireFresh(List<Link> links, Instant now) throws Refused {
        for (Link link : links) {
            boolean graced = link.role().equals(RoleName.TIMESTAMP) || link.role().equals(RoleName.SNAPSHOT);
            if (!now.isBefore(graced ? link.expires().plus(grace) : link.expires())) {
                throw graced ? expired(link.expires(), grace, now) : Refusal.of(Refusal.Rule.EXPIRED, link.role())
                        .expected("a version that is valid at " + now).found("version " + link.version() + ", valid until " + link.expires());
            }
        }
    }

    static Denied expired(Instant expires, Duration grace, Instant now) {
        return new Denied(Denied.Rule.TRUST_EXPIRED, "the repository").file(RoleName.TIMESTAMP.file())
                .expected("a timestamp that is valid at " + now + (grace.isZero() ? "" : ", or was " + grace.toSeconds() + " s before")).found("valid until " + expires)
                .hint("see that the repository can be reached and that this machine's clock is right; `grace` in the policy bridges an outage");
    }

    /// The releases of one package, or of all.
    synchronized Names names(Optional<String> name) throws Refusal, Problem {
        Names known = catalogues.get(name);
        if (known == null) {
            var left = new java.util.ArrayList<Refusal>();
            known = new Names(Catalogues.of(repository, name, left::add, _ -> { }), List.copyOf(left));
            catalogues.put(name, known);
        }
        return known;
    }

    synchronized Found find(TargetName target) throws Refusal, Problem {
        return repository.find(target);
    }
}
