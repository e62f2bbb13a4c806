package dev.repro.snapshot.client;

import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.release.Release;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.KeyHolder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// What an author asks the maintainers for, as a service keeps it. Nothing in it is believed.
///
/// @param role that is to publish the package
/// @param keys that are to sign it, and how many of them
/// @param first the role's first file, or of a transfer its next
/// @param targets what maintainers have signed so far
/// @param have signatures of maintainers, of `need`
public record Request(Draft.Kind kind, String name, RoleName role, List<PublicKey> keys, int threshold, byte[] first,
        Optional<byte[]> targets, long have, long need) {

    private static final int MAX_KEYS = 64;

    static Request read(Fields json) throws Problem {
        var keys = new ArrayList<PublicKey>();
        for (Fields key : json.objects("keys")) {
            keys.add(PublicKey.ofJson(key.object()));
        }
        String name = json.string("name");
        String role = json.optionalString("role").orElse(name);
        long threshold = json.integer("threshold");
        if (!Release.isName(name) || keys.isEmpty() || keys.size() > MAX_KEYS || threshold < 1 || threshold > keys.size()
                || !role.equals(name) && !role.startsWith(name + ".")) {
            throw Problem.no("the service shows a request that nobody could grant").where(name)
                    .hint("reject it: repro approve --reject " + name);
        }
        return new Request(Draft.Kind.of(json.string("kind")), name, new RoleName(role), List.copyOf(keys), (int) threshold,
                base64(json, "first"), json.has("targets") ? Optional.of(base64(json, "targets")) : Optional.empty(),
                json.has("have") ? json.integer("have") : 0, json.has("need") ? json.integer("need") : 0);
    }

    private static byte[] base64(Fields json, String member) throws Problem {
        try {
            return Base64.getDecoder().decode(json.string(member));
        } catch (IllegalArgumentException e) {
            throw Problem.no("the service shows a request that cannot be read").where(member).because(e);
        }
    }

    /// Who is to own the name. The names of the keys are of the package: nobody has vouched for others.
    Editor.Keys owners() {
        var holders = new ArrayList<KeyHolder>();
        for (PublicKey key : keys) {
            holders.add(new KeyHolder(key, keys.size() == 1 ? name : name + "-" + (holders.size() + 1)));
        }
        return new Editor.Keys(holders, threshold);
    }

    /// What author and maintainers compare: SHA-256 of the canonical JSON of kind, name, role, key ids, threshold and the SHA-256 of the
    /// role's file.
    public Digest digest() {
        return Digest.of(JsonText.canonical(Json.object("first", Digest.of(first), "keyids", keys.stream().map(PublicKey::keyid).toList(),
                "kind", kind.word(), "name", name, "role", role.text(), "threshold", threshold)));
    }

    /// `1 of 1: 3f2a1b9c…`
    public String line() {
        return threshold + " of " + keys.size() + ": " + String.join(", ", keys.stream().map(k -> k.keyid().substring(0, 8) + "…").toList());
    }

    public Json.Obj toJson() {
        return Json.object("schema", "repro.request-shown.v1", "kind", kind.word(), "name", name, "role", role.text(),
                "keyids", keys.stream().map(PublicKey::keyid).toList(), "threshold", threshold, "digest", digest(), "have", have, "need", need);
    }
}
