package dev.repro.keys;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Base64;

/// Public keys as OpenSSH writes them (RFC 4253 6.6, RFC 5656 3.1, RFC 8709): Ed25519, ECDSA P-256 and P-384, RSA.
public final class SshKey {
    private static final String RSA = "ssh-rsa";

    private SshKey() {}

    /// One line as in a `.pub` file or `authorized_keys`, without options: `TYPE BASE64 COMMENT`, and at most a newline.
    ///
    /// @throws Problem exit code 2: not such a line, or a key that is not accepted
    public static PublicKey ofLine(String line) throws Problem {
        String[] words = line.endsWith("\n") ? line.substring(0, line.length() - 1).split(" ", 3) : line.split(" ", 3);
        if (words.length < 2 || line.indexOf('\n') >= 0 && line.indexOf('\n') < line.length() - 1) {
            throw Problem.usage("not one line with an SSH public key").expected("TYPE BASE64 COMMENT");
        }
        byte[] blob;
        try {
            blob = Base64.getDecoder().decode(words[1]);
        } catch (IllegalArgumentException e) {
            throw Problem.usage("an SSH public key is not base64").because(e);
        }
        PublicKey key = ofBlob(blob);
        if (!Base64.getEncoder().encodeToString(blob).equals(words[1]) || !new SshWire(blob).text().equals(words[0])) {
            throw Problem.usage("an SSH public key is of another type than it says, or not in its one form");
        }
        return key;
    }

    static PublicKey ofBlob(byte[] blob) throws Problem {
        var in = new SshWire(blob);
        String type = in.text();
        PublicKey key = switch (type) {
            case "ssh-ed25519" -> PublicKey.ofRaw(Scheme.ED25519, in.string());
            case "ecdsa-sha2-nistp256" -> ec(Scheme.ECDSA_P256, in, "nistp256");
            case "ecdsa-sha2-nistp384" -> ec(Scheme.ECDSA_P384, in, "nistp384");
            case RSA -> {
                BigInteger e = in.positive();
                yield PublicKey.ofRaw(Scheme.RSA_PSS_SHA256, Der.write(Der.SEQUENCE, Der.writeNatural(in.positive()),
                        Der.writeNatural(e)));
            }
            default -> throw Problem.usage("an SSH key of a type that is not known here").found(printable(type));
        };
        in.end();
        return key;
    }

    private static PublicKey ec(Scheme scheme, SshWire in, String curve) throws Problem {
        if (!in.text().equals(curve)) {
            throw Problem.usage("an SSH key of another curve than it says");
        }
        return PublicKey.ofRaw(scheme, in.string());
    }

    private static String printable(String type) {
        return type.length() <= 60 && type.chars().allMatch(c -> c > ' ' && c < 0x7f) ? type : "a name that is none";
    }

    /// `TYPE BASE64`, and the comment if there is one; no newline.
    ///
    /// @throws Problem exit code 2: SSH has no such keys
    public static String line(PublicKey key, String comment) throws Problem {
        byte[] blob = blob(key);
        String line = new SshWire(blob).text() + " " + Base64.getEncoder().encodeToString(blob);
        return comment.isEmpty() ? line : line + " " + comment;
    }

    /// `SHA256:` and base64 without padding, as `ssh-keygen -l` prints it.
    ///
    /// @throws Problem exit code 2: SSH has no such keys
    public static String fingerprint(PublicKey key) throws Problem {
        return fingerprint(blob(key));
    }

    static String fingerprint(byte[] blob) {
        return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(Digest.sha256().digest(blob));
    }

    /// Whether SSH has keys of that scheme.
    public static boolean has(Scheme scheme) {
        return switch (scheme) {
            case ED25519, ECDSA_P256, ECDSA_P384, RSA_PSS_SHA256 -> true;
            case ML_DSA_44, ML_DSA_65, ML_DSA_87, SLH_DSA_SHA2_128S, SLH_DSA_SHA2_128F -> false;
        };
    }

    static byte[] blob(PublicKey key) throws Problem {
        return switch (key.scheme()) {
            case ED25519 -> SshWire.strings(SshWire.ascii("ssh-ed25519"), key.raw());
            case ECDSA_P256 -> SshWire.strings(SshWire.ascii("ecdsa-sha2-nistp256"), SshWire.ascii("nistp256"), key.raw());
            case ECDSA_P384 -> SshWire.strings(SshWire.ascii("ecdsa-sha2-nistp384"), SshWire.ascii("nistp384"), key.raw());
            case RSA_PSS_SHA256 -> {
                RsaKey rsa = RsaKey.parse(key.raw());
                yield SshWire.strings(SshWire.ascii(RSA), rsa.e().toByteArray(), rsa.n().toByteArray());
            }
            default -> throw Problem.usage("SSH has no keys of " + key.scheme().scheme())
                    .expected(Arrays.stream(Scheme.values()).filter(SshKey::has).map(Scheme::scheme).toList());
        };
    }
}
