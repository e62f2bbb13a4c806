package dev.repro.builder;

import dev.repro.base.Problem;
import dev.repro.builder.sandbox.Ability;
import dev.repro.builder.vary.Profile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What this machine and this toolchain allow to be varied.
final class Surrounding {

    private Surrounding() {}

    static Profile profile(Workshop workshop, Project project) throws Problem, InterruptedException {
        var root = project.root();
        Set<String> shells = new HashSet<>();
        for (String shell : List.of("dash", "bash")) {
            if (root.has(shell)) {
                shells.add(shell);
            }
        }
        var tools = new Profile.Tools(shells, Optional.ofNullable(root.libfaketime()), Set.copyOf(root.locales()));
        var able = workshop.sandbox().capabilities();
        var machine = new Profile.Machine(cpus(), missing(able.affinity()), missing(able.aslr()));
        return Profile.of(project.lock().identity(), project.sourceDateEpoch(), project.recipe().variationsSkipped(), tools, machine);
    }

    private static Optional<String> missing(Ability ability) {
        return ability.isFull() ? Optional.empty() : Optional.of(ability.reason());
    }

    private static List<Integer> cpus() {
        var out = new ArrayList<Integer>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            out.add(i);
        }
        return out;
    }
}
