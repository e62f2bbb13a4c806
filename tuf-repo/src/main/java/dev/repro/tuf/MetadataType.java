package dev.repro.tuf;

import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/// The kinds of metadata files: their `_type`, and how what they sign is read.
///
/// @param name the `_type`
public record MetadataType<T extends Signed>(String name, Reader<T> reader) {

    /// The major version of the specification that files must state (TUF 4.3); the file of a role is refused with any other.
    public static final String SPEC_MAJOR = "1";

    public static final MetadataType<Signed.Root> ROOT = new MetadataType<>("root", MetadataType::root);
    public static final MetadataType<Signed.Timestamp> TIMESTAMP = new MetadataType<>("timestamp", MetadataType::timestamp);
    public static final MetadataType<Signed.Snapshot> SNAPSHOT = new MetadataType<>("snapshot", MetadataType::snapshot);
    public static final MetadataType<Signed.Targets> TARGETS = new MetadataType<>("targets", MetadataType::targets);
    public static final MetadataType<Signed.Rotate> ROTATE = new MetadataType<>("rotate", MetadataType::rotate);

    interface Reader<T> {
        T read(Fields signed, Json.Obj json) throws Problem;
    }

    T read(Fields signed, Json.Obj json) throws Problem {
        return reader.read(signed, json);
    }

    private static Signed.Root root(Fields signed, Json.Obj json) throws Problem {
        Map<KeyId, Key> keys = keys(signed.object("keys"));
        Fields all = signed.object("roles");
        var roles = new LinkedHashMap<RoleName, RoleKeys>();
        for (RoleName name : List.of(RoleName.ROOT, RoleName.TIMESTAMP, RoleName.SNAPSHOT, RoleName.TARGETS)) {
            roles.put(name, roleKeys(all.object(name.text())));
        }
        boolean consistent = signed.has("consistent_snapshot") && signed.bool("consistent_snapshot");
        return new Signed.Root(header(signed, json), consistent, keys, roles);
    }

    private static Signed.Timestamp timestamp(Fields signed, Json.Obj json) throws Problem {
        return new Signed.Timestamp(header(signed, json), metaFile(signed.object("meta").object(RoleName.SNAPSHOT.listed())));
    }

    private static Signed.Snapshot snapshot(Fields signed, Json.Obj json) throws Problem {
        Fields meta = signed.object("meta");
        var roles = new LinkedHashMap<RoleName, MetaFile>();
        for (String name : meta.names()) {
            if (name.endsWith(".json")) {
                roles.put(role(name.substring(0, name.length() - 5)), metaFile(meta.object(name)));
            }
        }
        return new Signed.Snapshot(header(signed, json), roles);
    }

    private static Signed.Targets targets(Fields signed, Json.Obj json) throws Problem {
        Fields all = signed.object("targets");
        var targets = new LinkedHashMap<TargetName, TargetFile>();
        for (String name : all.names()) {
            Fields target = all.object(name);
            targets.put(new TargetName(name), new TargetFile(natural(target, "length"), hashes(target.object("hashes")),
                    target.has("custom") ? Optional.of(target.json("custom")) : Optional.empty()));
        }
        Optional<Fields> delegations = signed.optionalObject("delegations");
        Optional<Delegations> delegated = delegations.isPresent() ? Optional.of(delegations(delegations.get())) : Optional.empty();
        return new Signed.Targets(header(signed, json), targets, delegated, agreements(signed, delegated));
    }

