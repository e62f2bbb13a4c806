package dev.repro.cli;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.snapshot.client.Declined;
import dev.repro.snapshot.client.Draft;
import dev.repro.snapshot.client.Publishing;
import dev.repro.snapshot.client.Request;
import dev.repro.snapshot.client.Requests;
import dev.repro.snapshot.client.ServiceClient;
import dev.repro.snapshot.client.Standing;
import dev.repro.snapshot.client.Trust;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.repository.Proposal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/// Sends a draft to the service, if no signature is missing, and says what came of it.
final class Sending {
    private final ServiceVerb verb;
    private final Trust trust;
    private final Voice voice;

    Sending(ServiceVerb verb, Trust trust) {
        this.verb = verb;
        this.trust = trust;
        this.voice = verb.voice();
    }

    /// Whether a folder holds a draft that an earlier run has not brought to its end.
    boolean isOpen(Path folder) {
        return Draft.exists(folder) && !Draft.isPublished(folder);
    }

    /// @return the exit code: 1 if signatures are missing, or the maintainers have said no
    int send(Draft draft) throws Declined, Refusal, Problem, InterruptedException {
        List<Proposal.Missing> missing = draft.missing();
        if (!missing.isEmpty()) {
            tellMissing(voice, missing, draft.folder());
            voice.answer(signed(draft, missing));
            return Problem.Exit.NO.code;
        }
        try (ServiceClient service = verb.client(trust.service())) {
            if (draft.asked().isPresent()) {
                if (Draft.isPublished(draft.folder())) {
                    trust.refresh(Instant.now());
                    Standing standing = Standing.of(draft, service, trust.repository());
                    if (standing.state() != Standing.State.UNKNOWN) {
                        return tell(standing, draft.folder());
                    }
                }
                ask(new Requests(service, Instant.now()), draft);
            } else {
                publish(new Publishing(service, trust, Instant.now(), voice), draft);
            }
        }
        return 0;
    }

    private int tell(Standing standing, Path folder) {
        boolean rejected = standing.state() == Standing.State.REJECTED;
        voice.verdict(!rejected, standing.line());
        if (rejected) {
            voice.say("to ask anew, delete the folder " + folder.getFileName());
        }
        voice.answer(standing.toJson());
        return rejected ? Problem.Exit.NO.code : 0;
    }

    private void publish(Publishing publishing, Draft draft) throws Declined, Refusal, Problem, InterruptedException {
        Publishing.Outcome outcome = publishing.publish(draft);
        voice.say("published  " + String.join(", ", outcome.versions().entrySet().stream().map(v -> v.getKey() + " " + v.getValue()).toList()));
        outcome.releases().forEach(release -> voice.say("verify     repro verify IMAGE --name " + release.replace(' ', '@')));
        voice.answer(outcome.toJson());
    }

    private void ask(Requests requests, Draft draft) throws Declined, Problem, InterruptedException {
        Request request = requests.ask(draft);
        voice.say(RequestsCommand.line(request));
        voice.say("digest     " + request.digest());
        voice.say("asked: the maintainers see it with `repro requests`, and sign with `repro approve " + request.name() + "`; tell them the digest");
        voice.answer(request.toJson());
    }

    static void tellMissing(Voice voice, List<Proposal.Missing> missing, Path folder) {
        missing.forEach(m -> voice.say(m.line()));
        voice.verdict(false, "incomplete: give each of them a copy of " + folder.getFileName() + ", to run `repro sign --release "
                + folder.getFileName() + "` on; then `repro publish " + folder.getFileName() + "`");
    }

    /// `repro.signed.v1`, of what is no release.
    static Json.Obj signed(Draft draft, List<Proposal.Missing> missing) throws Problem {
        return Json.object("schema", "repro.signed.v1", "folder", draft.folder().toString(), "digest", draft.proposal().digest(),
                "roles", draft.roles().stream().map(r -> r.text()).toList(), "missing", missing.stream().map(Proposal.Missing::toJson).toList(),
                "release", null, "embedded", List.of());
    }
}
