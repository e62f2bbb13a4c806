package dev.repro.tuf.check;

import dev.repro.tuf.RoleName;
import java.time.Duration;

/// How early an expiry that comes near is told, by role.
///
/// @param targets of delegated roles too
public record Margins(Duration root, Duration targets, Duration snapshot, Duration timestamp) {

    /// People sign root and targets, so they need weeks; machines sign the others.
    public static final Margins DEFAULT = new Margins(Duration.ofDays(30), Duration.ofDays(14), Duration.ofDays(1), Duration.ofHours(4));

    /// From here on an expiry is so late that it protects nobody.
    static final Margins FAR = new Margins(Duration.ofDays(3 * 366), Duration.ofDays(3 * 366), Duration.ofDays(366), Duration.ofDays(31));

    Duration of(RoleName role) {
        return role.equals(RoleName.ROOT) ? root : role.equals(RoleName.SNAPSHOT) ? snapshot : role.equals(RoleName.TIMESTAMP) ? timestamp : targets;
    }

    /// @param role root, targets, snapshot or timestamp
    public Margins with(String role, Duration margin) {
        return switch (role) {
            case "root" -> new Margins(margin, targets, snapshot, timestamp);
            case "targets" -> new Margins(root, margin, snapshot, timestamp);
            case "snapshot" -> new Margins(root, targets, margin, timestamp);
            case "timestamp" -> new Margins(root, targets, snapshot, margin);
            default -> throw new IllegalArgumentException("no role has a margin of its own: " + role);
        };
    }
}
