package dev.repro.tender.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.repro.base.Problem;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/// Starts a program as a child of this process by `posix_spawn` of glibc (2.34 or newer): an array of arguments, never a shell, and exactly the
/// descriptors that it is given.
///
/// [ProcessBuilder] cannot do it: it closes every descriptor but three, so that `/proc/self/fd/N` of a sealed image is not there for the child, and
/// it starts a helper first, which costs as much as a small unikernel's tender. The child has a session of its own, so that no signal to the group
/// of this process reaches it, all signals at their defaults and none blocked.
@SuppressWarnings("restricted") // native access is what this class is for
public final class Spawn {
    // <spawn.h>
    private static final short POSIX_SPAWN_SETSIGDEF = 0x04;
    private static final short POSIX_SPAWN_SETSIGMASK = 0x08;
    private static final short POSIX_SPAWN_SETSID = 0x80;
    private static final long ATTRIBUTES_BYTES = 336; // sizeof(posix_spawnattr_t), x86_64 and aarch64
    private static final long ACTIONS_BYTES = 80; // sizeof(posix_spawn_file_actions_t)
    private static final long SIGNALS_BYTES = 128; // sizeof(sigset_t)
    private static final int EAGAIN = 11;
    private static final int STANDARD = 3;

    private static final MethodHandle ACTIONS_INIT = function("posix_spawn_file_actions_init", ADDRESS);
    private static final MethodHandle ACTIONS_DUP2 = function("posix_spawn_file_actions_adddup2", ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle ACTIONS_CLOSE = function("posix_spawn_file_actions_addclose", ADDRESS, JAVA_INT);
    private static final MethodHandle ACTIONS_CLOSEFROM = function("posix_spawn_file_actions_addclosefrom_np", ADDRESS, JAVA_INT);
    private static final MethodHandle ACTIONS_DESTROY = function("posix_spawn_file_actions_destroy", ADDRESS);
    private static final MethodHandle SPAWN = function("posix_spawn", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    /// The same for every child, and never written again.
    private static final MemorySegment ATTRIBUTES = attributes();

    private Spawn() {}

    /// Starts a program. Returns as soon as the child runs it; that it cannot be run is told here, not by an exit status.
    ///
    /// @param program its path, which the child opens
    /// @param arguments all of them, the name first
    /// @param environment all of it, as `NAME=VALUE`
    /// @param standard descriptors of this process that are the child's 0, 1 and 2
    /// @param kept descriptors that the child has with the numbers that they have here; all others are closed
    /// @return the process id
    /// @throws Problem exit code 2: an argument that C cannot have; 3: the program cannot be started
    public static int start(String program, List<String> arguments, List<String> environment, List<Integer> standard, List<Integer> kept) throws Problem {
        for (int descriptor : List.of(standard, kept).stream().flatMap(List::stream).toList()) {
            if (descriptor < STANDARD + kept.size()) { // it would be overwritten in the child before it was copied
                throw new IllegalArgumentException("descriptor " + descriptor + " is one of the lowest, which are not this process's own");
            }
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment actions = actions(arena, standard, kept);
            try {
                MemorySegment pid = arena.allocate(JAVA_INT);
                int error = (int) SPAWN.invokeExact(pid, CString.of(program, arena), actions, ATTRIBUTES,
                        CString.array(arguments, arena), CString.array(environment, arena));
                if (error != 0) {
                    throw failed(program, arguments, error);
                }
                return pid.get(JAVA_INT, 0);
            } finally {
                int _ = (int) ACTIONS_DESTROY.invokeExact(actions);
            }
        } catch (Problem | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a call of C throws nothing", e);
        }
    }

    private static Problem failed(String program, List<String> arguments, int error) {
        return Problem.environment("the program does not start: " + Sys.text(error)).where(arguments.isEmpty() ? program : arguments.getFirst())
                .hint(error == EAGAIN || error == Sys.ENOMEM ? "this machine or user may not have more processes or memory: ulimit -u, pids.max"
                        : "is it an executable file of this machine's kind?");
    }

    /// In the child, in this order. What is kept waits in the lowest places while all others are closed, because glibc can close all from a number on
    /// and nothing else; then it goes back to its own number.
    private static MemorySegment actions(Arena arena, List<Integer> standard, List<Integer> kept) throws Throwable {
        MemorySegment actions = arena.allocate(ACTIONS_BYTES, 16);
        check((int) ACTIONS_INIT.invokeExact(actions));
        for (int i = 0; i < STANDARD; i++) {
            check((int) ACTIONS_DUP2.invokeExact(actions, (int) standard.get(i), i));
        }
        for (int i = 0; i < kept.size(); i++) {
            check((int) ACTIONS_DUP2.invokeExact(actions, (int) kept.get(i), STANDARD + i));
        }
        check((int) ACTIONS_CLOSEFROM.invokeExact(actions, STANDARD + kept.size()));
        for (int i = 0; i < kept.size(); i++) {
            check((int) ACTIONS_DUP2.invokeExact(actions, STANDARD + i, (int) kept.get(i)));
            check((int) ACTIONS_CLOSE.invokeExact(actions, STANDARD + i));
        }
        return actions;
    }

    private static MemorySegment attributes() {
        MemorySegment attributes = Arena.global().allocate(ATTRIBUTES_BYTES, 16);
        MemorySegment none = Arena.global().allocate(SIGNALS_BYTES, 16);
        MemorySegment all = Arena.global().allocate(SIGNALS_BYTES, 16);
        try {
            check((int) function("posix_spawnattr_init", ADDRESS).invokeExact(attributes));
            check((int) function("sigemptyset", ADDRESS).invokeExact(none));
            check((int) function("sigfillset", ADDRESS).invokeExact(all));
            check((int) function("posix_spawnattr_setsigmask", ADDRESS, ADDRESS).invokeExact(attributes, none));
            check((int) function("posix_spawnattr_setsigdefault", ADDRESS, ADDRESS).invokeExact(attributes, all));
            check((int) function("posix_spawnattr_setflags", ADDRESS, JAVA_SHORT).invokeExact(attributes,
                    (short) (POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)));
            return attributes;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a call of C throws nothing", e);
        }
    }

    /// The functions that prepare fail for want of memory alone.
    private static void check(int error) {
        if (error != 0) {
            throw new OutOfMemoryError("posix_spawn: " + Sys.text(error));
        }
    }

    private static MethodHandle function(String name, MemoryLayout... arguments) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), FunctionDescriptor.of(JAVA_INT, arguments));
    }
}
