package dev.repro.tuf.check;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// What a repository was seen to use, for [Readers]. From several threads; of equal places the first in the order of text
/// is kept.
final class Seen {

    /// A kind of file of which clients bound the size.
    enum Size { ROOT, TIMESTAMP, SNAPSHOT, TARGETS }

    /// @param value the largest
    record Largest(long value, String where) {}

    private final Map<Feature, String> features = new EnumMap<>(Feature.class);
    private final Map<Size, Largest> sizes = new EnumMap<>(Size.class);
    private final Map<Size, Largest> unstated = new EnumMap<>(Size.class);
    private Largest rotations = new Largest(0, "");
    private Largest visits = new Largest(0, "");
    private String fatal;

    synchronized void use(Feature feature, String where) {
        features.merge(feature, where, (a, b) -> a.compareTo(b) <= 0 ? a : b);
    }

    /// @param stated whether whoever lists the file states its length: clients then take that for the limit
    synchronized void size(Size kind, long bytes, boolean stated, String where) {
        sizes.merge(kind, new Largest(bytes, where), Seen::larger);
        if (!stated) {
            unstated.merge(kind, new Largest(bytes, where), Seen::larger);
        }
    }

    /// New roots after the first that is there.
    synchronized void rotations(long count, String where) {
        rotations = larger(rotations, new Largest(count, where));
    }

    /// Roles that a search looks at until it finds a target, the finding one too.
    synchronized void visits(long count, String where) {
        visits = larger(visits, new Largest(count, where));
    }

    /// An error of a top-level role that every client refuses.
    synchronized void fatal(String where) {
        fatal = fatal == null || where.compareTo(fatal) < 0 ? where : fatal;
    }

    private static Largest larger(Largest a, Largest b) {
        return a.value != b.value ? a.value > b.value ? a : b : a.where.compareTo(b.where) <= 0 ? a : b;
    }

    synchronized Optional<String> where(Feature feature) {
        return Optional.ofNullable(features.get(feature));
    }

    synchronized Optional<Largest> largest(Size kind) {
        return Optional.ofNullable(sizes.get(kind));
    }

    synchronized Optional<Largest> largestUnstated(Size kind) {
        return Optional.ofNullable(unstated.get(kind));
    }

    synchronized Largest rotations() {
        return rotations;
    }

    synchronized Largest visits() {
        return visits;
    }

    synchronized Optional<String> fatal() {
        return Optional.ofNullable(fatal);
    }
}
