package dev.repro.base;

/// Numbers, dates and times of TOML, from the characters of one word.
final class TomlScalar {
    private final String word;
    private final Toml.Place place;
    private final TomlCursor cursor;

    private TomlScalar(String word, Toml.Place place, TomlCursor cursor) {
        this.word = word;
        this.place = place;
        this.cursor = cursor;
    }

    /// @param cursor for the place in a refusal
    static Toml read(String word, Toml.Place place, TomlCursor cursor) throws Problem {
        return new TomlScalar(word, place, cursor).read();
    }

    private Toml read() throws Problem {
        if (word.equals("true") || word.equals("false")) {
            return new Toml.Bool(place, word.equals("true"));
        } else if (word.length() > 2 && word.charAt(2) == ':' || word.length() > 4 && word.charAt(4) == '-' && isDigit(3)) {
            return time();
        }
        int sign = at(0) == '-' || at(0) == '+' ? 1 : 0;
        boolean negative = at(0) == '-';
        String rest = word.substring(sign);
        if (rest.equals("inf") || rest.equals("nan")) {
            return new Toml.Real(place, rest.equals("nan") ? Double.NaN : negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
        }
        int radix = sign == 0 && at(0) == '0' ? switch (at(1)) {
            case 'x' -> 16;
            case 'o' -> 8;
            case 'b' -> 2;
            default -> 10;
        } : 10;
        return radix == 10 ? decimal(sign) : integer(2, radix);
    }

    private Toml decimal(int sign) throws Problem {
        int end = digits(sign, 10);
        if (at(sign) == '0' && end > sign + 1) {
            throw refuse("a number that begins with 0");
        } else if (end == word.length()) {
            return integer(0, 10);
        }
        if (at(end) == '.') {
            end = digits(end + 1, 10);
        }
        if (at(end) == 'e' || at(end) == 'E') {
            end = digits(end + (at(end + 1) == '-' || at(end + 1) == '+' ? 2 : 1), 10);
        }
        if (end != word.length()) {
            throw refuse("no value");
        }
        return new Toml.Real(place, Double.parseDouble(word.replace("_", "")));
    }

    private Toml integer(int from, int radix) throws Problem {
        if (radix != 10 && digits(from, radix) != word.length()) {
            throw refuse("no number of base " + radix);
        }
        try {
            return new Toml.Int(place, Long.parseLong(word.substring(from).replace("_", ""), radix));
        } catch (NumberFormatException e) {
            throw cursor.error(place, "an integer beyond 64 bits").found(TomlCursor.quoted(word)).because(e);
        }
    }

    /// The end of one or more digits, with single underscores between them.
    private int digits(int from, int radix) throws Problem {
        int end = from;
        while (isDigit(end, radix) || at(end) == '_' && end > from && isDigit(end - 1, radix) && isDigit(end + 1, radix)) {
            end++;
        }
        if (end == from) {
            throw refuse("no value");
        }
        return end;
    }

    /// RFC 3339: `1979-05-27`, `07:32:00.5`, both with `T`, `t` or a blank between, and then perhaps `Z` or `+01:00`.
    private Toml time() throws Problem {
        boolean date = at(2) != ':';
        boolean time = !date || word.length() > 10;
        if (date) {
            int month = field(5, 1, 12);
            int year = field(0, 0, 99) * 100 + field(2, 0, 99);
            field(8, 1, month == 2 ? year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 : 30 + (month + month / 8) % 2);
            expect(at(7) == '-' && (!time || at(10) == 'T' || at(10) == 't' || at(10) == ' '));
        }
        int from = date ? 11 : 0;
        int end = time ? clock(from) : 10;
        boolean offset = date && time && end < word.length();
        if (offset && at(end) != 'Z' && at(end) != 'z') {
            expect(at(end) == '+' || at(end) == '-');
            field(end + 1, 0, 23);
            field(end + 4, 0, 59);
            expect(at(end + 3) == ':');
            end += 5;
        }
        expect(word.length() == end + (offset ? 1 : 0));
        String text = date && time ? word.substring(0, 10) + "T" + word.substring(11).replace('z', 'Z') : word;
        return new Toml.Time(place, offset ? Toml.Form.OFFSET_DATE_TIME : !date ? Toml.Form.LOCAL_TIME
                : time ? Toml.Form.LOCAL_DATE_TIME : Toml.Form.LOCAL_DATE, text);
    }

    /// The end of `hh:mm:ss`, or of `hh:mm:ss.fraction`.
    private int clock(int from) throws Problem {
        field(from, 0, 23);
        field(from + 3, 0, 59);
        field(from + 6, 0, 60); // a leap second
        expect(at(from + 2) == ':' && at(from + 5) == ':');
        int end = from + 8;
        if (at(end) == '.') {
            expect(isDigit(++end));
            while (isDigit(end)) {
                end++;
            }
        }
        return end;
    }

    private int field(int from, int least, int most) throws Problem {
        expect(isDigit(from) && isDigit(from + 1));
        int value = (at(from) - '0') * 10 + at(from + 1) - '0';
        expect(value >= least && value <= most);
        return value;
    }

    private void expect(boolean right) throws Problem {
        if (!right) {
            throw refuse("no date or time");
        }
    }

    private boolean isDigit(int i) {
        return isDigit(i, 10);
    }

    private boolean isDigit(int i, int radix) {
        return at(i) < 0x80 && Character.digit(at(i), radix) >= 0;
    }

    private char at(int i) {
        return i < word.length() ? word.charAt(i) : 0;
    }

    private Problem refuse(String what) {
        return cursor.error(place, what).found(TomlCursor.quoted(word));
    }
}
