package dev.repro.snapshot.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.repro.tuf.RoleName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
    private static final String LINES = """
            {"at":null,"snapshot":7,"changes":[],"releases":[],"by":[],"message":""}
            {"at":"2026-11-22T12:00:00Z","snapshot":8,"changes":[{"role":"hello","version":2}],"releases":["hello/1.0.0"],"by":["aa","bb"],"message":"hé"}
            """;

    @TempDir
    Path folder;

    private History open(String content) throws Exception {
        Path file = folder.resolve("work/activity.jsonl");
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        return History.open(file, () -> Samples.NOW);
    }

    private static void holdsBoth(History history) throws Exception {
        Site.Slice<Site.Publication> all = history.slice(0, 100);
        assertEquals(2, all.total());
        assertEquals(List.of(new Site.Publication(Optional.of(Instant.parse("2026-11-22T12:00:00Z")), 8,
                List.of(new Site.Change(new RoleName("hello"), 2)), List.of("aa", "bb"), "hé"),
                new Site.Publication(Optional.empty(), 7, List.of(), List.of(), "")), all.items());
        assertEquals(Optional.of(Instant.parse("2026-11-22T12:00:00Z")), history.release("hello", "1.0.0"));
        assertEquals(Optional.empty(), history.release("hello", "1.0.1"));
    }

    @Test
    void isThereAfterARestart() throws Exception {
        try (History history = open(LINES)) {
            holdsBoth(history);
            assertEquals(List.of(7L), history.slice(1, 1).items().stream().map(Site.Publication::snapshot).toList());
            assertEquals(List.of(), history.slice(2, 1).items());
        }
    }

    @Test
    void aLineThatWasCutOffIsCutAway() throws Exception {
        byte[] more = "{\"at\":null,\"snapshot\":9,\"changes\":[],\"releases\":[],\"by\":[],\"message\":\"x\"}\n".getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < more.length; length++) {
            try (History history = open(LINES + new String(more, 0, length, StandardCharsets.UTF_8))) {
                holdsBoth(history);
                assertEquals(LINES, Files.readString(folder.resolve("work/activity.jsonl")));
            }
        }
    }

    @Test
    void aSpoiledLineIsPassedOver() throws Exception {
        String[] lines = LINES.split("(?<=\n)");
        for (String spoiled : List.of("\0\0\0\0\n", "\n", "{}\n", "{\"snapshot\":\"x\"}\n", lines[1].replace("12:00:00Z", "noon"))) {
            try (History history = open(lines[0] + spoiled + lines[1])) {
                holdsBoth(history);
            }
        }
    }
}
