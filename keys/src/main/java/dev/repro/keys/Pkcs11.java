package dev.repro.keys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.keys.Cryptoki.Function;
import java.io.ByteArrayInputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A session with one token, and the keys in it: Ed25519, ECDSA P-256 and P-384, RSA (by PSS).
///
/// A key is seen by its public half, an object or a certificate, which has the same CKA_ID as the private one; no PIN is needed
/// to see it.
final class Pkcs11 implements AutoCloseable {
    private static final long CKA_CLASS = 0;
    private static final long CKA_LABEL = 3;
    private static final long CKA_VALUE = 0x11;
    private static final long CKA_KEY_TYPE = 0x100;
    private static final long CKA_ID = 0x102;
    private static final long CKA_MODULUS = 0x120;
    private static final long CKA_PUBLIC_EXPONENT = 0x122;
    private static final long CKA_EC_PARAMS = 0x180;
    private static final long CKA_EC_POINT = 0x181;
    private static final long CKO_CERTIFICATE = 1;
    private static final long CKO_PUBLIC_KEY = 2;
    private static final long CKO_PRIVATE_KEY = 3;
    private static final long CKK_RSA = 0;
    private static final long CKK_EC = 3;
    private static final long CKK_EC_EDWARDS = 0x40;
    private static final long CKM_RSA_PKCS_PSS = 0xd;
    private static final long CKM_ECDSA = 0x1041;
    private static final long CKM_EDDSA = 0x1057;
    private static final long CKM_SHA256 = 0x250;
    private static final long CKG_MGF1_SHA256 = 2;
    private static final long CKF_SERIAL_SESSION = 4;
    private static final long CKU_USER = 1;
    private static final int MAX_SIGNATURE = 4096;

    private final Cryptoki library;
    private final Pkcs11Uri uri;
    private final Cryptoki.Token token;
    private final long session;
    private boolean closed;

    private Pkcs11(Cryptoki library, Pkcs11Uri uri, Cryptoki.Token token, long session) {
        this.library = library;
        this.uri = uri;
        this.token = token;
        this.session = session;
    }

    /// A key of the token.
    ///
    /// @param key what it verifies with, or
    /// @param why the reason for which it cannot be used here; one of both is null
    record Entry(String label, byte[] id, PublicKey key, String why) {}

    static Pkcs11 open(Pkcs11Uri uri) throws Problem {
        Cryptoki library = Cryptoki.load(uri.module());
        try (Arena arena = Arena.ofConfined()) {
            Cryptoki.Token token = choose(library.tokens(), uri);
            MemorySegment session = arena.allocate(JAVA_LONG);
            library.check("no session", library.call(Function.C_OPEN_SESSION, token.slot(), CKF_SERIAL_SESSION,
                    MemorySegment.NULL,
                    MemorySegment.NULL, session));
            return new Pkcs11(library, uri, token, session.get(JAVA_LONG, 0));
        } catch (Problem e) {
            library.close();
            throw e;
        }
    }

    private static Cryptoki.Token choose(List<Cryptoki.Token> tokens, Pkcs11Uri uri) throws Problem {
        List<Cryptoki.Token> found = tokens.stream().filter(t -> uri.admits("token", t.label())
                && uri.admits("manufacturer", t.manufacturer())
                && uri.admits("model", t.model()) && uri.admits("serial", t.serial())
                && uri.admits("slot-id", Long.toString(t.slot()))).toList();
        if (found.size() == 1) {
            return found.getFirst();
        }
        throw Problem.environment((found.isEmpty() ? "no token" : "more than one token")
                + " is what the URI says").where(uri.module())
                .found(tokens.isEmpty() ? "no token at all"
                        : String.join(", ", tokens.stream().map(t -> "token=" + t.label()).toList()));
    }

    String reference(Entry entry) {
        return Pkcs11Uri.of(uri.module(), token.label(), entry.label(), entry.id());
    }

