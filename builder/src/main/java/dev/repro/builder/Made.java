package dev.repro.builder;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/// What a build made that did not make what its recipe names.
final class Made {
    private static final int NAMED = 8;

    /// Bytes of the list that are read.
    private static final int MAX_LIST = 1 << 20;

    /// Endings of what builds make on the way.
    private static final Set<String> STEPS = Set.of("o", "lo", "d", "Td", "Po", "Plo", "cmd", "s", "i", "log", "stamp");

    private Made() {}

    /// `; it made a, b and 3 more`, or nothing: what is likeliest meant first. That is a file of the same name elsewhere, then what lies high up.
    ///
    /// @param list a path in each line, relative to the source, as `find` prints it
    static String instead(Path list, String output) throws IOException {
        if (!Files.exists(list)) {
            return "";
        }
        String text;
        try (var in = Files.newInputStream(list)) {
            text = new String(in.readNBytes(MAX_LIST), StandardCharsets.UTF_8);
        }
        String wanted = name(output);
        List<String> made = text.lines().map(line -> line.startsWith("./") ? line.substring(2) : line).filter(path -> !STEPS.contains(ending(path)))
                .sorted(Comparator.comparing((String path) -> !name(path).equals(wanted)).thenComparing(path -> path.chars().filter(c -> c == '/').count())
                        .thenComparing(Comparator.naturalOrder())).map(Workshop::printable).toList();
        if (made.isEmpty()) {
            return "";
        }
        int more = made.size() - NAMED;
        return "; it made " + String.join(", ", made.subList(0, Math.min(NAMED, made.size()))) + (more > 0 ? " and " + more + " more" : "");
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static String ending(String path) {
        String name = name(path);
        return name.indexOf('.') < 0 ? "" : name.substring(name.lastIndexOf('.') + 1);
    }
}
