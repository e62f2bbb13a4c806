package dev.repro.keys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.repro.base.Problem;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The library of a token, by the C interface of PKCS#11 2.40 on 64-bit Unix: CK_ULONG has eight bytes, structures are not
/// packed.
///
/// Not through SunPKCS11, which has no EdDSA, cannot choose a token by its label or a key by its id, and does not see keys
/// without a certificate (docs/adr/0006). A library is initialised once in a process; the last [#close] finalises it, which ends
/// all logins.
@SuppressWarnings("restricted") // native access is what this class is for
final class Cryptoki implements AutoCloseable {
    static final long CKR_OK = 0;
    static final long CKR_USER_ALREADY_LOGGED_IN = 0x100;
    private static final long CKR_ALREADY_INITIALIZED = 0x191;
    private static final long CKF_OS_LOCKING_OK = 2;
    private static final long CKF_TOKEN_INITIALIZED = 0x400;
    private static final long UNAVAILABLE = -1;
    private static final int MAX_SLOTS = 256;
    private static final int MAX_OBJECTS = 4096;
    private static final int MAX_ATTRIBUTE = 1 << 16;

    /// Functions by their place in CK_FUNCTION_LIST.
    enum Function {
        C_INITIALIZE(0), C_FINALIZE(1), C_GET_SLOT_LIST(4), C_GET_TOKEN_INFO(6), C_OPEN_SESSION(12), C_CLOSE_SESSION(13),
        C_LOGIN(18), C_GET_ATTRIBUTE_VALUE(24), C_FIND_OBJECTS_INIT(26), C_FIND_OBJECTS(27), C_FIND_OBJECTS_FINAL(28),
        C_SIGN_INIT(42), C_SIGN(43);

        final int index;

        Function(int index) {
            this.index = index;
        }
    }

    /// @param slot the id of the slot that it is in
    record Token(long slot, String label, String manufacturer, String model, String serial) {}

    private static final Map<Path, Cryptoki> LOADED = new HashMap<>();

    private final Path library;
    private final MemorySegment functions;
    private int users;

    private Cryptoki(Path library, MemorySegment functions) {
        this.library = library;
        this.functions = functions;
    }

