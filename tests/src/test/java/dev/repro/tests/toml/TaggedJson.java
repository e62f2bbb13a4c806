package dev.repro.tests.toml;

import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.base.Toml;
import dev.repro.base.TomlParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;

/// A decoder as toml-test asks for it: TOML on stdin, JSON with the type of every value on stdout; exit code 1 for what is not TOML.
public final class TaggedJson {

    private TaggedJson() {}

    public static void main(String[] args) throws IOException {
        try {
            System.out.writeBytes(JsonText.compact(tagged(TomlParser.parse(System.in.readAllBytes(), "stdin"))).getBytes(StandardCharsets.UTF_8));
            System.out.flush();
        } catch (Problem e) {
            System.err.println(e.line());
            System.exit(1);
        }
    }

    private static Json tagged(Toml value) {
        return switch (value) {
            case Toml.Table table -> {
                var members = new LinkedHashMap<String, Json>();
                table.members().forEach((name, member) -> members.put(name, tagged(member.value())));
                yield new Json.Obj(members);
            }
            case Toml.Arr list -> new Json.Arr(list.items().stream().map(TaggedJson::tagged).toList());
            case Toml.Str text -> scalar("string", text.value());
            case Toml.Int number -> scalar("integer", Long.toString(number.value()));
            case Toml.Real number -> scalar("float", Double.toString(number.value()));
            case Toml.Bool flag -> scalar("bool", Boolean.toString(flag.value()));
            case Toml.Time time -> scalar(switch (time.form()) {
                case OFFSET_DATE_TIME -> "datetime";
                case LOCAL_DATE_TIME -> "datetime-local";
                case LOCAL_DATE -> "date-local";
                case LOCAL_TIME -> "time-local";
            }, time.text());
        };
    }

    private static Json scalar(String type, String value) {
        return Json.object("type", type, "value", value);
    }
}
