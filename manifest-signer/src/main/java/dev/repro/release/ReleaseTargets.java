package dev.repro.release;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.repository.Blob;
import dev.repro.tuf.repository.Editor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/// How a release stands in the TUF metadata of its author's role. The `custom` of `NAME/VERSION/release.json` is
/// `{"x-repro-release": <description>}`, that of each other file `{"x-repro-release-of": {"index", "release": <its digest>, "role"}}`.
public final class ReleaseTargets {
    public static final String RELEASE = "x-repro-release";
    public static final String RELEASE_OF = "x-repro-release-of";

    private ReleaseTargets() {}

    /// What goes into the member `targets` of the role: by the target's name its `{custom, hashes, length}`.
    ///
    /// @param envelope of [ReleaseStatement#sign]
    public static SortedMap<TargetName, Json.Obj> targets(Made made, byte[] envelope) throws Problem {
        var out = new TreeMap<TargetName, Json.Obj>();
        Release release = made.release();
        for (Release.Item item : release.files()) {
            TargetName name = release.target(item.file());
            out.put(name, target(length(made.files().get(name)), item.sha256(), custom(release.digest(), item)));
        }
        out.put(release.target(Release.ENVELOPE), target(envelope.length, Digest.of(envelope), custom(release)));
        return out;
    }

    /// The same for an [Editor], which also wants the files.
    ///
    /// @param envelope the file that holds the envelope
    public static SortedMap<TargetName, Editor.Addition> additions(Made made, Path envelope) throws Problem {
        var out = new TreeMap<TargetName, Editor.Addition>();
        Release release = made.release();
        for (Release.Item item : release.files()) {
            Path file = made.files().get(release.target(item.file()));
            out.put(release.target(item.file()), new Editor.Addition(new Blob(file, length(file), item.sha256()), custom(release.digest(), item)));
        }
        out.put(release.target(Release.ENVELOPE), new Editor.Addition(Blob.of(envelope), custom(release)));
        return out;
    }

    static Json.Obj custom(Release release) {
        return Json.object(RELEASE, release.toJson());
    }

    static Json.Obj custom(Digest release, Release.Item item) {
        return Json.object(RELEASE_OF, Json.object("index", item.index(), "release", release, "role", item.role().word()));
    }

    private static Json.Obj target(long length, Digest digest, Json.Obj custom) {
        return Json.object("custom", custom, "hashes", Json.object("sha256", digest), "length", length);
    }

    private static long length(Path file) throws Problem {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw Problem.usage("cannot be read any more").where(file).because(e);
        }
    }
}
