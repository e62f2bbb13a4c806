package dev.repro.base;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// Strict reading of a JSON object of a format of ours: every member is asked for by name and type, [#end] refuses the rest.
///
/// Every refusal is a [Problem] of exit code 2 that names the file and the path of the member.
public final class Fields {
    private final Json.Obj object;
    private final String where;
    /// The object that this one is in, or null; and the step from there.
    private final Fields outer;
    private final String step;
    private final List<String> seen = new ArrayList<>();

    private Fields(Json.Obj object, String where, Fields outer, String step) {
        this.object = object;
        this.where = where;
        this.outer = outer;
        this.step = step;
    }

    private String place() {
        return where + " " + path();
    }

    private String path() {
        return outer == null ? step : outer.path() + step;
    }

    /// @param where the file that is blamed, for messages
    public static Fields parse(byte[] text, String where) throws Problem {
        try {
            return of(JsonParser.parse(text), where, "$");
        } catch (JsonParser.SyntaxException e) {
            throw Problem.usage("not the JSON that was expected: " + e.getMessage()).where(where).because(e);
        }
    }

    public static Fields of(Json value, String where, String path) throws Problem {
        if (value instanceof Json.Obj object) {
            return new Fields(object, where, null, path);
        }
        throw Problem.usage("an object was expected").where(where + " " + path);
    }

    /// The object itself.
    public Json.Obj object() {
        return object;
    }

    public boolean has(String name) {
        return object.members().containsKey(name) && !(object.members().get(name) instanceof Json.Null);
    }

    public String string(String name) throws Problem {
        return get(name, Json.Str.class, "a string").value();
    }

    public Optional<String> optionalString(String name) throws Problem {
        return absent(name) ? Optional.empty() : Optional.of(string(name));
    }

    public long integer(String name) throws Problem {
        return get(name, Json.Int.class, "an integer").value();
    }

    public boolean bool(String name) throws Problem {
        return get(name, Json.Bool.class, "true or false").value();
    }

    public Digest digest(String name) throws Problem {
        return Digest.parse(string(name)).orElseThrow(() -> wrong(name, "a SHA-256 digest in hexadecimal"));
    }

    public Fields object(String name) throws Problem {
        return new Fields(get(name, Json.Obj.class, "an object"), where, this, "." + name);
    }

    public Optional<Fields> optionalObject(String name) throws Problem {
        return absent(name) ? Optional.empty() : Optional.of(object(name));
    }

    public List<Fields> objects(String name) throws Problem {
        var out = new ArrayList<Fields>();
        for (Json item : get(name, Json.Arr.class, "an array").items()) {
            out.add(of(item, where, path() + "." + name + "[" + out.size() + "]"));
        }
        return out;
    }

    public List<String> strings(String name) throws Problem {
        var out = new ArrayList<String>();
        for (Json item : get(name, Json.Arr.class, "an array").items()) {
            if (!(item instanceof Json.Str(var s))) {
                throw wrong(name, "an array of strings");
            }
            out.add(s);
        }
        return out;
    }

    /// The names of all members, for objects that are maps; each still has to be read.
    public List<String> names() {
        return List.copyOf(object.members().keySet());
    }

    /// The value itself, whatever it is.
    public Json json(String name) throws Problem {
        return get(name, Json.class, "a value");
    }

    /// Refuses members that nobody asked for.
    public void end() throws Problem {
        var asked = new HashSet<>(seen);
        for (String name : object.members().keySet()) {
            if (!asked.contains(name)) {
                throw Problem.usage("unknown member `" + name + "`").where(place());
            }
        }
    }

    private boolean absent(String name) {
        seen.add(name);
        return !has(name);
    }

    private <T extends Json> T get(String name, Class<T> type, String expected) throws Problem {
        seen.add(name);
        Json value = object.members().get(name);
        if (value == null) {
            throw Problem.usage("member `" + name + "` is missing").where(place());
        }
        if (!type.isInstance(value)) {
            throw wrong(name, expected);
        }
        return type.cast(value);
    }

    private Problem wrong(String name, String expected) {
        String text = JsonText.compact(object.members().get(name));
        return Problem.usage("member `" + name + "` is not what it must be").where(place()).expected(expected)
                .found(text.length() > 60 ? text.substring(0, 60) + "…" : text);
    }
}
