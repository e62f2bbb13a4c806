package dev.repro.tuf.repository;

import dev.repro.base.Json;
import java.util.LinkedHashMap;
import java.util.TreeMap;

/// A JSON value with the members of all its objects in order.
final class Sorted {

    private Sorted() {}

    static Json of(Json value) {
        return switch (value) {
            case Json.Obj(var members) -> {
                var out = new LinkedHashMap<String, Json>();
                new TreeMap<>(members).forEach((name, member) -> out.put(name, of(member)));
                yield new Json.Obj(out);
            }
            case Json.Arr(var items) -> new Json.Arr(items.stream().map(Sorted::of).toList());
            default -> value;
        };
    }
}
