package dev.repro.tuf.repository;

import dev.repro.base.Problem;
import dev.repro.keys.Signer;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.RoleName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// Signs the parts of a proposal.
public final class Signing {

    private Signing() {}

    /// Every signer signs every part that it may sign and has not signed. Whoever might sign `targets` before this proposal signs
    /// it too, if it is at hand: then clients accept it whichever root they have.
    public static Proposal sign(Proposal proposal, List<? extends Signer> signers) throws Problem {
        var parts = new LinkedHashMap<RoleName, Envelope>(proposal.parts());
        for (var part : proposal.parts().entrySet()) {
            Envelope file = part.getValue();
            var authorities = new ArrayList<>(proposal.authorities(part.getKey()));
            if (part.getKey().equals(RoleName.TARGETS)) {
                Authorities.of(proposal.base(), RoleName.TARGETS).ifPresent(authorities::add);
            }
            for (Authority authority : authorities) {
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
