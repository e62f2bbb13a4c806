package dev.repro.tender.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.repro.base.Problem;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// Names and numbers of users and groups, as the C library finds them: in /etc/passwd and wherever else this machine keeps them (nsswitch.conf).
@SuppressWarnings("restricted") // native access is what this class is for
public final class Accounts {
    private static final MethodHandle GETPWUID = function("getpwuid_r", JAVA_INT);
    private static final MethodHandle GETGRGID = function("getgrgid_r", JAVA_INT);
    private static final MethodHandle GETGRNAM = function("getgrnam_r", ADDRESS);
    private static final int ENTRY_BYTES = 64; // struct passwd has 48, struct group 32
    private static final int GR_GID = 16;
    private static final int FIRST_BUFFER = 1 << 10;
    private static final int LAST_BUFFER = 1 << 24; // a group may have many members
    private static final int ERANGE = 34;

    private Accounts() {}

    /// The name of a user, or `#UID` where nobody has that number: no policy can mean it by a name.
    public static String user(int uid) {
        return name(GETPWUID, uid);
    }

    /// The name of a group, or `#GID`.
    public static String group(int gid) {
        return name(GETGRGID, gid);
    }

    private static String name(MethodHandle function, int number) {
        return find((entry, buffer, size, result) -> (int) function.invokeExact(number, entry, buffer, size, result),
                entry -> entry.get(ADDRESS, 0).reinterpret(Long.MAX_VALUE).getString(0)).orElse("#" + Integer.toUnsignedString(number));
    }

    /// The number of a group; empty if there is none of that name.
    ///
    /// @throws Problem exit code 2: a name that C cannot have
    public static Optional<Integer> gid(String group) throws Problem {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = CString.of(group, arena);
            return find((entry, buffer, size, result) -> (int) GETGRNAM.invokeExact(text, entry, buffer, size, result), entry -> entry.get(JAVA_INT, GR_GID));
        }
    }

    @FunctionalInterface
    private interface Lookup {
        int call(MemorySegment entry, MemorySegment buffer, long size, MemorySegment result) throws Throwable;
    }

    /// Strings of the entry lie in the buffer, so what is wanted is taken out of it before it is gone.
    private static <T> Optional<T> find(Lookup lookup, java.util.function.Function<MemorySegment, T> taken) {
        for (int size = FIRST_BUFFER; size <= LAST_BUFFER; size *= 4) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment entry = arena.allocate(ENTRY_BYTES, 8);
                MemorySegment result = arena.allocate(ADDRESS);
                int error = lookup.call(entry, arena.allocate(size, 8), size, result);
                if (error != ERANGE) {
                    return error == 0 && result.get(JAVA_LONG, 0) != 0 ? Optional.of(taken.apply(entry)) : Optional.empty();
                }
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("a call of C throws nothing", e);
            }
        }
        return Optional.empty();
    }

    private static MethodHandle function(String name, MemoryLayout key) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_INT, key, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
    }
}