    /// The keys that the URI admits; of a key that has a public object and a certificate, the object.
    List<Entry> entries() throws Problem {
        var out = new ArrayList<Entry>();
        for (long kind : new long[] {CKO_PUBLIC_KEY, CKO_CERTIFICATE}) {
            for (long object : library.find(session, CKA_CLASS, kind)) {
                byte[] id = library.attribute(session, object, CKA_ID);
                String label = new String(library.attribute(session, object, CKA_LABEL), StandardCharsets.UTF_8);
                boolean seen = out.stream().anyMatch(e -> id.length > 0 && Arrays.equals(e.id(), id));
                if (!seen && uri.admits("object", label) && uri.admits("id", id)) {
                    out.add(entry(label, id, kind, object));
                }
            }
        }
        return out;
    }

    private Entry entry(String label, byte[] id, long kind, long object) throws Problem {
        try {
            return new Entry(label, id, kind == CKO_CERTIFICATE ? certified(object) : key(object), null);
        } catch (Problem e) {
            return new Entry(label, id, null, e.getMessage());
        }
    }

    private PublicKey certified(long object) throws Problem {
        byte[] der = library.attribute(session, object, CKA_VALUE);
        try {
            var certificate = CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
            return PublicKey.ofSpki(certificate.getPublicKey().getEncoded());
        } catch (CertificateException e) {
            throw Problem.usage("a certificate that cannot be read").because(e);
        }
    }

    private PublicKey key(long object) throws Problem {
        byte[] type = library.attribute(session, object, CKA_KEY_TYPE);
        long kind = type.length == 8 ? MemorySegment.ofArray(type).get(JAVA_LONG.withByteAlignment(1), 0) : -1;
        if (kind == CKK_RSA) {
            var n = new BigInteger(1, library.attribute(session, object, CKA_MODULUS));
            var e = new BigInteger(1, library.attribute(session, object, CKA_PUBLIC_EXPONENT));
            return PublicKey.ofRaw(Scheme.RSA_PSS_SHA256, Der.write(Der.SEQUENCE, Der.writeNatural(n), Der.writeNatural(e)));
        }
        if (kind != CKK_EC && kind != CKK_EC_EDWARDS) {
            throw Problem.usage("a kind of key that is not known here");
        }
        Scheme scheme = kind == CKK_EC ? curve(library.attribute(session, object, CKA_EC_PARAMS)) : Scheme.ED25519;
        byte[] point = library.attribute(session, object, CKA_EC_POINT);
        if (point.length != scheme.rawLength()) { // an OCTET STRING around it, as PKCS#11 2.40 wants it
            Der in = Der.of(point);
            point = in.content(Der.OCTET_STRING);
            in.end();
        }
        return PublicKey.ofRaw(scheme, point);
    }

    private static Scheme curve(byte[] oid) throws Problem {
        for (Scheme scheme : List.of(Scheme.ECDSA_P256, Scheme.ECDSA_P384)) {
            byte[] algorithm = scheme.algorithm();
            if (oid.length > 0 && Arrays.equals(oid, Arrays.copyOfRange(algorithm, Math.max(0, algorithm.length - oid.length),
                    algorithm.length))) {
                return scheme;
            }
        }
        throw Problem.usage("a curve that is not known here");
    }

    /// Logs in, and signs with the one key that the URI names.
    static Signer signer(Pkcs11Uri uri, Passwords passwords) throws Problem {
        Pkcs11 token = open(uri);
        try {
            Entry entry = token.one();
            token.login(uri.pinSource().map(Passwords::file).orElse(passwords));
            return new TokenSigner(token, entry.key(), token.privateHalf(entry), token.reference(entry));
        } catch (Problem e) {
            token.close();
            throw e;
        }
    }

    /// The one key that the URI names, if it can be used.
    Entry one() throws Problem {
        List<Entry> entries = entries();
        if (entries.size() != 1) {
            throw Problem.usage((entries.isEmpty() ? "no key" : "more than one key")
                    + " of the token is what the URI says").where(token.label())
                    .hint("`repro key list '" + Pkcs11Uri.SCHEME
                    + "token=…?module-path=…'` shows them; a key needs a public key object or a certificate");
        }
        Entry entry = entries.getFirst();
        if (entry.key() == null) {
            throw Problem.usage("the key of the token cannot be used: " + entry.why()).where(token.label());
        }
        return entry;
    }

