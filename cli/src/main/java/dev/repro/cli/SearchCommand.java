package dev.repro.cli;

import dev.repro.release.Catalogue;
import dev.repro.release.Catalogues;
import dev.repro.tuf.client.Repository;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "search", description = "Find releases by words of their name, version, files, targets and devices, or by the beginning of a digest.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro search hvt"})
final class SearchCommand extends Reading {
    @Parameters(arity = "1..*", paramLabel = "TERM", description = "words that must all occur; of a digest at least 6 digits")
    List<String> terms;

    @Override
    int answer(Repository known) throws Exception {
        var voice = voice();
        List<Catalogue.Entry> found = Catalogues.of(known, Optional.empty(), voice::warn).search(String.join(" ", terms));
        ReleasesCommand.tell(voice, found, false);
        return found.isEmpty() ? 1 : 0;
    }
}
