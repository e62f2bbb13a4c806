package dev.repro.builder;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.builder.files.Why;
import dev.repro.builder.recipe.Recipe;
import dev.repro.builder.vary.Profile;
import dev.repro.diffoscopelite.Diff;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `repro check`: builds twice, compares, explains.
public final class Checker {
    private final Workshop workshop;
    private final Options options;

    /// @param prove rebuild to prove causes that no canary proves
    public record Options(Optional<Path> recipe, boolean allowDirty, boolean updateLock, Optional<Path> keep, boolean prove) {}

    public Checker(Workshop workshop, Options options) {
        this.workshop = workshop;
        this.options = options;
    }

    /// One report for an image; for a folder or a recipe, one for each output.
    ///
    /// @param shown the target as the user gave it
    public List<CheckReport> check(Path target, Path shown) throws Problem, InterruptedException {
        var aim = Aim.find(target, shown, options.recipe());
        try (var project = options.updateLock() ? new Locker(workshop).relocked(aim.recipeFile(), aim.recipe(), options.allowDirty())
                : Project.open(workshop, aim.recipeFile(), aim.recipe(), options.allowDirty())) {
            return check(project, aim);
        } catch (IOException e) {
            throw Problem.storage("cannot compare: " + Why.of(e)).because(e);
        }
    }

    private List<CheckReport> check(Project project, Aim aim) throws Problem, InterruptedException, IOException {
        if (options.keep().isPresent()) {
            Kept.refuseForeign(project, options.keep().get());
        }
        try (var runner = new BuildRunner(workshop, project)) {
            return check(project, aim, runner);
        }
    }

    private List<CheckReport> check(Project project, Aim aim, BuildRunner runner) throws Problem, InterruptedException, IOException {
        var profile = Surrounding.profile(workshop, project);
        var comparing = new Comparing(project, profile);
        var files = new FilesToCompare(workshop, aim); // read while the builds run, and never again: all that is said about a file is said of the same bytes
        var pair = Pair.build(runner, profile, workshop.progress());
        var diffs = new LinkedHashMap<String, Diff>();
        if (pair.a() instanceof BuildResult.Built a && pair.b() instanceof BuildResult.Built b) {
            for (var output : aim.outputs()) {
                diffs.put(output.path(), comparing.sides(output, a, b));
            }
            prove(new Prover(runner, profile, comparing, workshop), a, diffs);
        }
        BuildRecord recordA = record(project, pair.a());
        BuildRecord recordB = record(project, pair.b());
        var reports = new ArrayList<CheckReport>();
        for (var output : aim.outputs()) {
            var sideA = side(recordA, pair.a(), output);
            var sideB = side(recordB, pair.b(), output);
            reports.add(report(project, profile, comparing, aim, files, output, pair, sideA, sideB, diffs.get(output.path())));
        }
        Level level = reports.stream().map(CheckReport::level).reduce(Level.BITWISE, Level::weaker);
        Path kept = Kept.keepIfWanted(workshop, project, pair, options.keep(), level);
        List<String> lock = options.updateLock() ? updateLock(project, pair, reports, level) : List.of();
        return reports.stream().map(r -> r.with(lock, kept)).toList();
    }

    /// Writes the lock that was checked if the images survived it, and says how its packages differ from those of the lock before. That two builds
    /// agree with each other says nothing of the images before: each output must be equal to its file, or to what the lock before expected.
    private static List<String> updateLock(Project project, Pair pair, List<CheckReport> reports, Level level) throws Problem, IOException {
        int column = reports.getFirst().column();
        var changes = LockReport.changes(project);
        boolean expected = pair.a() instanceof BuildResult.Built a && Expectation.holds(project.lock(), a.outputs());
        boolean known = expected || reports.stream().allMatch(report -> report.file() != null);
        boolean write = level == Level.BITWISE && known;
        String outcome = level != Level.BITWISE ? "not written, the images do not survive it bit for bit"
                : !known ? "not written, there is no file and nothing in the lock to compare with"
                : expected || project.lock().expected() == null ? "written" : "written without what was expected before, which are other outputs";
        var out = new ArrayList<String>();
        out.add(CheckReport.row(column, "lock", (changes.isEmpty() ? "no package changed" : changes.size() + " packages changed") + "; " + outcome));
        changes.forEach(change -> out.add(CheckReport.row(column, "", change)));
        if (write) {
            project.writeLock(expected);
        }
        return out;
    }

    private void prove(Prover prover, BuildResult.Built a, Map<String, Diff> diffs) throws Problem, InterruptedException, IOException {
        var unproven = new LinkedHashMap<String, Diff>();
        diffs.forEach((path, diff) -> {
            if (Prover.wanted(diff)) {
                unproven.put(path, diff);
            }
        });
        if (!options.prove() || unproven.isEmpty()) {
            return;
        }
        prover.rebuild(a, unproven);
        unproven.forEach((path, diff) -> diffs.put(path, prover.proven(path, diff)));
    }

    private CheckReport report(Project project, Profile profile, Comparing comparing, Aim aim, FilesToCompare files, Recipe.Output output, Pair pair,
            CheckReport.Side sideA, CheckReport.Side sideB, Diff ab) throws IOException, Problem, InterruptedException {
        int column = CheckReport.column(aim.outputs());
        Path file = files.copyOf(output);
        var made = file == null ? null : made(file);
        Diff af = null;
        var level = Level.UNBUILT;
        ImageFacts facts = ImageFacts.NONE;
        if (pair.a() instanceof BuildResult.Built a && ab != null) {
            level = Level.of(ab.verdict());
            if (file != null) {
                af = comparing.withFile(output, a, file);
                level = level.weaker(Level.of(af.verdict()));
            }
            if (output.kind() == Recipe.Kind.IMAGE) {
                facts = file != null ? files.factsOf(output) : ImageFacts.of(a.outputs().get(output.path()));
            }
        }
        return new CheckReport(aim.shown(output), output.path(), made, sideA, sideB, ab, af, level,
                profile, Preamble.lines(column, project, profile, pair), facts.words(), facts.lint(), pair.failures(), column, null);
    }

    /// Null where the build failed.
    private BuildRecord record(Project project, BuildResult result) throws IOException, Problem, InterruptedException {
        return result instanceof BuildResult.Built built ? BuildRecord.of(workshop, project, built) : null;
    }

    private static CheckReport.Side side(BuildRecord record, BuildResult result, Recipe.Output output) throws IOException {
        return result instanceof BuildResult.Built built ? new CheckReport.Side(record, made(built.outputs().get(output.path())), built.run().wall()) : null;
    }

    private static CheckReport.MadeFile made(Path file) throws IOException {
        return new CheckReport.MadeFile(Files.size(file), Digest.of(file));
    }
}
