package dev.repro.tuf.check;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.MetaFile;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Reads one metadata file and holds it to what can be said of it alone: it is there, it is not too large, it has the
/// length, digest and version
/// that it must have, it is of its type, it is strict JSON. What is wrong becomes a finding.
final class MetaReader {
    /// The largest metadata file that is read, in bytes.
    static final int MAX_BYTES = Limits.DEFAULT.targetsBytes();
    /// Values, arrays and objects of one file: a tree of them takes some 60 bytes each, whatever a hostile file of
    /// [#MAX_BYTES] holds.
    static final int MAX_VALUES = 2_000_000;

    /// What TUF 4.4 and 4.5 name, and every client knows, with the JDK's names; others may stand beside them.
    static final Map<String, String> ALGORITHMS = Map.of("sha256", "SHA-256", "sha512", "SHA-512");

    private final Source source;
    private final Findings findings;
    private final Seen seen;

    MetaReader(Source source, Findings findings, Seen seen) {
        this.source = source;
        this.findings = findings;
        this.seen = seen;
    }

    Source source() {
        return source;
    }

    /// The bytes of a file that must be there.
    Optional<byte[]> bytes(RoleName role, String file) throws Problem {
        Source.Answer answer = source.read(file, MAX_BYTES);
        if (answer instanceof Source.Answer.Absent && !role.file().equals(role.listed())) {
            answer = source.read(file.replace(role.file(), unencoded(role)), MAX_BYTES); // as a server would name it
        }
        switch (answer) {
            case Source.Answer.Bytes(byte[] bytes) -> {
                return Optional.of(bytes);
            }
            case Source.Answer.Absent _ -> fail(role, Rule.FILE_MISSING, file, "is not there");
            case Source.Answer.TooLong _ -> fail(role, Rule.FILE_TOO_LARGE, file, "has more than " + MAX_BYTES + " bytes");
        }
        return Optional.empty();
    }

    private static String unencoded(RoleName role) {
        return role.text().contains("/") ? role.file() : role.listed(); // never another folder
    }

    /// @param listed what timestamp or snapshot say of the file
    <T extends Signed> Optional<Metadata<T>> parse(MetadataType<T> type, RoleName role, String file, byte[] bytes,
            Optional<MetaFile> listed,
            OptionalLong version) {
        listed.ifPresent(meta -> listing(role, file, bytes, meta));
        if (values(bytes) > MAX_VALUES) {
            fail(role, Rule.FILE_TOO_LARGE, file, "has more than " + MAX_VALUES + " values");
            return Optional.empty();
        }
        try {
            Metadata<T> metadata = Metadata.parse(type, role, bytes);
            Signed signed = metadata.unverified();
            JsonWalk.check(findings, seen, file, signed.json());
            if (!specVersion(signed.json())) {
                fail(role, Rule.SPEC_VERSION, file, "is " + text(signed.json(), "spec_version"));
            }
            if (version.isPresent() && signed.version() != version.getAsLong()) {
                fail(role, Rule.VERSION_MISMATCH, file, "is version " + signed.version() + ", must be " + version.getAsLong());
            }
            if (role.isTopLevel() && signed.version() > Integer.MAX_VALUE) {
                seen.use(Feature.BEYOND_INT, file);
            }
            return Optional.of(metadata);
        } catch (Refusal refusal) {
            diagnose(role, file, bytes, refusal);
            return Optional.empty();
        }
    }

    /// Length and digests, as whoever lists a file says (TUF 5.5.2, 5.6.2).
    private void listing(RoleName role, String file, byte[] bytes, MetaFile meta) {
        if (meta.length().isPresent() && meta.length().getAsLong() != bytes.length) {
            fail(role, Rule.LENGTH_MISMATCH, file, "has " + bytes.length + " bytes, " + meta.length().getAsLong()
                    + " are listed");
        }
        boolean known = meta.hashes().isEmpty();
        for (var hash : meta.hashes().entrySet()) {
            Optional<String> found = digest(hash.getKey(), bytes);
            known |= found.isPresent();
            if (found.isPresent() && !found.get().equals(hash.getValue())) {
                fail(role, Rule.HASH_MISMATCH, file, "has " + hash.getKey() + " " + found.get() + ", listed is "
                        + hash.getValue());
            }
        }
        if (!known) {
            fail(role, Rule.HASH_UNKNOWN, file, "is listed with " + String.join(", ", meta.hashes().keySet()));
        }
        if (!meta.hashes().isEmpty() && !meta.hashes().containsKey("sha256")) {
            seen.use(Feature.NO_SHA256, file);
        }
    }

