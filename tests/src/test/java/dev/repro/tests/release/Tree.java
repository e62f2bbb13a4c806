package dev.repro.tests.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Json;
import java.util.ArrayList;
import java.util.List;

/// The accessibility tree of a page: what a screen reader is told.
///
/// @param nodes that are not ignored, in their order
record Tree(List<Node> nodes) {

    /// @param level of a heading; 0 of all else
    record Node(String role, String name, long level) {}

    static Tree of(Browser.Tab tab) {
        var out = new ArrayList<Node>();
        for (Json item : ((Json.Arr) tab.call("Accessibility.getFullAXTree").members().get("nodes")).items()) {
            var node = ((Json.Obj) item).members();
            if (!(node.get("ignored") instanceof Json.Bool(boolean ignored)) || !ignored) {
                out.add(new Node(value(node.get("role")), value(node.get("name")), level((Json.Arr) node.get("properties"))));
            }
        }
        return new Tree(out);
    }

    private static String value(Json property) {
        return property instanceof Json.Obj(var members) && members.get("value") instanceof Json.Str(String text) ? text : "";
    }

    private static long level(Json.Arr properties) {
        for (Json item : properties == null ? List.<Json>of() : properties.items()) {
            var property = ((Json.Obj) item).members();
            if (property.get("name").equals(Json.of("level"))
                    && ((Json.Obj) property.get("value")).members().get("value") instanceof Json.Int(long level)) {
                return level;
            }
        }
        return 0;
    }

    /// The names of all nodes of a role.
    List<String> names(String role) {
        return nodes.stream().filter(n -> n.role.equals(role)).map(n -> n.name.strip()).toList();
    }

    /// One of the first level comes first; none is left out on the way down.
    void checkHeadings(String page) {
        List<Node> headings = nodes.stream().filter(n -> n.role.equals("heading")).toList();
        assertEquals(1, headings.stream().filter(h -> h.level == 1).count(), page + headings);
        long before = 0;
        for (Node heading : headings) {
            assertTrue(heading.level >= 1 && heading.level <= before + 1, page + ": " + heading + " after level " + before);
            before = heading.level;
        }
    }
}
