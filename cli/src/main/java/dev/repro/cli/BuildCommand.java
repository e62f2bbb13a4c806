package dev.repro.cli;

import dev.repro.builder.SingleBuild;
import dev.repro.builder.Workshop;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "build", description = "Build once, in the plain sandbox; put out the outputs, NAME.build.json and NAME.build.log.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro build examples/hello"})
final class BuildCommand extends Commands.Verb {

    @Parameters(arity = "0..1", paramLabel = "RECIPE|FOLDER", description = "a recipe, or a folder that holds one; default: this folder")
    Path target = Path.of("");

    @Option(names = {"-o", "--output"}, paramLabel = "FOLDER", description = "where to put what comes out; default: each output at its place in the source folder, record and log beside the recipe")
    Path output;

    @Option(names = "--allow-dirty", description = "build a source tree that differs from its last commit")
    boolean allowDirty;

    @Override
    public Integer call() throws Exception {
        var voice = voice();
        try (var workshop = Workshop.open(env(), voice)) {
            var report = new SingleBuild(workshop).build(path(target), target, Optional.ofNullable(output).map(this::path), allowDirty);
            report.lines().forEach(voice::say);
            voice.answer(report.toJson());
        }
        return 0;
    }
}
