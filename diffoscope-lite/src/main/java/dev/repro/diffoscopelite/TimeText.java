package dev.repro.diffoscopelite;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// Finds the dates, times and epochs in a text, in the shapes that compilers, `date`, make, tar and programs write them.
final class TimeText {

    /// A piece of the text, `start` included, `end` not.
    record Token(int start, int end, Moment moment) {}

    private interface Reader {
        Moment read(MatchResult match);
    }

    private record Shape(Pattern pattern, Reader reader) {
        Shape(String pattern, Reader reader) {
            this(Pattern.compile(pattern), reader);
        }
    }

    private static final String MONTH = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}";
    private static final String WEEKDAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},?";
    private static final String HMS = "(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,]\\d{1,9})?)?(?: ?(AM|PM|am|pm))?";
    private static final String ZONE = "(?: ?(Z|UTC|GMT|[A-Z]{3,4}|[+-]\\d{2}(?::?\\d{2})?))?";
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

    /// The first shape that fits a piece of text takes it: most specific first.
    private static final List<Shape> SHAPES = List.of(
            // 2026-01-31T23:59:59+00:00, 2026/01/31
            new Shape("(?<!\\d)(\\d{4})([-/.])(\\d{2})\\2(\\d{2})(?:[T ]" + HMS + ZONE + ")?(?!\\d)",
                    m -> moment(day(m.group(1), m.group(3), m.group(4)), m, 5)),
            // 20260131T235959Z, 20260131235959, 20260131
            new Shape("(?<!\\d)((?:19|20)\\d{2})(\\d{2})(\\d{2})(?:[T_.-]?(\\d{2})(\\d{2})(\\d{2})Z?)?(?!\\d)",
                    TimeText::compact),
            // Sat Jan 31 23:59:59 UTC 2026, Sat Jan 31 11:59:59 PM UTC 2026, asctime
            new Shape(WEEKDAY + " +" + MONTH + " +(\\d{1,2}) +" + HMS + ZONE + " +(\\d{4})(?!\\d)",
                    m -> moment(day(m.group(8), m.group(1), m.group(2)), m, 3)),
            // Jan 31 2026, January 31, 2026 23:59:59
            new Shape(MONTH + " +(\\d{1,2}),? +(\\d{4})(?!\\d)(?:[ ,]+" + HMS + ZONE + ")?",
                    m -> moment(day(m.group(3), m.group(1), m.group(2)), m, 4)),
            // Sat, 31 Jan 2026 23:59:59 +0000; 31-Jan-2026; Sat 31 Jan 2026 11:59:59 PM UTC
            new Shape("(?:" + WEEKDAY + " +)?(?<!\\d)(\\d{1,2})\\.?[ -]" + MONTH + "[ -](\\d{4})(?!\\d)(?:[ ,]+" + HMS + ZONE
                    + ")?",
                    m -> moment(day(m.group(3), m.group(2), m.group(1)), m, 4)),
            // 01/31/2026, 31.01.2026, 01/31/26
            new Shape("(?<![\\d/.])(\\d{2})([/.])(\\d{2})\\2(\\d{4}|\\d{2})(?![\\d/.])", TimeText::slashed),
            new Shape("(?<![\\d:])" + HMS + "(?![\\d:])", m -> timeOfDay(m, 1)),
            // seconds, milliseconds, microseconds, nanoseconds
            new Shape("(?<!\\d)([1-9]\\d{8,9})(?:\\d{3}|\\d{6}|\\d{9})?(?!\\d)",
                    m -> new Moment.Epoch(Long.parseLong(m.group(1)))),
            // octal, as tar writes it
            new Shape("(?<!\\d)([0-7]{11,12})(?!\\d)", m -> new Moment.Epoch(Long.parseLong(m.group(1), 8))),
            new Shape("(?<![0-9A-Fa-f])(?:0x)?0{0,8}([0-9a-fA-F]{8})(?![0-9A-Fa-f])",
                    m -> new Moment.Epoch(Long.parseLong(m.group(1), 16))),
            new Shape("(?<!\\d)((?:19|20)\\d{2})(?!\\d)", m -> new Moment.Year(Integer.parseInt(m.group(1)))));

    private TimeText() {}

    /// In the order of the text, never overlapping.
    static List<Token> scan(String text) {
        var tokens = new ArrayList<Token>();
        var taken = new BitSet();
        for (var shape : SHAPES) {
            var matcher = shape.pattern.matcher(text);
            while (matcher.find()) {
                int next = taken.nextSetBit(matcher.start());
                Moment moment = next >= 0 && next < matcher.end() ? null : read(shape, matcher.toMatchResult());
                if (moment != null) {
                    tokens.add(new Token(matcher.start(), matcher.end(), moment));
                    taken.set(matcher.start(), matcher.end());
                }
            }
        }
        tokens.sort(Comparator.comparingInt(Token::start));
        return tokens;
    }

    /// Null for what has the shape of a date and is none, such as month 13.
    private static Moment read(Shape shape, MatchResult match) {
        try {
            return shape.reader.read(match);
        } catch (DateTimeException _) {
            return null;
        }
    }

    /// @param month digits or the beginning of an English name
    private static LocalDate day(String year, String month, String day) {
        int number = Character.isDigit(month.charAt(0)) ? Integer.parseInt(month) : MONTHS.indexOf(month) / 3 + 1;
        return LocalDate.of(Integer.parseInt(year), number, Integer.parseInt(day));
    }

    /// @param group of the hour; minute, second, AM/PM and zone follow it
    private static Moment moment(LocalDate day, MatchResult m, int group) {
        if (m.group(group) == null) {
            return new Moment.Day(day);
        }
        var time = timeOfDay(m, group);
        return new Moment.Full(day.atStartOfDay().plusSeconds(time.seconds()), zone(m.group(group + 4)), time.unit());
    }

    private static Moment.TimeOfDay timeOfDay(MatchResult m, int group) {
        int hour = Integer.parseInt(m.group(group));
        int minute = Integer.parseInt(m.group(group + 1));
        int second = m.group(group + 2) == null ? 0 : Integer.parseInt(m.group(group + 2));
        String half = m.group(group + 3);
        if (half != null) {
            hour = hour % 12 + (half.equalsIgnoreCase("pm") ? 12 : 0);
        }
        if (hour > 23 || minute > 59 || second > 60) {
            throw new DateTimeException("no time of day");
        }
        return new Moment.TimeOfDay(hour * 3600 + minute * 60 + second, m.group(group + 2) == null ? 60 : 1);
    }

    /// Null for a name that does not say how far it is from UTC.
    private static ZoneOffset zone(String text) {
        if (text == null || Character.isLetter(text.charAt(0))) {
            return "Z".equals(text) || "UTC".equals(text) || "GMT".equals(text) ? ZoneOffset.UTC : null;
        }
        return ZoneOffset.of(text);
    }

    private static Moment compact(MatchResult m) {
        var day = day(m.group(1), m.group(2), m.group(3));
        if (m.group(4) == null) {
            return new Moment.Day(day);
        }
        return new Moment.Full(LocalDateTime.of(day.getYear(), day.getMonth(), day.getDayOfMonth(), Integer.parseInt(m.group(4)),
                Integer.parseInt(m.group(5)), Integer.parseInt(m.group(6))), null, 1);
    }

    /// Month first with slashes, unless that cannot be; day first with dots.
    private static Moment slashed(MatchResult m) {
        boolean monthFirst = m.group(2).equals("/") && Integer.parseInt(m.group(1)) <= 12;
        String year = m.group(4).length() == 2 ? "20" + m.group(4) : m.group(4);
        return new Moment.Day(monthFirst ? day(year, m.group(1), m.group(3)) : day(year, m.group(3), m.group(1)));
    }
}
