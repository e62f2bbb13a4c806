package dev.repro.tender.os;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.security.MessageDigest;

/// The bytes of a file, read once into memory of this process that nobody can change any more: a memfd with all seals (memfd_create(2),
/// F_ADD_SEALS in fcntl(2)). What is verified here is what a tender gets as `/proc/self/fd/N`, whatever happens to the file meanwhile.
///
/// All seals are set before the first byte is looked at. The descriptor is close-on-exec until [Exec] says otherwise.
public final class Sealed implements AutoCloseable {
    private static final int O_RDONLY_CLOEXEC_NONBLOCK_NOCTTY = 0x80000 | 0x800 | 0x100; // asm-generic/fcntl.h
    private static final int STAT_SIZE = 144; // struct stat, asm/stat.h
    private static final int STAT_MODE = 24;
    private static final int STAT_LENGTH = 48;
    private static final int S_IFMT = 0xf000;
    private static final int S_IFREG = 0x8000;
    private static final int MFD_CLOEXEC = 1; // linux/memfd.h
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int MFD_NOEXEC_SEAL = 8; // since Linux 6.3
    private static final int MFD_EXEC = 16; // since Linux 6.3
    private static final int NAME_SIZE = 250; // memfd_create(2), with the NUL
    private static final int F_ADD_SEALS = 1033; // linux/fcntl.h
    private static final int SEAL_SHRINK_GROW_WRITE = 1 | 2 | 4 | 8;
    private static final int PROT_READ = 1;
    private static final int MAP_PRIVATE_POPULATE = 2 | 0x8000;
    private static final int PIECE = 1 << 16;

    private final int fd;
    private final String name;
    private final long size;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment bytes;
    private Digest digest;
    /// Gives it back at most once; null where nobody asked for that.
    private Cleaner.Cleanable unreachable;

    private Sealed(int fd, String name, long size) throws Problem {
        this.fd = fd;
        this.name = name;
        this.size = size;
        long address = Sys.checked(Sys.call(Sys.MMAP, 0, size, PROT_READ, MAP_PRIVATE_POPULATE, fd, 0), "cannot be mapped", name);
        bytes = Sys.at(address, size, arena).asReadOnly();
    }

    /// Reads an image.
    ///
    /// @param most bytes that are accepted
    /// @throws Problem exit 2: not there, not a regular file, empty, longer than `most`, or changed while it was read
    public static Sealed copy(Path file, long most) throws Problem {
        return copy(file, most, MFD_NOEXEC_SEAL);
    }

    /// Reads what is to be executed itself: a tender.
    ///
    /// @throws Problem as [#copy]; exit 3 where this machine forbids executable memory files (sysctl `vm.memfd_noexec` = 2)
    public static Sealed executable(Path file, long most) throws Problem {
        return copy(file, most, MFD_EXEC);
    }

    private static Sealed copy(Path file, long most, int kind) throws Problem {
        int from = (int) Sys.checked(Sys.open(file, O_RDONLY_CLOEXEC_NONBLOCK_NOCTTY), "cannot be opened", file);
        try {
            long size = length(from, file);
            if (size > most) {
                throw Problem.usage("the file is longer than accepted").where(file).expected("at most " + most + " bytes").found(size);
            }
            return sealed(file.getFileName().toString(), kind, to -> fill(from, to, size, file));
        } finally {
            Sys.close(from);
        }
    }

