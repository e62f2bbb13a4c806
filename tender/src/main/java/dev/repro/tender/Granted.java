package dev.repro.tender;

import dev.repro.base.Json;
import dev.repro.base.Refused;
import dev.repro.release.Release;
import dev.repro.tuf.client.Link;
import java.util.List;
import java.util.Optional;

/// That a set of images may be launched, in this order, and why.
///
/// @param permits one for each image of the set
/// @param links of the chain of trust, from the root to the role that lists the release; empty where audit mode overlooked that there is none
/// @param stale why the repository was not asked; empty if it was
/// @param overlooked what would have been refused; empty but in audit mode
public record Granted(Ask ask, Policy policy, Release release, List<Permit> permits, List<Link> links, Optional<String> stale,
        List<Refused> overlooked) {

    public Granted {
        permits = List.copyOf(permits);
        links = List.copyOf(links);
        overlooked = List.copyOf(overlooked);
    }

    /// What a receipt and `--json` say of it.
    public Json.Obj toJson() {
        return Json.object("name", release.name(), "version", release.version(), "release", release.digest(),
                "images", permits.stream().map(Granted::image).toList(), "trust", links.stream().map(Link::toJson).toList(),
                "stale", stale.orElse(null), "overlooked", overlooked.stream().map(Refused::toJson).toList(),
                "policy", Json.object("file", policy.file().toString(), "version", policy.version(), "sha256", policy.sha256()));
    }

    private static Json image(Permit permit) {
        return Json.object("file", permit.image().file(), "target", permit.image().target(), "size", permit.sealed().size(),
                "sha256", permit.sealed().sha256(), "memory", permit.memory(), "devices", permit.devices().stream().map(Granted::device).toList(),
                "arguments", permit.arguments(), "tender", Json.object("path", permit.tender().where(),
                "sha256", permit.program().isPresent() ? permit.program().get().sha256() : null));
    }

    private static Json device(Ask.Device device) {
        if (device instanceof Ask.Net net) {
            return Json.object("type", net.type(), "name", net.name(), "tap", net.tap(), "mac", net.mac().map(Mac::text).orElse(null));
        }
        var block = (Ask.Block) device;
        return Json.object("type", block.type(), "name", block.name(), "file", block.file().toString(),
                    "sector_size", block.sectorSize().isPresent() ? block.sectorSize().getAsInt() : null);
    }
}
