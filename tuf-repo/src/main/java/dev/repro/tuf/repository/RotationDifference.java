package dev.repro.tuf.repository;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.Signed;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// What a key rotation changes.
///
/// @param signing those who hand their role over, or end it
record RotationDifference(RotateFile file, Optional<Signed.Rotate> replaced, Signed.Rotate now, Authority signing,
        Consumer<Difference.Change> out) {

    static RotationDifference of(Proposal proposal, RotateFile file, Signed.Rotate now, Consumer<Difference.Change> out)
            throws Problem {
        return new RotationDifference(file, proposal.base().rotation(file).map(m -> m.unverified()), now,
                KeyRotations.signing(proposal, file), out);
    }

    void tell() {
        String role = file.role().text();
        replaced.ifPresent(_ -> out.accept(new Difference.Change("!", "takes the place of rotation " + file.number()
                + ", which clients have", role)));
        if (now.isRevocation()) {
            out.accept(new Difference.Change("!",
                    "role " + role + " ends: nobody may sign it any more, and no client takes it back", role));
        } else {
            new KeysDifference("role " + role, "sign role " + role, Optional.of(signing), Authority.of(now), out).tell();
        }
        JsonDifference.of("", Json.object(), now.json(), Set.of("_type", "spec_version", "version", "role", "keys", "threshold",
                Owners.MEMBER), out);
    }
}
