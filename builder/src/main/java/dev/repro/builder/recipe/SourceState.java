package dev.repro.builder.recipe;

import java.util.List;

/// The source as it is now, for comparison with a lock.
///
/// @param commitTime of a git source in seconds since 1970; null for a folder
/// @param changed files that are known to differ from the commit that is checked out, with how they do
public record SourceState(LockedSource source, Long commitTime, List<String> changed) {
    public SourceState {
        changed = List.copyOf(changed);
    }
}
