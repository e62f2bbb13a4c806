package dev.repro.tuf;

import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;

/// A metadata file that was read and not yet verified: its bytes as they came, what they say, who is said to have signed it.
///
/// [Threshold] makes a [Verified] of it; nothing else does.
public final class Metadata<T extends Signed> {

    /// @param sig empty where the text is no hexadecimal: it never counts, as an empty signature of a signer who has not signed yet
    public record Signature(KeyId keyid, byte[] sig) {}

    private final RoleName role;
    private final byte[] bytes;
    private final T signed;
    private final List<Signature> signatures;
    private byte[] canonical;

    private Metadata(RoleName role, byte[] bytes, T signed, List<Signature> signatures) {
        this.role = role;
        this.bytes = bytes;
        this.signed = signed;
        this.signatures = List.copyOf(signatures);
    }

    /// Reads a file of one type, strictly in what has a meaning here, tolerant of members that have none (TUF 4).
    ///
    /// @param role whose file it is, for the refusal
    public static <T extends Signed> Metadata<T> parse(MetadataType<T> type, RoleName role, byte[] bytes) throws Refusal {
        try {
            Json json = JsonParser.parse(bytes);
            Fields file = Fields.of(json, role.file(), "$");
            Fields signed = file.object("signed");
            String found = signed.string("_type");
            if (!found.equals(type.name())) {
                throw Refusal.of(Refusal.Rule.WRONG_TYPE, role).expected(type.name()).found(found);
            }
            return new Metadata<>(role, bytes.clone(), type.read(signed, (Json.Obj) file.json("signed")), signatures(file, role));
        } catch (JsonParser.SyntaxException e) {
            throw Refusal.of(Refusal.Rule.MALFORMED, role).found(e.getMessage());
        } catch (Problem e) {
            throw Refusal.of(Refusal.Rule.MALFORMED, role).found(e.line());
        }
    }

    // A key id that stands twice is refused, however many signatures are good (TUF 4.2.1).
    private static List<Signature> signatures(Fields file, RoleName role) throws Problem, Refusal {
        var out = new ArrayList<Signature>();
        var seen = new HashSet<KeyId>();
        for (Fields item : file.objects("signatures")) {
            var keyid = new KeyId(item.string("keyid"));
            if (!seen.add(keyid)) {
                throw Refusal.of(Refusal.Rule.DUPLICATE_SIGNATURE, role).found("two signatures of key " + keyid).key(keyid);
            }
            out.add(new Signature(keyid, hex(item.string("sig"))));
        }
        return out;
    }

    private static byte[] hex(String text) {
        try {
            return HexFormat.of().parseHex(text);
        } catch (IllegalArgumentException e) {
            return new byte[0]; // a signature that cannot be good; others may be
        }
    }

    /// Whose file it is.
    public RoleName role() {
        return role;
    }

    /// The file as it was read.
    public byte[] bytes() {
        return bytes.clone();
    }

    boolean isOf(byte[] file) {
        return Arrays.equals(bytes, file);
    }

    public int length() {
        return bytes.length;
    }

    public List<Signature> signatures() {
        return signatures;
    }

    /// What the file says, which nobody has vouched for yet.
    public T unverified() {
        return signed;
    }

    /// What the signatures are over: canonical JSON of `signed` (TUF 4.2.1).
    synchronized byte[] canonical() throws Refusal {
        if (canonical == null) {
            try {
                canonical = JsonText.canonical(signed.json());
            } catch (IllegalArgumentException e) { // a fraction, in a member that we know nothing of
                throw Refusal.of(Refusal.Rule.MALFORMED, role).found(e.getMessage());
            }
        }
        return canonical;
    }
}
