package dev.repro.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The committed images are no dead bytes: tenders run them, and Solo5's own tool says of them what repro says.
class TenderTest {
    private static final Path EXAMPLES = Repro.HOME.resolve("examples");
    private static final int SECTOR = 512;

    @TempDir
    Path folder;

    private static Path example(String name, String target) {
        return EXAMPLES.resolve(name).resolve(name + "." + target);
    }

    @Test
    void helloBootsUnderQemu() throws Exception {
        Tool.Ended ended = Tenders.qemu(folder, EXAMPLES.resolve("hello/hello.virtio"));
        Tenders.assertGreets("virtio", ended);
        assertEquals(2 * 7 + 33, ended.code(), ended::text); // as the example's README says
    }

    @ParameterizedTest
    @ValueSource(strings = {"hvt", "spt"})
    void helloRunsUnderItsTender(String target) throws Exception {
        Tool.Ended ended = Tenders.solo5(folder, target, example("hello", target), List.of(), "exit=7");
        Tenders.assertGreets(target, ended);
        assertEquals(7, ended.code(), ended::text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hvt", "spt"})
    void blkReadsAndWritesItsDisk(String target) throws Exception {
        byte[] before = new byte[8 * SECTOR];
        byte[] label = "a disk of the tests\n".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(label, 0, before, 0, label.length);
        Path disk = Files.write(folder.resolve("disk.img"), before);
        Tool.Ended ended = Tenders.solo5(folder, target, example("blk", target), List.of("--block:storage=" + disk));
        assertEquals(0, ended.code(), ended::text);
        assertTrue(ended.text().contains("a disk of the tests") && ended.text().contains("SUCCESS"), ended::text);
        byte[] after = Files.readAllBytes(disk);
        assertEquals(-1, Arrays.mismatch(before, 0, SECTOR, after, 0, SECTOR), "sector 0 was only read");
        assertTrue(Arrays.mismatch(before, SECTOR, 2 * SECTOR, after, SECTOR, 2 * SECTOR) >= 0, "sector 1 was written");
        assertEquals(-1, Arrays.mismatch(before, 2 * SECTOR, before.length, after, 2 * SECTOR, after.length),
                "the rest was let be");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello/hello.hvt", "hello/hello.spt", "hello/hello.virtio", "blk/blk.hvt", "blk/blk.spt",
        "net/net.hvt", "net/net.spt"})
    void solo5ElftoolSaysTheSame(String image) throws Exception {
        Tenders.needs("solo5-elftool", "build Solo5 and put its tools on PATH");
        String file = EXAMPLES.resolve(image).toString();
        assertEquals(elftool("query-manifest", file), shown("--manifest", file));
        assertEquals(elftool("query-abi", file), shown("--abi", file));
    }

    private String elftool(String query, String file) throws IOException, InterruptedException {
        Tool.Ended ended = Tool.run(folder, "solo5-elftool", query, file);
        assertEquals(0, ended.code(), ended::text);
        return ended.text();
    }

    private static String shown(String option, String file) {
        Repro.Answer answer = Repro.run("manifest", "show", option, file);
        assertEquals(0, answer.code(), answer::toString);
        return answer.out();
    }
}
