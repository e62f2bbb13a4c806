package dev.repro.tuf.repository;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.RoleName;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/// How long a newly signed file is good for, by kind of role. Root signs it, as `x-repro-lifetimes` in seconds, so that everyone
/// who signs uses the same.
public record Lifetimes(Map<Kind, Duration> of) {
    static final String MEMBER = "x-repro-lifetimes";

    /// The kinds, and the default of each: long where people must meet to sign, short where a machine signs.
    public enum Kind {
        ROOT("root", Duration.ofDays(365)), TARGETS("targets", Duration.ofDays(365)),
                DELEGATED("delegated", Duration.ofDays(365)),
        SNAPSHOT("snapshot", Duration.ofDays(30)), TIMESTAMP("timestamp", Duration.ofDays(7));

        private final String word;
        private final Duration usual;

        Kind(String word, Duration usual) {
            this.word = word;
            this.usual = usual;
        }

        static Kind of(RoleName role) {
            return role.isTopLevel() ? valueOf(role.text().toUpperCase(java.util.Locale.ROOT)) : DELEGATED;
        }
    }

    public Lifetimes {
        of = Map.copyOf(of);
    }

    public static final Lifetimes DEFAULT = defaults();

    private static Lifetimes defaults() {
        var all = new EnumMap<Kind, Duration>(Kind.class);
        for (Kind kind : Kind.values()) {
            all.put(kind, kind.usual);
        }
        return new Lifetimes(all);
    }

    /// @param kind as it is written: `root`, `targets`, `delegated`, `snapshot`, `timestamp`
    Lifetimes with(String kind, Duration lifetime) throws Problem {
        for (Kind k : Kind.values()) {
            if (k.word.equals(kind)) {
                if (lifetime.toSeconds() < 1) {
                    throw Problem.usage("a lifetime is at least a second").found(lifetime);
                }
                var all = new EnumMap<>(of);
                all.put(k, lifetime);
                return new Lifetimes(all);
            }
        }
        throw Problem.usage("not a kind of role").expected("root, targets, delegated, snapshot or timestamp").found(kind);
    }

    /// @param times as people write them, by kind: `timestamp` to `1d`
    public Lifetimes with(Map<String, String> times) throws Problem {
        Lifetimes all = this;
        for (var one : times.entrySet()) {
            all = all.with(one.getKey(), parse(one.getValue()));
        }
        return all;
    }

    /// @param text `30d`, `12h`, `90m`, `600s`, `1y` (365 days)
    static Duration parse(String text) throws Problem {
        if (!text.matches("[0-9]{1,9}[smhdy]")) {
            throw Problem.usage("not a time").expected("a number and one of s, m, h, d, y, as in 30d").found(text);
        }
        long number = Long.parseLong(text.substring(0, text.length() - 1));
        return switch (text.charAt(text.length() - 1)) {
            case 's' -> Duration.ofSeconds(number);
            case 'm' -> Duration.ofMinutes(number);
            case 'h' -> Duration.ofHours(number);
            case 'd' -> Duration.ofDays(number);
            default -> Duration.ofDays(365 * number);
        };
    }

    /// What a root says; the default where it says nothing.
    static Lifetimes of(Json.Obj root) throws Problem {
        Lifetimes all = DEFAULT;
        if (root.members().get(MEMBER) instanceof Json.Obj(var members)) {
            for (var member : members.entrySet()) {
                boolean known = Arrays.stream(Kind.values()).anyMatch(k -> k.word.equals(member.getKey()));
                if (known && member.getValue() instanceof Json.Int(long seconds)) {
                    all = all.with(member.getKey(), Duration.ofSeconds(seconds));
                }
            }
        }
        return all;
    }

    Json.Obj toJson() {
        Json.Obj out = Json.object();
        for (Kind kind : Kind.values()) {
            out = out.with(kind.word, of.get(kind).toSeconds());
        }
        return out;
    }

    /// `YYYY-MM-DDTHH:MM:SSZ`
    String expires(RoleName role, Instant now) {
        return now.plus(of.get(Kind.of(role))).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    Duration lifetime(RoleName role) {
        return of.get(Kind.of(role));
    }
}
