package dev.repro.diffoscopelite;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// A named stretch of a file: a section, a table, what lies between.
///
/// @param key what pairs it with a region of the other file
/// @param size in memory; `bytes` is shorter where nothing is stored in the file
/// @param address where it is mapped; -1 where it is not
/// @param marks its symbols in order of place, one for a place
record Region(String key, String name, Kind kind, long size, MemorySegment bytes, long address, List<Mark> marks) {

    enum Kind {
        /// The tables that describe the rest.
        HEADER,
        CODE,
        /// Zero-terminated texts, or a text.
        STRINGS,
        DATA,
        /// Symbols, relocations, unwind tables: nothing but addresses, offsets and indices of other regions.
        TABLE,
        /// Debug information: the same, with texts between.
        DEBUG,
        /// Names in string tables of symbols and sections.
        NAMES,
        /// The build-id, and the names and checksums of separate debug files that follow from it.
        BUILD_ID,
        /// Compressed, here or by the compiler.
        PACKED,
        /// What no section claims.
        GAP
    }

    /// A symbol.
    ///
    /// @param start offset in the region
    /// @param end of its extent; of a symbol without size, where the next one begins
    record Mark(String name, long start, long end, boolean function) {}

    long stored() {
        return bytes.byteSize();
    }

    int at(long offset) {
        return bytes.get(ValueLayout.JAVA_BYTE, offset) & 0xff;
    }

    /// The symbol whose extent holds the offset, or null.
    Mark markAt(long offset) {
        int low = 0;
        int high = marks.size();
        while (low < high) {
            int middle = low + high >>> 1;
            if (marks.get(middle).start <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low > 0 && offset < marks.get(low - 1).end ? marks.get(low - 1) : null;
    }

    String symbolAt(long offset) {
        var mark = markAt(offset);
        return mark == null ? "" : mark.name;
    }

    static boolean printable(int c) {
        return c >= 0x20 && c < 0x7f || c == '\t';
    }

    /// Whether most of it is text: a sample of 64 KiB from the start, of which NUL and line ends count as text but not alone.
    static boolean mostlyText(MemorySegment bytes) {
        long length = Math.min(bytes.byteSize(), 1 << 16);
        long text = 0;
        long ends = 0;
        for (long i = 0; i < length; i++) {
            int c = bytes.get(ValueLayout.JAVA_BYTE, i) & 0xff;
            if (printable(c)) {
                text++;
            } else if (c == 0 || c == '\n' || c == '\r') {
                ends++;
            }
        }
        return (text + ends) * 10 >= length * 9 && text * 2 >= length && length > 0;
    }
}
