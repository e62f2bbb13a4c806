package dev.repro.tender.backend;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.release.LaunchLimits;
import dev.repro.release.Release;
import dev.repro.release.ReleaseImage;
import dev.repro.tender.AllowedTender;
import dev.repro.tender.Ask;
import dev.repro.tender.Permit;
import dev.repro.tender.os.Sealed;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// Permits as a gate would give them.
final class Permits {
    static final Path EXAMPLES = Path.of("../examples");

    private Permits() {}

    /// @param readOnly names of block devices
    static Permit of(Path image, String target, Optional<Path> tender, Optional<Sealed> program, List<Ask.Device> devices, List<String> readOnly,
            String... arguments) throws Problem {
        Sealed sealed = Sealed.copy(image, 1 << 20);
        Json.Obj manifest = Json.object("type", "solo5.manifest", "version", 1, "devices",
                devices.stream().map(d -> Json.object("name", d.name(), "type", d.type())).toList());
        var limits = new LaunchLimits(Optional.empty(), Optional.empty(), Optional.empty(), readOnly);
        var one = new ReleaseImage(image.getFileName().toString(), target, Optional.of(1L), Optional.of(manifest), sealed.size(), sealed.sha256(),
                "0".repeat(128), limits);
        var release = new Release("hello", "1.0.0", List.of(one), Optional.empty(), List.of(), new TreeMap<>());
        Optional<Digest> digest = program.map(Sealed::sha256);
        return new Permit(release, one, sealed, devices, 64 << 20, List.of(arguments), new AllowedTender(target, tender, digest), program);
    }
}
