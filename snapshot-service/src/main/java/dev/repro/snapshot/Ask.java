package dev.repro.snapshot;

import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.BadSignature;
import dev.repro.keys.PublicKey;
import dev.repro.release.Release;
import dev.repro.tuf.Delegations;
import dev.repro.tuf.Key;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.PathPattern;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// What an author asks maintainers for: `repro.request.v1`.
///
/// @param kind `claim` of a free name, or `transfer` of one that has an owner
/// @param name of the package
/// @param role that is to publish it: the name, or `NAME.N` where a role that has rotated its keys is replaced
/// @param paths patterns that the role is to be delegated
/// @param keys that are to sign it, `threshold` of them
/// @param first the role's next file, signed by those keys: who asks has them
record Ask(String kind, String name, RoleName role, List<String> paths, List<PublicKey> keys, int threshold, byte[] first, String message) {
    private static final String SCHEMA = "repro.request.v1";
    private static final Set<String> KINDS = Set.of("claim", "transfer");
    private static final int MOST = 64; // keys

    static Ask parse(byte[] body) throws Refused {
        try {
            return read(Fields.parse(body, "request"));
        } catch (Problem e) {
            throw Refused.of(e);
        }
    }

    static Ask read(Fields json) throws Refused, Problem {
        if (!json.string("schema").equals(SCHEMA)) {
            throw Refused.malformed("not a request").expected(SCHEMA).found(json.string("schema"));
        }
        String kind = json.string("kind");
        String name = json.string("name");
        if (!KINDS.contains(kind) || !Release.isName(name)) {
            throw Refused.malformed("not a claim or transfer of a package's name").expected("kind claim or transfer; a name of 1 to 64 of a-z, "
                    + "0-9, `_`, `-`").found(kind + " " + name);
        }
        RoleName role = Submission.role(json.optionalString("role").orElse(name));
        if (!role.text().equals(name) && !role.text().matches(java.util.regex.Pattern.quote(name) + "\\.[1-9][0-9]{0,8}")) {
            throw Refused.malformed("not a role of that name").expected(name + " or " + name + ".N").found(role);
        }
        List<String> paths = json.has("paths") ? json.strings("paths") : List.of(name + "/*/*");
        if (!paths.equals(List.of(name + "/*/*"))) {
            throw Refused.malformed("not the paths of a package").expected(name + "/*/*").found(String.join(", ", paths));
        }
        var keys = new LinkedHashSet<PublicKey>();
        for (Fields key : json.objects("keys")) {
            keys.add(PublicKey.ofJson(key.object()));
        }
        long threshold = json.integer("threshold");
        if (keys.isEmpty() || keys.size() > MOST || threshold < 1 || threshold > keys.size()) {
            throw Refused.malformed("not a number of keys and a threshold of them").expected("1 to " + MOST + " different keys")
                    .found(threshold + " of " + keys.size());
        }
        return new Ask(kind, name, role, paths, List.copyOf(keys), (int) threshold, Submission.base64(json.string("first")),
                Submission.line(json.optionalString("message").orElse("")));
    }

    boolean isTransfer() {
        return kind.equals("transfer");
    }

    /// The role's next file, if enough of the keys have signed it.
    Signed.Targets firstFile() throws Refused {
        try {
            Metadata<Signed.Targets> file = Metadata.parse(MetadataType.TARGETS, role, first);
            Set<PublicKey> good = signers(file);
            if (good.size() < threshold) {
                throw new Refused(403, "first-unsigned", 60, "the role's file is not signed by those who are to own the name")
                        .expected(threshold + " of " + keys.size() + " keys").found(good.size() + " of them").hint("sign it with these keys");
            }
            return file.unverified();
        } catch (Refusal e) {
            throw Refused.of(e);
        }
    }

    // Under whatever id: the delegation that says the ids is yet to be made.
    private Set<PublicKey> signers(Metadata<?> file) {
        byte[] message = JsonText.canonical(file.unverified().json());
        Set<PublicKey> good = new HashSet<>();
        for (Metadata.Signature signature : file.signatures().stream().limit(MOST).toList()) {
            keys.stream().filter(k -> !good.contains(k) && isGood(k, message, signature.sig())).findFirst().ifPresent(good::add);
        }
        return good;
    }

    private static boolean isGood(PublicKey key, byte[] message, byte[] signature) {
        try {
            key.verify(message, signature);
            return true;
        } catch (BadSignature e) {
            return false;
        }
    }

    /// Whether targets delegate to the role as asked.
    boolean isGrantedBy(Signed.Targets targets) {
        return targets.delegations().filter(this::isGrantedBy).isPresent();
    }

    private boolean isGrantedBy(Delegations delegations) {
        Optional<Delegations.Role> granted = delegations.roles().stream().filter(r -> r.name().equals(role)).findFirst();
        if (granted.isEmpty() || granted.get().keys().threshold() != threshold
                || !granted.get().paths().stream().map(PathPattern::glob).toList().equals(paths)) {
            return false;
        }
        var listed = new HashSet<PublicKey>();
        granted.get().keys().keyids().stream().map(delegations.keys()::get).filter(Objects::nonNull).map(Key::usable)
                .forEach(k -> k.ifPresent(listed::add));
        return listed.equals(Set.copyOf(keys)) && granted.get().keys().keyids().size() == listed.size();
    }

    boolean sameAs(Ask other) {
        return toJson().equals(other.toJson());
    }

    Digest digest() {
        return Digest.of(first);
    }

    Json.Obj toJson() {
        var listed = new ArrayList<Json>();
        keys.forEach(k -> listed.add(k.toJson()));
        return Json.object("schema", SCHEMA, "kind", kind, "name", name, "role", role.text(), "paths", paths, "keys", listed, "threshold", threshold,
                "first", Base64.getEncoder().encodeToString(first), "message", message);
    }
}
