package dev.repro.tuf.check;

import dev.repro.base.Json;
import dev.repro.tuf.RoleName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a check has found.
///
/// @param metadata where it was read
/// @param targets where targets were looked for; empty if they were not
/// @param at the time at which it had to be fresh
/// @param found what is there
/// @param errors how many, told or not
/// @param warnings how many, told or not
/// @param findings the first of each rule, by rule
/// @param readers what other clients make of it
public record Report(String metadata, Optional<String> targets, Instant at, Found found, long errors, long warnings,
        List<Finding> findings,
        List<Reader.Answer> readers) {

    /// @param firstRoot and
    /// @param lastRoot version of the chain; 0 if there is none
    /// @param roles targets roles
    /// @param files targets that are listed
    /// @param bytes of these targets, as they are listed
    /// @param expires of the top-level roles that could be read
    public record Found(long firstRoot, long lastRoot, long timestamp, long snapshot, long roles, long files, long bytes,
            Map<RoleName, Instant> expires) {}

    /// @param strict whether warnings count as errors
    public boolean conforms(boolean strict) {
        return errors == 0 && (!strict || warnings == 0);
    }

    /// `repro.repo-check.v1`
    public Json.Obj toJson(boolean strict) {
        var expires = new java.util.LinkedHashMap<String, Object>();
        found.expires.forEach((role, time) -> expires.put(role.text(), time.toString()));
        return Json.object("schema", "repro.repo-check.v1", "verdict", conforms(strict) ? "conforms" : "violates", "metadata",
                metadata,
                "targets", targets.orElse(null), "at", at.toString(),
                "found", Json.object("first_root", found.firstRoot, "last_root", found.lastRoot, "timestamp", found.timestamp,
                "snapshot", found.snapshot,
                        "roles", found.roles, "targets", found.files, "bytes", found.bytes, "expires", expires),
                "errors", errors, "warnings", warnings, "findings", findings.stream().map(Finding::toJson).toList(),
                "readers", readers.stream().map(Reader.Answer::toJson).toList());
    }
}
