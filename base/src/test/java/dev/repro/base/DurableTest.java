package dev.repro.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableTest {

    @Test
    void replacesWholeAndLeavesNothingBeside(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("new/sub/state");
        Durable.write(file, "one".getBytes());
        Durable.write(file, "two".getBytes());
        assertEquals("two", Files.readString(file));
        try (var files = Files.list(file.getParent())) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void aFailedWriteLeavesTheOldAndNothingElse(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("state");
        Files.createDirectories(file.resolve("in-the-way"));
        assertThrows(IOException.class, () -> Durable.write(file, "x".getBytes()));
        try (var files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void digests() throws Exception {
        String abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // FIPS 180-2, B.1
        assertEquals(abc, Digest.of("abc".getBytes()).hex());
        assertEquals(abc, Digest.of(new ByteArrayInputStream("abc".getBytes())).hex());
        assertEquals(Optional.of(new Digest(abc)), Digest.parse("sha256:" + abc));
        assertEquals(Optional.empty(), Digest.parse(abc.toUpperCase(java.util.Locale.ROOT)));
        assertEquals(Optional.empty(), Digest.parse(abc.substring(1)));
        assertEquals("ba78…ad", new Digest(abc).brief());
    }
}
