package dev.repro.builder.sandbox;

import dev.repro.base.Json;
import java.nio.file.Path;

/// What this machine can do for a sandbox. That there is one at all is told by [Sandbox#open] not throwing.
///
/// @param bubblewrap the program that makes the sandbox, and its version such as `0.8.0`
/// @param namespaces how the user namespace is made: `unprivileged` or `as root`
/// @param cgroups    `v1`, `v2` or `none`: where limits are kept
/// @param memory     limit on memory
/// @param processes  limit on the number of processes
/// @param aslr       turning address randomisation off
/// @param affinity   running on chosen CPUs
public record Capabilities(Path bubblewrap, String version, String namespaces, String cgroups, Ability memory, Ability processes,
        Ability aslr, Ability affinity) {

    public Json.Obj toJson() {
        return Json.object("bubblewrap", bubblewrap.toString(), "version", version, "namespaces", namespaces, "cgroups", cgroups,
                "memory", memory.toJson(), "processes", processes.toJson(), "aslr", aslr.toJson(), "affinity", affinity.toJson());
    }
}
