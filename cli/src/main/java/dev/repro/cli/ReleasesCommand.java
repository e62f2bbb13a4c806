package dev.repro.cli;

import dev.repro.release.Catalogue;
import dev.repro.release.ReleaseImage;
import dev.repro.release.Catalogues;
import dev.repro.tuf.client.Repository;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "releases", description = "List the newest release of each package, or all releases of one with their images.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro releases hello"})
final class ReleasesCommand extends Reading {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "the package")
    String name;

    @Override
    int answer(Repository known) throws Exception {
        var voice = voice();
        Catalogue catalogue = Catalogues.of(known, Optional.ofNullable(name), voice::warn);
        List<Catalogue.Entry> entries = name == null ? catalogue.newest() : catalogue.versions(name);
        tell(voice, entries, name != null);
        return entries.isEmpty() && name != null ? 1 : 0;
    }

    static void tell(Voice voice, List<Catalogue.Entry> entries, boolean images) {
        if (entries.isEmpty()) {
            voice.say("no releases");
        }
        for (Catalogue.Entry entry : entries) {
            List<String> targets = entry.release().images().stream().map(ReleaseImage::target).toList();
            voice.say(String.format("%-24s %s", entry.release(), String.join(", ", targets)));
            if (images) {
                entry.release().images().forEach(i -> voice.say(
                        String.format(Locale.ROOT, "  %-22s %,d bytes, sha256 %s", i.file(), i.size(), i.sha256())));
            }
        }
        voice.answer(Catalogues.toJson(entries));
    }
}
