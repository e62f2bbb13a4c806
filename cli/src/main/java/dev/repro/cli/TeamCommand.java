package dev.repro.cli;

import dev.repro.base.Problem;
import dev.repro.snapshot.client.Team;
import dev.repro.tuf.repository.KeyNames;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "team", description = "Several people who own a package together.", synopsisHeading = "usage: ", descriptionHeading = "%n",
        commandListHeading = "%nverbs:%n", optionListHeading = "%noptions:%n", synopsisSubcommandLabel = "VERB",
        subcommands = TeamCommand.Create.class,
        footer = {"", "example: repro team create crew --quorum 2-of-3 alice.pub bob.pub carol.pub"})
final class TeamCommand extends Commands.Verb {

    @CommandLine.Spec
    CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(spec.commandLine(), "missing verb: create");
    }

    @Command(name = "create", description = "Write down who is in a team, and how many of them must sign: a file that `repro claim --team` takes.",
            synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
            footer = {"", "example: repro team create crew --quorum 2-of-3 alice.pub bob.pub carol.pub"})
    static final class Create extends Commands.Verb {
        @Parameters(index = "0", paramLabel = "NAME", description = "of the team")
        String name;

        @Parameters(index = "1..*", arity = "1..*", paramLabel = "[OWNER=]FILE",
                description = "the members' public keys, in any form that `repro key show` reads; without OWNER the file's name is the owner's")
        List<String> keys;

        @Option(names = "--quorum", required = true, paramLabel = "K-of-N", description = "how many of how many must sign")
        String quorum;

        @Option(names = {"-o", "--output"}, paramLabel = "FILE", description = "where it goes; default: NAME.team.json")
        Path output;

        @Override
        public Integer call() throws Problem {
            Team team = Team.of(name, quorum, KeyNames.holders(keys, path(Path.of(""))));
            Path file = output == null ? Path.of(name + ".team.json") : output;
            team.write(path(file));
            var voice = voice();
            voice.say(file + ", " + team.line());
            voice.answer(team.toJson());
            return 0;
        }
    }
}
