package dev.repro.diffoscopelite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever the bytes are, a comparison ends, says that they differ and why or where, and stays small.
class RobustnessTest {
    @TempDir
    Path folder;

    @BeforeAll
    static void compiler() {
        Samples.needCompiler();
    }

    private byte[] small(String name, String text) throws Exception {
        return Samples.bare(folder.resolve(name), "const char *volatile s; void _start(void) { s = \"" + text
                + "\"; for (;;); }\n", "-Wl,--build-id=sha1");
    }

    private static void answered(byte[] a, byte[] b) {
        var diff = Samples.compare(a, b);
        if (Arrays.equals(a, b)) {
            assertEquals(Verdict.IDENTICAL, diff.verdict());
            return;
        }
        assertFalse(diff.findings().isEmpty());
        assertTrue(diff.findings().size() <= Collector.MAX);
        for (var finding : diff.findings()) {
            assertTrue(finding.a().length() <= Shown.MAX && finding.b().length() <= Shown.MAX, finding::toString);
            assertTrue(finding.role() != Role.CONSEQUENCE || diff.findings().getFirst().role() != Role.CONSEQUENCE);
        }
        assertFalse(diff.lines("x", "A", "B").isEmpty());
    }

    @Test
    void everyPrefix() throws Exception {
        byte[] a = small("a", "/b/x7q4w/src");
        byte[] b = small("b", "/home/q2e9z/deeper/src");
        for (int n = 0; n < Math.min(a.length, b.length); n++) {
            answered(Arrays.copyOf(a, n), b);
            answered(a, Arrays.copyOf(b, n));
        }
    }

    @Test
    void everyByteChanged() throws Exception {
        byte[] a = small("a", "/b/x7q4w/src");
        byte[] b = small("b", "/home/q2e9z/deeper/src");
        var random = new Random(1);
        for (int i = 0; i < b.length; i++) {
            byte[] changed = b.clone();
            changed[i] = (byte) (i % 3 == 0 ? 0xff : i % 3 == 1 ? changed[i] ^ 1 << i % 8 : random.nextInt());
            answered(a, changed);
            answered(changed, b);
        }
    }

    @Test
    void twoLargeImagesWithOneFunctionMore() throws Exception {
        var source = new StringBuilder(".globl _start\n_start: call f9\n jmp _start\n");
        for (int i = 0; i < 80_000; i++) {
            if (i == 200) {
                source.append(".ifdef INS\n.type ins, @function\nins: mov $41, %eax\n ret\n"
                        + ".size ins, . - ins\n.p2align 4\n.endif\n");
            }
            String f = "f" + i;
            source.append(".type ").append(f).append(", @function\n").append(f).append(": lea s").append(i)
                    .append("(%rip), %rsi\n mov $")
                    .append(i * 7 + 3).append(", %edi\n call f").append(Math.max(0,
                            i - 1)).append("\n lea f").append((i * 31L) % 80_000)
                    .append("(%rip), %rax\n movabs $f").append((i * 17L) % 80_000).append(", %rdx\n ret\n.size ").append(f)
                            .append(", . - ").append(f)
                    .append("\n.p2align 4\n.section .rodata\ns").append(i).append(": .asciz \"text number ").append(i)
                            .append("\"\n.text\n");
        }
        Samples.write(folder, "large.s", source.toString());
        String[] flags = {"-nostdlib", "-static", "-no-pie", "-Wl,--build-id=sha1", "large.s"};
        byte[] a = Samples.gcc(folder, "a", flags);
        byte[] b = Samples.gcc(folder, "b", flags[0], flags[1], flags[2], flags[3], "-Wa,--defsym,INS=1", flags[4]);
        assertTrue(a.length > 8_000_000, "only " + a.length);
        var diff = assertTimeoutPreemptively(Duration.ofSeconds(30), () -> Samples.compare(a, b));
        assertEquals(List.of("unknown"), Samples.causes(diff));
        assertEquals("ins", Samples.first(diff).where().symbol());
        assertEquals(1, Samples.first(diff).count());
        assertTrue(diff.findings().size() <= 4);
    }
}
