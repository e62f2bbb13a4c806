package dev.repro.snapshot.client;

import dev.repro.attest.Envelope;
import dev.repro.attest.Statement;
import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.Repository;
import java.util.Optional;

/// A maintainer's no to what an author has asked for: a statement that the service keeps, verified here.
///
/// @param first SHA-256 of the role's first file, by which the request is known
/// @param by key id of the maintainer
public record Rejection(String name, Digest first, String reason, String by) {
    static final String PREDICATE = "https://repro.dev/rejection/v1";
    private static final int MOST = 500; // characters of a reason: it is shown on a terminal

    /// That of the last request for a name that was rejected.
    ///
    /// @param repository whose maintainers count, refreshed just now
    /// @throws Problem exit code 1: the service shows one that no maintainer has signed
    public static Optional<Rejection> find(String name, ServiceClient service, Repository repository)
            throws Declined, Problem, InterruptedException {
        Optional<byte[]> envelope = service.rejection(name);
        return envelope.isEmpty() ? Optional.empty() : Optional.of(read(name, envelope.get(), repository));
    }

    private static Rejection read(String name, byte[] bytes, Repository repository) throws Problem {
        Envelope.Verified envelope = Envelope.parse(bytes, "rejection").verify(repository.authorities(RoleName.TARGETS).getFirst().usable(), 1);
        Statement statement = Statement.of(envelope, "rejection");
        Statement.Subject subject = statement.subjects().getFirst();
        Optional<Digest> first = Digest.parse(subject.digests().getOrDefault("sha256", ""));
        if (!statement.predicateType().equals(PREDICATE) || !subject.name().equals(name) || first.isEmpty()) {
            throw Problem.no("the service shows a rejection of something else").where(name).found(subject.name()).hint("tell who runs the service");
        }
        String reason = Fields.of(statement.predicate(), "rejection", "$").optionalString("reason").orElse("");
        return new Rejection(name, first.get(), line(reason), envelope.signers().iterator().next().keyid());
    }

    private static String line(String text) {
        String clean = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return clean.length() > MOST ? clean.substring(0, MOST) + "…" : clean;
    }

    /// `rejected   hello, by 3f2a1b9c…: it is a brand`
    public String line() {
        return "rejected   " + name + ", by " + by.substring(0, 8) + "…" + (reason.isEmpty() ? ", without a reason" : ": " + reason);
    }

    public Json.Obj toJson() {
        return Json.object("name", name, "first", first, "reason", reason, "by", by);
    }
}
