package dev.repro.snapshot.client;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.release.Release;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.repository.Repository;
import java.util.Optional;
import java.util.Set;

/// What has become of an author's own claim or transfer that was sent once.
///
/// @param have signatures of maintainers, of `need`; 0 of what does not wait
/// @param rejection if a maintainer has rejected this very request
public record Standing(Draft.Asked asked, State state, long have, long need, Optional<Rejection> rejection) {

    /// `UNKNOWN`: the service has no such request, and may be asked again.
    public enum State { WAITING, GRANTED, REJECTED, UNKNOWN }

    /// @param draft of a claim or a transfer
    /// @param repository refreshed just now
    public static Standing of(Draft draft, ServiceClient service, Repository repository) throws Declined, Problem, InterruptedException {
        Draft.Asked asked = draft.asked().orElseThrow();
        byte[] first = draft.proposal().bytes(asked.role());
        Set<PublicKey> owners = draft.proposal().authorities(asked.role()).getFirst().usable();
        RoleName owner = repository.route(new TargetName(asked.name() + "/0/" + Release.ENVELOPE));
        if (owner.equals(asked.role()) && repository.authorities(owner).getFirst().usable().equals(owners)) {
            return new Standing(asked, State.GRANTED, 0, 0, Optional.empty());
        }
        Optional<Request> open = Requests.find(asked.name(), service);
        if (open.isPresent() && Digest.of(open.get().first()).equals(Digest.of(first))) {
            return new Standing(asked, State.WAITING, open.get().have(), open.get().need(), Optional.empty());
        }
        Optional<Rejection> rejection = Rejection.find(asked.name(), service, repository).filter(r -> r.first().equals(Digest.of(first)));
        return new Standing(asked, rejection.isPresent() ? State.REJECTED : State.UNKNOWN, 0, 0, rejection);
    }

    /// For a person.
    public String line() {
        return switch (state) {
            case WAITING -> "waiting: " + have + " of " + need + " maintainers have signed";
            case GRANTED -> "granted: role " + asked.role() + " is signed by these keys";
            case REJECTED -> rejection.orElseThrow().line();
            case UNKNOWN -> "unknown: the service has no such request";
        };
    }

    /// `repro.request-standing.v1`
    public Json.Obj toJson() {
        return Json.object("schema", "repro.request-standing.v1", "kind", asked.kind().word(), "name", asked.name(), "role", asked.role().text(),
                "state", state.name().toLowerCase(java.util.Locale.ROOT), "have", have, "need", need,
                "rejection", rejection.map(Rejection::toJson).orElse(null));
    }
}
