package dev.repro.builder.sandbox;

import dev.repro.base.Json;

/// Whether this machine can do one thing for a sandbox.
///
/// @param how    by which means, for example `cgroup v1`; empty if not at all
/// @param reason why not, or not fully; empty if fully
public record Ability(Level level, String how, String reason) {

    /// How far.
    public enum Level { FULL, PARTIAL, NONE }

    static Ability full(String how) {
        return new Ability(Level.FULL, how, "");
    }

    static Ability partial(String how, String reason) {
        return new Ability(Level.PARTIAL, how, reason);
    }

    static Ability none(String reason) {
        return new Ability(Level.NONE, "", reason);
    }

    public boolean isFull() {
        return level == Level.FULL;
    }

    Json.Obj toJson() {
        return Json.object("level", level.name().toLowerCase(java.util.Locale.ROOT), "how", how, "reason", reason);
    }
}
