package dev.repro.release;

import dev.repro.base.Digest;
import dev.repro.base.Json;

/// A lock or a build record of a release.
///
/// @param file its name, without a folder
public record ReleaseFile(String file, Digest sha256) {

    public ReleaseFile {
        Release.check(Release.isFile(file), "`" + file + "` is not a file name that a release can have");
    }

    Json.Obj toJson() {
        return Json.object("file", file, "sha256", sha256);
    }
}
