package dev.repro.tender.os;

import dev.repro.base.Problem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.List;

/// Texts as C has them: in the encoding of file names and arguments, ended by a NUL.
public final class CString {
    /// What the JVM read its own arguments and file names with.
    private static final Charset NATIVE = Charset.forName(System.getProperty("sun.jnu.encoding"));

    private CString() {}

    /// @throws Problem exit 2: a NUL in it, or a character that the encoding has not
    public static MemorySegment of(String text, Arena arena) throws Problem {
        if (text.indexOf('\0') >= 0) {
            throw Problem.usage("an argument or a file name cannot have a NUL in it").found(text.replace('\0', '?'));
        }
        try {
            var bytes = NATIVE.newEncoder().encode(CharBuffer.wrap(text));
            MemorySegment out = arena.allocate(bytes.remaining() + 1L);
            MemorySegment.copy(bytes.array(), bytes.arrayOffset(), out, ValueLayout.JAVA_BYTE, 0, bytes.remaining());
            return out;
        } catch (CharacterCodingException e) {
            throw Problem.usage("an argument or a file name has a character that this locale cannot write").expected(NATIVE).found(text)
                    .hint("set LC_ALL=C.UTF-8").because(e);
        }
    }

    /// A `char *[]` that a null pointer ends.
    public static MemorySegment array(List<String> texts, Arena arena) throws Problem {
        MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG, texts.size() + 1L);
        for (int i = 0; i < texts.size(); i++) {
            out.setAtIndex(ValueLayout.JAVA_LONG, i, of(texts.get(i), arena).address());
        }
        return out;
    }
}
