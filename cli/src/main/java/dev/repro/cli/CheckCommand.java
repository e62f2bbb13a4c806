package dev.repro.cli;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.builder.CheckReport;
import dev.repro.builder.Checker;
import dev.repro.builder.Level;
import dev.repro.builder.Workshop;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "check", description = "Build twice in two sandboxes that differ in all that must not matter; compare both with each other and with the file.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro check examples/hello/hello.hvt"})
final class CheckCommand extends Commands.Verb {

    @Parameters(arity = "0..*", paramLabel = "IMAGE|FOLDER", description = "an image (its recipe is beside it or in a parent folder), or a folder with a recipe: all its outputs; default: this folder")
    List<Path> targets = List.of();

    @Option(names = "--recipe", paramLabel = "FILE", description = "the recipe, when it is not beside the image or in a parent folder")
    Path recipe;

    @Option(names = "--require", paramLabel = "LEVEL",
            description = "weakest verdict that exits with 0: bitwise, mapped (equal in all that a tender maps), excepted (equal but for the recipe's exceptions); default ${DEFAULT-VALUE}")
    String require = "bitwise";

    @Option(names = "--allow-dirty", description = "check a source tree that differs from its last commit")
    boolean allowDirty;

    @Option(names = "--update-lock", description = "resolve the toolchain anew, check with it, and write the lock if the image is still made bit for bit")
    boolean updateLock;

    @Option(names = "--keep", paramLabel = "FOLDER", description = "keep both builds there: outputs, records, logs")
    Path keep;

    @Option(names = "--no-prove", description = "do not rebuild to prove causes that no canary proves")
    boolean noProve;

    @Override
    boolean word(String word) {
        targets = Stream.concat(targets.stream(), Stream.of(Path.of(word))).toList();
        return true;
    }

    @Override
    public Integer call() throws Exception {
        var voice = voice();
        Level level = Level.parse(require);
        var options = new Checker.Options(Optional.ofNullable(recipe).map(this::path), allowDirty, updateLock, Optional.ofNullable(keep).map(this::path), !noProve);
        var answers = new ArrayList<Json>();
        int code = 0;
        for (Path target : targets.isEmpty() ? List.of(Path.of("")) : targets) {
            if (!answers.isEmpty()) {
                voice.say("");
            }
            try (var workshop = Workshop.open(env(), voice)) { // one for each: its work folder takes the builds of one check
                var reports = new Checker(workshop, options).check(path(target), target);
                reports.getFirst().opening(verbose).forEach(voice::say);
                tell(reports, level, voice);
                reports.forEach(report -> answers.add(report.toJson()));
                code = Math.max(code, reports.stream().allMatch(r -> r.satisfies(level)) ? 0 : Problem.Exit.NO.code);
            } catch (Problem problem) {
                if (targets.size() <= 1 || Main.ending()) {
                    throw problem;
                }
                voice.tell(problem); // the others can be checked all the same
                answers.add(problem.toJson());
                code = Math.max(code, problem.exit().code);
            }
        }
        voice.answer(answers.size() == 1 ? answers.getFirst() : Json.object("schema", "repro.checks.v1", "checks", answers));
        return code;
    }

    /// Each output with its verdict, then all in one line. Where a build failed, all outputs have the same to say.
    private static void tell(List<CheckReport> reports, Level required, Voice voice) {
        for (CheckReport report : reports.getFirst().level() == Level.UNBUILT ? reports.subList(0, 1) : reports) {
            report.lines().forEach(voice::say);
            voice.verdict(report.satisfies(required), report.verdictLine());
        }
        if (reports.size() > 1) {
            voice.verdict(reports.stream().allMatch(r -> r.satisfies(required)), CheckReport.summary(reports.stream().map(CheckReport::level).toList()));
        }
    }
}
