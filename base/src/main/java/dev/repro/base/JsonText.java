package dev.repro.base;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;

/// Writes JSON: for people ([#pretty]), for a line of a program ([#compact]), for hashing and signing ([#canonical]).
public final class JsonText {

    private JsonText() {}

    /// Two spaces a level, members in their own order, a newline at the end.
    public static String pretty(Json value) {
        var out = new StringBuilder();
        pretty(value, out, "\n");
        return out.append('\n').toString();
    }

    /// One line, no spaces, members in their own order.
    public static String compact(Json value) {
        var out = new StringBuilder();
        compact(value, out);
        return out.toString();
    }

    /// OLPC canonical JSON, the form that TUF signs: members sorted by code point, no white space, integers only, in strings only
    /// `"` and `\` escaped and every other character as itself.
    ///
    /// @throws IllegalArgumentException for a [Json.Dec], which has no canonical form
    public static byte[] canonical(Json value) {
        var out = new StringBuilder();
        write(value, out, true);
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void pretty(Json value, StringBuilder out, String newline) {
        String inner = newline + "  ";
        if (value instanceof Json.Obj o && !o.members().isEmpty()) {
            String separator = "{";
            for (var member : o.members().entrySet()) {
                out.append(separator).append(inner);
                quote(member.getKey(), out);
                out.append(": ");
                pretty(member.getValue(), out, inner);
                separator = ",";
            }
            out.append(newline).append('}');
        } else if (value instanceof Json.Arr a && !a.items().isEmpty()) {
            String separator = "[";
            for (Json item : a.items()) {
                out.append(separator).append(inner);
                pretty(item, out, inner);
                separator = ",";
            }
            out.append(newline).append(']');
        } else {
            compact(value, out);
        }
    }

    // No `switch` over types here: the JDK makes a class for each such place at every start, which takes longer than writing a small file does.
    private static void compact(Json value, StringBuilder out) {
        write(value, out, false);
    }

    private static void write(Json value, StringBuilder out, boolean canonical) {
        if (value instanceof Json.Str s) {
            text(s.value(), out, canonical);
        } else if (value instanceof Json.Obj o) {
            members(o.members(), out, canonical);
        } else if (value instanceof Json.Arr a) {
            items(a.items().iterator(), out, canonical);
        } else if (value instanceof Json.Int n) {
            out.append(n.value());
        } else if (value instanceof Json.Bool b) {
            out.append(b.value());
        } else if (value instanceof Json.Dec d) {
            if (canonical) {
                throw new IllegalArgumentException("canonical JSON has no fractions");
            }
            out.append(d.value().toPlainString());
        } else {
            out.append("null");
        }
    }

    private static void text(String s, StringBuilder out, boolean canonical) {
        if (!canonical) {
            quote(s, out);
        } else if (s.indexOf('"') < 0 && s.indexOf('\\') < 0) {
            out.append('"').append(s).append('"');
        } else {
            out.append('"').append(s.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
        }
    }

    private static final Comparator<String> BY_CODE_POINT = (a, b) -> {
        int i = 0;
        while (i < a.length() && i < b.length() && a.charAt(i) == b.charAt(i)) {
            i++;
        }
        if (i == a.length() || i == b.length()) {
            return a.length() - b.length();
        }
        // UTF-16 order differs from code point order only where exactly one side is a surrogate.
        char x = a.charAt(i);
        char y = b.charAt(i);
        return Character.isSurrogate(x) == Character.isSurrogate(y) ? x - y : Character.isSurrogate(x) ? 1 : -1;
    };

    private static void members(Map<String, Json> members, StringBuilder out, boolean canonical) {
        char separator = '{';
        for (var member : canonical ? sorted(members) : members.entrySet()) {
            out.append(separator);
            text(member.getKey(), out, canonical);
            out.append(':');
            write(member.getValue(), out, canonical);
            separator = ',';
        }
        out.append(members.isEmpty() ? "{}" : "}");
    }

    private static Collection<Map.Entry<String, Json>> sorted(Map<String, Json> members) {
        String last = null;
        for (String name : members.keySet()) {
            if (last != null && BY_CODE_POINT.compare(last, name) > 0) {
                var entries = new ArrayList<>(members.entrySet());
                entries.sort((a, b) -> BY_CODE_POINT.compare(a.getKey(), b.getKey()));
                return entries;
            }
            last = name;
        }
        return members.entrySet(); // as most writers leave them
    }

    private static void items(Iterator<Json> items, StringBuilder out, boolean canonical) {
        out.append('[');
        while (items.hasNext()) {
            write(items.next(), out, canonical);
            if (items.hasNext()) {
                out.append(',');
            }
        }
        out.append(']');
    }

    private static void quote(String s, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || c == 0x7f) {
                        out.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
