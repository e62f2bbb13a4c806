package dev.repro.base;

/// The characters of a TOML text: where the parser stands, blanks, comments and strings.
final class TomlCursor {
    private static final int MAX_QUOTED = 40;

    final String text;
    private final String file;
    int at;
    private int line = 1;
    private int lineStart;

    TomlCursor(String text, String file) {
        this.text = text;
        this.file = file;
    }

    Toml.Place place() {
        return new Toml.Place(line, at - lineStart + 1);
    }

    /// The next character, or -1 at the end.
    int peek() {
        return at < text.length() ? text.charAt(at) : -1;
    }

    boolean next(String expected) {
        return text.startsWith(expected, at);
    }

    void blanks() {
        while (peek() == ' ' || peek() == '\t') {
            at++;
        }
    }

    /// Passes the end of a line, if there is one here.
    boolean newline() {
        int length = peek() == '\n' ? 1 : next("\r\n") ? 2 : 0;
        if (length == 0) {
            return false;
        }
        at += length;
        line++;
        lineStart = at;
        return true;
    }

    /// Passes a comment, if there is one here, up to the end of its line.
    void comment() throws Problem {
        if (peek() == '#') {
            while (peek() >= 0 && peek() != '\n' && !next("\r\n")) {
                plain("in a comment");
            }
        }
    }

    /// Passes blanks, comments and ends of lines.
    void space() throws Problem {
        do {
            blanks();
            comment();
        } while (newline());
    }

    /// Passes a character that is none of control.
    private void plain(String where) throws Problem {
        int c = peek();
        if (c < 0x20 && c != '\t' || c == 0x7f) {
            throw error("a control character " + where);
        }
        at++;
    }

    /// A string on one line, basic or literal: `"…"`, `'…'`.
    String string() throws Problem {
        int quote = peek();
        int start = ++at;
        while (peek() != quote && peek() != '\\' && peek() >= 0x20) {
            plain("in a string");
        }
        if (peek() == quote) {
            return text.substring(start, at++);
        }
        var out = new StringBuilder().append(text, start, at);
        while (peek() != quote) {
            if (peek() < 0 || peek() == '\n' || next("\r\n")) {
                throw error("a string without its end").expected((char) quote).found(found());
            }
            character(quote, out);
        }
        at++;
        return out.toString();
    }

    /// `"""…"""` or `'''…'''`: a line's end right after the quotes is dropped, others become `\n`.
    String lines() throws Problem {
        int quote = peek();
        Toml.Place start = place();
        at += 3;
        newline();
        var out = new StringBuilder();
        while (true) {
            int run = 0;
            while (run < 5 && at + run < text.length() && text.charAt(at + run) == quote) { // two may stand before the end
                run++;
            }
            at += run;
            out.append(text, at - run, run < 3 ? at : at - 3);
            if (run >= 3) {
                return out.toString();
            } else if (peek() < 0) {
                throw error(start, "a string without its end").expected(Character.toString(quote).repeat(3)).found(found());
            } else if (newline()) {
                out.append('\n');
            } else if (run == 0 && !(quote == '"' && peek() == '\\' && continued())) {
                character(quote, out);
            }
        }
    }

    /// Passes a backslash, the rest of its line, and what is blank after it; not where more than blanks follow.
    private boolean continued() {
        int backslash = at++;
        blanks();
        if (!newline()) {
            at = backslash;
            return false;
        }
        do {
            blanks();
        } while (newline());
        return true;
    }

    private void character(int quote, StringBuilder out) throws Problem {
        if (quote == '"' && peek() == '\\') {
            at++;
            escape(out);
        } else {
            plain("in a string");
            out.append(text.charAt(at - 1));
        }
    }

    private void escape(StringBuilder out) throws Problem {
        int c = peek();
        at++;
        switch (c) {
            case '"', '\\' -> out.append((char) c);
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case 'u' -> out.appendCodePoint(scalar(4));
            case 'U' -> out.appendCodePoint(scalar(8));
            default -> {
                at--;
                throw error("an unknown escape").expected("one of \\b \\t \\n \\f \\r \\\" \\\\ \\uXXXX \\UXXXXXXXX").found(found());
            }
        }
    }

    /// A Unicode scalar value in hexadecimal digits.
    private int scalar(int digits) throws Problem {
        Toml.Place start = place();
        long value = 0;
        for (int i = 0; i < digits; i++, at++) {
            int digit = peek() < 0x80 ? Character.digit(peek(), 16) : -1;
            if (digit < 0) {
                throw error("an escape that is too short").expected(digits + " hexadecimal digits").found(found());
            }
            value = value << 4 | digit;
        }
        if (value > Character.MAX_CODE_POINT || value >= Character.MIN_SURROGATE && value <= Character.MAX_SURROGATE) {
            throw error(start, "an escape that is no character").found(text.substring(at - digits, at));
        }
        return (int) value;
    }

    /// What stands here, for a message.
    String found() {
        int c = peek();
        if (c < 0) {
            return "the end of the file";
        } else if (c == '\n' || c == '\r') {
            return "the end of the line";
        }
        return c <= ' ' || c == 0x7f ? "U+00" + Character.forDigit(c >> 4, 16) + Character.forDigit(c & 15, 16)
                : "`" + Character.toString(text.codePointAt(at)) + "`";
    }

    static String quoted(String token) {
        return "`" + (token.length() > MAX_QUOTED ? token.substring(0, MAX_QUOTED) + "…" : token) + "`";
    }

    Problem error(String what) {
        return error(place(), what);
    }

    Problem error(Toml.Place place, String what) {
        return Problem.usage("not TOML: " + what).where(file + ":" + place.line() + ":" + place.column());
    }
}
