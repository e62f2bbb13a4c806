package dev.repro.tuf.check;

import dev.repro.base.Problem;
import dev.repro.tuf.RoleName;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How early an expiry that comes near is told, by role.
///
/// @param targets of delegated roles too
public record Margins(Duration root, Duration targets, Duration snapshot, Duration timestamp) {
    private static final Pattern FORM = Pattern.compile("(root|targets|snapshot|timestamp)=([0-9]{1,6})([smhd])");

    /// People sign root and targets, so they need weeks; machines sign the others.
    public static final Margins DEFAULT = new Margins(Duration.ofDays(30), Duration.ofDays(14), Duration.ofDays(1),
            Duration.ofHours(4));

    /// From here on an expiry is so late that it protects nobody.
    static final Margins FAR = new Margins(Duration.ofDays(3 * 366), Duration.ofDays(3 * 366), Duration.ofDays(366),
            Duration.ofDays(31));

    Duration of(RoleName role) {
        return role.equals(RoleName.ROOT) ? root : role.equals(RoleName.SNAPSHOT) ? snapshot : role.equals(RoleName.TIMESTAMP)
                ? timestamp : targets;
    }

    /// These margins but for one.
    ///
    /// @param text `ROLE=TIME`: root, targets, snapshot or timestamp, and a number of `s`, `m`, `h` or `d`
    public Margins with(String text) throws Problem {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw Problem.usage("not a margin")
                    .expected("root, targets, snapshot or timestamp, `=`, and a number of s, m, h or d").found(text)
                    .hint("for example --margin timestamp=12h");
        }
        long number = Long.parseLong(parts.group(2));
        Duration margin = switch (parts.group(3)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
        return switch (parts.group(1)) {
            case "root" -> new Margins(margin, targets, snapshot, timestamp);
            case "targets" -> new Margins(root, margin, snapshot, timestamp);
            case "snapshot" -> new Margins(root, targets, margin, timestamp);
            default -> new Margins(root, targets, snapshot, margin);
        };
    }
}
