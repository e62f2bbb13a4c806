package dev.repro.builder;

import dev.repro.base.Digest;
import dev.repro.base.Durable;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.builder.files.Why;
import dev.repro.builder.recipe.Recipe;
import dev.repro.builder.recipe.SourceFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// `repro build`: one build in the plain surroundings.
public final class SingleBuild {
    private final Workshop workshop;

    public SingleBuild(Workshop workshop) {
        this.workshop = workshop;
    }

    /// What came out: `repro.built.v1`.
    ///
    /// @param files outputs, record and log, as they were written
    public record Report(List<String> lines, BuildRecord record, List<Path> files) {
        public Json.Obj toJson() {
            return Json.object("schema", "repro.built.v1", "record", record.toJson(), "files", files.stream().map(Path::toString).toList());
        }
    }

    /// @param folder where to put what comes out; empty: outputs at their places, record and log beside the recipe
    public Report build(Path target, Path shown, Optional<Path> folder, boolean allowDirty) throws Problem, InterruptedException {
        Path recipeFile = Aim.recipeOf(target);
        try (var project = Project.open(workshop, recipeFile, Recipe.read(recipeFile), allowDirty); var runner = new BuildRunner(workshop, project)) {
            workshop.progress().accept("building");
            BuildResult result = runner.run("A", Surrounding.profile(workshop, project).a());
            return switch (result) {
                case BuildResult.Built built -> put(project, built, folder);
                case BuildResult.Failed failed -> throw failure(failed, shown, Kept.keep(workshop, project, failed));
            };
        } catch (IOException e) {
            throw Problem.storage("what was built could not be written: " + Why.of(e)).because(e);
        }
    }

    private Report put(Project project, BuildResult.Built built, Optional<Path> folder) throws IOException, Problem, InterruptedException {
        String name = project.recipe().name();
        var lines = new ArrayList<String>();
        var files = new ArrayList<Path>();
        int column = CheckReport.column(project.recipe().outputs());
        lines.add(CheckReport.row(column, "source", Preamble.source(project)));
        lines.add(CheckReport.row(column, "toolchain", Preamble.toolchain(project)));
        lines.add(CheckReport.row(column, "build", Preamble.seconds(built.run().wall())));
        for (Recipe.Output output : project.recipe().outputs()) {
            Path file = folder.isPresent() ? folder.get().resolve(output.path()) : SourceFolder.output(project.recipeFile(), project.recipe(), output);
            Path made = built.outputs().get(output.path());
            Durable.copy(made, file);
            files.add(file);
            lines.add(CheckReport.row(column, file.getFileName().toString(), String.format(Locale.ROOT, "%,d bytes, sha256 %s", Files.size(made), Digest.of(made).brief())));
        }
        Path beside = folder.orElse(SourceFolder.home(project.recipeFile()));
        var record = BuildRecord.of(workshop, project, built);
        files.add(beside.resolve(name + ".build.json"));
        Durable.write(files.getLast(), JsonText.pretty(record.toJson()).getBytes(StandardCharsets.UTF_8));
        files.add(beside.resolve(name + ".build.log"));
        Durable.copy(built.log(), files.getLast());
        return new Report(lines, record, files);
    }

    private static Problem failure(BuildResult.Failed failed, Path shown, Path kept) throws IOException {
        var problem = Problem.no("the build failed: " + failed.why()).where(shown);
        List<String> log = Pair.end(failed.log());
        return log.isEmpty() ? problem : problem.hint("the end of its log, " + kept + ":\n  " + String.join("\n  ", log));
    }
}