    // TAP 3, beside the delegations: docs/pouf.md
    private static List<Agreement> agreements(Fields signed, Optional<Delegations> delegations) throws Problem {
        if (!signed.has(Agreement.MEMBER)) {
            return List.of();
        }
        Set<RoleName> delegated = delegations.stream().flatMap(d -> d.roles().stream()).map(Delegations.Role::name).collect(Collectors.toSet());
        var out = new ArrayList<Agreement>();
        for (Fields item : signed.objects(Agreement.MEMBER)) {
            String name = item.string("name");
            var roles = new LinkedHashSet<RoleName>();
            for (String role : item.strings("roles")) {
                if (!delegated.contains(role(role)) || !roles.add(role(role))) {
                    throw Problem.usage("agreement `" + name + "` names a role twice, or one that is not delegated to").found(role);
                }
            }
            long least = item.has("min_roles_in_agreement") ? item.integer("min_roles_in_agreement") : roles.size();
            if (roles.size() < 2 || least < 2 || least > roles.size()) {
                throw Problem.usage("agreement `" + name + "` is not of two or more roles").expected("2 to " + roles.size()).found(least);
            }
            out.add(new Agreement(name, item.strings("paths").stream().map(PathPattern::new).toList(), List.copyOf(roles), (int) least));
        }
        return List.copyOf(out);
    }

    // TAP 8 has no expiry and says nothing of a specification's version or of the null key (TAP 20): docs/pouf.md does.
    private static Signed.Rotate rotate(Fields signed, Json.Obj json) throws Problem {
        if (signed.has("spec_version")) {
            spec(signed);
        }
        Map<KeyId, Key> keys = keys(signed.object("keys"));
        if (keys.isEmpty() && signed.has("threshold")) {
            throw Problem.usage("a revocation has no threshold");
        }
        Optional<RoleKeys> roleKeys = keys.isEmpty() ? Optional.empty() : Optional.of(new RoleKeys(keys.keySet(), threshold(signed)));
        return new Signed.Rotate(new Signed.Header(positive(signed, "version"), Instant.MAX, json), role(signed.string("role")), keys, roleKeys);
    }

    private static Delegations delegations(Fields all) throws Problem {
        Map<KeyId, Key> keys = keys(all.object("keys"));
        Optional<Fields> succinct = all.optionalObject("succinct_roles");
        if (succinct.isPresent() == all.has("roles")) {
            throw Problem.usage("delegations have either `roles` or `succinct_roles`"); // TAP 15
        }
        if (succinct.isPresent()) {
            return new Delegations(keys, List.of(), Optional.of(bins(succinct.get())));
        }
        var roles = new ArrayList<Delegations.Role>();
        var seen = new HashSet<RoleName>();
        for (Fields item : all.objects("roles")) {
            RoleName name = role(item.string("name"));
            if (name.isTopLevel() || !seen.add(name)) {
                throw Problem.usage("delegated role `" + name + "` " + (name.isTopLevel() ? "has the name of a top-level role" : "stands twice"));
            }
            if (RotateFile.parse(name).isPresent()) {
                throw Problem.usage("delegated role `" + name + "` has the name of a key rotation"); // docs/pouf.md
            }
            if (item.has("paths") == item.has("path_hash_prefixes")) {
                throw Problem.usage("delegated role `" + name + "` must have either `paths` or `path_hash_prefixes`"); // TUF 4.5
            }
            List<PathPattern> paths = item.has("paths") ? item.strings("paths").stream().map(PathPattern::new).toList() : List.of();
            List<String> prefixes = item.has("paths") ? List.of() : item.strings("path_hash_prefixes");
            roles.add(new Delegations.Role(name, roleKeys(item), item.has("terminating") && item.bool("terminating"), paths, prefixes));
        }
        return new Delegations(keys, List.copyOf(roles), Optional.empty());
    }

    private static Delegations.Bins bins(Fields succinct) throws Problem {
        long bits = succinct.integer("bit_length");
        if (bits < 1 || bits > 32) {
            throw Problem.usage("bit_length is not what it must be").expected("1 to 32").found(bits);
        }
        String prefix = succinct.string("name_prefix");
        role(prefix + "-" + "0".repeat(8)); // every bin's name must be one
        return new Delegations.Bins(roleKeys(succinct), (int) bits, prefix);
    }

