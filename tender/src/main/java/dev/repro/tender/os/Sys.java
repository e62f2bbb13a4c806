package dev.repro.tender.os;

import dev.repro.base.Problem;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/// System calls. All go through libc's `syscall(2)`, so that one shape of foreign call serves all and is linked once: each more costs a
/// start 10 ms. Results are the kernel's own: negative is `-errno`.
///
/// Numbers are those of x86-64 (linux asm/unistd_64.h).
public final class Sys {
    public static final int READ = 0;
    public static final int WRITE = 1;
    public static final int OPEN = 2;
    public static final int CLOSE = 3;
    public static final int FSTAT = 5;
    public static final int LSEEK = 8;
    public static final int MMAP = 9;
    public static final int MUNMAP = 11;
    public static final int RT_SIGPROCMASK = 14;
    public static final int IOCTL = 16;
    public static final int SENDFILE = 40;
    public static final int EXECVE = 59;
    public static final int FCNTL = 72;
    public static final int GETEUID = 107;
    public static final int MEMFD_CREATE = 319;
    public static final int EXECVEAT = 322;

    /// errno (asm-generic/errno-base.h, errno.h).
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int E2BIG = 7;
    public static final int ENOEXEC = 8;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int ENOTDIR = 20;
    public static final int EISDIR = 21;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int ETXTBSY = 26;
    public static final int ENOSPC = 28;
    public static final int ENAMETOOLONG = 36;
    public static final int ELOOP = 40;

    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO = STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SYSCALL = link();

    private Sys() {}

    @SuppressWarnings("restricted") // the launcher gives --enable-native-access
    private static MethodHandle link() {
        Linker linker = Linker.nativeLinker();
        var l = ValueLayout.JAVA_LONG;
        return linker.downcallHandle(linker.defaultLookup().findOrThrow("syscall"), FunctionDescriptor.of(l, l, l, l, l, l, l, l),
                Linker.Option.captureCallState("errno"));
    }

    /// @param number one of the numbers above, or another of x86-64
    /// @return what the kernel says; `-errno` where it failed
    public static long call(long number, long a, long b, long c, long d, long e, long f) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result = (long) SYSCALL.invokeExact(state, number, a, b, c, d, e, f);
            return result == -1 ? -state.get(ValueLayout.JAVA_INT, ERRNO) : result;
        } catch (RuntimeException | Error bug) {
            throw bug;
        } catch (Throwable t) {
            throw new IllegalStateException("a foreign call throws nothing", t);
        }
    }

    public static long call(long number, long a, long b, long c) {
        return call(number, a, b, c, 0, 0, 0);
    }

    public static long call(long number, long a) {
        return call(number, a, 0, 0, 0, 0, 0);
    }

    public static long call(long number) {
        return call(number, 0, 0, 0, 0, 0, 0);
    }

    /// The result, or the error as a [Problem] that says what could not be done and why.
    ///
    /// @param what as "cannot be opened"
    public static long checked(long result, String what, Object where) throws Problem {
        if (result >= 0) {
            return result;
        }
        throw problem((int) -result, what, where);
    }

    /// A [Problem] of the kind that fits the error: bad input (2), this machine (3) or storage (4).
    public static Problem problem(int errno, String what, Object where) {
        Problem.Exit exit = switch (errno) {
            case ENOENT, ENOTDIR, EISDIR, EINVAL, ENAMETOOLONG, ELOOP, ENXIO, E2BIG, ENOEXEC -> Problem.Exit.USAGE;
            case EIO, ENOSPC -> Problem.Exit.STORAGE;
            default -> Problem.Exit.ENVIRONMENT;
        };
        return new Problem(exit, what + ": " + text(errno)).where(where);
    }

    /// As strerror(3) in the C locale, for the errors that are met here.
    public static String text(int errno) {
        return switch (errno) {
            case EPERM -> "operation not permitted";
            case ENOENT -> "no such file or directory";
            case EINTR -> "interrupted";
            case EIO -> "input/output error";
            case ENXIO -> "no such device or address";
            case E2BIG -> "argument list too long";
            case ENOEXEC -> "not an executable";
            case ENOMEM -> "cannot allocate memory";
            case EACCES -> "permission denied";
            case EBUSY -> "device or resource busy";
            case EEXIST -> "file exists";
            case ENODEV -> "no such device";
            case ENOTDIR -> "not a directory";
            case EISDIR -> "is a directory";
            case EINVAL -> "invalid argument";
            case ENFILE, EMFILE -> "too many open files";
            case ETXTBSY -> "text file busy";
            case ENOSPC -> "no space left on device";
            case ENAMETOOLONG -> "file name too long";
            case ELOOP -> "too many levels of symbolic links";
            default -> "error " + errno;
        };
    }

    /// The effective user of this process.
    public static int euid() {
        return (int) call(GETEUID);
    }

    /// Memory that C gave: `size` bytes at `address`, as long as the arena lives; nothing is freed.
    @SuppressWarnings("restricted")
    public static MemorySegment at(long address, long size, Arena arena) {
        return MemorySegment.ofAddress(address).reinterpret(size, arena, null);
    }

    /// @param flags of asm-generic/fcntl.h
    /// @return the descriptor, or `-errno`
    public static long open(Path file, int flags) throws Problem {
        try (Arena arena = Arena.ofConfined()) {
            return call(OPEN, CString.of(file.toString(), arena).address(), flags, 0);
        }
    }

    /// Closes a descriptor; errors are of no use to anybody (close(2)).
    public static void close(int fd) {
        call(CLOSE, fd);
    }
}
