package dev.repro.cli;

import dev.repro.snapshot.client.Verification;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.client.Link;
import dev.repro.tuf.client.Repository;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "verify", description = "Say whether an image is of a release that its authors published, and who vouches for that.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro verify hello.hvt --name hello@1.0.0"})
final class VerifyCommand extends Reading {
    @Parameters(paramLabel = "IMAGE", description = "a file; an embedded release in it says where to look, and does not count as bytes of it")
    Path image;

    @Option(names = "--name", paramLabel = "NAME[@VERSION]", description = "the release it must be of; default: the embedded one, or any that has it")
    String name;

    @Override
    int answer(Repository known) throws Exception {
        var voice = voice();
        var verification = new Verification(known, voice::warn);
        Verification.Outcome outcome = verification.verify(path(image), Optional.ofNullable(name));
        String file = image.getFileName().toString();
        voice.say(String.format(Locale.ROOT, "%-10s %,d bytes, sha256 %s%s", file, outcome.image().size(), outcome.sha256(),
                outcome.embedded() ? ", without the embedded release" : ""));
        voice.say(String.format("%-10s %s, %s, found by %s%s", "release", outcome.release(), outcome.image().target(), outcome.by().words(),
                outcome.newest().equals(outcome.release().version()) ? ", the newest" : "; the newest is " + outcome.newest()));
        Map<KeyId, String> owners = verification.owners();
        for (Link link : outcome.links().reversed()) {
            voice.say(line(link, owners));
        }
        voice.verdict(true, "verified: " + outcome.release());
        voice.answer(outcome.toJson(image.toString()));
        return 0;
    }

    private static String line(Link link, Map<KeyId, String> owners) {
        return TufClientCommand.line(link) + ": " + String.join(", ", link.signers().stream()
                .map(id -> owners.getOrDefault(id, "").isEmpty() ? id.brief() : owners.get(id) + " (" + id.brief() + ")").toList());
    }
}
