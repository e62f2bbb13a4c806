package dev.repro.tender.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.base.Problem;
import dev.repro.tender.Ask;
import dev.repro.tender.Permit;
import dev.repro.tender.os.Sealed;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class QemuTest {
    private static final Path QEMU = Path.of("/usr/bin/qemu-system-x86_64");
    private static final Path HELLO = Permits.EXAMPLES.resolve("hello/hello.virtio");

    @TempDir
    Path folder;

    /// A QEMU of which is known what it can use.
    private Qemu known(Sealed program, String accelerator) throws Exception {
        Files.writeString(folder.resolve("qemu-" + program.sha256() + ".json"), "{\"schema\":\"repro.qemu.v1\",\"kernel\":\""
                + System.getProperty("os.version") + "\",\"accelerator\":\"" + accelerator + "\"}");
        return new Qemu(new Accelerator(Optional.of(folder)));
    }

    private Permit permit(String target, Sealed program, List<Ask.Device> devices, List<String> readOnly, String... arguments) throws Exception {
        return Permits.of(HELLO, target, Optional.of(QEMU), Optional.of(program), devices, readOnly, arguments);
    }

    @Test
    void anImageWithoutDevicesHasASmallMachine() throws Exception {
        try (Sealed program = Sealed.of(new byte[] {1}, "qemu")) {
            Permit permit = permit("virtio", program, List.of(), List.of(), "exit=7", "a,b c");
            var expected = new ArrayList<>(List.of("qemu-system-x86_64"));
            expected.addAll(Accelerator.folders(QEMU));
            expected.addAll(List.of("-machine", "microvm,acpi=off,auto-kernel-cmdline=off", "-m", "64M", "-serial", "stdio", "-nodefaults",
                    "-no-user-config", "-no-reboot", "-display", "none", "-monitor", "none", "-device", "isa-debug-exit", "-sandbox",
                    "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny", "-accel", "tcg", "-cpu", "max", "-kernel",
                    permit.sealed().path(), "-append", "exit=7 a,b c"));
            assertEquals(expected, known(program, "tcg").argv(permit));
            assertTrue(known(program, "kvm").argv(permit).containsAll(List.of("kvm", "host")));
            assertTrue(known(program, "tcg").argv(permit("multiboot1", program, List.of(), List.of())).contains("q35"));
        }
    }

    @Test
    void devicesComeInTheirOrderAndTheirNamesAreNoSyntax() throws Exception {
        Path first = Files.write(folder.resolve("a,readonly=on b"), new byte[512]);
        Path second = Files.write(folder.resolve("second"), new byte[512]);
        List<Ask.Device> devices = List.of(block("one", first, OptionalInt.empty()), block("two", second, OptionalInt.of(512)));
        try (Sealed program = Sealed.of(new byte[] {1}, "qemu")) {
            List<String> argv = known(program, "tcg").argv(permit("virtio", program, devices, List.of("two")));
            assertTrue(argv.contains("pc,acpi=off"));
            int at = argv.indexOf("-blockdev");
            assertEquals(List.of("-blockdev", "driver=raw,node-name=b2,read-only=off,file.driver=file,file.locking=on,file.filename=" + folder
                    + "/a,,readonly=on b", "-device", "virtio-blk-pci,drive=b2,bus=pci.0,addr=0x2", "-blockdev",
                    "driver=raw,node-name=b3,read-only=on,file.driver=file,file.locking=on,file.filename=" + second, "-device",
                    "virtio-blk-pci,drive=b3,bus=pci.0,addr=0x3"), argv.subList(at, at + 8));
        }
    }

    @Test
    void whatQemuWouldMisreadIsRefused() throws Exception {
        try (Sealed program = Sealed.of(new byte[] {1}, "qemu")) {
            Qemu qemu = known(program, "tcg");
            Path disk = Files.write(folder.resolve("disk"), new byte[512]);
            assertProblem("sector size", qemu, permit("virtio", program, List.of(block("a", disk, OptionalInt.of(4096))), List.of()));
            assertProblem("cannot be looked at", qemu, permit("virtio", program, List.of(block("a", folder.resolve("no"), OptionalInt.empty())), List.of()));
            assertProblem("there is no such interface", qemu, permit("virtio", program,
                    List.of(new Ask.Net(Optional.empty(), "a", "nosuchtap0", Optional.empty())), List.of()));
            assertProblem("no name of an interface", qemu, permit("virtio", program,
                    List.of(new Ask.Net(Optional.empty(), "a", "tap%d", Optional.empty())), List.of()));
            assertProblem("at most 8191 bytes", qemu, permit("virtio", program, List.of(), List.of(), "x".repeat(8192)));
            var many = new ArrayList<Ask.Device>();
            for (int i = 0; i < 31; i++) {
                many.add(block("d" + i, disk, OptionalInt.empty()));
            }
            assertProblem("room for 30", qemu, permit("virtio", program, many, List.of()));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 25})
    void helloRunsFromSealedMemoryAndEndsAsItIsTold(int status) throws Exception {
        assumeTrue(Files.isExecutable(QEMU), "skipped: QEMU is not installed (apt-get install qemu-system-x86)");
        try (Sealed program = Sealed.executable(QEMU, 1 << 28)) {
            var console = new ByteArrayOutputStream();
            Permit permit = permit("virtio", program, List.of(), List.of(), "exit=" + status, "a  b");
            assertEquals(status, QemuRun.run(permit, known(program, "tcg").argv(permit), console));
            assertEquals("hello from a unikernel on virtio\ncommand line: exit=" + status + " a  b\n", text(console));
        }
    }

    @Test
    void qemuTakesTheDevices() throws Exception {
        assumeTrue(Files.isExecutable(QEMU), "skipped: QEMU is not installed (apt-get install qemu-system-x86)");
        List<Ask.Device> devices = List.of(block("one", Files.write(folder.resolve("a,readonly=on b"), new byte[4096]), OptionalInt.empty()),
                block("two", Files.write(folder.resolve("nbd:x"), new byte[4096]), OptionalInt.empty()));
        try (Sealed program = Sealed.executable(QEMU, 1 << 28)) {
            var console = new ByteArrayOutputStream();
            Permit permit = permit("virtio", program, devices, List.of("two"), "exit=3");
            assertEquals(3, QemuRun.run(permit, known(program, "tcg").argv(permit), console));
            assertTrue(text(console).contains("command line: exit=3\n"), () -> text(console));
        }
    }

    @Test
    void whatQemuCanUseIsTriedOnceAndKept() throws Exception {
        assumeTrue(Files.isExecutable(QEMU), "skipped: QEMU is not installed (apt-get install qemu-system-x86)");
        try (Sealed program = Sealed.executable(QEMU, 1 << 28)) {
            var accelerator = new Accelerator(Optional.of(folder.resolve("known")));
            List<String> options = accelerator.options(program, QEMU);
            assertTrue(List.of("kvm", "tcg").contains(options.get(1)));
            Path answer = folder.resolve("known/qemu-" + program.sha256() + ".json");
            assertTrue(Files.readString(answer).contains(options.get(1)));
            Files.writeString(answer, Files.readString(answer).replace(options.get(1), options.get(1).equals("kvm") ? "tcg" : "kvm"));
            assertTrue(!accelerator.options(program, QEMU).equals(options), "the answer is read");
            Files.writeString(answer, Files.readString(answer).replace(System.getProperty("os.version"), "another kernel"));
            assertEquals(options, accelerator.options(program, QEMU), "another kernel, another try");
            var here = new Accelerator(Optional.empty());
            assertTrue(here.options(program, QEMU).equals(options) && here.options(program, QEMU).equals(options));
        }
    }

    @Test
    void aProgramThatIsNoQemuIsTold() throws Exception {
        try (Sealed program = Sealed.executable(Path.of("/bin/false"), 1 << 28)) {
            var problem = assertThrows(Problem.class, () -> new Accelerator(Optional.of(folder.resolve("none"))).options(program, Path.of("/bin/false")));
            assertEquals("/bin/false: this QEMU cannot start a guest: exit status 1", problem.line());
        }
    }

    private static Ask.Block block(String name, Path file, OptionalInt sector) {
        return new Ask.Block(Optional.empty(), name, file, sector);
    }

    private static String text(ByteArrayOutputStream console) {
        return console.toString(StandardCharsets.US_ASCII).replace("\r", "");
    }

    private static void assertProblem(String part, Qemu qemu, Permit permit) {
        var problem = assertThrows(Problem.class, () -> qemu.argv(permit));
        assertTrue(problem.line().contains(part) && problem.exit() == Problem.Exit.USAGE, problem::line);
    }
}
