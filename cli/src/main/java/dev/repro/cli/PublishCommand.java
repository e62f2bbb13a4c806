package dev.repro.cli;

import dev.repro.snapshot.client.Author;
import dev.repro.snapshot.client.Draft;
import dev.repro.snapshot.client.Publishing;
import dev.repro.snapshot.client.Trust;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "publish", description = "Send a signed release to the service; run it again to go on where it stopped.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro publish hello-1.0.0.release"})
final class PublishCommand extends ServiceVerb {
    @Parameters(arity = "0..1", paramLabel = "FOLDER", description = "what `repro sign` made; default: the one here that is not published yet")
    Path folder;

    @Override
    int run() throws Exception {
        Author author = author();
        Draft draft = Draft.read(folder == null ? Publishing.only(here()) : path(folder));
        try (Trust trust = trust(author.settings().service())) {
            return new Sending(this, trust).send(draft);
        }
    }
}
