package dev.repro.tests.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.base.Json;
import dev.repro.tests.Repro;
import dev.repro.tests.Tenders;
import dev.repro.tests.release.Person;
import dev.repro.tests.release.Town;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/// `repro launch` as a process, with the true tenders.
class LaunchTest extends Town {
    private static boolean published;
    private Operator operator;

    @BeforeAll
    static void tenders() {
        Tenders.needs("solo5-spt", "build Solo5 and put its tenders on PATH");
    }

    @BeforeEach
    void operator(TestInfo test) throws IOException {
        if (!published) {
            publish("hello", "hello/hello.spt", "hello/hello.hvt");
            publish("store", "blk/blk.spt");
            publish("wire", "net/net.spt");
            published = true;
        }
        operator = Operator.in(folder.resolve(test.getTestMethod().orElseThrow().getName()), url(), rootDigest(), "hello", "store", "wire");
    }

    private void publish(String name, String... images) throws IOException {
        Person author = owner(name);
        var sign = new java.util.ArrayList<>(List.of("sign", "--name", name, "--version", "1.0.0", "--memory-max", "64M"));
        for (String image : images) {
            Path from = Repro.HOME.resolve("examples").resolve(image);
            Files.copy(from, author.file(from.getFileName().toString()));
            sign.add(from.getFileName().toString());
        }
        author.does(sign.toArray(String[]::new));
        author.does("publish");
    }

    private Repro.Answer refused(int code, String name, String... args) throws IOException {
        int before = operator.receipts().size();
        Repro.Answer answer = operator.run(args);
        assertEquals(code, answer.code(), answer::toString);
        assertTrue(answer.err().contains("repro: refused: " + name + " (" + code + "): ") && answer.err().contains("repro: hint: "), answer::toString);
        assertEquals("", answer.out());
        if (!name.startsWith("policy-")) {
            assertEquals(before + 1, operator.receipts().size());
            assertTrue(operator.receipts().getLast().contains("\"" + name + "\""));
        }
        return answer;
    }

    @Test
    void theGuestRunsAndItsStatusIsPassedOn() throws Exception {
        Process process = Repro.start(operator.home(), operator.env(), "launch", "hello@1.0.0", "--target", "spt", "--mem=32", "--", "exit=7");
        String out = new String(process.getInputStream().readAllBytes());
        assertEquals(7, process.waitFor(), out + new String(process.getErrorStream().readAllBytes()));
        assertEquals("hello from a unikernel on spt\ncommand line: exit=7\n", out);
        String receipt = operator.receipts().getFirst();
        assertTrue(receipt.contains("\"launched\"") && receipt.contains("\"pid\": " + process.pid()), receipt); // the launcher became Java, which became the tender
        Repro.Answer offline = operator.run("launch", "hello", "--target=spt", "--offline", "--quiet", "--", "a", "b  c");
        assertEquals(0, offline.code(), offline::toString);
        assertTrue(offline.out().contains("command line: a b  c\n"), offline::toString);
        assertEquals("", offline.err());
    }

    @Test
    void hvtRunsToo() {
        assumeTrue(Files.isReadable(Path.of("/dev/kvm")) && Files.exists(Operator.tender("hvt")), "skipped: no /dev/kvm, or no solo5-hvt on PATH");
        Repro.Answer answer = operator.run("launch", "hello", "--target", "hvt", "--", "exit=9");
        assertEquals(9, answer.code(), answer::toString);
        assertTrue(answer.out().contains("hello from a unikernel on hvt\n"), answer::toString);
    }

    @Test
    void aDryRunSaysWhatWouldBeExecuted() throws Exception {
        Repro.Answer dry = operator.run("launch", "hello@1.0.0", "--target=spt", "--dry-run", "--json", "--", "x y");
        assertEquals(0, dry.code(), dry::toString);
        var argv = (Json.Arr) ((Json.Arr) dry.json().members().get("argv")).items().getFirst();
        assertEquals(List.of("solo5-spt", "--mem=64", "--"), argv.items().subList(0, 3).stream().map(j -> ((Json.Str) j).value()).toList());
        assertTrue(((Json.Str) argv.items().get(3)).value().matches("/proc/self/fd/[0-9]+"));
        assertEquals(new Json.Str("x y"), argv.items().getLast());
        assertEquals(List.of(), operator.receipts());
        Repro.Answer told = operator.run("launch", "hello", "--target=spt", "--dry-run", "--explain");
        for (String subject : List.of("policy ", "repository ", "release ", "image ", "contract ", "root ", "timestamp ", "snapshot ", "targets ", "hello ", "tender ", "launch ",
                "would be launched: hello 1.0.0")) {
            assertTrue(told.out().contains("\n" + subject) || told.out().startsWith(subject), subject + ": " + told);
        }
    }

    @Test
    void eachRefusalHasItsNameAndCode() throws Exception {
        refused(61, "device-extra", "launch", "hello@1.0.0", "--net:service=tap0");
        refused(61, "device-missing", "launch", "wire");
        refused(61, "device-type", "launch", "wire", "--block:service=policy.toml");
        refused(60, "release-unknown", "launch", "hello@2.0.0");
        refused(63, "package-not-allowed", "launch", "other");
        refused(63, "memory-not-allowed", "launch", "hello", "--mem=65");
        refused(63, "device-not-allowed", "launch", "wire", "--net:service=eth0");
        refused(61, "target-differs", "launch", "hello", "--target=virtio");
        byte[] image = Files.readAllBytes(Repro.HOME.resolve("examples/hello/hello.spt"));
        image[9000] ^= 1;
        Files.write(operator.home().resolve("hello.spt"), image);
        refused(60, "digest-mismatch", "launch", "hello", "--image", "hello.spt");
        refused(60, "image-unknown", "launch", "--image=hello.spt");
        operator.policy("sha256 = \"", "sha256 = \"00000000");
        assertEquals(2, operator.run("launch", "hello").code());
        operator.policy("00000000", "");
        Path tender = Files.copy(Operator.tender("spt"), operator.home().resolve("solo5-spt"));
        operator.policy(Operator.tender("spt").toString(), tender.toString());
        Files.write(tender, new byte[1], StandardOpenOption.APPEND);
        refused(63, "tender-changed", "launch", "hello", "--target=spt");
        Files.delete(operator.policy());
        refused(63, "policy-missing", "launch", "hello");
    }

