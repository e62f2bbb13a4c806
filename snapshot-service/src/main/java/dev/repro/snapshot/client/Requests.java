package dev.repro.snapshot.client;

import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.repository.Authority;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What authors ask the maintainers for: sends it, lists it.
public final class Requests {
    static final String SCHEMA = "repro.request.v1";

    private final ServiceClient service;
    private final Instant now;

    public Requests(ServiceClient service, Instant now) {
        this.service = service;
        this.now = now;
    }

    /// Sends a claim or a transfer that its owners have signed.
    public Request ask(Draft draft) throws Declined, Problem, InterruptedException {
        Draft.Asked asked = draft.asked().orElseThrow();
        Authority owners = draft.proposal().authorities(asked.role()).getFirst();
        List<Json.Obj> keys = owners.role().keyids().stream().map(id -> owners.keys().get(id).json()).toList();
        Json.Obj body = Json.object("schema", SCHEMA, "kind", asked.kind().word(), "name", asked.name(), "role", asked.role().text(),
                "paths", List.of(asked.name() + "/*/*"), "keys", keys, "threshold", owners.role().threshold(),
                "first", ServiceClient.base64(draft.proposal().bytes(asked.role())), "message", "");
        service.ask(body);
        Request request = Request.read(Fields.of(body, "request", "$"));
        draft.published(request.toJson(), now);
        return request;
    }

    /// All that wait for maintainers.
    public List<Request> list() throws Declined, Problem, InterruptedException {
        var out = new ArrayList<Request>();
        for (Fields one : service.requests().objects("requests")) {
            Optional<Request> whole = find(one.string("name"));
            whole.ifPresent(out::add); // else it was decided in between
        }
        return out;
    }

    public Optional<Request> find(String name) throws Declined, Problem, InterruptedException {
        return find(name, service);
    }

    static Optional<Request> find(String name, ServiceClient service) throws Declined, Problem, InterruptedException {
        Optional<Fields> found = service.request(name);
        return found.isPresent() ? Optional.of(Request.read(found.get())) : Optional.empty();
    }

    /// @throws Problem exit code 1 if there is no such request
    public Request require(String name) throws Declined, Problem, InterruptedException {
        return find(name).orElseThrow(() -> Problem.no("nobody has asked for this name, or it was decided").where(name)
                .hint("`repro requests` lists what waits"));
    }
}
