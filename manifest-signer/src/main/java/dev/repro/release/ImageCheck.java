package dev.repro.release;

import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.image.Lint;
import dev.repro.tuf.TargetName;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// Holds what an image says of itself to what a release says of it: for the service that publishes it and the gate that launches it. In order:
///
/// 1. no release is embedded in it: digests are of images without;
/// 2. lint finds no error, within the least memory that the author allows;
/// 3. target, ABI version and manifest are the described ones.
public final class ImageCheck {

    private ImageCheck() {}

    /// @param bytes of the described size and digest
    /// @param name for the refusal
    public static void check(MemorySegment bytes, ReleaseImage described, TargetName name) throws Refused {
        ImageFacts facts = ImageFacts.read(bytes, described.limits());
        if (Embedded.isIn(bytes)) {
            throw new Refused(Refused.Rule.IMAGE_NOT_STRIPPED, name).hint("take it out with `repro strip`, or describe the image with `repro sign`");
        }
        List<Lint.Finding> errors = facts.errors();
        if (!errors.isEmpty()) {
            String more = errors.size() == 1 ? "" : ", and " + (errors.size() - 1) + " more";
            throw new Refused(Refused.Rule.LINT_FAILED, name).found(errors.getFirst() + more)
                    .hint("`repro manifest lint` tells all; docs/lint.md says why");
        }
        same(Refused.Rule.TARGET_DIFFERS, name, described.target(), facts.target());
        same(Refused.Rule.ABI_DIFFERS, name, "ABI " + described.abi().orElse(null), "ABI " + facts.abi().orElse(null));
        same(Refused.Rule.MANIFEST_DIFFERS, name, canonical(described.manifest()), canonical(facts.manifest()));
    }

    /// What an image says of itself, where no release describes it.
    ///
    /// @throws IllegalArgumentException what it says is beyond what a description can hold
    public static ReleaseImage describe(MemorySegment bytes, String file) {
        return ImageFacts.read(bytes, LaunchLimits.NONE).describe(bytes, file, LaunchLimits.NONE);
    }

    private static String canonical(Optional<Json.Obj> manifest) {
        return manifest.map(m -> new String(JsonText.canonical(m), StandardCharsets.UTF_8)).orElse("none");
    }

    private static void same(Refused.Rule rule, TargetName name, String expected, String found) throws Refused {
        if (!expected.equals(found)) {
            throw new Refused(rule, name).expected(expected).found(found).hint("describe images with `repro sign`, which reads them");
        }
    }
}
