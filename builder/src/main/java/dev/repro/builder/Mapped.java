package dev.repro.builder;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;

/// Outputs as memory without the heap: a build may make files that are larger than it.
final class Mapped {
    private static final long PIECE = 1L << 30; // a ByteBuffer holds less than 2 GiB

    private Mapped() {}

    static MemorySegment of(Path file, Arena arena) throws IOException {
        try (var channel = FileChannel.open(file)) {
            return channel.size() == 0 ? MemorySegment.ofArray(new byte[0]) : channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
    }

    static void feed(MessageDigest digest, MemorySegment bytes) {
        for (long at = 0; at < bytes.byteSize(); at += PIECE) {
            digest.update(bytes.asSlice(at, Math.min(PIECE, bytes.byteSize() - at)).asByteBuffer());
        }
    }
}
