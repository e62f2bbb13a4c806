package dev.repro.diffoscopelite;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/// What a piece of text or a number says about time, as precisely as it says it.
sealed interface Moment {
    /// Seconds of a quarter of an hour: every time zone in use is a multiple of it away from UTC.
    int ZONE_STEP = 900;
    /// Seconds by which a zone is at most ahead of or behind UTC.
    int ZONE_MAX = 14 * 3600;

    /// Seconds from `from` to `to`, both included.
    record Span(long from, long to) {
        /// Rounding, and a clock that was read just before the build began.
        private static final int SLACK = 5;

        static Span of(Clock clock) {
            return new Span(clock.start().getEpochSecond() - SLACK, clock.end().getEpochSecond() + SLACK);
        }

        boolean meets(long first, long last) {
            return first <= to && from <= last;
        }
    }

    /// Whether this can name an instant of that span, in whatever time zone it was written.
    boolean in(Span span);

    /// Whether its shape alone says that it is a time.
    boolean evident();

    /// Seconds since 1970.
    record Epoch(long seconds) implements Moment {
        @Override
        public boolean in(Span span) {
            return span.meets(seconds, seconds);
        }

        @Override
        public boolean evident() {
            return false;
        }
    }

    /// Date and time.
    ///
    /// @param zone null when the text does not say it
    /// @param unit 1 when the text has seconds, 60 when it has not
    record Full(LocalDateTime local, ZoneOffset zone, int unit) implements Moment {
        @Override
        public boolean in(Span span) {
            long utc = local.toEpochSecond(ZoneOffset.UTC);
            if (zone != null) {
                return span.meets(utc - zone.getTotalSeconds(), utc - zone.getTotalSeconds() + unit - 1);
            }
            for (int offset = -ZONE_MAX; offset <= ZONE_MAX; offset += ZONE_STEP) {
                if (span.meets(utc - offset, utc - offset + unit - 1)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public boolean evident() {
            return true;
        }
    }

    /// A day.
    record Day(LocalDate date) implements Moment {
        @Override
        public boolean in(Span span) {
            long midnight = date.toEpochDay() * 86_400;
            return span.meets(midnight - ZONE_MAX, midnight + 86_399 + ZONE_MAX);
        }

        @Override
        public boolean evident() {
            return true;
        }
    }

    /// A time of day. It says something only about spans shorter than the step of time zones.
    ///
    /// @param unit 1 when the text has seconds, 60 when it has not
    record TimeOfDay(int seconds, int unit) implements Moment {
        @Override
        public boolean in(Span span) {
            long length = span.to() - span.from();
            if (unit != 1 || length >= ZONE_STEP) {
                return false;
            }
            return Math.floorMod(seconds - span.from(), (long) ZONE_STEP) <= length;
        }

        @Override
        public boolean evident() {
            return unit == 1;
        }
    }

    record Year(int year) implements Moment {
        @Override
        public boolean in(Span span) {
            return year >= yearOf(span.from() - ZONE_MAX) && year <= yearOf(span.to() + ZONE_MAX);
        }

        private static int yearOf(long seconds) {
            return LocalDateTime.ofInstant(Instant.ofEpochSecond(seconds), ZoneOffset.UTC).getYear();
        }

        @Override
        public boolean evident() {
            return false;
        }
    }

    /// Whether both can be the same instant, written in two time zones.
    static boolean sameInstant(Moment a, Moment b) {
        if (a instanceof Full x && b instanceof Full y) {
            long apart = x.local.toEpochSecond(ZoneOffset.UTC) - y.local.toEpochSecond(ZoneOffset.UTC);
            return x.zone != null && y.zone != null ? apart == x.zone.getTotalSeconds() - y.zone.getTotalSeconds()
                    : apart % ZONE_STEP == 0 && Math.abs(apart) <= 2 * ZONE_MAX;
        }
        return a instanceof TimeOfDay x && b instanceof TimeOfDay y && (x.seconds - y.seconds) % ZONE_STEP == 0;
    }
}
