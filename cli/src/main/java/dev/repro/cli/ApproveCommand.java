package dev.repro.cli;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.snapshot.client.Approval;
import dev.repro.snapshot.client.Author;
import dev.repro.snapshot.client.Request;
import dev.repro.snapshot.client.Requests;
import dev.repro.snapshot.client.ServiceClient;
import dev.repro.snapshot.client.Trust;
import dev.repro.tuf.repository.KeyRing;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "approve", description = "As a maintainer, grant what an author asks for: look at what it changes, sign it, hand it in.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro approve hello --key maintainer.pem"})
final class ApproveCommand extends ServiceVerb {
    @Parameters(paramLabel = "NAME", description = "the package")
    String name;

    @Option(names = "--digest", paramLabel = "HEX",
            description = "what `repro requests NAME` has shown you, and the author has told you; without it you are shown it and asked")
    String digest;

    @Option(names = "--reject", description = "refuse it instead: the request is gone then")
    boolean reject;

    @Option(names = {"-m", "--message"}, paramLabel = "TEXT", description = "with --reject: why")
    String message = "";

    @Mixin
    SigningKeys keys = new SigningKeys();

    @Override
    int run() throws Exception {
        Author author = author();
        var voice = voice();
        try (Trust trust = trust(author.settings().service()); ServiceClient service = client(trust.service());
                KeyRing ring = keys.ring(this, author.folder())) {
            trust.refresh(Instant.now());
            Request request = new Requests(service, Instant.now()).require(name);
            if (reject) {
                Approval.reject(request, trust.repository(), service, ring, message);
                voice.say("rejected " + request.kind().name().toLowerCase(java.util.Locale.ROOT) + " of " + name);
                voice.answer(Json.object("schema", "repro.rejected.v1", "name", name, "digest", request.digest()));
                return 0;
            }
            Approval approval = Approval.of(request, trust.repository(), Instant.now());
            voice.say(RequestsCommand.line(request));
            approval.lines().forEach(voice::say);
            voice.say("digest     " + request.digest());
            look(request);
            Approval.Outcome outcome = approval.approve(service, trust, ring, Instant.now());
            voice.verdict(true, outcome.versions().isEmpty() ? "signed: " + outcome.have() + " of " + outcome.need() + " maintainers"
                    : "published: " + name + " belongs to these keys");
            voice.answer(outcome.toJson());
        }
        return 0;
    }

    private void look(Request request) throws Problem {
        if (digest == null) {
            confirm(false, "sign this?", "--digest " + request.digest());
            return;
        }
        Digest seen = Digest.parse(digest).orElseThrow(() -> Problem.usage("not a digest").where("--digest").expected("64 hexadecimal digits")
                .found(digest));
        if (!seen.equals(request.digest())) {
            throw Problem.no("not the request that was looked at").where(name).expected("digest " + seen).found(request.digest())
                    .hint("look at it again: repro requests " + name);
        }
    }
}
