package dev.repro.base;

import java.util.List;
import java.util.Map;

/// A TOML value, immutable, that knows where in its file it stands.
///
/// Read one with [TomlParser], read its members strictly with [TomlFields].
public sealed interface Toml {

    Place place();

    /// As a refusal names it: `a string`, `a table`.
    String kind();

    /// Of the first character of a key or value. Both count from 1; columns in UTF-16 units.
    record Place(int line, int column) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            return line != other.line ? Integer.compare(line, other.line) : Integer.compare(column, other.column);
        }
    }

    record Str(Place place, String value) implements Toml {
        @Override
        public String kind() {
            return "a string";
        }
    }

    record Int(Place place, long value) implements Toml {
        @Override
        public String kind() {
            return "an integer";
        }
    }

    record Real(Place place, double value) implements Toml {
        @Override
        public String kind() {
            return "a number with a fraction";
        }
    }

    record Bool(Place place, boolean value) implements Toml {
        @Override
        public String kind() {
            return "true or false";
        }
    }

    /// @param text as `java.time` parses it: `T` between date and time, `Z` for UTC; a minute may have a 60th second
    record Time(Place place, Form form, String text) implements Toml {
        @Override
        public String kind() {
            return "a date or time";
        }
    }

    enum Form { OFFSET_DATE_TIME, LOCAL_DATE_TIME, LOCAL_DATE, LOCAL_TIME }

    record Arr(Place place, List<Toml> items) implements Toml {
        @Override
        public String kind() {
            return "a list";
        }
    }

    /// @param members in the order of the text; unmodifiable
    record Table(Place place, Map<String, Member> members) implements Toml {
        @Override
        public String kind() {
            return "a table";
        }

        /// The value of a member, or null.
        public Toml get(String key) {
            Member member = members.get(key);
            return member == null ? null : member.value;
        }
    }

    /// @param key where the key stands; of a table under a header, where the header begins
    record Member(Place key, Toml value) {}
}
