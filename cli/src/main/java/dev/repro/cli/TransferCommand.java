package dev.repro.cli;

import dev.repro.base.Problem;
import dev.repro.snapshot.client.Draft;
import dev.repro.snapshot.client.Rights;
import dev.repro.tuf.repository.Editor;
import java.nio.file.Path;
import picocli.CommandLine.Command;

@Command(name = "transfer", description = "Ask the maintainers for a package whose owner is gone: its releases stay, its keys become yours.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro transfer hello"})
final class TransferCommand extends Asking {

    @Override
    Draft draft(Rights rights, Editor.Keys owners) throws Problem {
        return rights.transfer(name, owners, folder());
    }

    @Override
    Path folder() {
        return path(Path.of(name + ".transfer"));
    }
}
