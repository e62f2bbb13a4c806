package dev.repro.tuf.client;

import dev.repro.base.Json;
import dev.repro.tuf.TargetFile;
import dev.repro.tuf.TargetName;
import java.util.List;

/// A target that the repository vouches for.
///
/// @param role that says so
public record Found(TargetName name, TargetFile file, TrustedTargets role) {

    /// Why it is trusted.
    public List<Link> links() {
        return role.links();
    }

    public Json.Obj toJson() {
        return Json.object("target", name.text(), "length", file.length(), "hashes", file.hashes(),
                "custom", file.custom().orElse(new Json.Null()), "trust", links().stream().map(Link::toJson).toList());
    }
}
