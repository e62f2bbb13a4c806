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
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/// Proves by rebuilding what no canary proves, section by section.
///
/// First A once more with nothing varied, in another second: what does not even repeat in a section is caused by `time` where only the
/// clocks of both differ in it, else by `randomness`. If something stays unproven in a section that repeats: A with one variation of B at
/// a time; a variation that changes the section is a cause of it. Two rebuilds run at once.
final class Prover {
    private final BuildRunner runner;
    private final Profile profile;
    private final Comparing comparing;
    private final Workshop workshop;

    /// Output path to what was seen of its sections.
    private final Map<String, Seen> seen = new HashMap<>();

    /// What rebuilds showed of one output.
    ///
    /// @param open sections with something unproven
    /// @param unstable section to cause, of those that A does not repeat
    /// @param noisy sections that differ when A is repeated, if only in consequence of others
    /// @param changing section to variations that change it
    private record Seen(Set<String> open, Map<String, String> unstable, Set<String> noisy, Map<String, Set<String>> changing) {
        boolean settled() {
            return unstable.keySet().containsAll(open);
        }

        Collection<String> causes(String section) {
            String cause = unstable.get(section);
            return cause != null ? List.of(cause) : changing.getOrDefault(section, Set.of());
        }

        void changes(String variation, Collection<String> sections) {
            sections.forEach(section -> changing.computeIfAbsent(section, _ -> new LinkedHashSet<>()).add(variation));
        }
    }

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
        repeat(a, unproven);
        var stable = unproven.keySet().stream().filter(output -> !seen.get(output).settled()).toList();
        List<Vary> candidates = profile.variations().stream().filter(v -> !profile.a().get(v.variation()).equals(profile.b().get(v.variation())))
                .map(Profile.Applied::variation).filter(v -> stable.stream().anyMatch(o -> !provenByCanary(unproven.get(o), v))).toList();
        try (var both = Executors.newFixedThreadPool(2)) {
            var running = new ArrayList<Future<BuildResult>>();
            for (Vary variation : candidates) {
                running.add(both.submit(() -> runner.run("A-with-" + variation.id(), profile.a().with(variation, profile.b()))));
            }
            try {
                for (int i = 0; i < candidates.size(); i++) {
                    String message = "proving causes: only " + candidates.get(i).id() + " varied, rebuild " + (i + 1) + " of " + candidates.size();
                    note(candidates.get(i).id(), a, Pair.await(running.get(i), () -> workshop.progress().accept(message)), stable);
                }
            } finally {
                both.shutdownNow();
            }
        }
    }

    /// Builds A again.
    private void repeat(BuildResult.Built a, Map<String, Diff> unproven) throws Problem, InterruptedException, IOException {
        var wait = Duration.between(workshop.clock().instant(), a.realTime().end().plusSeconds(1));
        if (wait.isPositive()) {
            Thread.sleep(wait); // or both could have been built in one second
        }
        workshop.progress().accept("proving causes: build A again, nothing varied");
        BuildResult again = runner.run("A-again", profile.a());
        for (var entry : unproven.entrySet()) {
            String output = entry.getKey();
            Set<String> open = entry.getValue().findings().stream().filter(Prover::unproven).map(f -> f.where().section()).collect(Collectors.toSet());
            var unstable = new HashMap<String, String>();
            Set<String> noisy = new LinkedHashSet<>();
            if (!(again instanceof BuildResult.Built built)) {
                open.forEach(section -> unstable.put(section, Vary.RANDOMNESS.id()));
            } else if (differs(a, built, output)) {
                for (Finding finding : comparing.again(output, a, built).findings()) {
                    String section = finding.where().section();
                    noisy.add(section);
                    if (finding.role() != Role.CONSEQUENCE) {
                        boolean time = finding.cause().equals(Vary.TIME.id());
                        unstable.merge(section, time ? Vary.TIME.id() : Vary.RANDOMNESS.id(), (x, y) -> x.equals(y) ? x : Vary.RANDOMNESS.id());
                    }
                }
            }
            seen.put(output, new Seen(open, unstable, noisy, new HashMap<>()));
        }
        runner.discard(again);
    }

    private static boolean provenByCanary(Diff diff, Vary variation) {
        return diff.findings().stream().anyMatch(f -> f.proof() == Proof.CANARY && f.cause().equals(variation.id()));
    }

    /// Notes the sections that a rebuild changed. A failed build changes all.
    private void note(String variation, BuildResult.Built a, BuildResult other, List<String> outputs) throws Problem, IOException {
        for (String output : outputs) {
            var of = seen.get(output);
            if (!(other instanceof BuildResult.Built built)) {
                of.changes(variation, of.open());
            } else if (differs(a, built, output)) {
                of.changes(variation, comparing.again(output, a, built).findings().stream()
                        .filter(f -> f.role() != Role.CONSEQUENCE || !of.noisy().contains(f.where().section())).map(f -> f.where().section()).toList());
            }
        }
        runner.discard(other); // up to twenty of them
    }

    private static boolean differs(BuildResult.Built a, BuildResult.Built other, String output) throws IOException {
        return Files.mismatch(a.outputs().get(output), other.outputs().get(output)) >= 0;
    }

    /// The difference of that output with what the rebuilds proved.
    Diff proven(String output, Diff diff) {
        var of = seen.get(output);
        if (of == null) {
            return diff;
        }
        var bySection = new LinkedHashMap<String, List<Finding>>();
        diff.findings().forEach(f -> bySection.computeIfAbsent(f.where().section(), _ -> new ArrayList<>()).add(f));
        var findings = new ArrayList<Finding>();
        bySection.forEach((section, some) -> findings.addAll(new Diff(diff.verdict(), some, 0, 0, 0).proven(of.causes(section)).findings()));
        findings.sort(Comparator.comparing(Finding::role).thenComparing(Finding::proof));
        return new Diff(diff.verdict(), findings, diff.differingBytes(), diff.differingRanges(), diff.omitted());
    }
}
