package dev.repro.builder.vary;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.diffoscopelite.Canary;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The two surroundings of a double build, what could not be varied and why, and what was planted so that it can be found again.
///
/// A is plain and the same everywhere; B differs in every applied variation, with texts (canaries) that occur nowhere else. They derive
/// from the identity of the build, so the same lock plants the same texts.
public record Profile(Surroundings a, Surroundings b, List<Applied> variations, List<Canary> canaries) {

    /// Seconds that the clock of build B is ahead: 1 year, 3 months and some; every field of a date and of a time of day is another.
    static final long CLOCK_AHEAD = 40_112_897; // 464 days 06:28:17

    static final long OTHER_MTIME = 1_000_000_007; // 2001-09-09

    public enum State { APPLIED, UNAVAILABLE, SKIPPED }

    /// @param reason why not, or nothing
    public record Applied(Vary variation, State state, String reason) {
        public Json.Obj toJson() {
            return Json.object("name", variation.id(), "state", state.name().toLowerCase(java.util.Locale.ROOT),
                    "reason", reason.isEmpty() ? null : reason);
        }
    }

    /// What this machine can do.
    ///
    /// @param cpus processors that this process may use
    /// @param noAffinity why processors cannot be chosen, if so
    /// @param noAslr why address randomisation cannot be switched off, if so
    public record Machine(List<Integer> cpus, Optional<String> noAffinity, Optional<String> noAslr) {}

    /// What the toolchain brings.
    ///
    /// @param shells of `dash` and `bash`, those there
    /// @param faketime path of libfaketime in the sandbox, if there
    public record Tools(Set<String> shells, Optional<String> faketime, Set<String> locales) {}

    /// @param skipped variation names with the recipe's reason
    public static Profile of(Digest identity, long sourceDateEpoch, Map<String, String> skipped, Tools tools, Machine machine) {
        var building = new Building(identity, skipped);
        building.paths();
        building.people();
        building.places(sourceDateEpoch, tools);
        building.machine(tools, machine);
        return new Profile(new Surroundings(building.a), new Surroundings(building.b), building.variations, building.canaries);
    }

    public long count(State state) {
        return variations.stream().filter(v -> v.state == state).count();
    }

    /// Names of the variations in that state, comma-separated.
    public String names(State state) {
        return variations.stream().filter(v -> v.state == state).map(v -> v.variation.id()).collect(Collectors.joining(", "));
    }

    private static final class Building {
        final Digest identity;
        final Map<String, String> skipped;
        final Map<Vary, String> a = new EnumMap<>(Vary.class);
        final Map<Vary, String> b = new EnumMap<>(Vary.class);
        final List<Applied> variations = new ArrayList<>();
        final List<Canary> canaries = new ArrayList<>();

        Building(Digest identity, Map<String, String> skipped) {
            this.identity = identity;
            this.skipped = skipped;
        }

        void paths() {
            vary(Vary.BUILD_PATH, "/build/source", "/b-" + word(Vary.BUILD_PATH) + "/deeper/tree/source");
            plant(Vary.BUILD_PATH);
            String variable = "REPRO_CANARY_" + word(Vary.ENVIRONMENT).toUpperCase(java.util.Locale.ROOT);
            vary(Vary.ENVIRONMENT, "", variable + "=" + word(Vary.ENVIRONMENT));
            plant(Vary.ENVIRONMENT, "", variable);
            vary(Vary.HOME, "/home/builder", "/home/" + word(Vary.HOME) + "/of/another");
            plant(Vary.HOME);
            String path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
            vary(Vary.PATH, path, path + ":/" + word(Vary.PATH) + "/bin");
            plant(Vary.PATH, "", "/" + word(Vary.PATH) + "/bin");
            vary(Vary.TEMP_NAMES, "/tmp", "/var/tmp/" + word(Vary.TEMP_NAMES));
            plant(Vary.TEMP_NAMES, "", "/var/tmp/" + word(Vary.TEMP_NAMES));
        }

        void people() {
            String user = word(Vary.USER);
            vary(Vary.USER, "builder:1000:1000", user + ":2001:2002");
            plant(Vary.USER, "builder", user);
            plant(Vary.USER, "1000", "2001");
            plant(Vary.USER, "1000", "2002");
            String host = word(Vary.HOST);
            vary(Vary.HOST, "buildhost", host + ".domain-of-" + host);
            plant(Vary.HOST);
            plant(Vary.HOST, "buildhost", host);
            plant(Vary.HOST, machineId("buildhost"), machineId(host + ".domain-of-" + host));
        }

