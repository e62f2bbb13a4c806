package dev.repro.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

    @Test
    void helloBootsUnderQemu() throws Exception {
        needs("qemu-system-x86_64", "apt-get install qemu-system-x86");
        Tool.Ended ended = Tool.run(folder, "qemu-system-x86_64", "-machine", "microvm,acpi=off", "-accel", "tcg", "-nodefaults", "-no-reboot",
                "-display", "none", "-serial", "stdio", "-device", "isa-debug-exit", "-kernel", EXAMPLES.resolve("hello/hello.virtio").toString(),
                "-append", "exit=7");
        greets("virtio", ended);
        assertEquals(2 * 7 + 33, ended.code(), ended::text); // as the example's README says
    }

    @ParameterizedTest
    @ValueSource(strings = {"hvt", "spt"})
    void helloRunsUnderItsTender(String target) throws Exception {
        Tool.Ended ended = tender(target, "hello", List.of(), "exit=7");
        greets(target, ended);
        assertEquals(7, ended.code(), ended::text);
    }

    private static void greets(String target, Tool.Ended ended) {
        assertTrue(ended.text().replace("\r", "").contains("hello from a unikernel on " + target + "\ncommand line: exit=7\n"), ended::text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hvt", "spt"})
    void blkReadsAndWritesItsDisk(String target) throws Exception {
        byte[] before = new byte[8 * SECTOR];
        byte[] label = "a disk of the tests\n".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(label, 0, before, 0, label.length);
        Path disk = Files.write(folder.resolve("disk.img"), before);
        Tool.Ended ended = tender(target, "blk", List.of("--block:storage=" + disk));
        assertEquals(0, ended.code(), ended::text);
        assertTrue(ended.text().contains("a disk of the tests") && ended.text().contains("SUCCESS"), ended::text);
        byte[] after = Files.readAllBytes(disk);
        assertEquals(-1, Arrays.mismatch(before, 0, SECTOR, after, 0, SECTOR), "sector 0 was only read");
        assertTrue(Arrays.mismatch(before, SECTOR, 2 * SECTOR, after, SECTOR, 2 * SECTOR) >= 0, "sector 1 was written");
        assertEquals(-1, Arrays.mismatch(before, 2 * SECTOR, before.length, after, 2 * SECTOR, after.length), "the rest was let be");
    }

    private Tool.Ended tender(String target, String example, List<String> devices, String... args) throws Exception {
        String tender = "solo5-" + target;
        needs(tender, "build Solo5 and put its tenders on PATH");
        Path kvm = Path.of("/dev/kvm");
        assumeTrue(!target.equals("hvt") || Files.isReadable(kvm) && Files.isWritable(kvm), "skipped: /dev/kvm cannot be opened, and solo5-hvt needs it");
        var argv = new ArrayList<>(List.of(tender, "--mem=2"));
        argv.addAll(devices);
        argv.addAll(List.of("--", EXAMPLES.resolve(example).resolve(example + "." + target).toString()));
        argv.addAll(List.of(args));
        return Tool.run(folder, argv.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello/hello.hvt", "hello/hello.spt", "hello/hello.virtio", "blk/blk.hvt", "blk/blk.spt", "net/net.hvt", "net/net.spt"})
    void solo5ElftoolSaysTheSame(String image) throws Exception {
        needs("solo5-elftool", "build Solo5 and put its tools on PATH");
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

    private static void needs(String program, String hint) {
        assumeTrue(Tool.found(program), "skipped: " + program + " is not on PATH (" + hint + ")");
    }
}
