package dev.repro.tuf.repository;

import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import java.util.Optional;
import java.util.Set;

/// The next `targets` of a repository, to which maintainers add their signatures one by one.
///
/// @param file with all good signatures so far, and no others
/// @param have good signatures of different keys, of the `need` that root asks for
public record Countersigned(byte[] file, int have, int need) {

    /// @param before what was gathered so far. It counts no more once another version is published
    /// @param more the same with other signatures, or of nothing else is gathered the first
    /// @throws Refusal UNSIGNED if no maintainer has signed `more`; VERSION_MISMATCH if it is not the next version; REPLACED if others
    ///     have signed something else as that version
    public static Countersigned gather(Repository now, Optional<byte[]> before, byte[] more) throws Refusal, Problem {
        Authority authority = Authority.of(now.required().root().orElseThrow().unverified(), RoleName.TARGETS);
        long next = now.version(RoleName.TARGETS) + 1;
        Metadata<Signed.Targets> file = Metadata.parse(MetadataType.TARGETS, RoleName.TARGETS, more);
        Envelope gathered = good(authority, file);
        if (gathered.signatures().isEmpty()) {
            throw Refusal.of(Refusal.Rule.UNSIGNED, RoleName.TARGETS).expected("a signature of one of the keys of " + authority.by())
                    .found(file.signatures().size() + " signatures of others").hint("sign with a maintainer's key");
        }
        if (file.unverified().version() != next) {
            throw Refusal.of(Refusal.Rule.VERSION_MISMATCH, RoleName.TARGETS).expected("version " + next)
                    .found("version " + file.unverified().version()).hint("look at the request again, and sign it anew");
        }
        if (before.isPresent()) {
            Metadata<Signed.Targets> old = Metadata.parse(MetadataType.TARGETS, RoleName.TARGETS, before.get());
            if (old.unverified().version() == next) {
                gathered = both(good(authority, old), gathered);
            }
        }
        int have = authority.signers(gathered.read(MetadataType.TARGETS, RoleName.TARGETS)).size();
        return new Countersigned(gathered.bytes(), have, authority.role().threshold());
    }

    private static Envelope good(Authority authority, Metadata<Signed.Targets> file) throws Problem {
        Set<PublicKey> good = authority.signers(file);
        Envelope all = Envelope.of(file);
        Envelope out = Envelope.unsigned(all.signed());
        for (var signature : all.signatures().entrySet()) {
            KeyId id = signature.getKey();
            if (good.stream().anyMatch(key -> authority.lists(id, key))) {
                out = out.with(id, signature.getValue());
            }
        }
        return out;
    }

    private static Envelope both(Envelope old, Envelope more) throws Refusal {
        if (!old.signatures().isEmpty() && !old.signsSameAs(more)) {
            throw Refusal.of(Refusal.Rule.REPLACED, RoleName.TARGETS).expected("sha256 " + old.digest()).found("sha256 " + more.digest())
                    .hint("another maintainer has signed something else: fetch the request, and sign what it holds");
        }
        Envelope out = more;
        for (var signature : old.signatures().entrySet()) {
            out = out.with(signature.getKey(), signature.getValue());
        }
        return out;
    }
}
