package dev.repro.tests.release;

import dev.repro.base.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What is painted on a page (`DOMSnapshot.captureSnapshot`): each text with its colour and the one behind it.
final class Painted {
    private static final String NONE = "rgba(0, 0, 0, 0)";

    /// @param ground of the nearest element around it that has one
    record Text(String text, Colour ink, Colour ground) {}

    private final List<Json> strings;
    private final Json document;
    /// Computed colour and background by node.
    private final Map<Integer, List<String>> styles = new HashMap<>();

    private Painted(Json snapshot) {
        this.strings = items(at(snapshot, "strings"));
        this.document = items(at(snapshot, "documents")).getFirst();
        for (int i = 0; i < column("layout", "nodeIndex").size(); i++) {
            List<Json> style = items(column("layout", "styles").get(i));
            if (!style.isEmpty()) {
                styles.putIfAbsent(number("layout", "nodeIndex", i), style.stream().map(s -> string(integer(s))).toList());
            }
        }
    }

    static List<Text> texts(Browser.Tab tab) {
        return new Painted(tab.call("DOMSnapshot.captureSnapshot", "computedStyles", List.of("color", "background-color"))).texts();
    }

    private List<Text> texts() {
        var out = new ArrayList<Text>();
        for (int i = 0; i < column("layout", "text").size(); i++) {
            String text = string(number("layout", "text", i)).strip();
            int node = number("layout", "nodeIndex", i);
            if (!text.isEmpty() && styles.containsKey(node)) {
                out.add(new Text(text, Colour.parse(styles.get(node).getFirst()), ground(node)));
            }
        }
        return out;
    }

    private Colour ground(int node) {
        for (int at = node; at >= 0; at = number("nodes", "parentIndex", at)) {
            String ground = styles.containsKey(at) ? styles.get(at).getLast() : NONE;
            if (!ground.equals(NONE)) {
                return Colour.parse(ground);
            }
        }
        throw new IllegalStateException("nothing behind node " + node);
    }

    private List<Json> column(String table, String name) {
        return items(at(at(document, table), name));
    }

    private int number(String table, String name, int row) {
        return integer(column(table, name).get(row));
    }

    private String string(int index) {
        return index < 0 ? "" : ((Json.Str) strings.get(index)).value();
    }

    private static int integer(Json value) {
        return (int) ((Json.Int) value).value();
    }

    private static Json at(Json json, String name) {
        return ((Json.Obj) json).members().get(name);
    }

    private static List<Json> items(Json json) {
        return ((Json.Arr) json).items();
    }
}
