package dev.repro.diffoscopelite;

import dev.repro.base.Json;
import java.util.Objects;

/// The place of a difference. Texts are empty, not null, when there is nothing to say.
///
/// @param path the compared file, as its owner calls it; filled in by the caller of [Comparison] with [Finding#withPath]
/// @param section a section's name; `(ELF header)` and the like for what is no section; empty in a file that is no ELF
/// @param symbol the function or object that holds the place
/// @param offset bytes from the start of the section of build A; of build B where A has nothing
/// @param length bytes that differ there
public record Where(String path, String section, String symbol, long offset, long length) {
    public Where {
        Objects.requireNonNull(path);
        Objects.requireNonNull(section);
        Objects.requireNonNull(symbol);
    }

    Where withPath(String newPath) {
        return new Where(newPath, section, symbol, offset, length);
    }

    Json.Obj toJson() {
        return Json.object("path", orNull(path), "section", orNull(section), "symbol", orNull(symbol),
                "offset", offset, "length", length);
    }

    private static String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
