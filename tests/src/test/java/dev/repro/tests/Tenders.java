package dev.repro.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Starts images under real tenders. A test whose tender is not here is skipped, and says so.
public final class Tenders {
    private Tenders() {}

    public static void needs(String program, String hint) {
        assumeTrue(Tool.found(program), "skipped: " + program + " is not on PATH (" + hint + ")");
    }

    /// @param target `hvt` or `spt`
    public static Tool.Ended solo5(Path folder, String target, Path image, List<String> devices, String... args)
            throws IOException, InterruptedException {
        String tender = "solo5-" + target;
        needs(tender, "build Solo5 and put its tenders on PATH");
        Path kvm = Path.of("/dev/kvm");
        assumeTrue(!target.equals("hvt") || Files.isReadable(kvm) && Files.isWritable(kvm),
                "skipped: /dev/kvm cannot be opened, and solo5-hvt needs it");
        var argv = new ArrayList<>(List.of(tender, "--mem=2"));
        argv.addAll(devices);
        argv.addAll(List.of("--", image.toString()));
        argv.addAll(List.of(args));
        return Tool.run(folder, argv.toArray(String[]::new));
    }

    /// The virtio image of the example `hello`, told to end with 7: QEMU's exit code is then `2 * 7 + 33`, as the example's README says.
    public static Tool.Ended qemu(Path folder, Path image) throws IOException, InterruptedException {
        needs("qemu-system-x86_64", "apt-get install qemu-system-x86");
        return Tool.run(folder, "qemu-system-x86_64", "-machine", "microvm,acpi=off", "-accel", "tcg", "-nodefaults", "-no-reboot", "-display", "none",
                "-serial", "stdio", "-device", "isa-debug-exit", "-kernel", image.toString(), "-append", "exit=7");
    }

    /// What the example `hello` prints when it is told `exit=7`.
    public static void assertGreets(String target, Tool.Ended ended) {
        String greeting = "hello from a unikernel on " + target + "\ncommand line: exit=7\n";
        assertTrue(ended.text().replace("\r", "").contains(greeting), ended::text);
    }
}
