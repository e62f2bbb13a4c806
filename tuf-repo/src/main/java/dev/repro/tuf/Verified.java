package dev.repro.tuf;

/// Metadata that a threshold of its role's keys has signed. Only [Threshold] makes one; that it is current, or fits its place in a
/// repository, is for its user to see.
public final class Verified<T extends Signed> {
    private final Metadata<T> metadata;

    Verified(Metadata<T> metadata) {
        this.metadata = metadata;
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
}
