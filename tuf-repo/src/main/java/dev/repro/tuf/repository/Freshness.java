package dev.repro.tuf.repository;

import dev.repro.base.Problem;
import dev.repro.tuf.Refusal;

/// Who signs timestamps for a publisher in the same process.
@FunctionalInterface
public interface Freshness {

    /// Looks at a snapshot with its own eyes, and signs the timestamp that lists it.
    ///
    /// @param snapshot the file that is to be listed; may be the one that is listed already
    /// @param root the newest `N.root.json`, that of this publication if it changes
    /// @param current `timestamp.json` as it is published
    /// @return the new `timestamp.json`
    /// @throws Refusal if the snapshot must not follow what was signed before
    byte[] timestamp(byte[] snapshot, byte[] root, byte[] current) throws Problem, Refusal;

    /// Looks whether it could sign now, as far as that can be known without a snapshot: at the clock.
    ///
    /// @throws Refusal if nothing would be signed
    default void look() throws Problem, Refusal {}

    /// Looks whether its keys are those that a new root wants, before anything is staged for good.
    ///
    /// @throws Problem exit code 1 if they are not
    default void look(byte[] newRoot) throws Problem, Refusal {}
}