    private void login(Passwords passwords) throws Problem {
        try (Secret pin = passwords.get("token " + token.label(), Passwords.Use.OPEN); Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocateFrom(JAVA_BYTE, pin.bytes());
            long result = library.call(Function.C_LOGIN, session, CKU_USER, copy, copy.byteSize());
            copy.fill((byte) 0);
            if (result != Cryptoki.CKR_USER_ALREADY_LOGGED_IN) {
                library.check("no login", result);
            }
        }
    }

    private long privateHalf(Entry entry) throws Problem {
        List<Long> found = entry.id().length > 0 ? library.find(session, CKA_CLASS, CKO_PRIVATE_KEY, CKA_ID, entry.id())
                : library.find(session, CKA_CLASS, CKO_PRIVATE_KEY, CKA_LABEL, entry.label().getBytes(StandardCharsets.UTF_8));
        if (found.size() != 1) {
            throw Problem.usage((found.isEmpty() ? "no private key" : "more than one private key")
                    + " belongs to that public key").where(token.label());
        }
        return found.getFirst();
    }

    byte[] sign(PublicKey key, long handle, byte[] message) throws Problem {
        byte[] plain = switch (key.scheme()) {
            case ED25519 -> sign(handle, CKM_EDDSA, Optional.empty(), message);
            case ECDSA_P256 -> der(sign(handle, CKM_ECDSA, Optional.empty(), Digest.sha256().digest(message)));
            case ECDSA_P384 -> der(sign(handle, CKM_ECDSA, Optional.empty(), sha384(message)));
            default -> sign(handle, CKM_RSA_PKCS_PSS, Optional.of(new long[] {CKM_SHA256, CKG_MGF1_SHA256, 32}),
                    Digest.sha256().digest(message));
        };
        return Signers.verified(key, message, plain);
    }

    private static byte[] sha384(byte[] message) {
        try {
            return MessageDigest.getInstance("SHA-384").digest(message);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has SHA-384", e);
        }
    }

    private byte[] sign(long handle, long mechanism, Optional<long[]> parameters, byte[] data) throws Problem {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment how = arena.allocate(24, 8); // CK_MECHANISM: mechanism, pointer, length
            MemorySegment more = parameters.map(p -> arena.allocateFrom(JAVA_LONG, p)).orElse(MemorySegment.NULL);
            how.set(JAVA_LONG, 0, mechanism);
            how.set(ADDRESS, 8, more);
            how.set(JAVA_LONG, 16, more.byteSize());
            library.check("it does not sign", library.call(Function.C_SIGN_INIT, session, how, handle));
            MemorySegment out = arena.allocate(MAX_SIGNATURE);
            MemorySegment length = arena.allocateFrom(JAVA_LONG, MAX_SIGNATURE);
            MemorySegment in = arena.allocateFrom(JAVA_BYTE, data);
            library.check("it does not sign", library.call(Function.C_SIGN, session, in, (long) data.length, out, length));
            return out.asSlice(0, length.get(JAVA_LONG, 0)).toArray(JAVA_BYTE);
        }
    }

    /// From r and s side by side.
    private static byte[] der(byte[] plain) {
        int half = plain.length / 2;
        return Der.write(Der.SEQUENCE, Der.writeNatural(new BigInteger(1, plain, 0, half)),
                Der.writeNatural(new BigInteger(1, plain, half, half)));
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            library.call(Function.C_CLOSE_SESSION, session);
            library.close();
        }
    }

    private record TokenSigner(Pkcs11 token, PublicKey key, long handle, String reference) implements Signer {
        @Override
        public byte[] sign(byte[] message) throws Problem {
            return token.sign(key, handle, message);
        }

        @Override
        public void close() {
            token.close();
        }

        @Override
        public String toString() {
            return reference;
        }
    }
}
