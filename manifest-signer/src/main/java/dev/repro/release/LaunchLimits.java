package dev.repro.release;

import dev.repro.base.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// What the author allows of a launch. An operator may narrow it and not widen it. There is no limit on MAC addresses: an image that presets
/// one does not pass lint, so the operator chooses all of them.
///
/// @param memoryMin the least guest memory, in bytes
/// @param memoryMax the most
/// @param arguments what the arguments, joined by one space, must match as a whole ([ArgumentPattern]); empty: any
/// @param readOnlyBlocks names of block devices that the guest gets for reading only
public record LaunchLimits(Optional<Long> memoryMin, Optional<Long> memoryMax, Optional<String> arguments, List<String> readOnlyBlocks) {

    /// No limits.
    public static final LaunchLimits NONE = new LaunchLimits(Optional.empty(), Optional.empty(), Optional.empty(), List.of());

    public LaunchLimits {
        readOnlyBlocks = List.copyOf(readOnlyBlocks);
        Release.check(memoryMin.orElse(1L) > 0 && memoryMax.orElse(1L) > 0, "a limit of memory is not positive");
        Release.check(memoryMin.orElse(0L) <= memoryMax.orElse(Long.MAX_VALUE), "the least memory is more than the most");
        arguments.ifPresent(ArgumentPattern::parse);
        Release.check(new HashSet<>(readOnlyBlocks).size() == readOnlyBlocks.size(), "a read-only block device is named twice");
    }

    Json.Obj toJson() {
        return Json.object("memory_min", memoryMin.orElse(null), "memory_max", memoryMax.orElse(null), "arguments", arguments.orElse(null),
                "read_only_blocks", readOnlyBlocks);
    }
}
