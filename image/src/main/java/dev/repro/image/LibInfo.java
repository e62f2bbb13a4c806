package dev.repro.image;

import dev.repro.base.Json;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// What Unikraft notes of one library, or of the whole image, in the section `.uk_libinfo`.
///
/// The section is a row of headers: u32 length (header included), u16 layout version 1, then records: u16 type, u32 length (these
/// six bytes included), data; nothing is aligned. Source: Unikraft 0.17 lib/uklibid/include/uk/libid/info.h.
///
/// @param name of the library; empty for the header that tells of the whole image
public record LibInfo(String name, List<Entry> entries) {

    public static final String SECTION = ".uk_libinfo";
    public static final int LIBNAME = 1;
    public static final int UKCONFIGGZ = 10;
    public static final int COMPILEDATE = 12;
    public static final int COMPILEDBY = 13;

    private static final int LAYOUT = 1;
    private static final int HEADER = 6;
    private static final int COMPILEOPTS = 15;
    private static final List<String> NAMES = List.of("", "libname", "comment", "version", "license", "gitdesc", "ukversion",
            "ukfullversion", "ukcodename", "ukconfig", "ukconfiggz", "compiler", "compiledate", "compiledby", "compiledbyassoc",
            "compileopts");

    /// @param text the data of a text record; the flags of `compileopts`; `<n bytes>` else
    /// @param offset of the record in the file
    public record Entry(int type, String text, long offset) {

        /// `compiledate`, …, or `record 99`.
        public String name() {
            return type > 0 && type < NAMES.size() ? NAMES.get(type) : "record " + type;
        }
    }

    public LibInfo {
        entries = List.copyOf(entries);
    }

    static List<LibInfo> read(MemorySegment section, long base) throws MalformedElf {
        var out = new ArrayList<LibInfo>();
        var in = new Cursor(section, base, SECTION);
        while (in.remaining() > 0) {
            long offset = in.offset();
            long size = length(in, offset);
            int layout = in.u16();
            if (layout != LAYOUT) {
                throw new MalformedElf("unknown layout of " + SECTION, offset + 4, LAYOUT, layout);
            }
            out.add(library(new Cursor(in.take(size - HEADER), in.offset(), "a header in " + SECTION)));
        }
        return List.copyOf(out);
    }

    private static LibInfo library(Cursor in) throws MalformedElf {
        String name = "";
        var entries = new ArrayList<Entry>();
        while (in.remaining() > 0) {
            long offset = in.offset();
            int type = in.u16();
            long size = length(in, offset);
            var entry = new Entry(type, text(type, in.take(size - HEADER), offset), offset);
            if (type == LIBNAME) {
                name = entry.text();
            } else {
                entries.add(entry);
            }
        }
        return new LibInfo(name, entries);
    }

    private static long length(Cursor in, long offset) throws MalformedElf {
        long size = in.u32();
        if (size < HEADER) {
            throw new MalformedElf("a length in " + SECTION + " is smaller than what it counts", offset,
                    "at least " + HEADER, size);
        }
        return size;
    }

    private static String text(int type, MemorySegment data, long offset) throws MalformedElf {
        boolean binary = type == 9 || type == UKCONFIGGZ || type == 0 || type >= NAMES.size();
        if (type == COMPILEOPTS && data.byteSize() == 4) {
            long flags = new Cursor(data, offset, "compile options").u32();
            return String.join(",", List.of((flags & 1) != 0 ? "pie" : "", (flags & 2) != 0 ? "dce" : "",
                    (flags & 4) != 0 ? "lto" : "").stream().filter(s -> !s.isEmpty()).toList());
        }
        if (binary || type == COMPILEOPTS) {
            return "<" + data.byteSize() + " bytes>";
        }
        String all = new String(data.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        return all.endsWith("\0") ? all.substring(0, all.length() - 1) : all;
    }

    Json.Obj toJson() {
        return Json.object("library", name, "records",
                entries.stream().map(e -> Json.object("type", e.name(), "text", e.text())).toList());
    }
}
