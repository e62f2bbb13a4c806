package dev.repro.builder;

import dev.repro.base.Problem;
import dev.repro.builder.vary.Profile;
import dev.repro.builder.vary.Vary;
import dev.repro.diffoscopelite.Diff;
import dev.repro.diffoscopelite.Finding;
import dev.repro.diffoscopelite.Proof;
import dev.repro.diffoscopelite.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Proves by rebuilding what no canary proves.
///
/// First A once more with nothing varied, in another second: an output that does not even repeat gets cause `time` where all that
/// differs are the clocks of both, else `randomness`. Then A with one variation of B at a time: a variation that changes the output
/// is a cause of it. Two rebuilds run at once.
final class Prover {
    private final BuildRunner runner;
    private final Profile profile;
    private final Comparing comparing;
    private final Workshop workshop;

    /// Output path to the variations that were seen to change it.
    private final Map<String, Set<String>> changing = new HashMap<>();

    Prover(BuildRunner runner, Profile profile, Comparing comparing, Workshop workshop) {
        this.runner = runner;
        this.profile = profile;
        this.comparing = comparing;
        this.workshop = workshop;
    }

    /// Whether a difference has a root that no canary proves.
    static boolean wanted(Diff diff) {
        return diff.findings().stream().anyMatch(Prover::unproven);
    }

    private static boolean unproven(Finding finding) {
        return finding.role() != Role.CONSEQUENCE && finding.proof() != Proof.CANARY;
    }

    /// Rebuilds for the given outputs, each with its difference between A and B.
    void rebuild(BuildResult.Built a, Map<String, Diff> unproven) throws Problem, InterruptedException, IOException {
        Set<String> unstable = unstable(a, unproven.keySet());
        var stable = new LinkedHashSet<>(unproven.keySet());
        stable.removeAll(unstable);
        if (stable.isEmpty()) {
            return;
        }
        List<Vary> candidates = profile.variations().stream().filter(v -> !profile.a().get(v.variation()).equals(profile.b().get(v.variation())))
                .map(Profile.Applied::variation).filter(v -> stable.stream().anyMatch(o -> !provenByCanary(unproven.get(o), v))).toList();
        try (var both = Executors.newFixedThreadPool(2)) {
            var running = new ArrayList<Future<BuildResult>>();
            for (Vary variation : candidates) {
                running.add(both.submit(() -> runner.run("A-with-" + variation.id(), profile.a().with(variation, profile.b()))));
            }
            try {
                for (int i = 0; i < candidates.size(); i++) {
                    String message = "proving causes: rebuild " + (i + 1) + " of " + candidates.size() + ", only " + candidates.get(i).id() + " varied";
                    note(candidates.get(i).id(), a, Pair.await(running.get(i), () -> workshop.progress().accept(message)), stable);
                }
            } finally {
                both.shutdownNow();
            }
        }
    }

    /// The outputs that another build in the same surroundings makes otherwise.
    private Set<String> unstable(BuildResult.Built a, Set<String> outputs) throws Problem, InterruptedException, IOException {
        var wait = Duration.between(workshop.clock().instant(), a.realTime().end().plusSeconds(1));
        if (wait.isPositive()) {
            Thread.sleep(wait); // or both could have been built in one second
        }
        BuildResult again = runner.run("A-again", profile.a());
        var differing = new LinkedHashSet<String>();
        for (String output : outputs) {
            if (differs(a, again, output)) {
                differing.add(output);
                changing.computeIfAbsent(output, _ -> new LinkedHashSet<>()).add(again instanceof BuildResult.Built b && onlyTime(comparing.again(output, a, b)) ? "time" : "randomness");
            }
        }
        runner.discard(again);
        return differing;
    }

    private static boolean onlyTime(Diff diff) {
        return diff.findings().stream().allMatch(f -> f.role() == Role.CONSEQUENCE || f.cause().equals(Vary.TIME.id()));
    }

    private static boolean provenByCanary(Diff diff, Vary variation) {
        return diff.findings().stream().anyMatch(f -> f.proof() == Proof.CANARY && f.cause().equals(variation.id()));
    }

    /// Notes the outputs of a rebuild that differ from those of A; a failed build differs in all.
    private void note(String cause, BuildResult.Built a, BuildResult other, Set<String> outputs) throws Problem, IOException {
        for (String output : outputs) {
            if (differs(a, other, output)) {
                changing.computeIfAbsent(output, _ -> new LinkedHashSet<>()).add(cause);
            }
        }
        runner.discard(other); // up to twenty of them
    }

    private static boolean differs(BuildResult.Built a, BuildResult other, String output) throws IOException {
        return !(other instanceof BuildResult.Built built) || Files.mismatch(a.outputs().get(output), built.outputs().get(output)) >= 0;
    }

    /// The difference of that output with what the rebuilds proved.
    Diff proven(String output, Diff diff) {
        return diff.proven(changing.getOrDefault(output, Set.of()));
    }
}
