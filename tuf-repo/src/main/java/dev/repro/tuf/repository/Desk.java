package dev.repro.tuf.repository;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Signer;
import dev.repro.tuf.RoleName;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The work that all editing verbs share: begin from the repository or from a proposal, and end as a proposal's folder, or signed
/// and published at once where all keys are at hand.
public final class Desk {
    private final Repository repository;
    private final Optional<Path> folder;
    private final KeyRing keys;
    private final Instant now;
    private final boolean dryRun;

    /// @param folder of the proposal to make or to extend; empty to publish at once
    /// @param dryRun write nothing
    public Desk(Repository repository, Optional<Path> folder, KeyRing keys, Instant now, boolean dryRun) {
        this.repository = repository;
        this.folder = folder;
        this.keys = keys;
        this.now = now;
        this.dryRun = dryRun;
    }

    /// @param published versions of the new files, empty if nothing was published
    public record Outcome(Difference difference, Proposal proposal, Map<RoleName, Long> published) {

        /// `repro.repo-change.v1`
        ///
        /// @param proposal the folder, null if there is none
        public Json.Obj toJson(String proposal) throws Problem {
            var versions = new LinkedHashMap<String, Long>();
            published.forEach((role, version) -> versions.put(role.text(), version));
            return Json.object("schema", "repro.repo-change.v1", "proposal", proposal, "published", published.isEmpty() ? null
                    : versions,
                    "new_keys", null, "difference", difference.toJson());
        }
    }

    public Editor editor() throws Problem {
        return folder.isPresent() && ProposalFolder.exists(folder.get())
                ? Editor.of(ProposalFolder.readOnto(folder.get(), repository), now)
                : Editor.of(repository, now);
    }

    /// @param message for a store that keeps a history; empty for a list of the roles
    public Outcome finish(Proposal proposal, String message) throws Problem {
        if (folder.isPresent()) {
            Proposal written = dryRun ? proposal : new Ceremony(now).propose(folder.get(), proposal);
            return new Outcome(Difference.of(written), written, Map.of());
        }
        return publish(proposal, message, false);
    }

    /// Publishes a new timestamp, and a new snapshot if it is wanted, though no role has changed.
    public Outcome refresh(boolean snapshot) throws Problem {
        Proposal proposal = Proposal.none(repository.required());
        return publish(proposal, "", snapshot);
    }

    private Outcome publish(Proposal proposal, String message, boolean renewSnapshot) throws Problem {
        if (keys.isEmpty() && !dryRun) {
            throw Problem.usage("nothing says who signs").expected("--key or --proposal")
                    .hint("--key FILE signs and publishes at once, --proposal FOLDER makes a proposal for others to sign");
        }
        if (dryRun && keys.isEmpty()) {
            return new Outcome(Difference.of(proposal), proposal, Map.of());
        }
        List<Signer> signers = keys.signers(wanted(proposal));
        Proposal signed = Signing.sign(proposal, signers);
        var publisher = new Publisher(signers, now);
        if (renewSnapshot) {
            publisher.renewSnapshot();
        }
        String text = message.isEmpty() ? message(proposal) : message;
        Publisher.Outcome outcome = dryRun ? publisher.prepare(signed, text) : publisher.publish(signed, text);
        return new Outcome(Difference.of(signed), signed, dryRun ? Map.of() : outcome.versions());
    }

    /// Brings a merged proposal into the repository.
    public Outcome publish(Path from, String message) throws Problem {
        Proposal proposal = ProposalFolder.readOnto(from, repository);
        var publisher = new Publisher(keys.signers(wanted(proposal)), now);
        String text = message.isEmpty() ? message(proposal) : message;
        Publisher.Outcome outcome = dryRun ? publisher.prepare(proposal, text) : publisher.publish(proposal, text);
        if (!dryRun) {
            new Ceremony(now).published(from, proposal);
        }
        return new Outcome(Difference.of(proposal), proposal, dryRun ? Map.of() : outcome.versions());
    }

    private static String message(Proposal proposal) {
        List<RoleName> roles = proposal.roles();
        return roles.isEmpty() ? "fresh" : String.join(", ", roles.stream().limit(5).map(RoleName::text).toList())
                + (roles.size() > 5 ? ", …" : "");
    }

    /// All keys that may sign something of a proposal or of its publication.
    static Set<PublicKey> wanted(Proposal proposal) throws Problem {
        Set<PublicKey> out = new HashSet<>();
        for (RoleName role : proposal.roles()) {
            for (Authority authority : proposal.authorities(role)) {
                add(authority, out);
            }
        }
        for (RoleName role : List.of(RoleName.SNAPSHOT, RoleName.TIMESTAMP)) {
            add(Authority.of(proposal.root().orElseThrow().unverified(), role), out);
            proposal.base().root().ifPresent(r -> add(Authority.of(r.unverified(), role), out));
        }
        return out;
    }

    private static void add(Authority authority, Set<PublicKey> out) {
        authority.role().keyids().stream().filter(authority.keys()::containsKey)
                .forEach(id -> authority.keys().get(id).usable().ifPresent(out::add));
    }
}
