package dev.repro.tuf.repository;

import dev.repro.base.Json;
import dev.repro.base.JsonText;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/// Every place in which two JSON values differ, for what has no words of its own in a [Difference]: nothing that is signed goes
/// unseen.
final class JsonDifference {

    private JsonDifference() {}

    /// @param skip members of the outermost object that are told otherwise
    static void of(String path, Json.Obj before, Json.Obj after, Set<String> skip, Consumer<Difference.Change> out) {
        var names = new TreeSet<>(before.members().keySet());
        names.addAll(after.members().keySet());
        names.removeAll(skip);
        for (String name : names) {
            of(path.isEmpty() ? name : path + "." + name, before.members().get(name), after.members().get(name), out);
        }
    }

    private static void of(String path, Json before, Json after, Consumer<Difference.Change> out) {
        if (before instanceof Json.Obj a && after instanceof Json.Obj b) {
            of(path, a, b, Set.of(), out);
        } else if (before == null) {
            out.accept(new Difference.Change("+", "member " + path + ": " + JsonText.compact(after), path));
        } else if (after == null) {
            out.accept(new Difference.Change("-", "member " + path + ": " + JsonText.compact(before), path));
        } else if (!before.equals(after)) {
            out.accept(new Difference.Change("~", "member " + path + ": " + JsonText.compact(before) + " → "
                    + JsonText.compact(after), path));
        }
    }
}
