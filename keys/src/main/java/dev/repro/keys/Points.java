package dev.repro.keys;

import dev.repro.base.Problem;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// Which encodings of curve points are public keys.
final class Points {
    private static final BigInteger THREE = BigInteger.valueOf(3);
    private static final BigInteger ED_P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    private static final BigInteger ED_D = hex("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3");
    private static final BigInteger HALF = ED_P.shiftRight(1); // (p - 1) / 2

    /// y of the points of order 1, 2, 4 and 8 of edwards25519, little-endian: with such a key everybody can sign.
    private static final List<byte[]> SMALL_ORDER = List.of(
            bytes("0100000000000000000000000000000000000000000000000000000000000000"),
            bytes("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
            bytes("0000000000000000000000000000000000000000000000000000000000000000"),
            bytes("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
            bytes("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"));

    private Points() {}

    private enum Curve {
        P256(hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"),
                hex("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b")),
        P384(hex("fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff"),
                hex("b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef"));

        final BigInteger p;
        final BigInteger b;

        Curve(BigInteger p, BigInteger b) {
            this.p = p;
            this.b = b;
        }
    }

    static void check(Scheme scheme, byte[] raw) throws Problem {
        boolean good = switch (scheme) {
            case ED25519 -> isEd25519(raw);
            case ECDSA_P256 -> isUncompressed(Curve.P256, raw);
            case ECDSA_P384 -> isUncompressed(Curve.P384, raw);
            default -> true;
        };
        if (!good) {
            throw Problem.usage("the public key is not a point that a key of " + scheme.scheme() + " can be");
        }
    }

    /// 0x04, x, y, both below p, on the curve. The point at infinity has no such form; both curves have no other points of small
    /// order.
    private static boolean isUncompressed(Curve curve, byte[] raw) {
        int size = raw.length / 2;
        var x = new BigInteger(1, raw, 1, size);
        var y = new BigInteger(1, raw, 1 + size, size);
        if (raw[0] != 4 || x.compareTo(curve.p) >= 0 || y.compareTo(curve.p) >= 0) {
            return false;
        }
        BigInteger right = x.multiply(x).subtract(THREE).multiply(x).add(curve.b);
        return y.multiply(y).subtract(right).mod(curve.p).signum() == 0;
    }

    /// y below p, on the curve (RFC 8032 5.1.3), and not of small order.
    private static boolean isEd25519(byte[] raw) {
        byte[] encoded = raw.clone();
        encoded[31] &= 0x7f;
        if (SMALL_ORDER.stream().anyMatch(s -> Arrays.equals(s, encoded))) {
            return false;
        }
        for (int i = 0; i < 16; i++) {
            byte swap = encoded[i];
            encoded[i] = encoded[31 - i];
            encoded[31 - i] = swap;
        }
        var y = new BigInteger(1, encoded);
        BigInteger square = y.multiply(y).mod(ED_P);
        // x^2 = u / v is a square if and only if u v is one; it is not 0: that are two points of small order.
        BigInteger uv = square.subtract(BigInteger.ONE).multiply(ED_D.multiply(square).add(BigInteger.ONE)).mod(ED_P);
        return y.compareTo(ED_P) < 0 && uv.modPow(HALF, ED_P).equals(BigInteger.ONE);
    }

    private static BigInteger hex(String digits) {
        return new BigInteger(digits, 16);
    }

    private static byte[] bytes(String digits) {
        return HexFormat.of().parseHex(digits);
    }
}
