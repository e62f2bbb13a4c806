package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Signer;
import dev.repro.tuf.Key;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.RoleName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Proposing, signing and merging on plain files. Each signer works on a copy of the proposal's folder; no two machines need to
/// meet.
public final class Ceremony {
    private final Instant now;

    public Ceremony(Instant now) {
        this.now = now;
    }

    public Proposal propose(Path folder, Proposal proposal) throws Problem {
        Proposal written = ProposalFolder.write(folder, proposal);
        note(folder, List.of(Transcript.entry(now, "propose", written.digest())));
        return written;
    }

    /// @param proposal with the new signatures
    /// @param signed what each signer has signed, for the person at the keyboard
    public record Outcome(Proposal proposal, List<String> signed) {}

    /// Signs all parts that the signers may sign, in the proposal that was shown, and writes the signatures into its folder.
    ///
    /// @param shown the digest of what the signer has seen
    /// @throws Problem if the folder holds something else by now, or there is nothing to sign with these keys
    public Outcome sign(Path folder, Digest shown, KeyRing keys, boolean dryRun) throws Problem {
        Proposal proposal = ProposalFolder.read(folder);
        if (!proposal.digest().equals(shown)) {
            throw Problem.no("the proposal is not the one that was reviewed").where(folder).expected("digest " + shown)
                    .found(proposal.digest())
                    .hint("look at it again: repro repo diff " + folder);
        }
        List<Signer> signers = keys.signers(Desk.wanted(proposal));
        Proposal signed = Signing.sign(proposal, signers);
        var told = new ArrayList<String>();
        var entries = new ArrayList<Json.Obj>();
        for (Signer signer : signers) {
            Map<RoleName, KeyId> ids = newSignatures(proposal, signed, signer);
            if (ids.isEmpty()) {
                continue;
            }
            Json.Obj files = Json.object();
            for (RoleName role : ids.keySet()) {
                files = files.with(role.text(), signed.parts().get(role).digest());
            }
            KeyId id = ids.values().iterator().next();
            String owner = owner(signed, ids.keySet().iterator().next(), id);
            entries.add(Transcript.entry(now, "sign", shown).with("keyid", id.text()).with("owner", owner).with("files", files));
            told.add(owner + " signs " + String.join(", ", ids.keySet().stream().limit(8).map(RoleName::text).toList())
                    + (ids.size() > 8 ? ", …" : ""));
        }
        if (entries.isEmpty()) {
            throw Problem.no("there is nothing to sign with these keys").where(folder)
                    .hint("`repro repo status --proposal " + folder + "` says whose signatures are missing");
        }
        if (!dryRun) {
            ProposalFolder.write(folder, signed);
            note(folder, entries);
        }
        return new Outcome(signed, told);
    }

    private static Map<RoleName, KeyId> newSignatures(Proposal before, Proposal after, Signer signer) throws Problem {
        var out = new LinkedHashMap<RoleName, KeyId>();
        for (RoleName role : after.roles()) {
            for (Authority authority : after.authorities(role)) {
                authority.idOf(signer.key()).filter(id -> after.parts().get(role).signatures().containsKey(id)
                        && !before.parts().get(role).signatures().containsKey(id)).ifPresent(id -> out.putIfAbsent(role, id));
            }
        }
        return out;
    }

    private static String owner(Proposal proposal, RoleName role, KeyId id) throws Problem {
        for (Authority authority : proposal.authorities(role)) {
            if (authority.owners().containsKey(id)) {
                return authority.owner(id);
            }
        }
        return id.brief();
    }

    /// Gathers the good signatures of several copies of one proposal in the first of them.
    ///
    /// @throws Problem if one of them proposes something else
    public Outcome merge(List<Path> folders) throws Problem {
        Proposal first = ProposalFolder.read(folders.getFirst());
        var parts = new LinkedHashMap<RoleName, Envelope>();
        first.parts().forEach((role, part) -> parts.put(role, Envelope.unsigned(part.signed())));
        var told = new ArrayList<String>();
        var entries = new ArrayList<Json.Obj>();
        for (Path folder : folders) {
            Proposal copy = ProposalFolder.read(folder);
            if (!copy.digest().equals(first.digest())) {
                throw Problem.no("not a copy of the same proposal").where(folder).expected("digest " + first.digest())
                        .found(copy.digest())
                        .hint("merge only what everybody has signed the same");
            }
            int count = 0;
            for (RoleName role : first.roles()) {
                count += take(copy, role, parts);
            }
            told.add(folder + ": " + count + (count == 1 ? " signature" : " signatures") + " more");
            entries.addAll(Transcript.read(folder));
        }
        Proposal merged = ProposalFolder.write(folders.getFirst(), new Proposal(first.base(), parts, first.blobs()));
        entries.add(Transcript.entry(now, "merge", merged.digest()));
        note(folders.getFirst(), entries);
        return new Outcome(merged, told);
    }

    // Signatures that are not good are left behind: they would keep a good one by the same key out.
    private static int take(Proposal copy, RoleName role, Map<RoleName, Envelope> into) throws Problem {
        int before = into.get(role).signatures().size();
        for (Authority authority : copy.authorities(role)) {
            Set<PublicKey> good = authority.signers(copy.part(role));
            for (var signature : copy.parts().get(role).signatures().entrySet()) {
                if (authority.role().keyids().contains(signature.getKey())
                        && Optional.ofNullable(authority.keys().get(signature.getKey())).flatMap(Key::usable)
                        .filter(good::contains).isPresent()) {
                    into.compute(role, (_, file) -> file.with(signature.getKey(), signature.getValue()));
                }
            }
        }
        return into.get(role).signatures().size() - before;
    }

    /// Notes in a proposal's transcript that it was published.
    public void published(Path folder, Proposal proposal) throws Problem {
        note(folder, List.of(Transcript.entry(now, "publish", proposal.digest())));
    }

    private static void note(Path folder, List<Json.Obj> entries) throws Problem {
        try {
            Transcript.append(folder, entries);
        } catch (IOException e) {
            throw Problem.storage("the transcript cannot be written: " + e.getMessage()).where(folder).because(e);
        }
    }
}
