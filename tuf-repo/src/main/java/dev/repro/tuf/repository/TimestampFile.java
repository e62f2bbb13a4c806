package dev.repro.tuf.repository;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.Signer;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Makes `timestamp.json` for who signs nothing else. That the snapshot deserves it is for the caller to see.
public final class TimestampFile {

    private TimestampFile() {}

    /// Keys that root, or the root before it, lets sign do sign; clients then accept the file whichever of the two they have.
    ///
    /// @param before the root before, if there is one: for the time in which clients go from one to the other
    /// @param snapshotVersion of `snapshot`, the file that it lists: by version, length and SHA-256 (TUF 4.6)
    /// @param now from which the lifetime counts that root signs ([Lifetimes])
    /// @throws Problem exit code 1 if the signers at hand are fewer than the threshold, or what the token says
    public static byte[] sign(Signed.Root root, Optional<Signed.Root> before, long version, long snapshotVersion, byte[] snapshot, Instant now,
            List<? extends Signer> signers) throws Problem {
        Json.Obj signed = Edits.header("timestamp", version, Lifetimes.of(root.json()).expires(RoleName.TIMESTAMP, now))
                .with("meta", Json.object(RoleName.SNAPSHOT.listed(), SnapshotEdits.full(snapshotVersion, snapshot)));
        Authority authority = Authority.of(root, RoleName.TIMESTAMP);
        var authorities = new ArrayList<>(List.of(authority));
        before.ifPresent(r -> authorities.add(Authority.of(r, RoleName.TIMESTAMP)));
        Envelope file = Envelope.unsigned(signed);
        for (Signer signer : signers) {
            for (Authority one : authorities) {
                Optional<KeyId> id = one.idOf(signer.key());
                if (id.isPresent() && !file.signatures().containsKey(id.get())) {
                    file = file.sign(signer, id.get());
                }
            }
        }
        if (!file.wasSignedFor(authority)) {
            throw unsigned(authority, signers);
        }
        return file.bytes();
    }

    /// @throws Problem exit code 1 if these keys are too few to sign what root says
    public static void require(Signed.Root root, List<? extends Signer> signers) throws Problem {
        Authority authority = Authority.of(root, RoleName.TIMESTAMP);
        if (usable(authority, signers) < authority.role().threshold()) {
            throw unsigned(authority, signers);
        }
    }

    private static long usable(Authority authority, List<? extends Signer> signers) {
        return signers.stream().map(Signer::key).distinct().filter(k -> authority.idOf(k).isPresent()).count();
    }

    private static Problem unsigned(Authority authority, List<? extends Signer> signers) {
        return Problem.no("too few keys at hand may sign timestamp, as " + authority.by() + " says").expected(authority.role().threshold())
                .found(usable(authority, signers))
                .hint("name its keys with --key: " + String.join(", ", authority.role().keyids().stream().map(authority::owner).toList()));
    }
}
