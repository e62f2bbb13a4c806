package dev.repro.tuf.client;

import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.Verified;
import java.time.Instant;

/// Root while it is brought up to date, one version after the other (TUF 5.3). Nothing else is trusted yet.
public final class RootChain {
    private final Verified<Signed.Root> root;

    private RootChain(Verified<Signed.Root> root) {
        this.root = root;
    }

    /// @param shipped the root that the user got with the software, or that is in the client's folder (TUF 5.2). When it expires does not
    ///     matter; that its own keys have signed it is asked, so that no torn or edited file starts a chain
    public static RootChain from(byte[] shipped) throws Refusal {
        Metadata<Signed.Root> file = Metadata.parse(MetadataType.ROOT, RoleName.ROOT, shipped);
        return new RootChain(Authority.of(file.unverified(), RoleName.ROOT).verify(file));
    }

    /// @param next the file of version [#version] + 1; when it expires does not matter yet (TUF 5.3.6)
    public RootChain next(byte[] next) throws Refusal {
        Metadata<Signed.Root> file = Metadata.parse(MetadataType.ROOT, RoleName.ROOT, next);
        Authority.of(root.get(), RoleName.ROOT).verify(file); // TUF 5.3.4: a threshold of the old keys
        Verified<Signed.Root> verified = Authority.of(file.unverified(), RoleName.ROOT).verify(file); // … and of the new ones
        if (verified.get().version() - 1 != version()) { // TUF 5.3.5
            throw Refusal.of(Refusal.Rule.VERSION_MISMATCH, RoleName.ROOT).expected(version() + 1).found(verified.get().version());
        }
        return new RootChain(verified);
    }

    public long version() {
        return root.get().version();
    }

    /// Ends the chain: this is the newest root.
    ///
    /// @param start of the update (TUF 5.1): the time that every expiry is held to from here on
    public TrustedRoot end(Instant start) throws Refusal {
        TrustedRoot.requireFresh(root, start); // TUF 5.3.10
        return new TrustedRoot(root, start);
    }

    /// For who wants to show it, or to know who signed what before it ends.
    public Verified<Signed.Root> newest() {
        return root;
    }
}
