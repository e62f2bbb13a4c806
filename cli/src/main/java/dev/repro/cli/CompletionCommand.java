package dev.repro.cli;

import dev.repro.base.Json;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

@Command(name = "completion", description = "Print a completion script for bash and zsh.", synopsisHeading = "usage: ", descriptionHeading = "%n",
        optionListHeading = "%noptions:%n", footer = {"", "example: source <(repro completion)"})
final class CompletionCommand extends Commands.Verb {

    @Override
    public Integer call() {
        String script = AutoComplete.bash("repro", Commands.tree()).stripTrailing();
        voice().say(script);
        voice().answer(Json.object("schema", "repro.completion.v1", "script", script + "\n"));
        return 0;
    }
}
