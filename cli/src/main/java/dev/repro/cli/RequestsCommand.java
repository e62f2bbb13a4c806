package dev.repro.cli;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.snapshot.client.Approval;
import dev.repro.snapshot.client.Author;
import dev.repro.snapshot.client.Rejection;
import dev.repro.snapshot.client.Request;
import dev.repro.snapshot.client.Requests;
import dev.repro.snapshot.client.ServiceClient;
import dev.repro.snapshot.client.Trust;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "requests", description = "List what authors have asked the maintainers for; of one request, show what granting it would change.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro requests hello"})
final class RequestsCommand extends ServiceVerb {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "the package")
    String name;

    @Override
    int run() throws Exception {
        Author author = author();
        var voice = voice();
        try (Trust trust = trust(author.settings().service()); ServiceClient service = client(trust.service())) {
            var requests = new Requests(service, Instant.now());
            Optional<Rejection> rejection = rejection(requests, service, trust);
            if (rejection.isPresent()) {
                voice.verdict(false, rejection.get().line());
                voice.answer(answer(List.of(), new Json.Null(), rejection));
                return Problem.Exit.NO.code;
            }
            List<Request> found = name == null ? requests.list() : List.of(requests.require(name));
            found.forEach(r -> voice.say(line(r)));
            if (found.isEmpty()) {
                voice.say("nothing waits for the maintainers");
            }
            Json difference = new Json.Null();
            if (name != null) {
                trust.refresh(Instant.now());
                Approval approval = Approval.of(found.getFirst(), trust.repository(), Instant.now());
                approval.lines().forEach(voice::say);
                voice.say("digest     " + found.getFirst().digest());
                difference = approval.difference();
            }
            voice.answer(answer(found, difference, rejection));
        }
        return 0;
    }

    /// Of a name that nobody asks for now.
    private Optional<Rejection> rejection(Requests requests, ServiceClient service, Trust trust) throws Exception {
        if (name == null || requests.find(name).isPresent()) {
            return Optional.empty();
        }
        trust.refresh(Instant.now());
        return Rejection.find(name, service, trust.repository());
    }

    private static Json.Obj answer(List<Request> found, Json difference, Optional<Rejection> rejection) {
        return Json.object("schema", "repro.requests-shown.v1", "requests", found.stream().map(Request::toJson).toList(), "difference", difference,
                "rejection", rejection.map(Rejection::toJson).orElse(null));
    }

    static String line(Request request) {
        return String.format(Locale.ROOT, "%-10s %s, to be signed by %s", request.kind().name().toLowerCase(Locale.ROOT), request.name(),
                request.line());
    }
}
