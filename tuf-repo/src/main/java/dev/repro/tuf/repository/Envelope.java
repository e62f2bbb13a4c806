package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Signer;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/// A metadata file in the making: what is to be signed, and the signatures so far, by key id.
///
/// As a file it is one line, `{"signatures":[…],"signed":…}`, members sorted: what is signed stands in it as it is signed
/// wherever that is JSON (canonical JSON leaves newlines in strings as they are).
final class Envelope {
    private final Json.Obj signed;
    private byte[] canonical; // made when it is first needed
    private final SequencedMap<KeyId, String> signatures;
    /// Who has signed in this process: signers see to it that their signatures are good.
    private final Map<KeyId, PublicKey> seen;
    /// The file that it was read from and must stay, or null.
    private final Metadata<?> exact;

    private Envelope(Json.Obj signed, byte[] canonical, SequencedMap<KeyId, String> signatures, Map<KeyId, PublicKey> seen) {
        this(signed, canonical, signatures, seen, null);
    }

    private Envelope(Json.Obj signed, byte[] canonical, SequencedMap<KeyId, String> signatures, Map<KeyId, PublicKey> seen,
            Metadata<?> exact) {
        this.signed = signed;
        this.canonical = canonical;
        this.signatures = signatures;
        this.seen = seen;
        this.exact = exact;
    }

    static Envelope unsigned(Json.Obj signed) {
        return new Envelope(signed, null, new TreeMap<>(), Map.of());
    }

    static Envelope of(Metadata<?> metadata) {
        var signatures = new TreeMap<KeyId, String>();
        metadata.signatures().forEach(s -> signatures.put(s.keyid(), HexFormat.of().formatHex(s.sig())));
        return new Envelope(metadata.unverified().json(), null, signatures, Map.of());
    }

    /// A file that is published byte for byte as it came.
    static Envelope exact(Metadata<?> metadata) {
        Envelope read = of(metadata);
        return new Envelope(read.signed, null, read.signatures, Map.of(), metadata);
    }

    /// The same file, with a note of which of its signatures were verified and good.
    Envelope noting(Authority authority) throws Problem {
        if (exact == null || wasSignedFor(authority)) {
            return this;
        }
        var known = new HashMap<>(seen);
        authority.signers(exact).forEach(key -> authority.idOf(key).ifPresent(id -> known.put(id, key)));
        return new Envelope(signed, canonical, signatures, known, exact);
    }

    Json.Obj signed() {
        return signed;
    }

    private synchronized byte[] canonical() {
        if (canonical == null) {
            canonical = JsonText.canonical(signed);
        }
        return canonical;
    }

    long version() {
        return Edits.integer(signed, "version");
    }

    Instant expires() {
        return Instant.parse(((Json.Str) signed.members().get("expires")).value());
    }

    SequencedMap<KeyId, String> signatures() {
        return Collections.unmodifiableSequencedMap(signatures);
    }

    /// Of what is signed.
    Digest digest() {
        return Digest.of(canonical());
    }

    boolean signsSameAs(Envelope other) {
        return Arrays.equals(canonical(), other.canonical());
    }

    /// With one signature more, in hexadecimal.
    Envelope with(KeyId key, String signature) {
        var more = new TreeMap<>(signatures);
        more.put(key, signature);
        var stay = new HashMap<>(seen);
        stay.remove(key);
        return new Envelope(signed, canonical(), more, stay);
    }

    Envelope sign(Signer signer, KeyId id) throws Problem {
        Envelope more = with(id, HexFormat.of().formatHex(signer.sign(canonical().clone())));
        var known = new HashMap<>(seen);
        known.put(id, signer.key());
        return new Envelope(signed, canonical(), more.signatures, known);
    }

    /// Whose signatures were made or verified in this process.
    Collection<PublicKey> verifiedKeys() {
        return seen.values();
    }

    /// Whether enough of those who may have signed in this process, so that nothing needs to be verified.
    boolean wasSignedFor(Authority authority) {
        return seen.entrySet().stream().filter(s -> authority.lists(s.getKey(), s.getValue())).map(Map.Entry::getValue).distinct()
                .count()
                >= authority.role().threshold();
    }

    <T extends Signed> boolean isSignedFor(Authority authority, MetadataType<T> type, RoleName role) throws Problem {
        return wasSignedFor(authority) || authority.isMetBy(read(type, role));
    }

    byte[] bytes() {
        if (exact != null) {
            return exact.bytes();
        }
        var out = new ByteArrayOutputStream(canonical().length + 256 * (1 + signatures.size()));
        String separator = "{\"signatures\":[";
        for (var signature : signatures.entrySet()) {
            out.writeBytes(utf8(separator + JsonText.compact(Json.object("keyid", signature.getKey().text(), "sig",
                    signature.getValue()))));
            separator = ",";
        }
        out.writeBytes(utf8((signatures.isEmpty() ? separator : "") + "],\"signed\":"));
        out.writeBytes(isJson() ? canonical() : utf8(JsonText.compact(Sorted.of(signed))));
        out.writeBytes(utf8("}\n"));
        return out.toByteArray();
    }

    @SuppressWarnings("unchecked") // a role's name says its type
    <T extends Signed> Metadata<T> read(MetadataType<T> type, RoleName role) throws Problem {
        if (exact != null && exact.role().equals(role)) {
            return (Metadata<T>) exact;
        }
        try {
            return Metadata.parse(type, role, bytes());
        } catch (Refusal e) {
            throw Refusals.problem(e);
        }
    }

    private boolean isJson() {
        for (byte b : canonical()) {
            if (b >= 0 && b < 0x20) {
                return false;
            }
        }
        return true;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
