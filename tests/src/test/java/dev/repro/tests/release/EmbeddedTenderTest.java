package dev.repro.tests.release;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import dev.repro.release.Embedded;
import dev.repro.release.Extras;
import dev.repro.release.ReleaseMaker;
import dev.repro.release.ReleaseStatement;
import dev.repro.tests.Repro;
import dev.repro.tests.Tool;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// An image with a signed release in it starts as one without, and Solo5's own tool says the same of it.
class EmbeddedTenderTest {
    private static final Path EXAMPLES = Repro.HOME.resolve("examples");
    private static final long PATIENCE_SECONDS = 120;
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
        Tool.Ended ended = tender(target, embedded("hello", "hello." + target), List.of(), "exit=7");
        greets(target, ended);
        assertEquals(7, ended.code(), ended::text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hvt", "spt"})
    void blkGetsItsDisk(String target) throws Exception {
        byte[] disk = new byte[8 * SECTOR];
        byte[] label = "a disk of the tests\n".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(label, 0, disk, 0, label.length);
        Path file = Files.write(folder.resolve("disk.img"), disk);
        Tool.Ended ended = tender(target, embedded("blk", "blk." + target), List.of("--block:storage=" + file));
        assertEquals(0, ended.code(), ended::text);
        assertTrue(ended.text().contains("a disk of the tests") && ended.text().contains("SUCCESS"), ended::text);
    }

    @Test
    void helloBootsUnderQemu() throws Exception {
        needs("qemu-system-x86_64", "apt-get install qemu-system-x86");
        Tool.Ended ended = Tool.run(folder, PATIENCE_SECONDS, "qemu-system-x86_64", "-machine", "microvm,acpi=off", "-accel", "tcg", "-nodefaults",
                "-no-reboot", "-display", "none", "-serial", "stdio", "-device", "isa-debug-exit", "-kernel",
                embedded("hello", "hello.virtio").toString(), "-append", "exit=7");
        greets("virtio", ended);
        assertEquals(2 * 7 + 33, ended.code(), ended::text); // as the example's README says
    }

    @ParameterizedTest
    @CsvSource({"hello, hello.hvt", "hello, hello.spt", "hello, hello.virtio", "blk, blk.hvt", "net, net.spt"})
    void solo5ElftoolSaysTheSame(String example, String file) throws Exception {
        needs("solo5-elftool", "build Solo5 and put its tools on PATH");
        for (String query : List.of("query-manifest", "query-abi")) {
            Tool.Ended plain = Tool.run(folder, PATIENCE_SECONDS, "solo5-elftool", query, EXAMPLES.resolve(example).resolve(file).toString());
            assertEquals(plain, Tool.run(folder, PATIENCE_SECONDS, "solo5-elftool", query, embedded(example, file).toString()));
            assertEquals(0, plain.code(), plain::text);
        }
    }

    private static void greets(String target, Tool.Ended ended) {
        String greeting = "hello from a unikernel on " + target + "\ncommand line: exit=7\n";
        assertTrue(ended.text().replace("\r", "").contains(greeting), ended::text);
    }

    private Tool.Ended tender(String target, Path image, List<String> devices, String... args) throws Exception {
        String tender = "solo5-" + target;
        needs(tender, "build Solo5 and put its tenders on PATH");
        Path kvm = Path.of("/dev/kvm");
        assumeTrue(!target.equals("hvt") || Files.isReadable(kvm) && Files.isWritable(kvm),
                "skipped: /dev/kvm cannot be opened, and solo5-hvt needs it");
        var argv = new ArrayList<>(List.of(tender, "--mem=2"));
        argv.addAll(devices);
        argv.addAll(List.of("--", image.toString()));
        argv.addAll(List.of(args));
        return Tool.run(folder, PATIENCE_SECONDS, argv.toArray(String[]::new));
    }

    private static void needs(String program, String hint) {
        assumeTrue(Tool.found(program), "skipped: " + program + " is not on PATH (" + hint + ")");
    }
}
