package dev.repro.tuf.repository;

import dev.repro.base.Problem;
import dev.repro.keys.Signer;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.RoleName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// Signs the parts of a proposal.
public final class Signing {

    private Signing() {}

    /// Every signer signs every part that it may sign and has not signed. Others are left as they are.
    public static Proposal sign(Proposal proposal, List<? extends Signer> signers) throws Problem {
        var parts = new LinkedHashMap<RoleName, Envelope>(proposal.parts());
        for (var part : proposal.parts().entrySet()) {
            Envelope file = part.getValue();
            for (Authority authority : proposal.authorities(part.getKey())) {
                for (Signer signer : signers) {
                    Optional<KeyId> id = authority.idOf(signer.key());
                    if (id.isPresent() && !file.signatures().containsKey(id.get())) {
                        file = file.sign(signer, id.get());
                    }
                }
            }
            parts.put(part.getKey(), file);
        }
        return new Proposal(proposal.base(), parts, proposal.blobs());
    }
}
