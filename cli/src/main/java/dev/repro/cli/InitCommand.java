package dev.repro.cli;

import dev.repro.base.Json;
import dev.repro.builder.recipe.Init;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "init", description = "Write a recipe, repro.toml, with a guess at how the folder is built.", synopsisHeading = "usage: ", descriptionHeading = "%n",
        parameterListHeading = "%n", optionListHeading = "%noptions:%n", footer = {"", "example: repro init my-unikernel"})
final class InitCommand extends Commands.Verb {

    @Parameters(arity = "0..1", paramLabel = "FOLDER", description = "default: this folder")
    Path folder = Path.of("");

    @Option(names = "--force", description = "replace a recipe that is there")
    boolean force;

    @Override
    public Integer call() throws Exception {
        var voice = voice();
        var lines = Init.write(path(folder), force);
        lines.forEach(voice::say);
        voice.answer(Json.object("schema", "repro.init.v1", "recipe", folder.resolve("repro.toml").toString(), "guess", lines));
        return 0;
    }
}
