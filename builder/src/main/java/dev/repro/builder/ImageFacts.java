package dev.repro.builder;

import dev.repro.image.Image;
import dev.repro.image.Lint;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/// What an image says about itself, and what is wrong with it.
///
/// @param words for a line; null where nothing is known
record ImageFacts(String words, List<Lint.Finding> lint) {
    static final ImageFacts NONE = new ImageFacts(null, List.of());

    static ImageFacts of(Path file) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var bytes = Mapped.of(file, arena);
            String words = Image.describe(bytes).marks().stream().map(m -> m.summary()).collect(Collectors.joining("; "));
            return new ImageFacts(words, Lint.check(bytes, OptionalLong.empty()));
        }
    }
}
