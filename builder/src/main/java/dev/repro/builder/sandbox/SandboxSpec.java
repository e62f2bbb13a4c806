package dev.repro.builder.sandbox;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// One build: what it sees, runs and may use.
///
/// @param argv            the command; its first word is looked up on the `PATH` of `environment`
/// @param environment     all of it; only `PWD` is added
/// @param directory       where it starts, inside
/// @param hostname        what `uname -n` says
/// @param uid             user id inside
/// @param gid             group id inside
/// @param randomAddresses false: address space layout randomisation is off
/// @param cpus            the CPUs that it may run on, as the host numbers them; empty: all
/// @param log             what the build printed; appears when the build has ended, whole or cut with a last line that says so
public record SandboxSpec(Root root, List<Mount> mounts, List<String> argv, Map<String, String> environment, String directory,
        String hostname, int uid, int gid, boolean randomAddresses, List<Integer> cpus, Limits limits, Path log) {

    public SandboxSpec {
        mounts = List.copyOf(mounts);
        argv = List.copyOf(argv);
        environment = Map.copyOf(environment);
        cpus = List.copyOf(cpus);
        if (argv.isEmpty()) {
            throw new IllegalArgumentException("a build has a command");
        }
    }
}
