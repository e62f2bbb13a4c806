package dev.repro.tender.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.tender.os.Sys;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsolesTest {
    @TempDir
    Path state;

    private static void print(int descriptor, byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            assertEquals(bytes.length, Sys.call(Sys.WRITE, descriptor, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes).address(), bytes.length));
        }
    }

    @Test
    void isReadFromAnOffsetOrItsEnd() throws Exception {
        Consoles consoles = Consoles.open(state);
        int descriptor = consoles.append("g", 0);
        print(descriptor, "hello\n".getBytes());
        assertEquals("hello\n", new String(consoles.read("g", 0, -1).bytes()));
        var piece = consoles.read("g", 0, 4);
        assertEquals("o\n", new String(piece.bytes()));
        assertEquals(4, piece.offset());
        assertEquals(6, piece.size());
        assertEquals(0, consoles.read("g", 0, 1_000).bytes().length);
        assertEquals(0, consoles.read("none", 0, 0).size());
        Sys.close(descriptor);
        consoles.delete("g", 0);
        assertEquals(0, consoles.read("g", 0, -1).size());
    }

    @Test
    void isBoundedWhileItIsWritten() throws Exception {
        Consoles consoles = Consoles.open(state);
        int descriptor = consoles.append("g", 0);
        byte[] block = new byte[64 << 10];
        long printed = 0;
        for (int i = 0; printed < 8 * Consoles.KEPT; i++) {
            Arrays.fill(block, (byte) ('a' + i % 26));
            print(descriptor, block);
            printed += block.length;
            consoles.trim("g", 0);
            assertTrue(blocks() * 512L <= 2 * Consoles.KEPT + block.length, () -> blocks() + " blocks");
        }
        var last = consoles.read("g", 0, -1);
        assertArrayEquals(block, last.bytes());
        assertEquals(printed, last.size());
        var first = consoles.read("g", 0, 0);
        assertEquals(printed - Consoles.KEPT, first.offset(), "the first byte that is kept");
        assertTrue(first.bytes()[0] >= 'a', "no hole is read");
        Sys.close(descriptor);
    }

    private long blocks() {
        try {
            Process stat = new ProcessBuilder("stat", "-c", "%b", state.resolve("console/g.0.log").toString()).start();
            return Long.parseLong(new String(stat.getInputStream().readAllBytes()).strip());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void isTheOwnersAlone() throws Exception {
        Sys.close(Consoles.open(state).append("g", 3));
        assertEquals("rw-------", java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve("console/g.3.log"))));
    }
}