    static synchronized Cryptoki load(Path library) throws Problem {
        Cryptoki loaded = LOADED.get(library);
        if (loaded == null) {
            loaded = new Cryptoki(library, functionList(library));
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment arguments = arena.allocate(48, 8); // CK_C_INITIALIZE_ARGS: four functions, flags, reserved
                arguments.set(JAVA_LONG, 32, CKF_OS_LOCKING_OK);
                long result = loaded.call(Function.C_INITIALIZE, arguments);
                if (result != CKR_OK && result != CKR_ALREADY_INITIALIZED) {
                    throw loaded.failed("it does not start", result);
                }
            }
            LOADED.put(library, loaded);
        }
        loaded.users++;
        return loaded;
    }

    private static MemorySegment functionList(Path library) throws Problem {
        if (!Files.isReadable(library)) {
            throw Problem.environment("the library of the token is not there").where(library)
                    .hint("is the token's PKCS#11 package installed?");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment symbol = SymbolLookup.libraryLookup(library, Arena.global()).find("C_GetFunctionList").orElseThrow(
                    () -> new IllegalArgumentException("it has no C_GetFunctionList"));
            MemorySegment out = arena.allocate(ADDRESS);
            long result = invoke(symbol, out);
            MemorySegment list = out.get(ADDRESS, 0);
            if (result != CKR_OK || list.address() == 0) {
                throw new IllegalArgumentException("C_GetFunctionList says 0x" + Long.toHexString(result));
            }
            return list.reinterpret(8 + 68 * 8L); // CK_VERSION, padded, and 68 functions
        } catch (IllegalArgumentException e) {
            throw Problem.environment("not the library of a token: " + e.getMessage()).where(library).because(e);
        }
    }

    /// A call with long, byte and pointer arguments.
    long call(Function function, Object... arguments) {
        return invoke(functions.get(ADDRESS, 8 + 8L * function.index), arguments);
    }

    private static long invoke(MemorySegment function, Object... arguments) {
        var layouts = Arrays.stream(arguments).<MemoryLayout>map(
                a -> a instanceof Long ? JAVA_LONG : a instanceof Byte ? JAVA_BYTE : ADDRESS);
        var descriptor = FunctionDescriptor.of(JAVA_LONG, layouts.toArray(MemoryLayout[]::new));
        try {
            return (long) Linker.nativeLinker().downcallHandle(function, descriptor).invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a call of C throws nothing", e);
        }
    }

    void check(String what, long result) throws Problem {
        if (result != CKR_OK) {
            throw failed(what, result);
        }
    }

    Problem failed(String what, long result) {
        String meaning = switch ((int) result) {
            case 0x32 -> "the token was removed";
            case 0x54, 0x70 -> "the token cannot sign in this way";
            case 0x63 -> "the key is of another kind";
            case 0x68 -> "the key may not sign";
            case 0xa0, 0xa1, 0xa2 -> "the PIN is wrong";
            case 0xa4 -> "the PIN is locked";
            case 0x101 -> "the key wants its PIN at each signature, which is not done here";
            default -> "error";
        };
        return Problem.environment("the token says no: " + what + ": " + meaning
                + " (0x" + Long.toHexString(result) + ")").where(library);
    }

    List<Token> tokens() throws Problem {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment slots = arena.allocate(JAVA_LONG, MAX_SLOTS);
            MemorySegment count = arena.allocate(JAVA_LONG);
            count.set(JAVA_LONG, 0, MAX_SLOTS);
            check("it does not list its slots", call(Function.C_GET_SLOT_LIST, (byte) 1, slots, count));
            var out = new ArrayList<Token>();
            for (int i = 0; i < count.get(JAVA_LONG, 0); i++) {
                long slot = slots.getAtIndex(JAVA_LONG, i);
                // CK_TOKEN_INFO: label 32, manufacturer 32, model 16, serial 16, flags, …
                MemorySegment info = arena.allocate(256, 8);
                if (call(Function.C_GET_TOKEN_INFO, slot, info) == CKR_OK
                        && (info.get(JAVA_LONG, 96) & CKF_TOKEN_INITIALIZED) != 0) {
                    out.add(new Token(slot, text(info, 0, 32), text(info, 32, 32), text(info, 64, 16), text(info, 80, 16)));
                }
            }
            return out;
        }
    }

    private static String text(MemorySegment info, long at, long length) {
        return new String(info.asSlice(at, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8).stripTrailing();
    }

    /// Handles of all objects that have these attributes: pairs of a type, and a Long or bytes.
    List<Long> find(long session, Object... template) throws Problem {
        try (Arena arena = Arena.ofConfined()) {
            int pairs = template.length / 2;
            MemorySegment attributes = arena.allocate(24L * pairs, 8); // CK_ATTRIBUTE: type, pointer, length
            for (int i = 0; i < pairs; i++) {
                MemorySegment value = template[2 * i + 1] instanceof Long number ? arena.allocateFrom(JAVA_LONG, number)
                        : arena.allocateFrom(JAVA_BYTE, (byte[]) template[2 * i + 1]);
                attributes.set(JAVA_LONG, 24L * i, (long) template[2 * i]);
                attributes.set(ADDRESS, 24L * i + 8, value);
                attributes.set(JAVA_LONG, 24L * i + 16, value.byteSize());
            }
            check("it does not search", call(Function.C_FIND_OBJECTS_INIT, session, attributes, (long) pairs));
            MemorySegment found = arena.allocate(JAVA_LONG, MAX_OBJECTS);
            MemorySegment count = arena.allocate(JAVA_LONG);
            long result = call(Function.C_FIND_OBJECTS, session, found, (long) MAX_OBJECTS, count);
            call(Function.C_FIND_OBJECTS_FINAL, session);
            check("it does not search", result);
            var out = new ArrayList<Long>();
            for (int i = 0; i < count.get(JAVA_LONG, 0); i++) {
                out.add(found.getAtIndex(JAVA_LONG, i));
            }
            return out;
        }
    }

    /// The value of an attribute, empty if the object has none.
    byte[] attribute(long session, long object, long type) throws Problem {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attribute = arena.allocate(24, 8);
            attribute.set(JAVA_LONG, 0, type);
            attribute.set(ADDRESS, 8, MemorySegment.NULL);
            long result = call(Function.C_GET_ATTRIBUTE_VALUE, session, object, attribute, 1L);
            long length = attribute.get(JAVA_LONG, 16);
            if (result != CKR_OK || length == UNAVAILABLE || length == 0) {
                return new byte[0];
            }
            if (length < 0 || length > MAX_ATTRIBUTE) {
                throw failed("an attribute has a length that none can have", result);
            }
            MemorySegment value = arena.allocate(length);
            attribute.set(ADDRESS, 8, value);
            check("an attribute cannot be read", call(Function.C_GET_ATTRIBUTE_VALUE, session, object, attribute, 1L));
            return value.toArray(JAVA_BYTE);
        }
    }

    @Override
    public void close() {
        synchronized (Cryptoki.class) {
            users--;
            if (users == 0) {
                LOADED.remove(library);
                call(Function.C_FINALIZE, MemorySegment.NULL);
            }
        }
    }
}
