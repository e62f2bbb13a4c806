package dev.repro.builder.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class FolderLockTest {

    @TempDir
    Path temp;

    private Thread waiting(Runnable work) {
        var thread = Thread.ofPlatform().daemon().start(work);
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        return thread;
    }

    @Test
    void theSecondWaitsForTheFirstUnderWhateverNameItKnowsTheFolder() throws Exception {
        Path folder = temp.resolve("deep/folder");
        var order = new CopyOnWriteArrayList<String>();
        var first = FolderLock.on(folder);
        Path link = Files.createSymbolicLink(temp.resolve("link"), Path.of("deep"));
        var second = new FutureTask<>(() -> {
            try (var _ = FolderLock.on(link.resolve("../link/folder"))) {
                return order.add("second");
            }
        });
        waiting(second);
        order.add("first");
        first.close();
        assertTrue(second.get());
        assertEquals(List.of("first", "second"), order);
        assertTrue(Files.exists(temp.resolve("deep/.folder.lock")));
    }

    @Test
    void whoWaitsCanBeInterrupted() throws Exception {
        var ended = new CopyOnWriteArrayList<Exception>();
        try (var _ = FolderLock.on(temp.resolve("folder"))) {
            var thread = waiting(() -> {
                try (var lock = FolderLock.on(temp.resolve("folder"))) {
                    ended.add(new IllegalStateException(lock.toString()));
                } catch (Exception e) {
                    ended.add(e);
                }
            });
            thread.interrupt();
            thread.join();
        }
        assertInstanceOf(InterruptedException.class, ended.getFirst());
        FolderLock.on(temp.resolve("folder")).close(); // it is free again
    }
}