    /// Seals bytes that are in memory already.
    public static Sealed of(byte[] content, String name) throws Problem {
        return sealed(name, MFD_NOEXEC_SEAL, to -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment all = arena.allocateFrom(ValueLayout.JAVA_BYTE, content);
                for (long at = 0; at < content.length;) {
                    at += Sys.checked(Sys.call(Sys.WRITE, to, all.address() + at, content.length - at), "cannot be copied to memory", name);
                }
            }
            return content.length;
        });
    }

    @FunctionalInterface
    private interface Content {
        long writeTo(int fd) throws Problem;
    }

    private static Sealed sealed(String name, int kind, Content content) throws Problem {
        int to = create(name, kind);
        try {
            long size = content.writeTo(to);
            Sys.checked(Sys.call(Sys.FCNTL, to, F_ADD_SEALS, SEAL_SHRINK_GROW_WRITE), "memory cannot be sealed", name);
            return new Sealed(to, name, size);
        } catch (Problem | RuntimeException e) {
            Sys.close(to);
            throw e;
        }
    }

    /// Kernels before 6.3 know neither MFD_EXEC nor MFD_NOEXEC_SEAL, and make what may be executed.
    private static int create(String name, int kind) throws Problem {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = CString.of(name, arena);
            long label = (text.byteSize() <= NAME_SIZE ? text : CString.of("image", arena)).address();
            long fd = Sys.call(Sys.MEMFD_CREATE, label, MFD_CLOEXEC | MFD_ALLOW_SEALING | kind, 0);
            if (fd == -Sys.EINVAL) {
                fd = Sys.call(Sys.MEMFD_CREATE, label, MFD_CLOEXEC | MFD_ALLOW_SEALING, 0);
            }
            if (fd == -Sys.EACCES && kind == MFD_EXEC) {
                throw Problem.environment("this machine does not let memory be executed, so a tender that was verified cannot be").where(name)
                        .expected("sysctl vm.memfd_noexec 0 or 1").hint("set it: sysctl vm.memfd_noexec=1");
            }
            return (int) Sys.checked(fd, "no memory file can be made", name);
        }
    }

    private static long length(int fd, Path file) throws Problem {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stat = arena.allocate(STAT_SIZE, 8);
            Sys.checked(Sys.call(Sys.FSTAT, fd, stat.address(), 0), "cannot be looked at", file);
            if ((stat.get(ValueLayout.JAVA_INT, STAT_MODE) & S_IFMT) != S_IFREG) {
                throw Problem.usage("is not a regular file").where(file);
            }
            long size = stat.get(ValueLayout.JAVA_LONG, STAT_LENGTH);
            if (size <= 0) {
                throw Problem.usage("the file is empty").where(file);
            }
            return size;
        }
    }

    /// Copies inside the kernel, and looks whether there is more or less than there was.
    private static long fill(int from, int to, long size, Path file) throws Problem {
        long copied = 0;
        while (copied <= size) { // one byte more is asked for than there should be
            long n = Sys.call(Sys.SENDFILE, to, from, 0, size + 1 - copied, 0, 0);
            if (n == 0) {
                break;
            } else if (n != -Sys.EINTR) {
                copied += Sys.checked(n, "cannot be read", file);
            }
        }
        if (copied != size) {
            throw Problem.usage("the file changed while it was read").where(file).expected(size + " bytes")
                    .found(copied > size ? "more" : copied + " bytes").hint("replace images by renaming, not by writing into them");
        }
        return size;
    }

    public int fd() {
        return fd;
    }

    /// Where it can be opened by this process, and by the one that it becomes.
    public String path() {
        return "/proc/self/fd/" + fd;
    }

    /// The file's name, without a folder.
    public String name() {
        return name;
    }

    public long size() {
        return size;
    }

    /// All bytes, read-only; until [#close].
    public MemorySegment bytes() {
        return bytes;
    }

    /// Computed once.
    public synchronized Digest sha256() {
        if (digest == null) {
            MessageDigest fed = Digest.sha256();
            byte[] piece = new byte[(int) Math.min(size, PIECE)];
            for (long at = 0; at < size; at += piece.length) {
                int n = (int) Math.min(piece.length, size - at);
                MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, piece, 0, n);
                fed.update(piece, 0, n);
            }
            digest = Digest.of(fed);
        }
        return digest;
    }

    /// For memory that several use: it is given back when none of them knows it any more.
    public synchronized void closeWhenUnreachable() {
        if (unreachable == null) {
            long address = bytes.address();
            long length = size;
            int descriptor = fd;
            unreachable = Cleaning.CLEANER.register(this, () -> release(descriptor, address, length));
        }
    }

    /// Its thread is only begun where somebody needs it.
    private static final class Cleaning {
        private static final Cleaner CLEANER = Cleaner.create();
    }

    private static void release(int fd, long address, long size) {
        Sys.call(Sys.MUNMAP, address, size, 0);
        Sys.close(fd);
    }

    /// Gives memory and descriptor back. Processes that were started with them keep theirs.
    @Override
    public synchronized void close() {
        arena.close();
        if (unreachable != null) {
            unreachable.clean();
        } else {
            release(fd, bytes.address(), size);
        }
    }
}
