package dev.repro.keys;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import java.util.Arrays;
import java.util.HexFormat;

/// A public key that was checked: of a known [Scheme], of the right length, a point of its curve, RSA of 2048 to 8192 bits.
///
/// Two keys are equal if their key material is, whatever they are called and however they were written: a threshold counts
/// material (TAP 12). Reading one is cheap: nothing of the JDK's security providers is touched before the first [#verify].
public final class PublicKey {
    static final String LABEL = "PUBLIC KEY";

    private final Scheme scheme;
    private final byte[] spki;
    private final byte[] raw;
    /// As they stood in the TUF key, so that what was read is written again, and has its id.
    private final String keytype;
    private final String text;
    private volatile Verifier verifier;

    private PublicKey(Scheme scheme, byte[] spki, byte[] raw, String keytype, String text) {
        this.scheme = scheme;
        this.spki = spki;
        this.raw = raw;
        this.keytype = keytype;
        this.text = text;
    }

    /// @param der SubjectPublicKeyInfo (RFC 5280, 8410, 5480, 9881) in DER
    /// @throws Problem exit code 2: not a key that is accepted here
    public static PublicKey ofSpki(byte[] der) throws Problem {
        Der outer = Der.of(der);
        Der in = outer.enter(Der.SEQUENCE);
        outer.end();
        byte[] algorithm = in.element(Der.SEQUENCE);
        byte[] raw = in.bits();
        in.end();
        return ofRaw(Scheme.ofAlgorithm(algorithm), raw);
    }

    /// @param raw what stands in the BIT STRING of the SPKI
    static PublicKey ofRaw(Scheme scheme, byte[] raw) throws Problem {
        if (scheme == Scheme.RSA_PSS_SHA256) {
            RsaKey.parse(raw);
        } else if (raw.length != scheme.rawLength()) {
            throw Problem.usage("a " + scheme.scheme() + " key of the wrong length").expected(scheme.rawLength()
                    + " bytes").found(raw.length);
        }
        Points.check(scheme, raw);
        byte[] spki = Der.write(Der.SEQUENCE, scheme.algorithm(), Der.writeBits(raw));
        return new PublicKey(scheme, spki, raw.clone(), scheme.keytype(), null);
    }

    /// @param text one block `PUBLIC KEY`, nothing before it, at most a newline after it
    public static PublicKey ofPem(String text) throws Problem {
        Pem pem = Pem.parse(text);
        if (!pem.label().equals(LABEL)) {
            throw Problem.usage("not a public key").expected(LABEL).found(pem.label().length() > 60 ? "another label"
                    : pem.label());
        }
        return ofSpki(pem.der());
    }

    /// @param key `{keytype, scheme, keyval: {public}}` of TUF metadata and of securesystemslib; other members are ignored (TUF
    ///     4.2). `public` is 64 hexadecimal digits for ed25519, a PEM of an SPKI for all others
    public static PublicKey ofJson(Json.Obj key) throws Problem {
        String keytype = string(key, "keytype");
        String name = string(key, "scheme");
        Scheme scheme = Scheme.of(keytype, name).orElseThrow(() -> Problem.usage("keytype and scheme are not known here")
                .found(keytype + ", " + name));
        if (!(key.members().get("keyval") instanceof Json.Obj keyval)) {
            throw Problem.usage("member `keyval` of a key is missing or not an object");
        }
        String text = string(keyval, "public");
        PublicKey read = scheme == Scheme.ED25519 ? ofRaw(scheme, hex(text)) : ofPem(text);
        if (read.scheme != scheme) {
            throw Problem.usage("a key is of another algorithm than it says").expected(name).found(read.scheme.scheme());
        }
        return new PublicKey(scheme, read.spki, read.raw, keytype, text);
    }

    private static String string(Json.Obj object, String name) throws Problem {
        if (object.members().get(name) instanceof Json.Str(String value)) {
            return value;
        }
        throw Problem.usage("member `" + name + "` of a key is missing or not a string");
    }

    private static byte[] hex(String text) throws Problem {
        if (!text.matches("[0-9a-f]{64}")) {
            throw Problem.usage("an ed25519 key is not 64 lower-case hexadecimal digits");
        }
        return HexFormat.of().parseHex(text);
    }

    /// The TUF key: as it was read by [#ofJson], else in the one form that securesystemslib writes.
    public Json.Obj toJson() {
        String value = text != null ? text : scheme == Scheme.ED25519 ? HexFormat.of().formatHex(raw) : pem();
        return Json.object("keytype", keytype, "scheme", scheme.scheme(), "keyval", Json.object("public", value));
    }

    /// 64 hexadecimal digits: SHA-256 of the canonical JSON of [#toJson] (TUF 4.2), as securesystemslib makes it.
    public String keyid() {
        return Digest.of(JsonText.canonical(toJson())).hex();
    }

    public Scheme scheme() {
        return scheme;
    }

    /// SubjectPublicKeyInfo in DER.
    public byte[] spki() {
        return spki.clone();
    }

    /// The SPKI as PEM, with a newline at the end.
    public String pem() {
        return Pem.write(LABEL, spki);
    }

    /// What stands in the BIT STRING of the SPKI: for ed25519 its 32 bytes.
    byte[] raw() {
        return raw.clone();
    }

    /// Returns if `signature` is over `message` by this key. For no bytes whatever does it throw anything but [BadSignature].
    public void verify(byte[] message, byte[] signature) throws BadSignature {
        Verifier ready = verifier;
        if (ready == null) {
            ready = Verifier.of(scheme, spki, raw);
            verifier = ready;
        }
        ready.verify(message, signature);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PublicKey key && Arrays.equals(spki, key.spki);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(spki);
    }

    /// Scheme and the first digits of the key id, for messages.
    @Override
    public String toString() {
        return scheme.scheme() + " " + keyid().substring(0, 8);
    }
}
