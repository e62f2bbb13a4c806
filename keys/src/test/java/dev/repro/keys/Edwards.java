package dev.repro.keys;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.util.Arrays;

/// A point of edwards25519 in plain arithmetic (RFC 8032 section 5.1), to make signatures that no honest signer makes.
record Edwards(BigInteger x, BigInteger y) {
    static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    static final BigInteger L = BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
    private static final BigInteger D = BigInteger.valueOf(-121665).multiply(BigInteger.valueOf(121666).modInverse(P)).mod(P);
    static final Edwards ZERO = new Edwards(BigInteger.ZERO, BigInteger.ONE);
    static final Edwards BASE = ofY(BigInteger.valueOf(4).multiply(BigInteger.valueOf(5).modInverse(P)).mod(P));
    /// Of order 8.
    static final Edwards TORSION = ofY(new BigInteger("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7", 16));

    /// The point of that y whose x is even.
    private static Edwards ofY(BigInteger y) {
        BigInteger square = y.multiply(y);
        BigInteger xx = square.subtract(BigInteger.ONE).multiply(D.multiply(square).add(BigInteger.ONE).modInverse(P)).mod(P);
        BigInteger x = xx.modPow(P.add(BigInteger.valueOf(3)).shiftRight(3), P);
        if (!x.multiply(x).mod(P).equals(xx)) {
            x = x.multiply(BigInteger.TWO.modPow(P.subtract(BigInteger.ONE).shiftRight(2), P)).mod(P);
        }
        return new Edwards(x.testBit(0) ? P.subtract(x) : x, y);
    }

    Edwards plus(Edwards q) {
        BigInteger dxy = D.multiply(x).multiply(q.x).multiply(y).multiply(q.y).mod(P);
        BigInteger up = x.multiply(q.y).add(y.multiply(q.x)).multiply(BigInteger.ONE.add(dxy).modInverse(P)).mod(P);
        BigInteger right = y.multiply(q.y).add(x.multiply(q.x)).multiply(BigInteger.ONE.subtract(dxy).modInverse(P)).mod(P);
        return new Edwards(up, right);
    }

    Edwards times(BigInteger n) {
        Edwards out = ZERO;
        for (int i = n.bitLength() - 1; i >= 0; i--) {
            out = out.plus(out);
            out = n.testBit(i) ? out.plus(this) : out;
        }
        return out;
    }

    byte[] encoded() {
        byte[] out = little(y);
        out[31] |= (byte) (x.testBit(0) ? 0x80 : 0);
        return out;
    }

    static byte[] little(BigInteger n) {
        byte[] out = new byte[32];
        byte[] big = n.toByteArray();
        for (int i = 0; i < Math.min(32, big.length); i++) {
            out[i] = big[big.length - 1 - i];
        }
        return out;
    }

    /// R beside S, where S = r + H(R, A, M) a.
    static byte[] sign(BigInteger r, BigInteger a, byte[] encodedR, byte[] encodedA, byte[] message) throws Exception {
        MessageDigest sha = MessageDigest.getInstance("SHA-512");
        sha.update(encodedR);
        sha.update(encodedA);
        byte[] hash = sha.digest(message);
        for (int i = 0; i < 32; i++) {
            byte swap = hash[i];
            hash[i] = hash[63 - i];
            hash[63 - i] = swap;
        }
        byte[] out = Arrays.copyOf(encodedR, 64);
        System.arraycopy(little(r.add(new BigInteger(1, hash).multiply(a)).mod(L)), 0, out, 32, 32);
        return out;
    }
}
