package dev.repro.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(name = "repo", description = "Check a TUF repository.", synopsisHeading = "usage: ", descriptionHeading = "%n", commandListHeading = "%nverbs:%n",
        optionListHeading = "%noptions:%n", synopsisSubcommandLabel = "VERB", subcommands = {RepoCheckCommand.class}, footer = {"", "example: repro repo check site"})
final class RepoCommand extends Commands.Verb {

    @CommandLine.Spec
    CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(spec.commandLine(), "missing verb: check");
    }
}
