package dev.repro.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// A section of NUL-terminated strings, by offset.
///
/// Linkers let names share their ends, so a table of n bytes can spell n²/2 bytes of names. What is spelled in all is therefore
/// held to [#SHARING] times the size of the file; a name that is asked for twice is spelled once.
final class StringTable {
    /// How often over the names of a file may be spelled in all; real ones stay below 2.
    static final int SHARING = 4;
    /// Bytes that even the smallest file may spell.
    private static final int LEAST = 4096;

    private final MemorySegment bytes;
    private final long base;
    private final Map<Long, String> spelled = new HashMap<>();
    private long budget;

    /// @param base where the table begins in the file
    StringTable(MemorySegment bytes, long base, long fileSize) {
        this.bytes = bytes;
        this.base = base;
        this.budget = SHARING * fileSize + LEAST;
    }

    /// The string that begins at `offset`, as UTF-8; what is no UTF-8 becomes U+FFFD.
    String at(long offset) throws MalformedElf {
        String known = spelled.get(offset);
        if (known != null) {
            return known;
        }
        String string = spell(offset);
        spelled.put(offset, string);
        return string;
    }

    private String spell(long offset) throws MalformedElf {
        if (offset >= bytes.byteSize()) {
            // An empty name in an empty table is what some tools write for "no name".
            if (offset == 0) {
                return "";
            }
            throw new MalformedElf("a name begins outside its string table", base, "below " + bytes.byteSize(), offset);
        }
        long end = offset;
        while (bytes.get(ValueLayout.JAVA_BYTE, end) != 0) {
            end++;
            if (end == bytes.byteSize()) {
                throw new MalformedElf("a name has no end in its string table", base + offset, "a NUL", "the table's end");
            }
        }
        budget -= end - offset;
        if (budget < 0) {
            throw new MalformedElf("the names spell far more than the file holds", base + offset, "at most " + SHARING
                    + " times the file", "more");
        }
        return new String(bytes.asSlice(offset, end - offset).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }
}
