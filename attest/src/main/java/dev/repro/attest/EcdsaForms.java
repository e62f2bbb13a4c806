package dev.repro.attest;

import dev.repro.keys.Scheme;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;

/// The two encodings of an ECDSA signature that occur in DSSE: DER, which sigstore's tools write, and r and s side by side (IEEE P1363),
/// as in DSSE's own vector. DSSE leaves it open. A text of P1363's length may be DER as well, so both are tried.
final class EcdsaForms {

    private EcdsaForms() {}

    /// The signature as it came, and what it is in DER if it is P1363.
    static List<byte[]> of(Scheme scheme, byte[] signature) {
        int size = switch (scheme) {
            case ECDSA_P256 -> 32;
            case ECDSA_P384 -> 48;
            default -> 0;
        };
        return size == 0 || signature.length != 2 * size ? List.of(signature) : List.of(signature, der(signature));
    }

    // X.690: SEQUENCE of two INTEGERs; all lengths here are below 128
    private static byte[] der(byte[] plain) {
        byte[] r = new BigInteger(1, Arrays.copyOf(plain, plain.length / 2)).toByteArray();
        byte[] s = new BigInteger(1, Arrays.copyOfRange(plain, plain.length / 2, plain.length)).toByteArray();
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {0x30, (byte) (4 + r.length + s.length), 2, (byte) r.length});
        out.writeBytes(r);
        out.writeBytes(new byte[] {2, (byte) s.length});
        out.writeBytes(s);
        return out.toByteArray();
    }
}
