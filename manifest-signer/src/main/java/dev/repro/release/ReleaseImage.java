package dev.repro.release;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// An image of a release. All but the limits is read from the image; digests and size are those of the bytes without an embedded release.
///
/// @param file its name, without a folder
/// @param target what boots it: `hvt`, `spt`, `virtio`, …; of what is not Solo5's the kind that `repro manifest show`
///     says: `unikraft`, `opaque`, …
/// @param abi version of the Solo5 ABI
/// @param manifest as `repro manifest show --manifest` prints it
/// @param size in bytes, 1 to [#MAX_SIZE]
/// @param sha512 128 hexadecimal digits
public record ReleaseImage(String file, String target, Optional<Long> abi, Optional<Json.Obj> manifest, long size, Digest sha256, String sha512,
        LaunchLimits limits) {

    /// Bytes.
    public static final long MAX_SIZE = 1L << 30;
    public static final int MAX_DEVICES = 63;
    static final String BLOCK = "BLOCK_BASIC";

    private static final Pattern TARGET = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
    private static final Pattern SHA512 = Pattern.compile("[0-9a-f]{128}");

    public ReleaseImage {
        Release.check(Release.isFile(file), "`" + file + "` is not a file name that a release can have");
        Release.check(TARGET.matcher(target).matches(), "the target `" + target + "` is not one");
        Release.check(abi.orElse(0L) >= 0, "the ABI version is negative");
        Release.check(size >= 1 && size <= MAX_SIZE, "an image has 1 to " + MAX_SIZE + " bytes");
        Release.check(SHA512.matcher(sha512).matches(), "a SHA-512 is not 128 lower-case hexadecimal digits");
        List<String> blocks = devices(manifest, BLOCK);
        limits.readOnlyBlocks().forEach(b -> Release.check(blocks.contains(b), "the manifest of " + file + " has no block device `" + b + "`"));
    }

    /// The names of its devices of a type (`NET_BASIC`, `BLOCK_BASIC`), in the order of the manifest.
    public List<String> devices(String type) {
        return devices(manifest, type);
    }

    /// The names of all its devices.
    public List<String> devices() {
        return devices(manifest, "");
    }

    private static List<String> devices(Optional<Json.Obj> manifest, String type) {
        if (manifest.isEmpty() || !(manifest.get().members().get("devices") instanceof Json.Arr(var devices))) {
            return List.of();
        }
        return devices.stream().map(d -> ((Json.Obj) d).members()).filter(d -> type.isEmpty() || d.get("type").equals(Json.of(type)))
                .map(d -> ((Json.Str) d.get("name")).value()).toList();
    }

    Json.Obj toJson() {
        return Json.object("file", file, "target", target, "abi", abi.orElse(null), "manifest", manifest.orElse(null), "size", size,
                "sha256", sha256, "sha512", sha512, "limits", limits.toJson());
    }
}
