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
        return Samples.bare(folder.resolve(name), "const char *volatile s; void _start(void) { s = \"" + text + "\"; for (;;); }\n", "-Wl,--build-id=sha1");
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
        int step = Math.max(1, a.length / 1500);
        for (int n = 0; n <= a.length; n += n < 200 ? 1 : step) {
            answered(Arrays.copyOf(a, n), b);
            answered(a, Arrays.copyOf(b, Math.min(n, b.length)));
        }
    }

    @Test
    void everyByteOfTheHeadersAndManyOthers() throws Exception {
        byte[] a = small("a", "/b/x7q4w/src");
        byte[] b = small("b", "/home/q2e9z/deeper/src");
        var random = new Random(1);
        int tables = 40 * 64;
        for (int i = 0; i < 4000; i++) {
            byte[] changed = b.clone();
            int at = i < 200 ? i : i < 200 + tables ? changed.length - 1 - (i - 200) : random.nextInt(changed.length);
            changed[at] = (byte) (i % 3 == 0 ? 0xff : i % 3 == 1 ? 0 : random.nextInt());
            answered(a, changed);
            answered(changed, b);
        }
    }

    @Test
    void twoLargeImagesWithOneFunctionMore() throws Exception {
        var source = new StringBuilder("const char *volatile sink; int volatile number;\n");
        for (int i = 0; i < 60_000; i++) {
            if (i == 200) {
                source.append("#ifdef INS\nint ins(void) { return 41; }\n#endif\n");
            }
            source.append("int f").append(i).append("(int x) { sink = \"text number ").append(i).append("\"; number = x * ").append(i * 7 + 3);
            source.append("; return number").append(i > 0 ? " + f" + (i - 1) + "(x - 1)" : "").append("; }\n");
        }
        source.append("void _start(void) { number = f59999(7); for (;;); }\n");
        String[] flags = {"-O0", "-fno-inline", "-Wl,--build-id=sha1", "-fno-asynchronous-unwind-tables"};
        byte[] a = Samples.bare(folder.resolve("a"), source.toString(), flags);
        byte[] b = Samples.bare(folder.resolve("b"), source.toString(), flags[0], flags[1], flags[2], flags[3], "-DINS");
        assertTrue(a.length > 8_000_000, "only " + a.length);
        long start = System.nanoTime();
        var diff = assertTimeoutPreemptively(Duration.ofSeconds(30), () -> Samples.compare(a, b));
        System.err.println(String.join("\n", diff.lines("large", "A", "B")) + "\n" + (System.nanoTime() - start) / 1_000_000 + " ms");
        assertEquals(List.of("unknown"), Samples.causes(diff));
        assertEquals("ins", Samples.first(diff).where().symbol());
        assertEquals(1, Samples.first(diff).count());
        assertTrue(diff.findings().size() <= 4);
    }
}
