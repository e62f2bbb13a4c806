package dev.repro.builder.toolchain;

import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.Problem;

/// One Debian package, as the lock holds it. It names no host: mirrors are the configuration of the machine.
///
/// @param version with its epoch, as in `1:1.2.13.dfsg-1`
/// @param architecture `amd64` or `all`
/// @param size of the `.deb`, in bytes
/// @param path inside any mirror of the archive, decoded, as in `pool/main/z/zlib/zlib1g_1.2.13.dfsg-1_amd64.deb`
public record LockedPackage(String name, String version, String architecture, Digest sha256, long size, String path) {

    Json.Obj toJson() {
        return Json.object("name", name, "version", version, "architecture", architecture, "sha256", sha256, "size", size,
                "path", path);
    }

    static LockedPackage fromJson(Fields fields) throws Problem {
        var read = new LockedPackage(fields.string("name"), fields.string("version"), fields.string("architecture"),
                fields.digest("sha256"), fields.integer("size"), fields.string("path"));
        fields.end();
        if (!Names.isPackage(read.name)) {
            throw Problem.usage("`" + read.name + "` is no name of a Debian package").where("toolchain of the lock");
        }
        if (!Names.isInside(read.path)) {
            throw Problem.usage("path of package `" + read.name + "` is not a path inside an archive")
                    .where("toolchain of the lock").found(read.path);
        }
        if (read.size <= 0) {
            throw Problem.usage("size of package `" + read.name + "` is not positive").where("toolchain of the lock")
                    .found(read.size);
        }
        return read;
    }

    @Override
    public String toString() {
        return name + " " + version;
    }
}