    private static Optional<String> digest(String algorithm, byte[] bytes) {
        if (algorithm.equals("sha256")) {
            return Optional.of(Digest.of(bytes).hex());
        }
        return digest(algorithm).map(digest -> HexFormat.of().formatHex(digest.digest(bytes)));
    }

    /// A fresh digest of an algorithm that metadata names; empty for one that is not known.
    static Optional<MessageDigest> digest(String algorithm) {
        try {
            String name = ALGORITHMS.get(algorithm);
            return name == null ? Optional.empty() : Optional.of(MessageDigest.getInstance(name));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }

    /// At least as many as the JSON has values: every value but the first follows one of these characters.
    private static int values(byte[] bytes) {
        int count = 1;
        for (byte b : bytes) {
            if (b == ',' || b == '[' || b == '{') {
                count++;
            }
        }
        return count;
    }

    // TUF 4.3: semantic versioning, of which clients take two or three numbers.
    private static boolean specVersion(Json.Obj signed) {
        return text(signed, "spec_version").matches("1\\.[0-9]{1,9}(\\.[0-9]{1,9})?");
    }

    private static String text(Json.Obj object, String name) {
        return object.members().get(name) instanceof Json.Str(String value) ? value : "";
    }

    /// Finds a name for what is wrong with a file that was refused as a whole.
    private void diagnose(RoleName role, String file, byte[] bytes, Refusal refusal) {
        switch (refusal.rule()) {
            case WRONG_TYPE -> fail(role, Rule.WRONG_TYPE, file, refusal.line());
            case DUPLICATE_SIGNATURE -> fail(role, Rule.DUPLICATE_SIGNATURE, file, refusal.line());
            default -> {
                try {
                    Json json = JsonParser.parse(bytes);
                    Json signed = json instanceof Json.Obj(var members) ? members.get("signed") : null;
                    Rule rule = signed instanceof Json.Obj object ? rule(object) : Rule.MALFORMED;
                    fail(role, rule, file, refusal.line());
                } catch (JsonParser.SyntaxException e) {
                    fail(role, Rule.NOT_JSON, file, e.getMessage());
                }
            }
        }
    }

    private static Rule rule(Json.Obj signed) {
        var thresholds = new HashSet<Long>();
        thresholds(signed, thresholds);
        if (!specVersion(signed)) {
            return Rule.SPEC_VERSION;
        }
        if (!text(signed, "expires").matches("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")) {
            return Rule.EXPIRES_FORMAT;
        }
        return thresholds.stream().anyMatch(t -> t < 1) ? Rule.THRESHOLD_ZERO : Rule.MALFORMED;
    }

    private static void thresholds(Json value, Set<Long> out) {
        switch (value) {
            case Json.Obj(var members) -> members.forEach((name, member) -> {
                if (name.equals("threshold") && member instanceof Json.Int(long threshold)) {
                    out.add(threshold);
                }
                if (!name.equals("targets")) { // of a target's `custom` nobody knows what a threshold is
                    thresholds(member, out);
                } else if (member instanceof Json.Obj role && role.members().containsKey("keyids")) {
                    thresholds(member, out); // the role of root
                }
            });
            case Json.Arr(var items) -> items.forEach(item -> thresholds(item, out));
            default -> {
            }
        }
    }

    /// An error, which for a role on which all others hang means that every client refuses the repository.
    void fail(RoleName role, Rule rule, String where, String message) {
        findings.add(rule, where, message);
        if (role.isTopLevel() && rule.level() == Rule.Level.ERROR) {
            seen.fatal(where);
        }
    }
}
