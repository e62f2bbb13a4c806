package dev.repro.base;

import java.nio.charset.StandardCharsets;
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
        canonical(value, out);
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void pretty(Json value, StringBuilder out, String newline) {
        String inner = newline + "  ";
        switch (value) {
            case Json.Obj(var members) when !members.isEmpty() -> {
                String separator = "{";
                for (var member : members.entrySet()) {
                    out.append(separator).append(inner);
                    quote(member.getKey(), out);
                    out.append(": ");
                    pretty(member.getValue(), out, inner);
                    separator = ",";
                }
                out.append(newline).append('}');
            }
            case Json.Arr(var items) when !items.isEmpty() -> {
                String separator = "[";
                for (Json item : items) {
                    out.append(separator).append(inner);
                    pretty(item, out, inner);
                    separator = ",";
                }
                out.append(newline).append(']');
            }
            default -> compact(value, out);
        }
    }

    private static void compact(Json value, StringBuilder out) {
        switch (value) {
            case Json.Obj(var members) -> members(members.entrySet().iterator(), out, false);
            case Json.Arr(var items) -> items(items.iterator(), out, false);
            case Json.Str(var s) -> quote(s, out);
            case Json.Int(var n) -> out.append(n);
            case Json.Dec(var d) -> out.append(d.toPlainString());
            case Json.Bool(var b) -> out.append(b);
            case Json.Null() -> out.append("null");
        }
    }

    private static void canonical(Json value, StringBuilder out) {
        switch (value) {
            case Json.Obj(var members) -> members(
                    members.entrySet().stream().sorted(Map.Entry.comparingByKey(BY_CODE_POINT)).iterator(), out, true);
            case Json.Arr(var items) -> items(items.iterator(), out, true);
            case Json.Str(var s) -> out.append('"').append(s.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
            case Json.Dec _ -> throw new IllegalArgumentException("canonical JSON has no fractions");
            default -> compact(value, out);
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

    private static void members(Iterator<Map.Entry<String, Json>> members, StringBuilder out, boolean canonical) {
        out.append('{');
        while (members.hasNext()) {
            var member = members.next();
            write(new Json.Str(member.getKey()), out, canonical);
            out.append(':');
            write(member.getValue(), out, canonical);
            if (members.hasNext()) {
                out.append(',');
            }
        }
        out.append('}');
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

    private static void write(Json value, StringBuilder out, boolean canonical) {
        if (canonical) {
            canonical(value, out);
        } else {
            compact(value, out);
        }
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
