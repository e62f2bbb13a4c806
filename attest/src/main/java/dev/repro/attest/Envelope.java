package dev.repro.attest;

import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.BadSignature;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Signer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// A DSSE envelope that was read and not yet verified: `{payload, payloadType, signatures: [{keyid, sig}]}` (DSSE 1.0.2, envelope.md).
///
/// JSON is read strictly (one value, no member twice); members without a meaning here are ignored, as the specification has it. Nothing of
/// the payload is to be had before [#verify], except by the name that says so.
public final class Envelope {
    /// Bytes of an envelope; a longer one is refused unread.
    public static final int MAX_BYTES = 16 << 20;
    /// Signatures in one envelope: so that nobody spends forever on it.
    public static final int MAX_SIGNATURES = 64;

    private record Signature(String keyid, byte[] sig) {}

    private final String payloadType;
    private final byte[] payload;
    private final List<Signature> signatures;

    private Envelope(String payloadType, byte[] payload, List<Signature> signatures) {
        this.payloadType = payloadType;
        this.payload = payload;
        this.signatures = signatures;
    }

    /// What enough keys have signed. Only [Envelope#verify] makes one.
    public static final class Verified {
        private final String payloadType;
        private final byte[] payload;
        private final Set<PublicKey> signers;

        private Verified(String payloadType, byte[] payload, Set<PublicKey> signers) {
            this.payloadType = payloadType;
            this.payload = payload;
            this.signers = signers;
        }

        public String payloadType() {
            return payloadType;
        }

        /// The very bytes that were verified.
        public byte[] payload() {
            return payload.clone();
        }

        /// The keys whose signature is good.
        public Set<PublicKey> signers() {
            return signers;
        }
    }

    /// Signs, and writes the envelope as canonical JSON: standard base64 with padding, ECDSA as DER, `keyid` as TUF has it.
    ///
    /// @throws Problem if a signer does not sign, exit code 3; if there is none, or two have one key, exit code 2
    public static byte[] sign(String payloadType, byte[] payload, List<Signer> signers) throws Problem {
        if (signers.isEmpty() || signers.stream().map(Signer::key).distinct().count() < signers.size()) {
            throw Problem.usage("an envelope is signed by one key or more, each once").found(signers.size() + " signers");
        }
        byte[] message = pae(payloadType, payload);
        var signatures = new ArrayList<Json>();
        for (Signer signer : signers) {
            signatures.add(Json.object("keyid", signer.key().keyid(), "sig", Base64Text.encode(signer.sign(message))));
        }
        return JsonText.canonical(Json.object("payload", Base64Text.encode(payload), "payloadType", payloadType, "signatures", signatures));
    }

    /// The pre-authentication encoding, which is what signatures are over (DSSE protocol.md): `DSSEv1 LENGTH TYPE LENGTH BODY`, lengths in
    /// bytes and decimal.
    public static byte[] pae(String payloadType, byte[] payload) {
        byte[] type = payloadType.getBytes(StandardCharsets.UTF_8);
        byte[] head = ("DSSEv1 " + type.length + " " + payloadType + " " + payload.length + " ").getBytes(StandardCharsets.UTF_8);
        byte[] out = Arrays.copyOf(head, head.length + payload.length);
        System.arraycopy(payload, 0, out, head.length, payload.length);
        return out;
    }

    /// @param where the file that is blamed, for messages
    /// @throws Problem exit code 2: not an envelope, or beyond a limit
    public static Envelope parse(byte[] json, String where) throws Problem {
        if (json.length > MAX_BYTES) {
            throw Problem.usage("too long for an envelope").where(where).expected("at most " + MAX_BYTES + " bytes").found(json.length + " bytes");
        }
        Fields all = Fields.parse(json, where);
        List<Fields> items = all.objects("signatures");
        if (items.isEmpty() || items.size() > MAX_SIGNATURES) {
            throw Problem.usage("an envelope has 1 to " + MAX_SIGNATURES + " signatures").where(where).found(items.size());
        }
        var signatures = new ArrayList<Signature>();
        for (Fields item : items) {
            signatures.add(new Signature(item.optionalString("keyid").orElse(""), Base64Text.decode(item.string("sig"), where)));
        }
        return new Envelope(all.string("payloadType"), Base64Text.decode(all.string("payload"), where), List.copyOf(signatures));
    }

    /// Verifies that `threshold` of the keys have signed: unique keys are counted, by their material, not signatures. A signature that is
    /// not good, or by a key that is not among them, counts nothing and harms nothing.
    ///
    /// @throws Problem exit code 1: fewer than the threshold
    public Verified verify(Collection<PublicKey> keys, int threshold) throws Problem {
        if (threshold < 1) {
            throw new IllegalArgumentException("a threshold is at least 1: " + threshold);
        }
        var good = new LinkedHashSet<PublicKey>();
        byte[] message = pae(payloadType, payload);
        for (Signature signature : signatures) {
            for (PublicKey key : likelyFirst(keys, signature.keyid)) {
                if (!good.contains(key) && isGood(key, message, signature.sig)) {
                    good.add(key);
                    break;
                }
            }
        }
        if (good.size() < threshold) {
            throw Problem.no("the envelope is not signed by enough keys that may sign it")
                    .expected("signatures of " + threshold + " of " + Set.copyOf(keys).size() + " keys")
                    .found(good.size() + " good of " + signatures.size());
        }
        return new Verified(payloadType, payload, Set.copyOf(good));
    }

    /// The key that the hint names before the others: it saves time, and decides nothing.
    private static List<PublicKey> likelyFirst(Collection<PublicKey> keys, String keyid) {
        var out = new ArrayList<>(keys);
        out.sort(Comparator.comparing(key -> !key.keyid().equals(keyid)));
        return out;
    }

    private static boolean isGood(PublicKey key, byte[] message, byte[] signature) {
        for (byte[] form : EcdsaForms.of(key.scheme(), signature)) {
            try {
                key.verify(message, form);
                return true;
            } catch (BadSignature e) {
                continue; // as if it were not there
            }
        }
        return false;
    }

    public String payloadType() {
        return payloadType;
    }

    /// The payload that nobody has vouched for: for who must read in it whose keys to ask for, or has its own reasons to believe it.
    public byte[] unverifiedPayload() {
        return payload.clone();
    }
}
