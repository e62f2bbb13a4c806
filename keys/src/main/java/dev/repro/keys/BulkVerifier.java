package dev.repro.keys;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Verifies many signatures: Ed25519 through Bouncy Castle, which is several times faster than the JDK once it is loaded and
/// warm.
///
/// The answer never depends on the number. The JDK asks the exact equation of RFC 8032; Bouncy Castle, on its fast path, one that
/// differs where the key or the point R of the signature has a part of small order. So a yes of Bouncy Castle counts only if both
/// are of prime order, where the equations are the same; whatever else it says, the JDK decides. A forged signature costs the
/// time of both, no more.
///
/// Safe for several threads at once.
public final class BulkVerifier {
    /// From so many signatures on Bouncy Castle is asked. Without the signature of its jar, loading it costs no more than one
    /// verification by a cold JDK (measured: docs/adr/0006), so this is no question of time: the refresh of a TUF client, which
    /// has five to ten signatures, is to need the JDK alone.
    public static final int THRESHOLD = 16;

    private final AtomicInteger seen;
    /// Of each key, whether it is of prime order.
    private final Map<PublicKey, Boolean> primeOrder = new ConcurrentHashMap<>();

    private BulkVerifier(int seen) {
        this.seen = new AtomicInteger(seen);
    }

    /// @param signatures how many will come, as far as that is known: with [#THRESHOLD] or more the fast path is taken at once,
    ///     with fewer when so many have come
    public static BulkVerifier expecting(int signatures) {
        return new BulkVerifier(signatures >= THRESHOLD ? THRESHOLD : 0);
    }

    /// As [PublicKey#verify].
    public void verify(PublicKey key, byte[] message, byte[] signature) throws BadSignature {
        boolean many = seen.get() >= THRESHOLD || seen.incrementAndGet() > THRESHOLD;
        if (!many || key.scheme() != Scheme.ED25519 || !isGoodFast(key, message, signature)) {
            key.verify(message, signature);
        }
    }

    private boolean isGoodFast(PublicKey key, byte[] message, byte[] signature) {
        return signature.length == 64 && primeOrder.computeIfAbsent(key, k -> BouncyCastle.ed25519IsPrimeOrder(k.raw()))
                && BouncyCastle.ed25519Verify(key.raw(), message, signature) && BouncyCastle.ed25519IsPrimeOrder(signature);
    }
}
