package dev.repro.tests.release;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import dev.repro.release.Embedded;
import dev.repro.release.Extras;
import dev.repro.release.ReleaseMaker;
import dev.repro.release.ReleaseStatement;
import dev.repro.tests.Repro;
import dev.repro.tests.Tenders;
import dev.repro.tests.Tool;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// An image with a signed release in it starts as one without, and Solo5's own tool says the same of it.
class EmbeddedTenderTest {
    private static final Path EXAMPLES = Repro.HOME.resolve("examples");
    private static final int SECTOR = 512;

    @TempDir
    Path folder;

    /// A file with the release of the example's images in it.
    private Path embedded(String example, String file) throws Exception {
        Path image = EXAMPLES.resolve(example).resolve(file);
        var signer = PrivateKey.generate(Scheme.ED25519, new SecureRandom()).signer();
        var release = ReleaseMaker.make(example, "1.0.0", List.of(image), Extras.NONE).release();
        byte[] plain = Files.readAllBytes(image);
        byte[] embedded = Embedded.embed(plain, ReleaseStatement.sign(release, List.of(signer)));
        assertTrue(embedded.length > plain.length + 500);
        assertArrayEquals(plain, Embedded.strip(embedded).image());
        assertEquals(release, ReleaseStatement.verify(Embedded.strip(embedded).envelope().orElseThrow(), List.of(signer.key()), 1));
        return Files.write(folder.resolve(file), embedded);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hvt", "spt"})
    void helloRunsUnderItsTender(String target) throws Exception {
        Tool.Ended ended = Tenders.solo5(folder, target, embedded("hello", "hello." + target), List.of(), "exit=7");
        Tenders.assertGreets(target, ended);
        assertEquals(7, ended.code(), ended::text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hvt", "spt"})
    void blkGetsItsDisk(String target) throws Exception {
        byte[] disk = new byte[8 * SECTOR];
        byte[] label = "a disk of the tests\n".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(label, 0, disk, 0, label.length);
        Path file = Files.write(folder.resolve("disk.img"), disk);
        Tool.Ended ended = Tenders.solo5(folder, target, embedded("blk", "blk." + target), List.of("--block:storage=" + file));
        assertEquals(0, ended.code(), ended::text);
        assertTrue(ended.text().contains("a disk of the tests") && ended.text().contains("SUCCESS"), ended::text);
    }

    @Test
    void helloBootsUnderQemu() throws Exception {
        Tool.Ended ended = Tenders.qemu(folder, embedded("hello", "hello.virtio"));
        Tenders.assertGreets("virtio", ended);
        assertEquals(2 * 7 + 33, ended.code(), ended::text); // as the example's README says
    }

    @ParameterizedTest
    @CsvSource({"hello, hello.hvt", "hello, hello.spt", "hello, hello.virtio", "blk, blk.hvt", "net, net.spt"})
    void solo5ElftoolSaysTheSame(String example, String file) throws Exception {
        Tenders.needs("solo5-elftool", "build Solo5 and put its tools on PATH");
        for (String query : List.of("query-manifest", "query-abi")) {
            Tool.Ended plain = Tool.run(folder, "solo5-elftool", query, EXAMPLES.resolve(example).resolve(file).toString());
            assertEquals(plain, Tool.run(folder, "solo5-elftool", query, embedded(example, file).toString()));
            assertEquals(0, plain.code(), plain::text);
        }
    }
}
