package dev.repro.builder.vary;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Everything around one build that must not matter to it: one value per variation.
///
/// | variation | form of the value |
/// |---|---|
/// | build-path, home, temp-names | absolute path in the sandbox |
/// | environment | `NAME=VALUE`, or nothing |
/// | path | value of PATH |
/// | user | `NAME:UID:GID` |
/// | host, timezone, locale | name; value of TZ; value of LC_ALL |
/// | umask | octal |
/// | time | seconds that the clock is ahead |
/// | aslr | `on`, `off` |
/// | cpu-count | processors, comma-separated |
/// | cpu-model, kernel | the text that /proc shows |
/// | file-order | `ascending`, `descending`: order in which the source files are created |
/// | mtime | seconds since 1970, of every source file |
/// | shell | what /bin/sh is |
/// | parallelism | jobs that make starts |
/// | randomness | `fresh` |
public final class Surroundings {
    private final EnumMap<Vary, String> values;

    Surroundings(Map<Vary, String> values) {
        this.values = new EnumMap<>(values);
        if (this.values.size() != Vary.values().length) {
            throw new IllegalArgumentException("a variation has no value");
        }
    }

    public String get(Vary variation) {
        return values.get(variation);
    }

    /// These surroundings with one variation taken from `other`.
    public Surroundings with(Vary variation, Surroundings other) {
        var copy = new EnumMap<>(values);
        copy.put(variation, other.get(variation));
        return new Surroundings(copy);
    }

    public String buildPath() {
        return get(Vary.BUILD_PATH);
    }

    public String userName() {
        return get(Vary.USER).split(":")[0];
    }

    public int uid() {
        return Integer.parseInt(get(Vary.USER).split(":")[1]);
    }

    public int gid() {
        return Integer.parseInt(get(Vary.USER).split(":")[2]);
    }

    public long clockOffset() {
        return Long.parseLong(get(Vary.TIME));
    }

    public List<Integer> cpus() {
        var out = new ArrayList<Integer>();
        for (String cpu : get(Vary.CPU_COUNT).split(",")) {
            out.add(Integer.parseInt(cpu));
        }
        return out;
    }

    public Map<Vary, String> values() {
        return Map.copyOf(values);
    }
}
