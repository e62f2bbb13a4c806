package dev.repro.tuf.check;

import dev.repro.tuf.RoleName;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// When the files expire, each and compared with each other.
final class Freshness {
    private final MetaReader reader;
    private final Findings findings;
    private final Instant at;
    private final Margins margins;
    private final Map<RoleName, Instant> topLevel = new LinkedHashMap<>();

    Freshness(MetaReader reader, Findings findings, Instant at, Margins margins) {
        this.reader = reader;
        this.findings = findings;
        this.at = at;
        this.margins = margins;
    }

    void check(RoleName role, String file, Instant expires) {
        if (role.isTopLevel()) {
            topLevel.put(role, expires);
        }
        if (!expires.isAfter(at)) {
            reader.fail(role, Rule.EXPIRED, file, "expired at " + expires);
        } else if (!expires.isAfter(at.plus(margins.of(role)))) {
            findings.add(Rule.EXPIRES_SOON, file, "expires at " + expires + ", in " + words(Duration.between(at, expires)));
        } else if (expires.isAfter(at.plus(Margins.FAR.of(role)))) {
            findings.add(Rule.EXPIRES_FAR, file, "expires at " + expires + ", in " + words(Duration.between(at, expires)));
        }
    }

    /// After all files were looked at.
    void order() {
        Instant timestamp = topLevel.get(RoleName.TIMESTAMP);
        topLevel.forEach((role, expires) -> {
            if (timestamp != null && expires.isBefore(timestamp) && expires.isAfter(at)) {
                findings.add(Rule.EXPIRY_ORDER, role.listed(), role + " expires at " + expires + ", timestamp at " + timestamp);
            }
        });
    }

    /// By role, as far as they were read.
    Map<RoleName, Instant> topLevel() {
        return topLevel;
    }

    /// `12 d`, `5 h`, `3 min`.
    static String words(Duration left) {
        return left.toDays() > 0 ? String.format(java.util.Locale.ROOT, "%,d d", left.toDays()) : left.toHours() > 0
                ? left.toHours() + " h" : left.toMinutes() + " min";
    }
}
