package dev.repro.builder.recipe;

import dev.repro.base.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/// Strict reading of a TOML table: keys that are not known are refused when it is opened, values have one type each.
///
/// Every refusal is a [Problem] of exit code 2 that names `file:line:column`.
final class TomlFields {
    private final TomlTable table;
    private final String file;
    private final TomlPosition start;

    private TomlFields(TomlTable table, String file, TomlPosition start) {
        this.table = table;
        this.file = file;
        this.start = start;
    }

    /// One string of a list or of a table of strings, which knows where it stands.
    final class Text {
        final String name;
        final String value;
        private final TomlPosition position;

        private Text(String name, String value, TomlPosition position) {
            this.name = name;
            this.value = value;
            this.position = position;
        }

        Problem refuse(String what) {
            return at(position, what);
        }
    }

    static TomlFields root(TomlTable table, String file, String... known) throws Problem {
        return open(table, file, TomlPosition.positionAt(1, 1), known);
    }

    private static TomlFields open(TomlTable table, String file, TomlPosition start, String... known) throws Problem {
        var fields = new TomlFields(table, file, start);
        var unknown = table.keySet().stream().filter(key -> !List.of(known).contains(key))
                .min(Comparator.comparing(fields::position, BY_PLACE));
        if (unknown.isPresent()) {
            String key = unknown.get();
            var problem = fields.refuse(key, "unknown key `" + key + "`");
            throw problem.hint(Nearest.of(key, List.of(known)).map(near -> "did you mean `" + near + "`?")
                    .orElse("known here are " + String.join(", ", known)));
        }
        return fields;
    }

    private static final Comparator<TomlPosition> BY_PLACE =
            Comparator.comparingInt(TomlPosition::line).thenComparingInt(TomlPosition::column);

    boolean has(String key) {
        return table.get(List.of(key)) != null;
    }

    Optional<TomlFields> table(String key, String... known) throws Problem {
        Optional<TomlTable> inner = get(key, TomlTable.class, "a table");
        return inner.isEmpty() ? Optional.empty() : Optional.of(open(inner.get(), file, position(key), known));
    }

    /// The tables of `[[key]]`.
    List<TomlFields> tables(String key, String... known) throws Problem {
        Optional<TomlArray> array = get(key, TomlArray.class, "a list of tables, each under `[[" + key + "]]`");
        var out = new ArrayList<TomlFields>();
        for (int i = 0; array.isPresent() && i < array.get().size(); i++) {
            TomlPosition position = array.get().inputPositionOf(i);
            if (!(array.get().get(i) instanceof TomlTable inner)) {
                throw at(position, "`" + key + "` must be a list of tables, each under `[[" + key + "]]`");
            }
            out.add(open(inner, file, position, known));
        }
        return out;
    }

    Optional<String> optional(String key) throws Problem {
        Optional<String> value = get(key, String.class, "a string");
        if (value.isPresent()) {
            checkText(value.get(), position(key));
        }
        return value;
    }

    String string(String key) throws Problem {
        return optional(key).orElseThrow(() -> missing(key));
    }

    OptionalLong integer(String key) throws Problem {
        Optional<Long> value = get(key, Long.class, "an integer");
        return value.isPresent() ? OptionalLong.of(value.get()) : OptionalLong.empty();
    }

    boolean bool(String key, boolean otherwise) throws Problem {
        return get(key, Boolean.class, "true or false").orElse(otherwise);
    }

    boolean isString(String key) {
        return table.get(List.of(key)) instanceof String;
    }

    /// The strings of a list; empty where the key is absent.
    List<Text> strings(String key) throws Problem {
        Optional<TomlArray> array = get(key, TomlArray.class, "a list of strings");
        var out = new ArrayList<Text>();
        for (int i = 0; array.isPresent() && i < array.get().size(); i++) {
            out.add(text(key, array.get().get(i), array.get().inputPositionOf(i)));
        }
        return out;
    }

    /// The members of a table whose keys are free and whose values are strings, by place in the file; empty where the key is
    /// absent.
    List<Text> texts(String key) throws Problem {
        Optional<TomlTable> inner = get(key, TomlTable.class, "a table of strings");
        var out = new ArrayList<Text>();
        if (inner.isPresent()) {
            for (String name : inner.get().keySet()) {
                out.add(text(name, inner.get().get(List.of(name)), inner.get().inputPositionOf(List.of(name))));
            }
            out.sort(Comparator.comparing(text -> text.position, BY_PLACE));
        }
        return out;
    }

    private Text text(String name, Object value, TomlPosition position) throws Problem {
        if (!(value instanceof String string)) {
            throw at(position, "`" + name + "` must hold strings only").found(kind(value));
        }
        checkText(string, position);
        return new Text(name, string, position);
    }

    /// A refusal of the value of `key`, or of the table itself where the key is absent.
    Problem refuse(String key, String what) {
        return at(position(key), what);
    }

    Problem missing(String key) {
        return refuse(key, "`" + key + "` is missing");
    }

    private Problem at(TomlPosition position, String what) {
        return Problem.usage(what).where(file + ":" + position.line() + ":" + position.column());
    }

    private TomlPosition position(String key) {
        TomlPosition position = table.inputPositionOf(List.of(key));
        return position == null ? start : position;
    }

    private <T> Optional<T> get(String key, Class<T> type, String expected) throws Problem {
        Object value = table.get(List.of(key));
        if (value != null && !type.isInstance(value)) {
            throw refuse(key, "`" + key + "` has the wrong type").expected(expected).found(kind(value));
        }
        return Optional.ofNullable(type.cast(value));
    }

    /// No string of a recipe may hold NUL: neither a path, an argument nor an environment variable can.
    private void checkText(String value, TomlPosition position) throws Problem {
        if (value.indexOf('\0') >= 0) {
            throw at(position, "a NUL character is not accepted");
        }
    }

    private static String kind(Object value) {
        return switch (value) {
            case String _ -> "a string";
            case Long _ -> "an integer";
            case Double _ -> "a number with a fraction";
            case Boolean _ -> "true or false";
            case TomlTable _ -> "a table";
            case TomlArray _ -> "a list";
            default -> "a date or time";
        };
    }
}
