package dev.repro.tender.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class QemuVerdictTest {
    @Test
    void solo5SaysItOnTheConsole() {
        assertEquals(0, QemuVerdict.status("SUCCESS\nSolo5: solo5_exit(0) called\r\n", 83));
        assertEquals(7, QemuVerdict.status("no end of lineSolo5: solo5_exit(7) called\n", 83));
        assertEquals(255, QemuVerdict.status("Solo5: solo5_abort() called\n", 83));
        assertEquals(255, QemuVerdict.status("Solo5: solo5_exit(-1) called\n", 83));
        assertEquals(4, QemuVerdict.status("Solo5: solo5_exit(260) called\n", 83));
    }

    @Test
    void theLastWordCounts() {
        assertEquals(1, QemuVerdict.status("Solo5: solo5_exit(0) called\nmore\nSolo5: solo5_exit(1) called\n", 83));
        assertEquals(1, QemuVerdict.status("Solo5: solo5_exit(1) called\nSolo5: solo5_exit(0) called, they said\n", 83));
        assertEquals(25, QemuVerdict.status("Solo5: solo5_exit(0) called", 83), "half a line is none");
    }

    @Test
    void withoutAWordTheExitStatusIsTheGuestsOwn() {
        assertEquals(7, QemuVerdict.status("", 47));
        assertEquals(0, QemuVerdict.status("", 33));
        assertEquals(111, QemuVerdict.status("", 255));
        assertEquals(25, QemuVerdict.status("quiet\n", 83));
        assertEquals(7, QemuVerdict.status("Solo5: solo5_exit(0) called\n", 47), "only Solo5's own status makes its word count");
        assertEquals(0, QemuVerdict.status("", 0));
        assertEquals(1, QemuVerdict.status("Solo5: solo5_exit(0) called\n", 1), "QEMU failed");
    }

    @Test
    void piecesOfAnySizeAreOneConsole() {
        byte[] all = ("x".repeat(5000) + "Solo5: solo5_exit(9) called\n").getBytes(StandardCharsets.US_ASCII);
        for (int size : new int[] {1, 7, 4096}) {
            var verdict = new QemuVerdict();
            for (int at = 0; at < all.length; at += size) {
                byte[] piece = java.util.Arrays.copyOfRange(all, at, Math.min(all.length, at + size));
                verdict.console(piece, piece.length);
            }
            assertEquals(9, verdict.status(83));
        }
    }
}
