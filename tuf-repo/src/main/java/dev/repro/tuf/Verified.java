package dev.repro.tuf;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/// Metadata that a threshold of its role's keys has signed. Only [Threshold] makes one; that it is current, or fits its place in a
/// repository, is for its user to see.
public final class Verified<T extends Signed> {
    private final Metadata<T> metadata;
    private final Set<KeyId> signers;

    Verified(Metadata<T> metadata, Set<KeyId> signers) {
        this.metadata = metadata;
        this.signers = Collections.unmodifiableSet(new TreeSet<>(signers));
    }

    /// As many of the keys that signed it as the threshold asked for.
    public Set<KeyId> signers() {
        return signers;
    }

    public T get() {
        return metadata.unverified();
    }

    public RoleName role() {
        return metadata.role();
    }

    /// The file as it was read.
    public byte[] bytes() {
        return metadata.bytes();
    }

    /// Whether it is this very file, byte for byte.
    public boolean isOf(byte[] file) {
        return metadata.isOf(file);
    }
}
