package dev.repro.cli;

import dev.repro.base.Problem;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.Desk;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.Repository;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "agree",
        description = "Let targets be trusted only if several roles say the same of them (TAP 3; docs/pouf.md).",
        synopsisHeading = "usage: ",
        descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro repo agree --repo site --proposal next hello hello-author hello-rebuilder"})
final class RepoAgree extends RepoCommand.Change {

    @Parameters(index = "0", paramLabel = "NAME", description = "of the agreement")
    String name;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "ROLE",
            description = "two or more delegated roles, the preferred first; each must have keys of its own")
    List<RoleName> roles = List.of();

    @Option(names = "--path", paramLabel = "PATTERN",
            description = "targets that it is about; * and ? stop at /; may be repeated; default: NAME/*/*")
    List<String> paths = List.of();

    @Option(names = "--least", paramLabel = "N", description = "how many of them must agree; default: all")
    Integer least;

    @Option(names = "--from", paramLabel = "ROLE", description = "the role that delegates to them; default: targets")
    RoleName from = RoleName.TARGETS;

    @Option(names = "--end", description = "take the agreement away")
    boolean end;

    @Override
    Desk.Outcome change(Desk desk, Repository repository) throws Problem {
        if (end && !roles.isEmpty()) {
            throw Problem.usage("an agreement is ended by its name alone");
        }
        Editor editor = desk.editor();
        if (end) {
            editor.disagree(from, name);
        } else {
            editor.agree(from, name, paths.isEmpty() ? List.of(name + "/*/*")
                    : paths, roles,
                    least == null ? roles.size() : least);
        }
        return desk.finish(editor.proposal(), message);
    }
}
