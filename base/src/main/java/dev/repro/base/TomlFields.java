package dev.repro.base;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Strict reading of a TOML table: keys that are not known are refused when it is opened, values have one type each.
///
/// Every refusal is a [Problem] of exit code 2 that names `file:line:column`.
public final class TomlFields {
    private final Toml.Table table;
    private final String file;
    private final Toml.Place start;

    private TomlFields(Toml.Table table, String file, Toml.Place start) {
        this.table = table;
        this.file = file;
        this.start = start;
    }

    /// One string of a list or of a table of strings, which knows where it stands.
    public final class Text {
        public final String name;
        public final String value;
        private final Toml.Place place;

        private Text(String name, String value, Toml.Place place) {
            this.name = name;
            this.value = value;
            this.place = place;
        }

        public Problem refuse(String what) {
            return at(place, what);
        }

        /// `file:line:column`
        public String place() {
            return file + ":" + place.line() + ":" + place.column();
        }
    }

    /// @param file for messages
    /// @param known the keys that the root may have
    public static TomlFields parse(byte[] utf8, String file, String... known) throws Problem {
        return root(TomlParser.parse(utf8, file), file, known);
    }

    public static TomlFields root(Toml.Table table, String file, String... known) throws Problem {
        return open(table, file, table.place(), known);
    }

    private static TomlFields open(Toml.Table table, String file, Toml.Place start, String... known) throws Problem {
        var fields = new TomlFields(table, file, start);
        List<String> words = List.of(known);
        String unknown = null;
        for (String key : table.members().keySet()) {
            if (!words.contains(key) && (unknown == null || fields.place(key).compareTo(fields.place(unknown)) < 0)) {
                unknown = key;
            }
        }
        if (unknown != null) {
            throw fields.refuse(unknown, "unknown key `" + printable(unknown) + "`").hint(Nearest.of(unknown, words)
                    .map(near -> "did you mean `" + near + "`?").orElse("known here are " + String.join(", ", known)));
        }
        return fields;
    }

    public boolean has(String key) {
        return table.get(key) != null;
    }

    public Optional<TomlFields> table(String key, String... known) throws Problem {
        Toml.Table inner = get(key, Toml.Table.class, "a table");
        return inner == null ? Optional.empty() : Optional.of(open(inner, file, place(key), known));
    }

    /// The tables of `[[key]]`.
    public List<TomlFields> tables(String key, String... known) throws Problem {
        var out = new ArrayList<TomlFields>();
        for (Toml item : items(key, "a list of tables, each under `[[" + key + "]]`")) {
            if (!(item instanceof Toml.Table inner)) {
                throw at(item.place(), "`" + key + "` must be a list of tables, each under `[[" + key + "]]`");
            }
            out.add(open(inner, file, item.place(), known));
        }
        return out;
    }

    public Optional<String> optional(String key) throws Problem {
        Toml.Str value = get(key, Toml.Str.class, "a string");
        if (value != null) {
            checkText(value.value(), place(key));
        }
        return value == null ? Optional.empty() : Optional.of(value.value());
    }

    public String string(String key) throws Problem {
        return optional(key).orElseThrow(() -> missing(key));
    }

    public OptionalLong integer(String key) throws Problem {
        Toml.Int value = get(key, Toml.Int.class, "an integer");
        return value == null ? OptionalLong.empty() : OptionalLong.of(value.value());
    }

    public boolean bool(String key, boolean otherwise) throws Problem {
        Toml.Bool value = get(key, Toml.Bool.class, "true or false");
        return value == null ? otherwise : value.value();
    }

    public boolean isString(String key) {
        return table.get(key) instanceof Toml.Str;
    }

    /// The strings of a list; empty where the key is absent.
    public List<Text> strings(String key) throws Problem {
        var out = new ArrayList<Text>();
        for (Toml item : items(key, "a list of strings")) {
            out.add(text(key, item, item.place()));
        }
        return out;
    }

    /// The members of a table whose keys are free and whose values are strings, by place in the file; empty where the key is
    /// absent.
    public List<Text> texts(String key) throws Problem {
        Toml.Table inner = get(key, Toml.Table.class, "a table of strings");
        var out = new ArrayList<Text>();
        if (inner != null) {
            for (var member : inner.members().entrySet()) {
                out.add(text(member.getKey(), member.getValue().value(), member.getValue().key()));
            }
            out.sort((a, b) -> a.place.compareTo(b.place));
        }
        return out;
    }

    private Text text(String name, Toml value, Toml.Place place) throws Problem {
        if (!(value instanceof Toml.Str string)) {
            throw at(place, "`" + printable(name) + "` must hold strings only").found(value.kind());
        }
        checkText(string.value(), place);
        return new Text(name, string.value(), place);
    }

    /// A refusal of the value of `key`, or of the table itself where the key is absent.
    public Problem refuse(String key, String what) {
        return at(place(key), what);
    }

    public Problem missing(String key) {
        return refuse(key, "`" + key + "` is missing");
    }

    private Problem at(Toml.Place place, String what) {
        return Problem.usage(what).where(file + ":" + place.line() + ":" + place.column());
    }

    private Toml.Place place(String key) {
        Toml.Member member = table.members().get(key);
        return member == null ? start : member.key();
    }

    private List<Toml> items(String key, String expected) throws Problem {
        Toml.Arr list = get(key, Toml.Arr.class, expected);
        return list == null ? List.of() : list.items();
    }

    private <T extends Toml> T get(String key, Class<T> type, String expected) throws Problem {
        Toml value = table.get(key);
        if (value != null && !type.isInstance(value)) {
            throw refuse(key, "`" + key + "` has the wrong type").expected(expected).found(value.kind());
        }
        return type.cast(value);
    }

    /// No string may hold NUL: neither a path, an argument nor an environment variable can.
    private void checkText(String value, Toml.Place place) throws Problem {
        if (value.indexOf('\0') >= 0) {
            throw at(place, "a NUL character is not accepted");
        }
    }

    /// A key on one line of a message.
    private static String printable(String key) {
        var out = new StringBuilder();
        key.codePoints().limit(100).forEach(c -> out.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        return out.toString();
    }
}
