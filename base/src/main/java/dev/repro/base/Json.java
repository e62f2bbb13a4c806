package dev.repro.base;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A JSON value, immutable. Objects keep the order in which their members were read or put.
///
/// Read one with [JsonParser], read its members strictly with [Fields], write it with [JsonText].
public sealed interface Json {

    /// Members that nobody else has a hold on, and that so need no copy.
    final class Members extends LinkedHashMap<String, Json> {
        private static final long serialVersionUID = 1;

        Members() {}
    }

    /// @param members in the order of the text; unmodifiable
    record Obj(Map<String, Json> members) implements Json {
        public Obj {
            members = Collections.unmodifiableMap(members instanceof Members own ? own : new LinkedHashMap<>(members));
        }

        /// This object with one member more, or with that member replaced.
        public Obj with(String name, Object value) {
            var copy = new LinkedHashMap<>(members);
            copy.put(name, of(value));
            return new Obj(copy);
        }

        /// This object without one member.
        public Obj without(String name) {
            var copy = new LinkedHashMap<>(members);
            copy.remove(name);
            return new Obj(copy);
        }
    }

    record Arr(List<Json> items) implements Json {
        public Arr {
            items = List.copyOf(items);
        }
    }

    record Str(String value) implements Json {
        public Str {
            Objects.requireNonNull(value);
        }
    }

    /// The only kind of number that canonical JSON and our own stored formats have.
    record Int(long value) implements Json {}

    /// A number with a fraction: only in what is printed for people and programs to read, never in what is hashed or signed.
    record Dec(BigDecimal value) implements Json {}

    record Bool(boolean value) implements Json {}

    record Null() implements Json {}

    /// An object of alternating names and values, each value as [#of] takes it.
    static Obj object(Object... namesAndValues) {
        var members = new LinkedHashMap<String, Json>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            members.put((String) namesAndValues[i], of(namesAndValues[i + 1]));
        }
        return new Obj(members);
    }

    static Arr array(List<?> values) {
        var items = new ArrayList<Json>();
        values.forEach(v -> items.add(of(v)));
        return new Arr(items);
    }

    /// The JSON of a null, Json, String, Digest, Boolean, Integer, Long, BigDecimal, Map of String, or List of these.
    static Json of(Object value) {
        if (value == null) { // and no `switch` over types: see JsonText
            return new Null();
        } else if (value instanceof Json j) {
            return j;
        } else if (value instanceof String s) {
            return new Str(s);
        } else if (value instanceof Digest d) {
            return new Str(d.hex());
        } else if (value instanceof Boolean b) {
            return new Bool(b);
        } else if (value instanceof Integer || value instanceof Long) {
            return new Int(((Number) value).longValue());
        } else if (value instanceof BigDecimal d) {
            return new Dec(d);
        } else if (value instanceof Map<?, ?> m) {
            var members = new Members();
            m.forEach((k, v) -> members.put((String) k, of(v)));
            return new Obj(members);
        } else if (value instanceof List<?> l) {
            return array(l);
        }
        throw new IllegalArgumentException("no JSON for " + value.getClass());
    }
}
