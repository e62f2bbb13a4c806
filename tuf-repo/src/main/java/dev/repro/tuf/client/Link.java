package dev.repro.tuf.client;

import dev.repro.base.Json;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Verified;
import java.time.Instant;
import java.util.List;

/// One link of the chain of trust: a file, and the keys that vouch for it.
///
/// @param threshold how many of `keys` must have signed
/// @param keys those that may sign, as root or the role of the link before says
/// @param signers those whose signatures were verified, as many as the threshold asks for
public record Link(RoleName role, long version, Instant expires, int threshold, List<KeyId> keys, List<KeyId> signers) {

    static Link of(Verified<?> file, Authority authority) {
        return new Link(file.role(), file.get().version(), file.get().header().expires(), authority.role().threshold(),
                List.copyOf(authority.role().keyids()), List.copyOf(file.signers()));
    }

    public Json.Obj toJson() {
        return Json.object("role", role.text(), "version", version, "expires", expires.toString(), "threshold", threshold,
                "keys", texts(keys), "signers", texts(signers));
    }

    private static List<String> texts(List<KeyId> ids) {
        return ids.stream().map(KeyId::text).toList();
    }
}
