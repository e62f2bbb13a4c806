package dev.repro.tests.tuf;

import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A repository that somebody wrote for others to read, in states one after the other.
///
/// @param root what a client trusts at first
record Written(Path root, List<State> states) {

    /// @param folder `metadata` and `targets` in this state
    /// @param present targets and their content
    /// @param absent what no client may find
    record State(Path folder, Map<String, String> present, List<String> absent) {
        List<String> targets() {
            return List.copyOf(present.keySet());
        }
    }

    /// What `tests/peers/python/write.py` left in this folder.
    static Written read(Path folder) throws IOException, JsonParser.SyntaxException {
        var states = new ArrayList<State>();
        for (Json state : ((Json.Arr) JsonParser.parse(Files.readString(folder.resolve("expected.json")))).items()) {
            var members = ((Json.Obj) state).members();
            var present = new LinkedHashMap<String, String>();
            ((Json.Obj) members.get("present")).members().forEach((path, content) -> present.put(path, text(content)));
            List<String> absent = ((Json.Arr) members.get("absent")).items().stream().map(Written::text).toList();
            states.add(new State(folder.resolve(Integer.toString(states.size() + 1)), present, absent));
        }
        if (states.isEmpty()) {
            throw new IllegalStateException("no states in " + folder);
        }
        return new Written(folder.resolve("root.json"), states);
    }

    private static String text(Json string) {
        return ((Json.Str) string).value();
    }
}
