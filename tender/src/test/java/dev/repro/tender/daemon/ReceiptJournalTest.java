package dev.repro.tender.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReceiptJournalTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    @TempDir
    Path folder;

    private List<Path> files() throws Exception {
        try (Stream<Path> all = Files.list(folder)) {
            return all.sorted().toList();
        }
    }

    @Test
    void eachLineIsWhereItsNameSaysWhoeverWritesBeside() throws Exception {
        var names = new ConcurrentHashMap<String, Integer>();
        var journal = new ReceiptJournal(folder);
        try (journal; var threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 500; i++) {
                int number = i;
                threads.submit(() -> names.put(journal.keep(Json.object("number", number), NOW), number));
            }
        }
        assertEquals(500, names.size());
        assertEquals(1, files().size());
        byte[] all = Files.readAllBytes(files().getFirst());
        for (var name : names.entrySet()) {
            String[] parts = name.getKey().split(":");
            assertEquals(files().getFirst().getFileName().toString(), parts[0]);
            int from = Integer.parseInt(parts[1]);
            int to = from;
            while (all[to] != '\n') {
                to++;
            }
            assertEquals((long) name.getValue(), Fields.parse(java.util.Arrays.copyOfRange(all, from, to), "line").integer("number"));
        }
        assertTrue(!new String(all, StandardCharsets.UTF_8).contains("\0"), "the rest was given back");
    }

    @Test
    void aFullFileIsLeftForTheNext() throws Exception {
        var numbers = new TreeSet<String>();
        try (var journal = new ReceiptJournal(folder)) {
            String text = "x".repeat(ReceiptJournal.SIZE / 3);
            for (int i = 0; i < 7; i++) {
                numbers.add(journal.keep(Json.object("number", i, "text", text), NOW.plusSeconds(i)));
            }
        }
        assertEquals(7, numbers.size());
        assertEquals(4, files().size());
        long lines = 0;
        for (Path file : files()) {
            lines += Files.readAllLines(file).size();
        }
        assertEquals(7, lines);
    }

    @Test
    void whatIsKeptIsThereThoughNobodyClosesIt() throws Exception {
        var journal = new ReceiptJournal(folder);
        journal.prepare(NOW);
        journal.keep(Json.object("number", 1), NOW);
        String text = Files.readString(files().getFirst());
        assertTrue(text.startsWith("{\"number\":1}\n\0") && text.length() == ReceiptJournal.SIZE);
        journal.close();
    }

    @Test
    void noPlaceForItIsAProblem() throws Exception {
        var journal = new ReceiptJournal(Files.createFile(folder.resolve("file")).resolve("receipts"));
        Problem problem = assertThrows(Problem.class, () -> journal.keep(Json.object(), NOW));
        assertEquals(Problem.Exit.STORAGE, problem.exit());
    }
}
