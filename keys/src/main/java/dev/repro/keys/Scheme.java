package dev.repro.keys;

import dev.repro.base.Problem;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/// A way to sign: kind of key and form of signature, under the names of TUF metadata.
public enum Scheme {
    /// RFC 8032, pure: keys of 32 bytes, signatures of 64.
    ED25519("ed25519", "ed25519", "300506032b6570", 32),
    /// FIPS 186-5 over SHA-256, signatures in DER.
    ECDSA_P256("ecdsa", "ecdsa-sha2-nistp256", "301306072a8648ce3d020106082a8648ce3d030107", 65),
    /// FIPS 186-5 over SHA-384, signatures in DER.
    ECDSA_P384("ecdsa", "ecdsa-sha2-nistp384", "301006072a8648ce3d020106052b81040022", 97),
    /// RFC 8017: SHA-256, MGF1 with SHA-256, salt of any length (as securesystemslib and go-tuf verify), 2048 to 8192 bits.
    RSA_PSS_SHA256("rsa", "rsassa-pss-sha256", "300d06092a864886f70d0101010500", 0),
    /// FIPS 204 as TAP 21 wants it: pure, no context, over `"tuf" || 0x01 || SHA-512(message)`; signatures of 2420 bytes.
    ML_DSA_44("ml-dsa", "ml-dsa-44/1", "300b0609608648016503040311", 1312),
    /// As [#ML_DSA_44], signatures of 3309 bytes.
    ML_DSA_65("ml-dsa", "ml-dsa-65/1", "300b0609608648016503040312", 1952),
    /// As [#ML_DSA_44], signatures of 4627 bytes.
    ML_DSA_87("ml-dsa", "ml-dsa-87/1", "300b0609608648016503040313", 2592),
    /// FIPS 205, pure, no context, over the same bytes as [#ML_DSA_44], because no TAP says how; a name of our own. Signatures of
    /// 7856 bytes that take a second to make: for keys that sign once a year.
    SLH_DSA_SHA2_128S("slh-dsa", "slh-dsa-sha2-128s/1", "300b0609608648016503040314", 32),
    /// As [#SLH_DSA_SHA2_128S], faster to sign, signatures of 17088 bytes.
    SLH_DSA_SHA2_128F("slh-dsa", "slh-dsa-sha2-128f/1", "300b0609608648016503040315", 32);

    private final String keytype;
    private final String scheme;
    private final byte[] algorithm;
    private final int rawLength;

    Scheme(String keytype, String scheme, String algorithm, int rawLength) {
        this.keytype = keytype;
        this.scheme = scheme;
        this.algorithm = HexFormat.of().parseHex(algorithm);
        this.rawLength = rawLength;
    }

    /// The scheme of these two members of a TUF key; empty for one that is not known here. Metadata from before specification
    /// 1.0.29 calls the keytype of an ECDSA key as its scheme is called: that is read too.
    public static Optional<Scheme> of(String keytype, String scheme) {
        return Arrays.stream(values()).filter(s -> s.scheme.equals(scheme) && s.isKeytype(keytype)).findFirst();
    }

    private boolean isKeytype(String text) {
        return text.equals(keytype) || keytype.equals("ecdsa") && text.equals(scheme);
    }

    /// The member `keytype` of a TUF key.
    public String keytype() {
        return keytype;
    }

    /// The member `scheme` of a TUF key.
    public String scheme() {
        return scheme;
    }

    /// The DER of the AlgorithmIdentifier that stands in SPKI and PKCS#8.
    byte[] algorithm() {
        return algorithm.clone();
    }

    /// The scheme of that AlgorithmIdentifier.
    static Scheme ofAlgorithm(byte[] der) throws Problem {
        return Arrays.stream(values()).filter(s -> Arrays.equals(s.algorithm, der)).findFirst()
                .orElseThrow(() -> Problem.usage("a key of an algorithm that is not known here")
                .found(HexFormat.of().formatHex(der)));
    }

    /// The length of the public key inside the SPKI, in bytes; 0 where it varies.
    int rawLength() {
        return rawLength;
    }
}
