package dev.repro.tender.daemon;

import dev.repro.base.Problem;
import dev.repro.tender.os.CString;
import dev.repro.tender.os.Sys;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What guests print: `console/ID.N.log`, a file for each process, which the tender itself appends to, so that a guest prints on when the daemon is
/// gone.
///
/// A file is bounded: what is older than its last [#KEPT] bytes is taken out of it as a hole (fallocate(2), FALLOC_FL_PUNCH_HOLE). The offset of a
/// byte never changes, so a reader goes on where it was.
final class Consoles {
    /// Bytes of each that are kept.
    static final long KEPT = 1 << 20;
    /// Bytes of one answer.
    static final int TAIL = 64 << 10;

    private static final int FALLOCATE = 285; // x86-64
    private static final int KEEP_SIZE_PUNCH_HOLE = 1 | 2; // <linux/falloc.h>
    private static final int OPEN_APPEND = 1 | 0x40 | 0x400 | 0x80000 | 0x20000; // O_WRONLY O_CREAT O_APPEND O_CLOEXEC O_NOFOLLOW
    private static final int OPEN_WRITE = 1 | 0x80000 | 0x20000;
    private static final int OPEN_NULL = 2 | 0x80000; // O_RDWR O_CLOEXEC
    private static final int MODE = 0600;
    private static final long BLOCK = 4096;

    private final Path folder;
    private final int nothing;
    /// Up to where each is a hole.
    private final Map<Path, Long> trimmed = new ConcurrentHashMap<>();

    private Consoles(Path folder, int nothing) {
        this.folder = folder;
        this.nothing = nothing;
    }

    /// @throws Problem exit code 3 or 4: no /dev/null, or a folder that cannot be made
    static Consoles open(Path state) throws Problem {
        try {
            return new Consoles(Files.createDirectories(state.resolve("console")), open(Path.of("/dev/null"), OPEN_NULL));
        } catch (IOException e) {
            throw Problem.storage("the folder of consoles cannot be made: " + e.getMessage()).where(state).because(e);
        }
    }

    private static int open(Path file, int flags) throws Problem {
        try (Arena arena = Arena.ofConfined()) {
            return (int) Sys.checked(Sys.call(Sys.OPEN, CString.of(file.toString(), arena).address(), flags, MODE), "cannot be opened", file);
        }
    }

    /// Descriptor of /dev/null, to read and to write.
    int nothing() {
        return nothing;
    }

    /// A new descriptor to which a process appends; the caller closes it.
    int append(String id, int index) throws Problem {
        return open(file(id, index), OPEN_APPEND);
    }

    private Path file(String id, int index) {
        return folder.resolve(id + "." + index + ".log");
    }

    /// What was printed.
    ///
    /// @param offset of the first of the bytes
    /// @param size of all that was ever printed
    record Piece(long offset, byte[] bytes, long size) {}

    /// At most [#TAIL] bytes from `offset` on, or from the first that is kept; the last ones for an offset below 0.
    ///
    /// @throws Problem exit code 4
    Piece read(String id, int index, long offset) throws Problem {
        try (var file = FileChannel.open(file(id, index), StandardOpenOption.READ)) {
            long size = file.size();
            long from = Math.min(size, Math.max(offset < 0 ? size - TAIL : offset, Math.max(0, size - KEPT)));
            var bytes = ByteBuffer.allocate((int) Math.min(TAIL, size - from));
            for (int n = 0; bytes.hasRemaining() && n >= 0;) {
                n = file.read(bytes, from + bytes.position());
            }
            return new Piece(from, java.util.Arrays.copyOf(bytes.array(), bytes.position()), size);
        } catch (NoSuchFileException e) {
            return new Piece(0, new byte[0], 0);
        } catch (IOException e) {
            throw Problem.storage("a console cannot be read: " + e.getMessage()).where(file(id, index)).because(e);
        }
    }

    /// Gives the disk back what is no longer kept.
    ///
    /// @throws Problem where the file system can make no holes, or the file is gone
    void trim(String id, int index) throws Problem {
        Path file = file(id, index);
        long size = file.toFile().length();
        if (size - trimmed.getOrDefault(file, 0L) < 2 * KEPT) {
            return; // the file takes at most twice what is kept
        }
        int descriptor = open(file, OPEN_WRITE);
        try {
            Sys.checked(Sys.call(FALLOCATE, descriptor, KEEP_SIZE_PUNCH_HOLE, 0, (size - KEPT) / BLOCK * BLOCK, 0, 0), "cannot be shortened",
                    file);
            trimmed.put(file, size - KEPT);
        } finally {
            Sys.close(descriptor);
        }
    }

    /// @throws Problem exit code 4
    void delete(String id, int index) throws Problem {
        trimmed.remove(file(id, index));
        try {
            Files.deleteIfExists(file(id, index));
        } catch (IOException e) {
            throw Problem.storage("a console cannot be deleted: " + e.getMessage()).where(file(id, index)).because(e);
        }
    }
}
