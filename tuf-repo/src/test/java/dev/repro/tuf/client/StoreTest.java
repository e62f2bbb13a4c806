package dev.repro.tuf.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
    private static final byte[] BYTES = {1, 2, 3};

    @TempDir
    Path folder;

    private final List<String> warnings = new ArrayList<>();

    private Store open() throws Problem {
        return FolderStore.open(folder.resolve("m"), warnings::add);
    }

    @Test
    void readsWhatItWroteAndNothingLonger() throws Exception {
        Store store = open();
        assertEquals(Optional.empty(), store.read("roots/1.root.json", 3));
        try (var _ = store.lock()) {
            store.write("roots/1.root.json", BYTES);
        }
        assertArrayEquals(BYTES, store.read("roots/1.root.json", 3).orElseThrow());
        assertEquals(Optional.empty(), store.read("roots/1.root.json", 2));
        store.delete("roots/1.root.json");
        store.delete("roots/1.root.json");
        assertEquals(Optional.empty(), store.read("roots/1.root.json", 3));
    }

    @Test
    void followsNoLinkAndReadsNoFolder() throws Exception {
        Store store = open();
        Files.write(folder.resolve("elsewhere"), BYTES);
        Files.createSymbolicLink(folder.resolve("m/a.json"), folder.resolve("elsewhere"));
        Files.createDirectory(folder.resolve("m/b.json"));
        assertEquals(Optional.empty(), store.read("a.json", 3));
        assertEquals(Optional.empty(), store.read("b.json", 3));
    }

    @Test
    void whoeverLocksSweepsUpAfterOneThatWasKilled() throws Exception {
        Store store = open();
        Files.createDirectories(folder.resolve("m/roots"));
        Files.write(folder.resolve("m/.root.json.123.new"), BYTES);
        Files.write(folder.resolve("m/roots/.2.root.json.123.new"), BYTES);
        store.lock().close();
        assertFalse(Files.exists(folder.resolve("m/.root.json.123.new")));
        assertFalse(Files.exists(folder.resolve("m/roots/.2.root.json.123.new")));
    }

    @Test
    void theLockKeepsOthersOut() throws Exception {
        Store store = open();
        Store other = open();
        var began = new CountDownLatch(1);
        var order = new ArrayList<String>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Store.Lock first = store.lock();
            var second = threads.submit(() -> {
                began.countDown();
                try (var _ = other.lock()) {
                    order.add("second");
                }
                return null;
            });
            began.await();
            order.add("first");
            first.close();
            second.get();
        }
        assertEquals(List.of("first", "second"), order);
    }

    @Test
    void aFolderThatCannotBeMade() throws Exception {
        Files.write(folder.resolve("m"), BYTES);
        assertEquals(Problem.Exit.STORAGE, assertThrows(Problem.class, this::open).exit());
    }

    @Test
    void aReadOnlyFolderIsReadAndTheRestStaysInMemory() throws Exception {
        var repo = new Simulator();
        Store store = open();
        Updater.begin(store, repo.metadata("1.root.json"), Limits.DEFAULT);
        new Updater(repo, store, Limits.DEFAULT).refresh(Simulator.NOW);
        byte[] before = Files.readAllBytes(folder.resolve("m/timestamp.json"));
        Files.delete(folder.resolve("m/.lock"));
        assertTrue(folder.resolve("m").toFile().setWritable(false));
        try {
            Assumptions.assumeFalse(Files.isWritable(folder.resolve("m")), "skipped: this user may write everywhere");
            Store readOnly = open();
            assertEquals(1, warnings.size());
            repo.publishAll();
            var updater = new Updater(repo, readOnly, Limits.DEFAULT);
            assertEquals(2, updater.refresh(Simulator.NOW).snapshot().snapshot().get().version());
            repo.takeAsked();
            updater.refresh(Simulator.NOW);
            assertEquals(List.of("2.root.json", "timestamp.json"), repo.asked);
            assertArrayEquals(before, Files.readAllBytes(folder.resolve("m/timestamp.json")));
        } finally {
            assertTrue(folder.resolve("m").toFile().setWritable(true));
        }
    }

    @Test
    void memoryOverAFolderDeletesForItselfOnly() throws Exception {
        Store below = open();
        below.write("a.json", BYTES);
        var store = new MemoryStore(Optional.of((FolderStore) below));
        assertArrayEquals(BYTES, store.read("a.json", 3).orElseThrow());
        store.delete("a.json");
        assertEquals(Optional.empty(), store.read("a.json", 3));
        assertTrue(below.read("a.json", 3).isPresent());
    }
}
