package dev.repro.tender.os;

import dev.repro.base.Problem;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collection;
import java.util.List;

/// This process becomes another program: same process id, standard streams, working folder and environment (the very bytes of it).
public final class Exec {
    private static final int F_SETFD = 2; // asm-generic/fcntl.h
    private static final int FD_CLOEXEC = 1;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int SIG_SETMASK = 2;
    private static final int MASK_SIZE = 8; // sigset_t of the kernel

    private Exec() {}

    /// Returns only by an exception; then descriptors are as they were.
    ///
    /// The program is executed by its descriptor (execveat(2) with AT_EMPTY_PATH), so it is the one that was hashed. Signals that the JVM
    /// blocks in its threads are let through again.
    ///
    /// @param program from [Sealed#executable]
    /// @param argv with the name of the program first; handed over as they are, no shell sees them
    /// @param kept descriptors that the program gets; all others of ours are close-on-exec
    public static void become(Sealed program, List<String> argv, Collection<Integer> kept) throws Problem {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment words = CString.array(argv, arena);
            MemorySegment empty = arena.allocate(8);
            for (int fd : kept) {
                closeOnExec(fd, false);
            }
            Sys.call(Sys.RT_SIGPROCMASK, SIG_SETMASK, empty.address(), 0, MASK_SIZE, 0, 0);
            long failed = Sys.call(Sys.EXECVEAT, program.fd(), empty.address(), words.address(), environment(arena), AT_EMPTY_PATH, 0);
            for (int fd : kept) {
                closeOnExec(fd, true);
            }
            throw Sys.problem((int) -failed, "cannot be executed", argv.getFirst());
        }
    }

    private static void closeOnExec(int fd, boolean close) throws Problem {
        Sys.checked(Sys.call(Sys.FCNTL, fd, F_SETFD, close ? FD_CLOEXEC : 0), "a descriptor cannot be passed on", fd);
    }

    /// `extern char **environ`; no text of it passes through Java, which would lose what is not in its encoding.
    private static long environment(Arena arena) {
        long environ = Linker.nativeLinker().defaultLookup().findOrThrow("environ").address();
        return Sys.at(environ, ValueLayout.JAVA_LONG.byteSize(), arena).get(ValueLayout.JAVA_LONG, 0);
    }
}
