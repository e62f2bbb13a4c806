package dev.repro.tender.daemon;

import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.release.Release;
import dev.repro.tender.Ask;
import dev.repro.tender.Mac;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// What `POST /v1/launch` and `POST /v1/verify` are asked: `repro.launch-request.v1`.
///
/// @param id the client's name for this launch: the same request again starts nothing more
/// @param name of the package
/// @param memory in bytes, of each image
/// @param console whether what the guests print is kept
/// @param waits whether the answer comes when the guests have ended
record LaunchRequest(Optional<String> id, String name, Optional<String> version, Optional<String> target, OptionalLong memory, List<Ask.Device> devices,
        List<String> arguments, boolean console, boolean waits, Digest digest) {

    static final String SCHEMA = "repro.launch-request.v1";
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
    private static final int MAX_DEVICES = 64 * 63; // images of a release, devices of an image
    private static final int MAX_ARGUMENTS = 1024;

    /// @throws Problem exit code 2, with the member that is wrong
    static LaunchRequest parse(byte[] body) throws Problem {
        Fields fields = Fields.parse(body, "request");
        Optional<String> schema = fields.optionalString("schema");
        if (schema.isPresent() && !schema.get().equals(SCHEMA)) {
            throw wrong("schema", SCHEMA, schema.get());
        }
        Optional<String> id = fields.optionalString("id");
        if (id.isPresent() && !isId(id.get())) {
            throw wrong("id", "1 to 64 of a-z, 0-9, `.`, `_`, `-`, the first a letter or digit", id.get());
        }
        String[] release = release(fields.string("release"));
        OptionalLong memory = fields.has("memory") ? OptionalLong.of(fields.integer("memory")) : OptionalLong.empty();
        List<Ask.Device> devices = fields.has("devices") ? devices(fields.objects("devices")) : List.of();
        List<String> arguments = fields.has("arguments") ? arguments(fields.strings("arguments")) : List.of();
        String console = fields.optionalString("console").orElse("log");
        if (!console.equals("log") && !console.equals("null")) {
            throw wrong("console", "log or null", console);
        }
        Optional<String> target = fields.optionalString("target");
        boolean waits = fields.has("wait") && fields.bool("wait");
        fields.end();
        return new LaunchRequest(id, release[0], release.length == 1 ? Optional.empty() : Optional.of(release[1]),
                target, memory, devices, arguments, console.equals("log"), waits, Digest.of(JsonText.canonical(asked(fields.object()))));
    }

    /// That the client waits makes no other launch of it.
    private static Json asked(Json.Obj request) {
        return request.without("wait").without("schema");
    }

    static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    private static String[] release(String text) throws Problem {
        String[] parts = text.split("@", -1);
        if (parts.length > 2 || !Release.isName(parts[0]) || parts.length == 2 && !Release.isVersion(parts[1])) {
            throw wrong("release", "NAME or NAME@VERSION, as in hello@1.0.0", text);
        }
        return parts;
    }

    private static List<String> arguments(List<String> given) throws Problem {
        if (given.size() > MAX_ARGUMENTS) {
            throw wrong("arguments", "at most " + MAX_ARGUMENTS, "" + given.size());
        }
        for (String argument : given) {
            if (argument.indexOf('\0') >= 0) {
                throw wrong("arguments", "text without a NUL", argument.replace('\0', '?'));
            }
        }
        return given;
    }

    private static List<Ask.Device> devices(List<Fields> given) throws Problem {
        if (given.size() > MAX_DEVICES) {
            throw wrong("devices", "at most " + MAX_DEVICES, "" + given.size());
        }
        var out = new ArrayList<Ask.Device>();
        for (Fields device : given) {
            out.add(device(device));
            device.end();
        }
        return out;
    }

    private static Ask.Device device(Fields device) throws Problem {
        String type = device.string("type");
        Optional<String> image = device.optionalString("image");
        String name = device.string("name");
        switch (type) {
            case "net" -> {
                Optional<String> mac = device.optionalString("mac");
                return new Ask.Net(image, name, device.string("tap"), mac.isEmpty() ? Optional.empty() : Optional.of(mac(mac.get())));
            }
            case "block" -> {
                String file = device.string("file");
                if (!file.startsWith("/") || file.indexOf('\0') >= 0) {
                    throw wrong("file", "an absolute path", file.replace('\0', '?'));
                }
                OptionalInt size = device.has("sector_size") ? OptionalInt.of(Math.toIntExact(Math.clamp(device.integer("sector_size"), -1, Integer.MAX_VALUE)))
                        : OptionalInt.empty();
                return new Ask.Block(image, name, Path.of(file), size);
            }
            default -> throw wrong("type", "net or block", type);
        }
    }

    private static Mac mac(String text) throws Problem {
        try {
            return new Mac(text.toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw wrong("mac", "a unicast address, as in 02:00:00:c0:ff:ee", text);
        }
    }

    private static Problem wrong(String member, String expected, String found) {
        return Problem.usage("member `" + member + "` is not what it must be").where("request").expected(expected)
                .found(found.length() > 100 ? found.substring(0, 100) + "…" : found);
    }

    Ask ask(Ask.Peer peer) {
        return new Ask(Optional.of(name), version, Optional.empty(), target, memory, devices, arguments, Optional.of(peer));
    }
}
