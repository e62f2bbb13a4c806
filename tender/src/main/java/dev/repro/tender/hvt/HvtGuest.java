package dev.repro.tender.hvt;

import dev.repro.tender.Mac;
import java.lang.foreign.MemorySegment;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/// What [Hvt] is to run, and with what.
///
/// @param name of the image, for messages
/// @param image the bytes that were verified; they must not change
/// @param memory in bytes, rounded down to whole 2 MiB; 2 MiB at least, 4096 MiB at most
/// @param commandLine the arguments, joined by one space
/// @param devices one for each of the manifest, no more, in any order
/// @param console where the guest's output goes
/// @param random of which MAC addresses are made that are not given
public record HvtGuest(String name, MemorySegment image, long memory, String commandLine, List<Attach> devices, WritableByteChannel console,
        InstantSource clock, RandomGenerator random) {

    public HvtGuest {
        devices = List.copyOf(devices);
    }

    /// Randomness that costs nothing where no address is made: to load what a secure one needs takes as long as half a start.
    public static RandomGenerator secure() {
        return () -> new SecureRandom().nextLong();
    }

    /// A device of the manifest, and what of the host it is.
    public sealed interface Attach {
        String name();
    }

    /// @param tap a TAP interface that is there and up
    /// @param mac without it a random one, locally administered
    public record Net(String name, String tap, Optional<Mac> mac) implements Attach {}

    /// @param file a regular file or a block device; its size is the capacity
    /// @param sectorSize in bytes, a power of two from 512 to 32,768; 512 if not given
    public record Block(String name, Path file, boolean readOnly, OptionalInt sectorSize) implements Attach {}
}
