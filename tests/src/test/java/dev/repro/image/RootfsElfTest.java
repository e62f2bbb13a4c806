package dev.repro.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.tests.Repro;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every ELF file of a toolchain (compilers, linkers, libraries, objects, start files) reads as readelf reads it.
class RootfsElfTest {
    private static final byte[] MAGIC = {0x7f, 'E', 'L', 'F'};
    /// A root with a C compiler has some more.
    private static final int LEAST = 200;
    private static final int TOLD = 5;

    @Test
    void everyElfFileOfTheToolchainReadsAsReadelfReadsIt() throws Exception {
        Tools.assume("readelf");
        List<Path> elves = elves(newestRoot());
        assertTrue(elves.size() >= LEAST, () -> "only " + elves.size() + " ELF files");
        var different = new TreeMap<Path, List<String>>();
        try (var workers = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            var compared = new TreeMap<Path, Future<List<String>>>();
            elves.forEach(file -> compared.put(file, workers.submit(() -> ReadelfOracle.compare(file))));
            for (var one : compared.entrySet()) {
                List<String> found = one.getValue().get();
                if (!found.isEmpty()) {
                    different.put(one.getKey(), found.subList(0, Math.min(TOLD, found.size())));
                }
            }
        }
        assertEquals(new TreeMap<>(), different);
    }

    /// The root that was used last; a check makes one where there is none.
    private static Path newestRoot() throws IOException {
        Path roots = Repro.cache().resolve("rootfs");
        Repro.Answer answer = Repro.run("check", "--quiet", "examples/hello/hello.hvt");
        assumeTrue(answer.code() != 3 && answer.code() != 4, () -> "skipped: no toolchain can be had here: " + answer.err());
        try (Stream<Path> all = Files.list(roots)) {
            return all.filter(Files::isDirectory).max(Comparator.comparing(root -> root.toFile().lastModified())).orElseThrow();
        }
    }

    private static List<Path> elves(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(RootfsElfTest::isElf).sorted().toList();
        }
    }

    private static boolean isElf(Path file) {
        if (!Files.isRegularFile(file, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (var in = Files.newInputStream(file)) {
            return Arrays.equals(MAGIC, in.readNBytes(MAGIC.length));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