        void places(long sourceDateEpoch, Tools tools) {
            vary(Vary.TIMEZONE, "UTC", "RPB-14");
            plant(Vary.TIMEZONE, "UTC", "RPB");
            plant(Vary.TIMEZONE, "+0000", "+1400");
            if (tools.locales.contains("et_EE.UTF-8")) {
                vary(Vary.LOCALE, "C.UTF-8", "et_EE.UTF-8");
            } else {
                leave(Vary.LOCALE, "C.UTF-8", "the toolchain has no locale et_EE.UTF-8");
            }
            plant(Vary.LOCALE);
            vary(Vary.UMASK, "0022", "0002");
            plant(Vary.UMASK);
            if (tools.faketime.isPresent()) {
                vary(Vary.TIME, "0", Long.toString(CLOCK_AHEAD));
            } else {
                leave(Vary.TIME, "0", "the toolchain has no libfaketime; only the seconds between the two builds differ");
            }
            vary(Vary.FILE_ORDER, "ascending", "descending");
            vary(Vary.MTIME, Long.toString(sourceDateEpoch), Long.toString(sourceDateEpoch == OTHER_MTIME ? OTHER_MTIME + 86_461 : OTHER_MTIME));
            plant(Vary.MTIME);
            if (tools.shells.containsAll(Set.of("dash", "bash"))) {
                vary(Vary.SHELL, "dash", "bash");
            } else {
                leave(Vary.SHELL, tools.shells.contains("dash") ? "dash" : "", "the toolchain does not have both dash and bash");
            }
        }

        void machine(Tools tools, Machine machine) {
            String one = machine.cpus.getFirst().toString();
            String all = machine.cpus.stream().map(String::valueOf).collect(Collectors.joining(","));
            if (machine.noAffinity.isPresent()) {
                leave(Vary.CPU_COUNT, all, machine.noAffinity.get());
            } else if (machine.cpus.size() == 1) {
                leave(Vary.CPU_COUNT, one, "this machine has one processor");
            } else {
                vary(Vary.CPU_COUNT, one, all);
                plant(Vary.CPU_COUNT, "1", Integer.toString(machine.cpus.size()));
            }
            if (machine.noAslr.isPresent()) {
                leave(Vary.ASLR, "on", machine.noAslr.get());
            } else {
                vary(Vary.ASLR, "off", "on");
            }
            vary(Vary.PARALLELISM, "1", Integer.toString(machine.cpus.size() + 1));
            plant(Vary.PARALLELISM, "-j1", "-j" + (machine.cpus.size() + 1));
            vary(Vary.RANDOMNESS, "fresh", "fresh");
            text(Vary.CPU_MODEL, "repro virtual processor", "the CPUID instruction answers alike in both sandboxes; only /proc/cpuinfo is varied");
            text(Vary.KERNEL, "6.1.0-repro", "uname(2) answers alike in both sandboxes; only /proc/version is varied");
        }

        /// A variation that only changes what /proc says: not called applied, but what it plants is looked for.
        private void text(Vary variation, String value, String reason) {
            leave(variation, value, reason);
            if (variations.getLast().state == State.UNAVAILABLE) {
                b.put(variation, value + "-" + word(variation));
                plant(variation);
            }
        }

        private void vary(Vary variation, String valueA, String valueB) {
            String reason = skipped.get(variation.id());
            a.put(variation, valueA);
            b.put(variation, reason == null ? valueB : valueA);
            variations.add(new Applied(variation, reason == null ? State.APPLIED : State.SKIPPED, reason == null ? "" : reason));
        }

        private void leave(Vary variation, String value, String why) {
            String reason = skipped.get(variation.id());
            a.put(variation, value);
            b.put(variation, value);
            variations.add(new Applied(variation, reason == null ? State.UNAVAILABLE : State.SKIPPED, reason == null ? why : reason));
        }

        private void plant(Vary variation) {
            plant(variation, a.get(variation), b.get(variation));
        }

        private void plant(Vary variation, String valueA, String valueB) {
            if (!a.get(variation).equals(b.get(variation))) {
                canaries.add(new Canary(variation.id(), valueA, valueB));
            }
        }

        /// Seven letters that stand nowhere else.
        private String word(Vary variation) {
            byte[] hash = Digest.of((identity + variation.id()).getBytes(StandardCharsets.UTF_8)).hex().getBytes(StandardCharsets.US_ASCII);
            var out = new StringBuilder("q");
            for (int i = 0; i < 6; i++) {
                out.append((char) ('a' + (hash[2 * i] * 31 + hash[2 * i + 1]) % 26));
            }
            return out.toString();
        }
    }

    /// What /etc/machine-id says on a host of that name: 32 hexadecimal digits.
    public static String machineId(String host) {
        return Digest.of(host.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 32);
    }
}
