package dev.repro.builder.toolchain;

import dev.repro.base.Digest;
import java.net.URI;
import java.util.List;

/// A file that is known by its SHA-256 and may be fetched.
///
/// @param name for messages, as in `libc6 2.36-9+deb12u10`
/// @param size in bytes; -1 where it is not known: then [BlobCache#MAX_UNKNOWN] is the limit
/// @param candidates where it may be had, tried in this order: `http`, `https`, `file`
public record Blob(String name, Digest digest, long size, List<URI> candidates) {
    public Blob {
        candidates = List.copyOf(candidates);
    }
}
