package dev.repro.tender.os;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedTest {
    @TempDir
    Path folder;

    @Test
    void theBytesAreThoseOfTheFileAndStayThem() throws Exception {
        byte[] content = new byte[300_001];
        new Random(1).nextBytes(content);
        Path file = Files.write(folder.resolve("a b.hvt"), content);
        try (Sealed sealed = Sealed.copy(file, 1 << 20)) {
            Files.write(file, new byte[] {1});
            assertArrayEquals(content, sealed.bytes().toArray(ValueLayout.JAVA_BYTE));
            assertEquals(Digest.of(content), sealed.sha256());
            assertEquals(content.length, sealed.size());
            assertArrayEquals(content, Files.readAllBytes(Path.of(sealed.path())));
        }
    }

    @Test
    void nobodyCanWriteShortenOrLengthenIt() throws Exception {
        Path file = Files.write(folder.resolve("x"), new byte[5000]);
        try (Sealed sealed = Sealed.copy(file, 1 << 20); var again = FileChannel.open(Path.of(sealed.path()), StandardOpenOption.WRITE)) {
            assertThrows(IOException.class, () -> again.write(ByteBuffer.wrap(new byte[1]), 0));
            assertThrows(IOException.class, () -> again.write(ByteBuffer.wrap(new byte[1]), 5000));
            assertThrows(IOException.class, () -> again.truncate(1));
            assertTrue(sealed.bytes().isReadOnly());
            long removed = Sys.call(Sys.FCNTL, sealed.fd(), 1033, 0); // no seal more can be added, and none removed
            assertEquals(-Sys.EPERM, removed);
            assertEquals(0xf, Sys.call(Sys.FCNTL, sealed.fd(), 1034, 0) & 0xf); // F_GET_SEALS
        }
    }

    @Test
    void whatIsNoSuchFileIsToldInOneLine() throws Exception {
        assertProblem("no such file or directory", folder.resolve("missing"));
        assertProblem("is not a regular file", folder);
        assertProblem("is not a regular file", Path.of("/dev/zero"));
        assertProblem("the file is empty", Files.createFile(folder.resolve("empty")));
        assertProblem("the file is longer than accepted", Files.write(folder.resolve("long"), new byte[101]));
        assertProblem("too many levels of symbolic links", Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop")));
    }

    @Test
    void aPipeIsRefusedAndNotWaitedFor() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        assertProblem("is not a regular file", pipe);
    }

    @Test
    void filesThatLieAboutTheirLengthAreRefused() {
        assertProblem("the file is empty", Path.of("/proc/self/status")); // 0 says stat, more comes out
    }

    private static void assertProblem(String what, Path file) {
        Problem problem = assertThrows(Problem.class, () -> Sealed.copy(file, 100).close());
        assertTrue(problem.line().contains(what), problem.line());
        assertEquals(Problem.Exit.USAGE, problem.exit());
    }

    @Test
    void itIsGivenBackOnce() throws Exception {
        Sealed sealed = Sealed.of(new byte[] {1}, "x");
        sealed.closeWhenUnreachable();
        sealed.closeWhenUnreachable();
        sealed.close();
        assertEquals(-9, Sys.call(Sys.FCNTL, sealed.fd(), 1, 0)); // EBADF
    }

    @Test
    void aTenderThatIsSealedCanBeExecuted() throws Exception {
        try (Sealed program = Sealed.executable(Path.of("/bin/true"), 1 << 24)) {
            Process process = new ProcessBuilder("/proc/" + ProcessHandle.current().pid() + "/fd/" + program.fd()).start();
            assertEquals(0, process.waitFor());
        }
    }
}
