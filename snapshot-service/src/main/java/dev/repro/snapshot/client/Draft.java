package dev.repro.snapshot.client;

import dev.repro.base.Digest;
import dev.repro.base.Durable;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Signer;
import dev.repro.release.Refused;
import dev.repro.release.ReleaseCheck;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.Signed;
import dev.repro.tuf.repository.Ceremony;
import dev.repro.tuf.repository.KeyRing;
import dev.repro.tuf.repository.Proposal;
import dev.repro.tuf.repository.ProposalFolder;
import dev.repro.tuf.repository.Signing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Something that is signed here and sent to a service, as a folder: a proposal ([ProposalFolder]) with its files. Those who must
/// sign too get a copy of the folder.
///
/// ```
/// request.json     of a claim or a transfer: what the maintainers are asked (`repro.request-draft.v1`)
/// published.json   once it is: what the service said (`repro.published.v1`)
/// ```
public final class Draft {
    private static final String REQUEST = "request.json";
    private static final String SCHEMA = "repro.request-draft.v1";
    private static final String PUBLISHED = "published.json";

    private final Path folder;
    private final Proposal proposal;
    private final Optional<Asked> asked;

    /// What maintainers are asked: to delegate to a role.
    ///
    /// @param name of the package
    /// @param role its new role, whose first or next file comes along
    public record Asked(Kind kind, String name, RoleName role) {
        Json.Obj toJson() {
            return Json.object("schema", SCHEMA, "kind", kind.word(), "name", name, "role", role.text());
        }
    }

    public enum Kind {
        CLAIM, TRANSFER;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        static Kind of(String word) throws Problem {
            for (Kind kind : values()) {
                if (kind.word().equals(word)) {
                    return kind;
                }
            }
            throw Problem.usage("not a kind of request").expected("claim or transfer").found(word);
        }
    }

    private Draft(Path folder, Proposal proposal, Optional<Asked> asked) {
        this.folder = folder;
        this.proposal = proposal;
        this.asked = asked;
    }

    public static boolean exists(Path folder) {
        return ProposalFolder.exists(folder);
    }

    /// Writes a draft. One that is in the folder must have been published.
    static Draft write(Path folder, Proposal proposal, Optional<Asked> asked, Instant now) throws Problem {
        requireFree(folder);
        try {
            Files.createDirectories(folder);
            Files.deleteIfExists(folder.resolve(PUBLISHED));
            if (asked.isPresent()) {
                Durable.write(folder.resolve(REQUEST), JsonText.pretty(asked.get().toJson()).getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw Problem.storage("the folder cannot be written: " + e.getMessage()).where(folder).because(e);
        }
        return new Draft(folder, new Ceremony(now).propose(folder, proposal), asked);
    }

    static void requireFree(Path folder) throws Problem {
        if (exists(folder) && !Files.exists(folder.resolve(PUBLISHED))) {
            throw Problem.usage("there is one already that is not published").where(folder)
                    .hint("`repro publish " + folder.getFileName() + "` sends it; delete the folder to begin anew");
        }
    }

    public static Draft read(Path folder) throws Problem {
        Proposal proposal = ProposalFolder.read(folder);
        Path request = folder.resolve(REQUEST);
        try {
            return new Draft(folder, proposal, Files.exists(request) ? Optional.of(asked(Fields.parse(Files.readAllBytes(request),
                    request.toString()))) : Optional.empty());
        } catch (IOException e) {
            throw Problem.storage("cannot be read: " + e.getMessage()).where(request).because(e);
        }
    }

    private static Asked asked(Fields request) throws Problem {
        if (!request.string("schema").equals(SCHEMA)) {
            throw Problem.usage("not a request").expected(SCHEMA).found(request.string("schema"));
        }
        var out = new Asked(Kind.of(request.string("kind")), request.string("name"), new RoleName(request.string("role")));
        request.end();
        return out;
    }

    public Path folder() {
        return folder;
    }

    public Proposal proposal() {
        return proposal;
    }

    public Optional<Asked> asked() {
        return asked;
    }

    /// What those who made it sign, and the service gets: of a request the new role alone, for what delegates to it is the
    /// maintainers' to sign.
    public List<RoleName> roles() {
        return asked.isPresent() ? List.of(asked.get().role()) : proposal.roles();
    }

    /// Signatures that it lacks before it can be sent.
    public List<Proposal.Missing> missing() throws Problem {
        return proposal.missing().stream().filter(m -> roles().contains(m.role())).toList();
    }

    /// Checks that it is for the repository that this machine trusts, and that what it brings are whole releases that pass lint.
    ///
    /// @throws Refused a release is not what the service would publish
    /// @throws Problem exit code 1: another repository
    public void check(Trust trust) throws Refused, Problem {
        ProposalFolder.checkAgainst(proposal, trust.firstRootFile());
        if (asked.isPresent()) {
            return; // a claim has no releases yet, and a transfer none that were not checked
        }
        var blobs = new HashMap<Digest, Path>();
        proposal.blobs().values().forEach(b -> blobs.put(b.digest(), b.file()));
        for (RoleName role : roles()) {
            if (RotateFile.parse(role).isEmpty() && !role.isTopLevel()) {
                Signed.Targets before = proposal.base().targets(role).map(Metadata::unverified).orElse(null);
                ReleaseCheck.check(role, before, proposal.targets(role).orElseThrow().unverified(), d -> Optional.ofNullable(blobs.get(d)));
            }
        }
    }

    /// Adds the signatures of one more who must sign.
    ///
    /// @param shown the digest of what was looked at
    /// @return who has signed what, for a person
    public Joined sign(KeyRing keys, Digest shown, Instant now) throws Problem {
        Ceremony.Outcome outcome = new Ceremony(now).sign(folder, shown, keys, false);
        return new Joined(new Draft(folder, outcome.proposal(), asked), outcome.signed());
    }

    /// @param draft with the new signatures
    public record Joined(Draft draft, List<String> signed) {}

    /// Notes that it was published.
    void published(Json.Obj answer, Instant now) throws Problem {
        new Ceremony(now).published(folder, proposal);
        try {
            Durable.write(folder.resolve(PUBLISHED), JsonText.pretty(answer).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw Problem.storage("published, but that cannot be noted: " + e.getMessage()).where(folder).because(e);
        }
    }

    public static boolean isPublished(Path folder) {
        return Files.exists(folder.resolve(PUBLISHED));
    }

    /// Signs roles of a proposal with all keys at hand that may.
    ///
    /// @param roles that are to be signed
    /// @throws Problem exit code 1: none of the keys may sign one of them
    static Proposal sign(Proposal proposal, List<RoleName> roles, KeyRing keys) throws Problem {
        Set<PublicKey> wanted = new HashSet<>();
        for (RoleName role : roles) {
            proposal.authorities(role).forEach(a -> wanted.addAll(a.usable()));
        }
        List<Signer> signers = keys.signers(wanted);
        if (signers.isEmpty()) {
            throw noKey(proposal, roles.getFirst());
        }
        return Signing.sign(proposal, signers);
    }

    private static Problem noKey(Proposal proposal, RoleName role) throws Problem {
        return Problem.no("none of your keys may sign role " + role)
                .expected(String.join(", ", proposal.missing(role).stream().flatMap(m -> m.from().values().stream()).distinct().toList()))
                .hint("`repro author show` lists your keys; --key KEY takes another; a name whose owner is gone: `repro transfer " + role + "`");
    }
}
