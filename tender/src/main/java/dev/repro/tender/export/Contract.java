package dev.repro.tender.export;

import dev.repro.base.Problem;
import dev.repro.release.Release;
import dev.repro.release.ReleaseImage;
import dev.repro.tender.Ask;
import java.nio.file.Path;
import java.util.List;

/// What a launch unit is made from: one image of a release, as the gate has permitted it.
///
/// @param file the image on this host
/// @param memory of the guest, in bytes
/// @param devices in the order of the manifest
/// @param policy the policy's file, if it is not the usual one
public record Contract(Release release, ReleaseImage image, Path file, long memory, List<Ask.Device> devices, List<String> arguments,
        java.util.Optional<Path> policy) {

    public Contract {
        devices = List.copyOf(devices);
        arguments = List.copyOf(arguments);
    }

    /// `hello@1.0.0`
    String which() {
        return release.name() + "@" + release.version();
    }

    long mebibytes() {
        return memory >> 20;
    }

    List<Ask.Net> nets() {
        return devices.stream().filter(Ask.Net.class::isInstance).map(Ask.Net.class::cast).toList();
    }

    List<Ask.Block> blocks() {
        return devices.stream().filter(Ask.Block.class::isInstance).map(Ask.Block.class::cast).toList();
    }

    boolean isReadOnly(Ask.Block block) {
        return image.limits().readOnlyBlocks().contains(block.name());
    }

    /// For the head of a unit.
    String title() {
        return release + ", " + image.file() + ", sha256 " + image.sha256();
    }

    /// @param targets that the format's host can start
    void requireTarget(String format, List<String> targets) throws Problem {
        if (!targets.contains(image.target())) {
            throw Problem.usage(format + " does not start images of target " + image.target()).where(image.file())
                    .expected("one of " + String.join(", ", targets)).hint("name another image of the release: --target=" + targets.getFirst());
        }
    }

    /// A text that would be read as something else by who reads the unit.
    ///
    /// @param unsafe what must not be in it
    static String safe(String text, String unsafe, String what) throws Problem {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) == 0x7f || unsafe.indexOf(text.charAt(i)) >= 0) {
                throw Problem.usage("cannot be written into such a unit without being misread").where(what).found("`" + text + "`");
            }
        }
        return text;
    }
}
