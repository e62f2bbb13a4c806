package dev.repro.snapshot.client;

import dev.repro.attest.Envelope;
import dev.repro.attest.Statement;
import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.Signer;
import dev.repro.release.Withdrawn;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.repository.Authority;
import dev.repro.tuf.repository.Difference;
import dev.repro.tuf.repository.KeyRing;
import dev.repro.tuf.repository.Proposal;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.Signing;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A maintainer's decision on a request. What is signed is made here, from the repository that this machine trusts: the service only
/// keeps requests, and what other maintainers have signed must be the same.
public final class Approval {
    private final Request request;
    private final Proposal proposal;

    private Approval(Request request, Proposal proposal) {
        this.request = request;
        this.proposal = proposal;
    }

    /// @param repository refreshed just now
    /// @throws Problem exit code 1: nobody could grant it, or others have signed something else
    public static Approval of(Request request, Repository repository, Instant now) throws Problem {
        Proposal expected = Rights.granted(repository, now, request.kind(), request.name(), request.role(), request.owners());
        var files = new LinkedHashMap<RoleName, byte[]>();
        files.put(RoleName.TARGETS, request.targets().isPresent() && follows(request.targets().get(), expected)
                ? request.targets().get() : expected.bytes(RoleName.TARGETS));
        files.put(request.role(), request.first());
        Proposal proposal = Proposal.of(repository, files);
        checkFirst(expected, proposal, request.role());
        return new Approval(request, proposal);
    }

    // What maintainers have signed for an older version of targets is void: somebody else was granted something in between.
    private static boolean follows(byte[] signed, Proposal expected) throws Problem {
        Proposal others = Proposal.of(expected.base(), Map.of(RoleName.TARGETS, signed));
        Signed.Targets theirs = others.targets(RoleName.TARGETS).orElseThrow().unverified();
        Signed.Targets ours = expected.targets(RoleName.TARGETS).orElseThrow().unverified();
        if (theirs.version() != ours.version()) {
            return false;
        }
        if (!Rights.digest(theirs).equals(Rights.digest(ours))) {
            throw Problem.no("other maintainers have signed another change than the one that was asked for").where("targets " + theirs.version())
                    .expected("sha256 " + Rights.digest(ours)).found("sha256 " + Rights.digest(theirs))
                    .hint("ask them what they signed; reject the request, and let it be made anew");
        }
        return true;
    }

    private static void checkFirst(Proposal expected, Proposal proposal, RoleName role) throws Problem {
        Signed.Targets ours = expected.targets(role).orElseThrow().unverified();
        Signed.Targets theirs = proposal.targets(role).orElseThrow().unverified();
        if (theirs.version() != ours.version() || !theirs.targets().equals(ours.targets())
                || !Objects.equals(theirs.json().members().get(Withdrawn.MEMBER), ours.json().members().get(Withdrawn.MEMBER))
                || theirs.delegations().isPresent() && !theirs.delegations().equals(ours.delegations())) {
            throw Problem.no("the request's file is not the one that it must be").where(role)
                    .expected("version " + ours.version() + " with " + ours.targets().size() + " targets as they are now")
                    .found("version " + theirs.version() + " with " + theirs.targets().size() + " targets")
                    .hint("reject it: the author makes it anew, from the repository as it is now");
        }
        List<Proposal.Missing> missing = proposal.missing(role);
        if (!missing.isEmpty()) {
            throw Problem.no("the request is not signed by those who are to own the name: " + missing.getFirst().line()).where(role)
                    .hint("reject it: without their signatures nobody knows that they have these keys");
        }
    }

    public Request request() {
        return request;
    }

    /// What it changes, for a person.
    public List<String> lines() throws Problem {
        List<String> lines = Difference.of(proposal).lines();
        return lines.subList(0, lines.size() - 1); // the proposal's own digest changes with the time of day
    }

    /// `repro.repo-diff.v1`
    public Json.Obj difference() throws Problem {
        return Difference.of(proposal).toJson();
    }

    /// @param have signatures of maintainers, of `need`
    /// @param versions of the published roles; empty while signatures are missing
    public record Outcome(Request request, long have, long need, Map<String, Long> versions) {

        /// `repro.approved.v1`
        public Json.Obj toJson() {
            return Json.object("schema", "repro.approved.v1", "name", request.name(), "kind", request.kind().word(), "digest", request.digest(),
                    "have", have, "need", need, "published", ServiceClient.json(versions));
        }
    }

    /// Signs, and hands the signature in.
    ///
    /// @throws Problem exit code 1: none of the keys is a maintainer's, or all of them have signed
    public Outcome approve(ServiceClient service, Trust trust, KeyRing keys, Instant now) throws Declined, Refusal, Problem, InterruptedException {
        Proposal signed = Signing.sign(proposal, signers(proposal.base(), keys));
        Fields answer = service.grant(request.name(), signed.bytes(RoleName.TARGETS));
        int threshold = threshold();
        if (!answer.has("versions")) {
            return new Outcome(request, answer.integer("have"), answer.integer("need"), Map.of());
        }
        Map<String, Long> versions = ServiceClient.versions(answer);
        trust.refresh(now);
        if (!trust.repository().authorities(request.role()).getLast().usable().containsAll(request.keys())) {
            throw Problem.no("the service says that it is published, and shows something else").where(request.role())
                    .hint("tell who runs the service");
        }
        return new Outcome(request, threshold, threshold, versions);
    }

    private int threshold() throws Problem {
        return maintainers(proposal.base()).role().threshold();
    }

    private static Authority maintainers(Repository repository) throws Problem {
        return repository.authorities(RoleName.TARGETS).getFirst();
    }

    private static List<Signer> signers(Repository repository, KeyRing keys) throws Problem {
        Authority authority = maintainers(repository);
        List<Signer> signers = keys.signers(authority.usable());
        if (signers.isEmpty()) {
            throw Problem.no("none of these keys is a maintainer's").expected(String.join(", ", authority.holders()))
                    .hint("name a key that may sign targets: --key KEY");
        }
        return signers;
    }

    /// Rejects a request, whatever it is: a statement that a maintainer signs.
    public static void reject(Request request, Repository repository, ServiceClient service, KeyRing keys, String reason)
            throws Declined, Problem, InterruptedException {
        var statement = new Statement(List.of(Statement.Subject.of(request.name(), Digest.of(request.first()))), Rejection.PREDICATE,
                Json.object("name", request.name(), "reason", reason));
        service.reject(request.name(), Envelope.sign(Statement.PAYLOAD_TYPE, statement.bytes(), signers(repository, keys)));
    }
}
