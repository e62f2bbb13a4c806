package dev.repro.builder.toolchain;

import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import java.util.Map;
import java.util.TreeMap;

/// A program of the toolchain, as the lock records it.
///
/// @param path of the file itself inside the root, with every link followed, as in `/usr/bin/x86_64-linux-gnu-gcc-12`
/// @param version first line of `--version`; null where the program does not know that option
public record Tool(String path, Digest sha256, String version) {

    Json.Obj toJson() {
        return Json.object("path", path, "sha256", sha256, "version", version);
    }

    static Json.Obj toJson(Map<String, Tool> tools) {
        Json.Obj out = Json.object();
        for (var entry : tools.entrySet()) {
            out = out.with(entry.getKey(), entry.getValue().toJson());
        }
        return out;
    }

    /// The member `tools` of a toolchain: from name to tool.
    static Map<String, Tool> fromJson(Fields fields) throws Problem {
        var out = new TreeMap<String, Tool>();
        for (String name : fields.names()) {
            Fields tool = fields.object(name);
            out.put(name, new Tool(tool.string("path"), tool.digest("sha256"), tool.optionalString("version").orElse(null)));
            tool.end();
        }
        return out;
    }
}
