package dev.repro.cli;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.snapshot.client.Stripping;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "strip", description = "Give back the exact bytes of an image before a release was embedded in it.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro strip signed/hello.hvt -o hello.hvt"})
final class StripCommand extends Commands.Verb {
    @Parameters(paramLabel = "IMAGE", description = "an image that `repro sign --embed` made")
    Path image;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", description = "where the bytes go; default: in the image's place")
    Path output;

    @Override
    public Integer call() throws Problem {
        Path to = output == null ? image : output;
        Stripping.Outcome outcome = Stripping.strip(path(image), path(to));
        var voice = voice();
        voice.say(to + ", sha256 " + outcome.sha256());
        voice.say(outcome.release().map(r -> "stripped of " + r).orElse("nothing was embedded"));
        voice.answer(Json.object("schema", "repro.stripped.v1", "image", image.toString(), "output", to.toString(), "sha256", outcome.sha256(),
                "release", outcome.release().orElse(null)));
        return 0;
    }
}
