package dev.repro.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;

@Command(name = "completion", description = "Print a completion script for bash and zsh.", synopsisHeading = "usage: ", descriptionHeading = "%n",
        optionListHeading = "%noptions:%n", footer = {"", "example: source <(repro completion)"})
final class CompletionCommand extends Commands.Verb {

    @Override
    public Integer call() {
        voice().say(AutoComplete.bash("repro", Commands.tree()).stripTrailing());
        return 0;
    }
}
