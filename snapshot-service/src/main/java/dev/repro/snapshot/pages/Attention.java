package dev.repro.snapshot.pages;

import dev.repro.tuf.RoleName;
import dev.repro.tuf.check.Margins;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;

/// How near a role's expiry is, against the time that its signers need: weeks for people, hours for machines ([Margins#DEFAULT]).
public enum Attention {
    EXPIRED("expired"), SOON("expires soon"), FINE("fine"), NONE("no file yet");

    private final String word;

    Attention(String word) {
        this.word = word;
    }

    String word() {
        return word;
    }

    static Attention of(Site.Role role, Instant now) {
        if (role.expires().isEmpty()) {
            return NONE;
        }
        Instant end = role.expires().get();
        return !end.isAfter(now) ? EXPIRED : from(role.name(), end).isAfter(now) ? FINE : SOON;
    }

    /// The first role that needs care first; roles without a file last.
    public static final Comparator<Site.Role> ORDER = Comparator
            .comparing((Site.Role r) -> r.expires().map(e -> from(r.name(), e)).orElse(Instant.MAX)).thenComparing(Site.Role::name);

    private static Instant from(RoleName role, Instant expires) {
        Duration margin = switch (role.text()) {
            case "root" -> Margins.DEFAULT.root();
            case "snapshot" -> Margins.DEFAULT.snapshot();
            case "timestamp" -> Margins.DEFAULT.timestamp();
            default -> Margins.DEFAULT.targets();
        };
        return expires.equals(Instant.MAX) ? expires : expires.minus(margin);
    }
}