    @Test
    void auditTellsAndLaunches() throws Exception {
        Path image = Files.copy(Repro.HOME.resolve("examples/hello/hello.spt"), operator.home().resolve("mine.spt"));
        byte[] bytes = Files.readAllBytes(image);
        bytes[bytes.length - 1] ^= 1;
        Files.write(image, bytes);
        Repro.Answer answer = operator.run("launch", "--audit", "--image", "mine.spt", "--", "exit=5");
        assertEquals(5, answer.code(), answer::toString);
        assertTrue(answer.err().contains("audit: image-unknown (60)"), answer::toString);
        assertTrue(operator.receipts().getLast().contains("image-unknown"));
    }

    @Test
    void whatIsMistypedIsBadInput() throws Exception {
        for (List<String> line : List.of(List.of("launch"), List.of("launch", "hello", "more"), List.of("launch", "hello", "--mem=64foo"), List.of("launch", "hello", "--mem"),
                List.of("launch", "hello", "--x-exec-heap"), List.of("launch", "Hello!"), List.of("launch", "wire", "--net:service=tap0", "--net-mac:service=02:00:00:00:00"),
                List.of("launch", "wire", "--net-mac:service=02:00:00:00:00:01"), List.of("launch", "hello", "--image=missing"))) {
            Repro.Answer answer = operator.run(line.toArray(String[]::new));
            assertEquals(2, answer.code(), () -> line + ": " + answer);
            assertTrue(answer.err().startsWith("repro: error: ") && answer.err().contains("repro: hint: ") && !answer.err().contains("\tat "), answer::toString);
        }
        operator.policy("version = 1", "version = 1\nmod = \"audit\"");
        Repro.Answer policy = operator.run("launch", "hello");
        assertEquals(2, policy.code(), policy::toString);
        assertTrue(policy.err().contains("policy.toml:3:1") && policy.err().contains("did you mean `mode`?"), policy::toString);
        assertEquals(List.of(), operator.receipts());
    }

    @Test
    void hostDevicesAreLookedAtBeforeAnythingStarts() throws Exception {
        Repro.Answer tap = operator.run("launch", "wire", "--net:service=tapnothere");
        assertEquals(2, tap.code(), tap::toString);
        assertTrue(tap.err().contains("the host has no such interface"), tap::toString);
        Path disk = Files.write(operator.home().resolve("disk"), new byte[100]);
        Repro.Answer small = operator.run("launch", "store", "--block:storage=disk");
        assertEquals(2, small.code(), small::toString);
        assertTrue(small.err().contains("too small"), small::toString);
        Path blank = Files.write(operator.home().resolve("a disk"), new byte[4096]);
        Repro.Answer spaced = operator.run("launch", "store", "--block:storage=" + blank);
        assertEquals(2, spaced.code(), spaced::toString);
        assertTrue(spaced.err().contains("a path without blanks"), spaced::toString);
        Files.write(disk, new byte[65_536]);
        Process holder = new ProcessBuilder("flock", disk.toString(), "-c", "echo held; cat").start();
        try {
            assertEquals("held", holder.inputReader().readLine());
            Repro.Answer used = operator.run("launch", "store", "--block:storage=disk");
            assertEquals(3, used.code(), used::toString);
            assertTrue(used.err().contains("is in use"), used::toString);
        } finally {
            holder.getOutputStream().close();
            holder.waitFor();
        }
        assertFalse(operator.receipts().stream().anyMatch(r -> r.contains("\"launched\"")));
    }

    @Test
    void aBlockDeviceIsReadAndWritten() throws Exception {
        Path disk = Files.write(operator.home().resolve("disk"), new byte[1 << 20]);
        Repro.Answer answer = operator.run("launch", "store", "--block:storage=disk");
        assertEquals(0, answer.code(), answer::toString);
        try (var channel = FileChannel.open(disk)) {
            var all = java.nio.ByteBuffer.allocate(1 << 20);
            channel.read(all);
            boolean written = false;
            for (byte b : all.array()) {
                written |= b != 0;
            }
            assertTrue(written, answer::toString);
        }
    }

    @Test
    void withoutReceiptsNothingIsLaunched() throws Exception {
        assertEquals(0, operator.run("launch", "hello", "--target=spt", "--dry-run").code());
        Files.writeString(operator.state().resolve("receipts"), "in the way");
        Repro.Answer answer = operator.run("launch", "hello", "--target=spt");
        assertEquals(4, answer.code(), answer::toString);
        assertEquals("", answer.out());
    }

    @Test
    void nothingIsLaunchedOfflineThatWasNeverSeen() {
        Repro.Answer answer = operator.run("launch", "hello", "--offline");
        assertEquals(2, answer.code(), answer::toString);
        assertTrue(answer.err().contains("nothing is known of the repository yet"), answer::toString);
    }
}
