package dev.repro.builder.toolchain;

import dev.repro.base.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What is installed on this host, as its own package manager tells.
final class HostSystem {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private HostSystem() {}

    static Toolchain.Host read(Map<String, String> env) throws Problem, InterruptedException {
        if (has(env, "dpkg-query")) {
            var packages = query(env, "dpkg-query", "-W", "-f", "${db:Status-Abbrev}\t${Package}\t${Version}\t${Architecture}\n");
            if (!packages.isEmpty()) {
                return new Toolchain.Host("dpkg", packages, Map.of());
            }
        }
        if (has(env, "rpm")) {
            var packages = query(env, "rpm", "-qa", "--qf", "ii \t%{NAME}\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\t%{ARCH}\n");
            if (!packages.isEmpty()) {
                return new Toolchain.Host("rpm", packages, Map.of());
            }
        }
        return new Toolchain.Host("none", List.of(), Map.of());
    }

    /// The locales of this host; none where it has no `locale` program.
    static List<String> locales(Map<String, String> env) throws Problem, InterruptedException {
        if (!has(env, "locale")) {
            return List.of();
        }
        var run = Command.run(List.of("locale", "-a"), env, LIMIT);
        return run.out().lines().filter(l -> !l.equals("C") && !l.equals("POSIX")).map(Locales::usual).distinct().sorted()
                .toList();
    }

    private static List<Toolchain.HostPackage> query(Map<String, String> env, String... argv)
            throws Problem, InterruptedException {
        var run = Command.run(List.of(argv), env, LIMIT);
        if (run.exitCode() != 0) {
            throw Problem.environment("`" + argv[0] + "` cannot tell the packages of this host").found(run.err().strip());
        }
        var out = new ArrayList<Toolchain.HostPackage>();
        for (String line : run.out().split("\n")) {
            String[] parts = line.split("\t");
            if (parts.length == 4 && parts[0].startsWith("ii")) {
                out.add(new Toolchain.HostPackage(parts[1], parts[2], parts[3]));
            }
        }
        return out;
    }

    static boolean has(Map<String, String> env, String program) {
        for (String folder : env.getOrDefault("PATH", "/usr/bin:/bin").split(":")) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }
}
