package dev.repro.builder.recipe;

import dev.repro.base.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.TreeMap;

/// The one order of names in what is hashed: by the bytes of their UTF-8 form, unsigned (what `LC_ALL=C sort` does).
public final class Utf8 {

    public static final Comparator<String> ORDER = (a, b) ->
            Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    private Utf8() {}

    /// The same value with the members of every object in [#ORDER].
    static Json sorted(Json value) {
        return switch (value) {
            case Json.Obj(var members) -> {
                var sorted = new TreeMap<String, Json>(ORDER);
                members.forEach((name, member) -> sorted.put(name, sorted(member)));
                yield new Json.Obj(sorted);
            }
            case Json.Arr(var items) -> new Json.Arr(items.stream().map(Utf8::sorted).toList());
            default -> value;
        };
    }
}
