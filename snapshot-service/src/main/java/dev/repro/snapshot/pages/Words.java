package dev.repro.snapshot.pages;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/// Numbers and times in words.
final class Words {
    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm 'UTC'", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMM uuuu", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    private Words() {}

    /// `22 Nov 2026, 14:03 UTC`, machine-readable too.
    static Html time(Instant at) {
        return Html.of("time", MINUTE.format(at)).with("datetime", at.truncatedTo(ChronoUnit.SECONDS).toString());
    }

    /// `22 Nov 2026`, machine-readable too.
    static Html day(Instant at) {
        return Html.of("time", DAY.format(at)).with("datetime", at.truncatedTo(ChronoUnit.SECONDS).toString());
    }

    /// `in 6 days`, `3 hours ago`
    static String distance(Instant now, Instant then) {
        Duration away = Duration.between(now, then);
        return away.isNegative() ? length(away.negated()) + " ago" : "in " + length(away);
    }

    /// `83 days`: rounded down, in the largest unit of which there are two, and never 0.
    static String length(Duration time) {
        if (time.toDays() >= 2 * 365) {
            return count(time.toDays() / 365, "year");
        } else if (time.toDays() >= 2) {
            return count(time.toDays(), "day");
        } else if (time.toHours() >= 2) {
            return count(time.toHours(), "hour");
        } else if (time.toMinutes() >= 2) {
            return count(time.toMinutes(), "minute");
        }
        return count(Math.max(1, time.toSeconds()), "second");
    }

    /// `1 day`, `1,234 days`
    static String count(long number, String thing) {
        return grouped(number) + " " + thing + (number == 1 ? "" : "s");
    }

    static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /// `64 MiB` where it is a whole number of them, else bytes: `130,224 bytes`.
    static String memory(long bytes) {
        long mib = 1 << 20;
        return bytes % mib == 0 ? grouped(bytes / mib) + " MiB" : count(bytes, "byte");
    }

    /// A long hexadecimal number that may break anywhere in eights; copied, it is whole.
    static Html hex(String digits) {
        Html.Element out = Html.of("code").css("hex");
        for (int at = 0; at < digits.length(); at += 8) {
            if (at > 0) {
                out.add(Html.of("wbr"));
            }
            out.add(digits.substring(at, Math.min(digits.length(), at + 8)));
        }
        return out;
    }

    /// The first characters of a key id, for who compares them with a list.
    static String brief(String keyid) {
        return keyid.codePointCount(0, keyid.length()) <= 12 ? keyid : keyid.substring(0, keyid.offsetByCodePoints(0, 8)) + "…";
    }
}
