package dev.repro.tuf.repository;

import dev.repro.keys.PublicKey;

/// A public key and the name of who holds it; the name may be empty.
public record KeyHolder(PublicKey key, String owner) {

    public KeyHolder {
        if (owner.chars().anyMatch(c -> c < 0x20 || c == 0x7f)) {
            throw new IllegalArgumentException("a name of one line");
        }
    }
}
