package dev.repro.builder.recipe;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import java.util.List;

/// The source of a build, pinned: the member `source` of a lock.
public sealed interface LockedSource {

    /// SHA-256 over the lines `MODE SHA256 SIZE PATH\n` of the tree, see `SourceTree`.
    Digest sha256();

    long files();

    /// Of all files together.
    long bytes();

    Json.Obj toJson();

    record Folder(Digest sha256, long files, long bytes) implements LockedSource {
        @Override
        public Json.Obj toJson() {
            return Json.object("bytes", bytes, "files", files, "kind", "folder", "sha256", sha256);
        }
    }

    /// @param commit and `tree`: git object ids, 40 hexadecimal digits
    /// @param describe what `git describe --tags --always` says of the commit, or null where that was not asked for
    record Git(String url, String commit, String tree, List<Submodule> submodules, String describe, Digest sha256, long files,
            long bytes) implements LockedSource {
        public Git {
            submodules = List.copyOf(submodules);
        }

        @Override
        public Json.Obj toJson() {
            return Json.object("bytes", bytes, "commit", commit, "describe", describe, "files", files, "kind", "git",
                    "sha256", sha256, "submodules", Json.array(submodules.stream().map(Submodule::toJson).toList()),
                    "tree", tree, "url", url);
        }
    }

    /// @param path in the source; submodules of submodules are listed with their whole path
    /// @param url as `.gitmodules` has it, perhaps relative to that of the repository around it
    record Submodule(String path, String url, String commit, String tree) {
        Json.Obj toJson() {
            return Json.object("commit", commit, "path", path, "tree", tree, "url", url);
        }
    }
}