    private static Signed.Header header(Fields signed, Json.Obj json) throws Problem {
        spec(signed);
        return new Signed.Header(positive(signed, "version"), expires(signed.string("expires")), json);
    }

    // TAP 6
    private static void spec(Fields signed) throws Problem {
        String spec = signed.string("spec_version");
        if (!spec.startsWith(SPEC_MAJOR + ".")) {
            throw Problem.usage("spec_version is not what it must be").expected(SPEC_MAJOR + ".x").found(spec);
        }
    }

    // YYYY-MM-DDTHH:MM:SSZ (TUF 4.2.1), read by hand: the JDK's parser takes more forms, and longer to start than all else of a small file
    private static Instant expires(String text) throws Problem {
        try {
            if (text.length() == 20 && text.charAt(4) == '-' && text.charAt(7) == '-' && text.charAt(10) == 'T' && text.charAt(13) == ':'
                    && text.charAt(16) == ':' && text.charAt(19) == 'Z') {
                var time = LocalDateTime.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10), number(text, 11, 13), number(text, 14, 16),
                        number(text, 17, 19));
                return time.toInstant(ZoneOffset.UTC);
            }
        } catch (DateTimeException e) {
            throw badTime(text).because(e);
        }
        throw badTime(text);
    }

    private static int number(String text, int from, int to) {
        int out = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                throw new DateTimeException("not a digit");
            }
            out = out * 10 + c - '0';
        }
        return out;
    }

    private static Problem badTime(String text) {
        return Problem.usage("expires is not what it must be").expected("YYYY-MM-DDTHH:MM:SSZ").found(text);
    }

    private static Map<KeyId, Key> keys(Fields all) throws Problem {
        var keys = new LinkedHashMap<KeyId, Key>();
        for (String id : all.names()) {
            all.object(id); // must be one
            keys.put(new KeyId(id), Key.of((Json.Obj) all.json(id)));
        }
        return keys;
    }

    private static RoleKeys roleKeys(Fields role) throws Problem {
        var keyids = new LinkedHashSet<KeyId>();
        role.strings("keyids").forEach(id -> keyids.add(new KeyId(id)));
        return new RoleKeys(keyids, threshold(role));
    }

    private static int threshold(Fields role) throws Problem {
        return (int) Math.min(positive(role, "threshold"), Integer.MAX_VALUE);
    }

    private static MetaFile metaFile(Fields meta) throws Problem {
        return new MetaFile(positive(meta, "version"), meta.has("length") ? OptionalLong.of(natural(meta, "length")) : OptionalLong.empty(),
                meta.has("hashes") ? hashes(meta.object("hashes")) : Map.of());
    }

    private static Map<String, String> hashes(Fields all) throws Problem {
        var hashes = new LinkedHashMap<String, String>();
        for (String algorithm : all.names()) {
            String hash = all.string(algorithm);
            int digits = HashCheck.digits(algorithm);
            if (digits > 0 && (hash.length() != digits || !isHex(hash))) {
                throw Problem.usage(algorithm + " is not what it must be").expected(digits + " lower-case hexadecimal digits").found(hash);
            }
            hashes.put(algorithm, hash);
        }
        if (hashes.isEmpty()) {
            throw Problem.usage("hashes has no hash");
        }
        return hashes;
    }

    private static boolean isHex(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    private static RoleName role(String text) throws Problem {
        try {
            return new RoleName(text);
        } catch (IllegalArgumentException e) {
            throw Problem.usage(e.getMessage()).because(e);
        }
    }

    private static long positive(Fields fields, String name) throws Problem {
        return atLeast(1, fields, name);
    }

    private static long natural(Fields fields, String name) throws Problem {
        return atLeast(0, fields, name);
    }

    private static long atLeast(long least, Fields fields, String name) throws Problem {
        long value = fields.integer(name);
        if (value < least) {
            throw Problem.usage(name + " is not what it must be").expected("at least " + least).found(value);
        }
        return value;
    }
}
