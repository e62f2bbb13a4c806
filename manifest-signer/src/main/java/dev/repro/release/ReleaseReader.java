package dev.repro.release;

import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// `repro.release.v1` to [Release]: types and members here, bounds in the records.
final class ReleaseReader {
    private static final String WHERE = "release description";
    private static final int MAX_TEXT = 256; // characters of a seed or the name of a device

    private ReleaseReader() {}

    static Release read(Json description) throws Problem {
        Fields all = Fields.of(description, WHERE, "$");
        try {
            if (JsonText.canonical(description).length > Release.MAX_BYTES) {
                throw Problem.usage("the description is too long").where(WHERE).expected("at most " + Release.MAX_BYTES + " bytes");
            }
            return release(all);
        } catch (IllegalArgumentException e) { // of the records, or a fraction
            throw Problem.usage(e.getMessage()).where(WHERE).because(e);
        }
    }

    private static Release release(Fields all) throws Problem {
        String schema = all.string("schema");
        if (!schema.equals(Release.SCHEMA)) {
            throw Problem.usage("a release description of another version").where(WHERE).expected(Release.SCHEMA).found(schema)
                    .hint("use a repro that knows it");
        }
        var images = new ArrayList<ReleaseImage>();
        for (Fields image : all.objects("images")) {
            images.add(image(image));
        }
        List<ReleaseFile> lock = all.has("lock") ? List.of(file(all.object("lock"))) : absent(all, "lock");
        var records = new ArrayList<ReleaseFile>();
        for (Fields record : all.objects("records")) {
            records.add(file(record));
        }
        var out = new Release(all.string("name"), all.string("version"), images, lock.stream().findFirst(), records, seeds(all.object("seeds")));
        all.end();
        return out;
    }

    private static ReleaseImage image(Fields image) throws Problem {
        var out = new ReleaseImage(image.string("file"), image.string("target"), number(image, "abi"), manifest(image), image.integer("size"),
                digest(image), image.string("sha512"), limits(image.object("limits")));
        image.end();
        return out;
    }

    /// A member that must be there and may be null.
    private static <T> List<T> absent(Fields fields, String name) throws Problem {
        fields.json(name);
        return List.of();
    }

    private static Optional<Long> number(Fields fields, String name) throws Problem {
        fields.json(name); // null, not absent
        return fields.has(name) ? Optional.of(fields.integer(name)) : Optional.empty();
    }

    private static Optional<Json.Obj> manifest(Fields image) throws Problem {
        Json value = image.json("manifest");
        if (!image.has("manifest")) {
            return Optional.empty();
        }
        Fields manifest = image.object("manifest");
        List<Fields> devices = manifest.objects("devices");
        Release.check(manifest.string("type").equals("solo5.manifest") && manifest.integer("version") >= 0
                && devices.size() <= ReleaseImage.MAX_DEVICES, "a manifest is not one that `repro manifest show` prints");
        for (Fields device : devices) {
            text(device.string("name"));
            text(device.string("type"));
            device.end();
        }
        manifest.end();
        return Optional.of((Json.Obj) value);
    }

    private static LaunchLimits limits(Fields limits) throws Problem {
        limits.json("arguments");
        var out = new LaunchLimits(number(limits, "memory_min"), number(limits, "memory_max"), limits.optionalString("arguments"),
                limits.strings("read_only_blocks"));
        limits.end();
        return out;
    }

    private static ReleaseFile file(Fields file) throws Problem {
        var out = new ReleaseFile(file.string("file"), digest(file));
        file.end();
        return out;
    }

    // Without the `sha256:` that Fields takes: one value has one spelling
    private static Digest digest(Fields fields) throws Problem {
        return new Digest(fields.string("sha256"));
    }

    private static TreeMap<String, String> seeds(Fields seeds) throws Problem {
        var out = new TreeMap<String, String>();
        for (String name : seeds.names()) {
            String value = seeds.string(name);
            Release.check(!name.isEmpty(), "a seed without a name");
            text(name);
            text(value);
            out.put(name, value);
        }
        return out;
    }

    // Canonical JSON has no escapes, so a control character in it would be none that a strict reader takes
    private static void text(String text) {
        Release.check(text.length() <= MAX_TEXT && text.chars().noneMatch(Character::isISOControl),
                "a text of a device or a seed has control characters, or more than " + MAX_TEXT);
    }
}
