package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The files that one publication adds or replaces, in the order in which they must appear (TUF 6, TAP 15): targets, delegated
/// roles, targets, snapshot, timestamp; root just before or just after the timestamp ([Publisher]).
public final class Publication {

    /// What a file will hold.
    sealed interface Content {
        /// Written once and never with other bytes: versioned metadata. `replace`: `timestamp.json`, and every file without a
        /// version.
        record Bytes(byte[] bytes, boolean replace) implements Content {}

        /// A copy of a file of this machine, which must still have this digest when it is copied; of a frozen one, it itself.
        record Copy(Path file, long length, Digest digest, boolean replace, boolean frozen) implements Content {}

        /// The same bytes as an earlier file of this publication, which the store may keep only once.
        record SameAs(String path) implements Content {}

        default boolean replaces() {
            return this instanceof Bytes bytes && bytes.replace() || this instanceof Copy copy && copy.replace();
        }
    }

    record Item(String path, Content content) {}

    private final Optional<Digest> base;
    private final Instant time;
    private final String message;
    private final List<Item> items = new ArrayList<>();

    /// @param base SHA-256 of the `timestamp.json` that this builds on; empty for a new repository
    /// @param message what changed, for a store that keeps a history
    Publication(Optional<Digest> base, Instant time, String message) {
        this.base = base;
        this.time = time;
        this.message = message;
    }

    void put(String path, byte[] bytes) {
        items.add(new Item(path, new Content.Bytes(bytes, false)));
    }

    void replace(String path, byte[] bytes) {
        items.add(new Item(path, new Content.Bytes(bytes, true)));
    }

    void copy(String path, Content.Copy copy) {
        items.add(new Item(path, copy));
    }

    void same(String path, String as) {
        items.add(new Item(path, new Content.SameAs(as)));
    }

    Optional<Digest> base() {
        return base;
    }

    Instant time() {
        return time;
    }

    String message() {
        return message;
    }

    List<Item> items() {
        return items;
    }
}
