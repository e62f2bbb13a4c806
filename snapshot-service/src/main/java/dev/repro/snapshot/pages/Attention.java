package dev.repro.snapshot.pages;

import dev.repro.tuf.RoleName;
import dev.repro.tuf.check.Margins;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;

/// How near a role's expiry is, against the time that its signers need: weeks for people, hours for machines ([Margins#DEFAULT]).
enum Attention {
    EXPIRED("expired"), SOON("expires soon"), FINE("fine"), NONE("no file yet"), REVOKED("revoked by its own keys");

    private final String word;

    Attention(String word) {
        this.word = word;
    }

    String word() {
        return word;
    }

    static Attention of(Site.Role role, Instant now) {
        if (role.expires().isEmpty()) {
            return role.revoked() ? REVOKED : NONE;
        }
        Instant end = role.expires().get();
        return !end.isAfter(now) ? EXPIRED : from(role.name(), end).isAfter(now) ? FINE : SOON;
    }

    /// When a role begins to need care.
    static Instant from(RoleName role, Instant expires) {
        Duration margin = switch (role.text()) {
            case "root" -> Margins.DEFAULT.root();
            case "snapshot" -> Margins.DEFAULT.snapshot();
            case "timestamp" -> Margins.DEFAULT.timestamp();
            default -> Margins.DEFAULT.targets();
        };
        return expires.equals(Instant.MAX) ? expires : expires.minus(margin);
    }
}
