package dev.repro.tender;

import dev.repro.base.Digest;
import dev.repro.tender.os.Sealed;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Sealed memory that outlives a launch, for who launches often: images by digest, tenders by digest. The least recently used is let go of
/// first; its memory is given back when nobody uses it any more.
public final class Shelf {
    private static final int MOST_NAMES = 100_000;

    private final long most;
    private final Map<Digest, Sealed> kept = new LinkedHashMap<>(16, 0.75f, true);
    private final Set<String> clean = new HashSet<>();
    private long bytes;

    /// @param most bytes that are kept; 0: nothing is
    public Shelf(long most) {
        this.most = most;
    }

    /// Whether anything is kept at all.
    boolean keeps() {
        return most > 0;
    }

    synchronized Optional<Sealed> image(Digest sha256) {
        return Optional.ofNullable(kept.get(sha256));
    }

    /// Keeps it, if there is room for it.
    synchronized Sealed keep(Sealed sealed) {
        if (keeps()) {
            sealed.closeWhenUnreachable(); // a process that goes on must not hold what a refusal left behind
        }
        if (sealed.size() > most) {
            return sealed;
        }
        Sealed same = kept.putIfAbsent(sealed.sha256(), sealed);
        if (same != null) {
            return same;
        }
        bytes += sealed.size();
        for (var eldest = kept.values().iterator(); bytes > most; eldest.remove()) {
            bytes -= eldest.next().size();
        }
        return sealed;
    }

    /// Whether an image was held to this description before, and fits it: neither can change.
    synchronized boolean isClean(Digest image, Digest release) {
        return clean.contains(image + " " + release);
    }

    synchronized void clean(Digest image, Digest release) {
        if (most > 0 && clean.size() < MOST_NAMES) {
            clean.add(image + " " + release);
        }
    }

    /// Bytes that are kept.
    public synchronized long bytes() {
        return bytes;
    }
}
