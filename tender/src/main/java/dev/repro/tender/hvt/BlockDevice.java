package dev.repro.tender.hvt;

import dev.repro.base.Problem;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/// A file or block device of the host as the guest's disk. Its size at the start is the capacity.
///
/// It is locked (fcntl(2), F_SETLK) as long as the guest runs: alone where the guest may write, together with other readers where not. That keeps
/// other tenders of this kind, and QEMU, from the same file; solo5-hvt asks for no lock.
final class BlockDevice implements Device {
    private static final int MIN_SECTOR = 512;
    private static final int MAX_SECTOR = 32768; // the manifest has 16 bits for it
    private static final long PIECE = 1 << 20;
    private static final int S_IFMT = 0xf000;
    private static final int S_IFBLK = 0x6000;

    private final HvtGuest.Block asked;
    private final FileChannel channel;
    private final int sectorSize;
    private final long capacity;

    private BlockDevice(HvtGuest.Block asked, FileChannel channel, int sectorSize, long capacity) {
        this.asked = asked;
        this.channel = channel;
        this.sectorSize = sectorSize;
        this.capacity = capacity;
    }

    /// @throws Problem exit 2: the sector size is none, or there is no such file, or it is too small or not whole sectors; exit 3: it may not be
    ///     opened, or is in use
    static BlockDevice open(HvtGuest.Block asked) throws Problem {
        int sector = asked.sectorSize().orElse(MIN_SECTOR);
        if (sector < MIN_SECTOR || sector > MAX_SECTOR || Integer.bitCount(sector) != 1) {
            throw Problem.usage("block device `" + asked.name() + "` cannot have this sector size")
                    .expected("a power of two from " + MIN_SECTOR + " to " + MAX_SECTOR).found(sector);
        }
        FileChannel channel = channel(asked);
        try {
            lock(asked, channel);
            long capacity = channel.size();
            if (capacity < sector || capacity % sector != 0) {
                throw Problem.usage("block device `" + asked.name() + "` is not whole sectors").where(asked.file())
                        .expected("a multiple of " + sector + " bytes, at least one").found(capacity + " bytes");
            }
            return new BlockDevice(asked, channel, sector, capacity);
        } catch (Problem e) {
            close(channel);
            throw e;
        } catch (IOException e) {
            close(channel);
            throw failed(asked, "cannot be used", e);
        }
    }

    private static FileChannel channel(HvtGuest.Block asked) throws Problem {
        Path file = asked.file();
        try {
            if (!Files.isRegularFile(file) && ((int) Files.getAttribute(file, "unix:mode") & S_IFMT) != S_IFBLK) {
                throw Problem.usage("block device `" + asked.name() + "` is neither a regular file nor a block device").where(file);
            }
            return FileChannel.open(file, asked.readOnly() ? Set.of(StandardOpenOption.READ)
                    : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE));
        } catch (NoSuchFileException e) {
            throw Problem.usage("block device `" + asked.name() + "`: there is no such file").where(file).because(e);
        } catch (AccessDeniedException e) {
            throw Problem.environment("block device `" + asked.name() + "` may not be opened for " + (asked.readOnly() ? "reading" : "writing"))
                    .where(file).because(e);
        } catch (IOException e) {
            throw failed(asked, "cannot be opened", e);
        }
    }

    private static void lock(HvtGuest.Block asked, FileChannel channel) throws IOException, Problem {
        try {
            FileLock lock = channel.tryLock(0, Long.MAX_VALUE, asked.readOnly());
            if (lock != null) {
                return;
            }
        } catch (OverlappingFileLockException e) {
            // This process has it already: the same answer.
        }
        throw Problem.environment("block device `" + asked.name() + "` is in use: somebody else has locked the file").where(asked.file())
                .hint("see who: lslocks");
    }

    private static Problem failed(HvtGuest.Block asked, String what, IOException e) {
        return Problem.storage("block device `" + asked.name() + "` " + what + ": " + e.getMessage()).where(asked.file()).because(e);
    }

    @Override
    public void describe(MemorySegment properties) {
        properties.set(ValueLayout.JAVA_LONG, 0, capacity);
        properties.set(ValueLayout.JAVA_SHORT, 8, (short) sectorSize);
    }

    boolean readOnly() {
        return asked.readOnly();
    }

    /// Whether the range is in the disk; both numbers are unsigned. As solo5-hvt has it, a range need not be whole sectors.
    boolean holds(long offset, long length) {
        return offset >= 0 && offset < capacity && length >= 0 && length <= capacity - offset;
    }

    /// @return always [Hypercalls#OK]; else the host failed
    int read(long offset, MemorySegment to) throws Problem {
        return move(offset, to, (piece, at) -> channel.read(piece, at), "cannot be read");
    }

    int write(long offset, MemorySegment from) throws Problem {
        return move(offset, from, (piece, at) -> channel.write(piece, at), "cannot be written");
    }

    @FunctionalInterface
    private interface Move {
        int bytes(ByteBuffer piece, long at) throws IOException;
    }

    private int move(long offset, MemorySegment memory, Move move, String what) throws Problem {
        try {
            for (long done = 0; done < memory.byteSize();) {
                ByteBuffer piece = memory.asSlice(done, Math.min(PIECE, memory.byteSize() - done)).asByteBuffer();
                int n = move.bytes(piece, offset + done);
                if (n < 0) {
                    throw new IOException("the file has become shorter");
                }
                done += n;
            }
            return Hypercalls.OK;
        } catch (IOException e) {
            throw failed(asked, what, e);
        }
    }

    @Override
    public void close() {
        close(channel);
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing is cached here that could be lost: each write went to the system.
        }
    }
}
