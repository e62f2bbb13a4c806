package dev.repro.base;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Strict TOML 1.0.0 (https://toml.io/en/v1.0.0): all of it, in UTF-8 without byte order mark, at most 1 MiB, tables and lists nested
/// at most 64 deep. Integers have 64 bits.
///
/// What is not TOML is a [Problem] of exit code 2 that names `file:line:column`.
public final class TomlParser {

    /// Of a text, in bytes.
    public static final int MAX_BYTES = 1 << 20;
    /// Nesting of tables and lists, in levels.
    public static final int MAX_DEPTH = 64;

    private final TomlCursor cursor;

    private TomlParser(TomlCursor cursor) {
        this.cursor = cursor;
    }

    /// @param file for messages
    public static Toml.Table parse(byte[] utf8, String file) throws Problem {
        if (utf8.length > MAX_BYTES) {
            throw Problem.usage("not TOML: too long").where(file).expected("at most " + MAX_BYTES + " bytes").found(utf8.length);
        }
        try {
            return parse(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString(), file);
        } catch (CharacterCodingException e) {
            throw Problem.usage("not UTF-8").where(file).because(e);
        }
    }

    /// @param file for messages
    public static Toml.Table parse(String text, String file) throws Problem {
        return new TomlParser(new TomlCursor(text, file)).document();
    }

    /// How a table came to be, which decides what may still be added to it.
    private enum Made {
        /// By its own header, or as the root.
        HEADER,
        /// By the header of a table inside it: its own header may still come.
        ON_THE_WAY,
        /// By the dots of a key.
        DOTTED
    }

    /// A table that may still grow. Values are a [Toml], an `Open`, or an [OpenList].
    private static final class Open {
        final Toml.Place place;
        final int depth;
        final Map<String, Slot> slots = new LinkedHashMap<>();
        Made made;

        Open(Toml.Place place, int depth, Made made) {
            this.place = place;
            this.depth = depth;
            this.made = made;
        }

        Toml.Table close() {
            var members = new LinkedHashMap<String, Toml.Member>();
            slots.forEach((name, slot) -> members.put(name, new Toml.Member(slot.key, slot.close())));
            return new Toml.Table(place, Collections.unmodifiableMap(members));
        }
    }

    /// The tables of `[[name]]`.
    private record OpenList(Toml.Place place, List<Open> tables) {}

    private record Slot(Toml.Place key, Object value) {
        Toml close() {
            if (value instanceof Open table) {
                return table.close();
            } else if (value instanceof OpenList list) {
                var items = new ArrayList<Toml>();
                list.tables.forEach(table -> items.add(table.close()));
                return new Toml.Arr(list.place, Collections.unmodifiableList(items));
            }
            return (Toml) value;
        }
    }

    private record Key(String name, Toml.Place place) {}

    private Toml.Table document() throws Problem {
        var root = new Open(cursor.place(), 0, Made.HEADER);
        Open table = root;
        while (true) {
            cursor.space();
            if (cursor.peek() < 0) {
                return root.close();
            }
            if (cursor.peek() == '[') {
                table = header(root);
            } else {
                member(table);
            }
            cursor.blanks();
            cursor.comment();
            if (cursor.peek() >= 0 && !cursor.newline()) {
                throw unexpected("the end of the line");
            }
        }
    }

    /// `[a.b]` or `[[a.b]]`: the table that it opens.
    private Open header(Open root) throws Problem {
        Toml.Place place = cursor.place();
        boolean list = cursor.next("[[");
        cursor.at += list ? 2 : 1;
        List<Key> keys = key();
        if (!cursor.next(list ? "]]" : "]")) {
            throw unexpected(list ? "]]" : "]");
        }
        cursor.at += list ? 2 : 1;
        Open in = root;
        for (Key key : keys.subList(0, keys.size() - 1)) {
            in = onTheWay(in, key, place);
        }
        Key last = keys.getLast();
        return list ? listed(in, last, place) : headed(in, last, place);
    }

    private Open onTheWay(Open in, Key key, Toml.Place place) throws Problem {
        Slot slot = in.slots.get(key.name);
        if (slot == null) {
            return put(in, key.name, place, open(in, place, 1, Made.ON_THE_WAY));
        } else if (slot.value instanceof OpenList list) {
            return list.tables.getLast();
        } else if (slot.value instanceof Open table) {
            return table;
        }
        throw twice(key, slot);
    }

    private Open headed(Open in, Key key, Toml.Place place) throws Problem {
        Slot slot = in.slots.get(key.name);
        if (slot == null) {
            return put(in, key.name, place, open(in, place, 1, Made.HEADER));
        } else if (slot.value instanceof Open table && table.made == Made.ON_THE_WAY) {
            table.made = Made.HEADER;
            return table;
        }
        throw twice(key, slot);
    }

    private Open listed(Open in, Key key, Toml.Place place) throws Problem {
        Slot slot = in.slots.get(key.name);
        if (slot != null && !(slot.value instanceof OpenList)) {
            throw twice(key, slot);
        }
        OpenList list = slot == null ? put(in, key.name, place, new OpenList(place, new ArrayList<>())) : (OpenList) slot.value;
        Open table = open(in, place, 2, Made.HEADER);
        list.tables.add(table);
        return table;
    }

    private Open open(Open in, Toml.Place place, int deeper, Made made) throws Problem {
        deep(in.depth + deeper);
        return new Open(place, in.depth + deeper, made);
    }

    /// `a.b = value`
    private void member(Open table) throws Problem {
        List<Key> keys = key();
        if (cursor.peek() != '=') {
            throw unexpected("=");
        }
        cursor.at++;
        Open in = table;
        for (Key key : keys.subList(0, keys.size() - 1)) {
            Slot slot = in.slots.get(key.name);
            if (slot == null) {
                in = put(in, key.name, key.place, open(in, key.place, 1, Made.DOTTED));
            } else if (slot.value instanceof Open inner && inner.made == Made.DOTTED) {
                in = inner;
            } else {
                throw twice(key, slot);
            }
        }
        Key last = keys.getLast();
        Slot before = in.slots.get(last.name);
        if (before != null) {
            throw twice(last, before);
        }
        cursor.blanks();
        put(in, last.name, last.place, value(in.depth + 1));
    }

    private static <T> T put(Open in, String name, Toml.Place key, T value) {
        in.slots.put(name, new Slot(key, value));
        return value;
    }

    /// One or more names with dots between, and blanks around each.
    private List<Key> key() throws Problem {
        var keys = new ArrayList<Key>();
        while (true) {
            cursor.blanks();
            Toml.Place place = cursor.place();
            keys.add(new Key(name(), place));
            cursor.blanks();
            if (cursor.peek() != '.') {
                return keys;
            }
            cursor.at++;
        }
    }

    private String name() throws Problem {
        if (cursor.peek() == '"' || cursor.peek() == '\'') {
            return cursor.string();
        }
        int start = cursor.at;
        while (isBare(cursor.peek())) {
            cursor.at++;
        }
        if (cursor.at == start) {
            throw unexpected("a key");
        }
        return cursor.text.substring(start, cursor.at);
    }

    private static boolean isBare(int c) {
        return isAlphanumeric(c) || c == '_' || c == '-';
    }

    private static boolean isAlphanumeric(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }

    private Toml value(int depth) throws Problem {
        Toml.Place place = cursor.place();
        return switch (cursor.peek()) {
            case '"', '\'' -> new Toml.Str(place, cursor.next("\"\"\"") || cursor.next("'''") ? cursor.lines() : cursor.string());
            case '[' -> list(place, depth);
            case '{' -> inline(place, depth);
            default -> TomlScalar.read(word(), place, cursor);
        };
    }

    /// The characters of a number, a date or time, true or false.
    private String word() throws Problem {
        int start = cursor.at;
        while (isBare(cursor.peek()) || cursor.peek() == '+' || cursor.peek() == '.' || cursor.peek() == ':'
                || cursor.peek() == ' ' && isBeforeTime(start)) {
            cursor.at++;
        }
        if (cursor.at == start) {
            throw unexpected("a value");
        }
        return cursor.text.substring(start, cursor.at);
    }

    /// Whether this blank stands between a date and a time: `1979-05-27 07:32:00`.
    private boolean isBeforeTime(int start) {
        return cursor.at - start == 10 && cursor.text.charAt(start + 4) == '-' && cursor.at + 1 < cursor.text.length()
                && Character.isDigit(cursor.text.charAt(cursor.at + 1));
    }

    private Toml list(Toml.Place place, int depth) throws Problem {
        deep(depth);
        var items = new ArrayList<Toml>();
        cursor.at++;
        cursor.space();
        while (cursor.peek() != ']') {
            items.add(value(depth + 1));
            cursor.space();
            if (cursor.peek() == ',') {
                cursor.at++;
                cursor.space();
            } else if (cursor.peek() != ']') {
                throw unexpected(", or ]");
            }
        }
        cursor.at++;
        return new Toml.Arr(place, Collections.unmodifiableList(items));
    }

    /// `{ a = 1, b.c = 2 }`, on one line, without a comma at its end.
    private Toml inline(Toml.Place place, int depth) throws Problem {
        deep(depth);
        var table = new Open(place, depth, Made.HEADER);
        cursor.at++;
        cursor.blanks();
        boolean more = cursor.peek() != '}';
        while (more) {
            member(table);
            cursor.blanks();
            more = cursor.peek() == ',';
            if (more) {
                cursor.at++;
            } else if (cursor.peek() != '}') {
                throw unexpected(", or }");
            }
        }
        cursor.at++;
        return table.close(); // so nothing can be added to it
    }

    private void deep(int depth) throws Problem {
        if (depth > MAX_DEPTH) {
            throw cursor.error("nested deeper than " + MAX_DEPTH);
        }
    }

    private Problem unexpected(String expected) {
        return cursor.error("something else was expected").expected(expected).found(cursor.found());
    }

    private Problem twice(Key key, Slot before) {
        return cursor.error(key.place, TomlCursor.quoted(key.name) + " is defined already at line " + before.key.line() + ", column "
                + before.key.column());
    }
}
