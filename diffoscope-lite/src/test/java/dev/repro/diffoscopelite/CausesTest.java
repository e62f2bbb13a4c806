package dev.repro.diffoscopelite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CausesTest {
    private static final String VARIATIONS = "build-path environment home path user host timezone locale umask time aslr "
            + "cpu-count cpu-model kernel file-order mtime shell temp-names parallelism randomness";

    @Test
    void everyVariationIsACause() {
        var names = Causes.all().stream().map(Causes.Cause::name).collect(Collectors.toSet());
        assertTrue(names.containsAll(List.of(VARIATIONS.split(" "))));
        assertTrue(names.containsAll(List.of("link-order", "symbol-order", "build-id", "shift", "padding", "uuid", "pid",
                "unknown")));
    }

    @Test
    void everyFixIsOneLine() {
        for (var cause : Causes.all()) {
            assertFalse(cause.fix().isBlank() || cause.fix().contains("\n") || cause.fix().endsWith("."), cause.name());
        }
    }

    /// With `-Dupdate` the page is written anew.
    @Test
    void thePageIsTheTable() throws IOException {
        Path page = Path.of("../docs/causes.md");
        if (System.getProperty("update") != null) {
            Files.createDirectories(page.getParent());
            Files.writeString(page, Causes.markdown());
        }
        assertEquals(Causes.markdown(), Files.readString(page));
    }
}
