package dev.repro.cli;

import dev.repro.base.Problem;
import dev.repro.snapshot.client.Draft;
import dev.repro.snapshot.client.Rights;
import dev.repro.tuf.repository.Editor;
import java.nio.file.Path;
import picocli.CommandLine.Command;

@Command(name = "claim", description = "Ask the maintainers for the name of a package: a request that they review and sign.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro claim hello"})
final class ClaimCommand extends Asking {

    @Override
    Draft draft(Rights rights, Editor.Keys owners) throws Problem {
        return rights.claim(name, owners, folder());
    }

    @Override
    Path folder() {
        return path(Path.of(name + ".claim"));
    }
}
