package dev.repro.base;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;

/// Strict JSON (RFC 8259): UTF-8 without byte order mark, no duplicate names, no trailing data, no lone surrogates,
/// nesting of at most 64. Numbers are integers of 64 bits, or decimals of at most 64 characters.
public final class JsonParser {

    /// Nesting of arrays and objects, in levels.
    public static final int MAX_DEPTH = 64;

    private static final int MAX_NUMBER = 64;

    private final String text;
    private int at;

    private JsonParser(String text) {
        this.text = text;
    }

    /// Why a text is not JSON, and where.
    public static final class SyntaxException extends Exception {
        private static final long serialVersionUID = 1;

        SyntaxException(String what, int line, int column) {
            super("line " + line + ", column " + column + ": " + what);
        }
    }

    public static Json parse(byte[] utf8) throws SyntaxException {
        String lenient = new String(utf8, StandardCharsets.UTF_8);
        if (lenient.indexOf('\ufffd') < 0) { // which it puts in place of what is not UTF-8
            return parse(lenient);
        }
        try {
            return parse(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
        } catch (CharacterCodingException e) {
            throw new SyntaxException("not UTF-8", 1, 1);
        }
    }

    public static Json parse(String text) throws SyntaxException {
        var parser = new JsonParser(text);
        parser.space();
        Json value = parser.value(1);
        parser.space();
        if (parser.at < text.length()) {
            throw parser.error("text after the value");
        }
        return value;
    }

    private Json value(int depth) throws SyntaxException {
        if (depth > MAX_DEPTH) {
            throw error("nested deeper than " + MAX_DEPTH);
        }
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> new Json.Str(string());
            case 't' -> word("true", new Json.Bool(true));
            case 'f' -> word("false", new Json.Bool(false));
            case 'n' -> word("null", new Json.Null());
            default -> number();
        };
    }

    private Json object(int depth) throws SyntaxException {
        var members = new Json.Members();
        at++;
        space();
        if (peek() == '}') {
            at++;
            return new Json.Obj(members);
        }
        while (true) {
            if (peek() != '"') {
                throw error("a member name was expected");
            }
            String name = string();
            if (members.containsKey(name)) {
                throw error("member `" + name + "` stands twice");
            }
            space();
            expect(':');
            space();
            members.put(name, value(depth + 1));
            space();
            if (peek() == '}') {
                at++;
                return new Json.Obj(members);
            }
            expect(',');
            space();
        }
    }

    private Json array(int depth) throws SyntaxException {
        var items = new ArrayList<Json>();
        at++;
        space();
        if (peek() == ']') {
            at++;
            return new Json.Arr(items);
        }
        while (true) {
            items.add(value(depth + 1));
            space();
            if (peek() == ']') {
                at++;
                return new Json.Arr(items);
            }
            expect(',');
            space();
        }
    }

    private String string() throws SyntaxException {
        at++;
        int start = at;
        while (at < text.length() && isPlain(text.charAt(at))) {
            at++;
        }
        if (peek() == '"') {
            return text.substring(start, at++);
        }
        var out = new StringBuilder().append(text, start, at);
        while (true) {
            char c = peek();
            at++;
            if (c == '"') {
                return out.toString();
            } else if (c == '\\') {
                escape(out);
            } else if (c < 0x20) {
                throw error("a control character must be escaped");
            } else {
                out.append(c);
            }
        }
    }

    private static boolean isPlain(char c) {
        return c != '"' && c != '\\' && c >= 0x20;
    }

    private void escape(StringBuilder out) throws SyntaxException {
        char c = peek();
        at++;
        switch (c) {
            case '"', '\\', '/' -> out.append(c);
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case 'u' -> {
                char unit = unit();
                out.append(unit);
                if (Character.isHighSurrogate(unit)) {
                    expect('\\');
                    expect('u');
                    char low = unit();
                    if (!Character.isLowSurrogate(low)) {
                        throw error("a lone surrogate");
                    }
                    out.append(low);
                } else if (Character.isLowSurrogate(unit)) {
                    throw error("a lone surrogate");
                }
            }
            default -> throw error("unknown escape \\" + c);
        }
    }

    private char unit() throws SyntaxException {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            char c = peek();
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw error("four hexadecimal digits were expected");
            }
            value = value << 4 | digit;
            at++;
        }
        return (char) value;
    }

    private Json number() throws SyntaxException {
        int start = at;
        if (peek() == '-') {
            at++;
        }
        int first = at;
        boolean leadingZero = digits() > 1 && text.charAt(first) == '0';
        boolean integer = true;
        if (at < text.length() && text.charAt(at) == '.') {
            integer = false;
            at++;
            digits();
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            integer = false;
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits();
        }
        String number = text.substring(start, at);
        if (leadingZero || number.length() > MAX_NUMBER || number.equals("-0")) {
            throw error("a number of this form is not accepted");
        }
        try {
            return integer ? new Json.Int(Long.parseLong(number)) : new Json.Dec(new BigDecimal(number));
        } catch (NumberFormatException e) {
            throw error("a number beyond 64 bits");
        }
    }

    private int digits() throws SyntaxException {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == start) {
            throw error("a value was expected");
        }
        return at - start;
    }

    private Json word(String word, Json value) throws SyntaxException {
        if (!text.startsWith(word, at)) {
            throw error("a value was expected");
        }
        at += word.length();
        return value;
    }

    private void space() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                return;
            }
            at++;
        }
    }

    private char peek() throws SyntaxException {
        if (at >= text.length()) {
            throw error("the text ends too early");
        }
        return text.charAt(at);
    }

    private void expect(char c) throws SyntaxException {
        if (peek() != c) {
            throw error("`" + c + "` was expected");
        }
        at++;
    }

    private SyntaxException error(String what) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < Math.min(at, text.length()); i++) {
            column++;
            if (text.charAt(i) == '\n') {
                line++;
                column = 1;
            }
        }
        return new SyntaxException(what, line, column);
    }
}
