package dev.repro.diffoscopelite;

import static dev.repro.diffoscopelite.Samples.causes;
import static dev.repro.diffoscopelite.Samples.compare;
import static dev.repro.diffoscopelite.Samples.first;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OpaqueTest {
    private static byte[] noise(int seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Test
    void equalBytesAreIdentical() {
        assertEquals(new Diff(Verdict.IDENTICAL, List.of(), 0, 0, 0), compare(noise(1, 500), noise(1, 500)));
    }

    @Test
    void randomBytes() {
        for (int seed = 0; seed < 200; seed += 2) {
            assertEquals(List.of("randomness"), causes(compare(noise(seed, 10), noise(seed + 1, 10))), "seed " + seed);
        }
    }

    @Test
    void anEpochInEitherByteOrder() {
        for (var order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            byte[] a = noise(3, 400);
            byte[] b = a.clone();
            ByteBuffer.wrap(a).order(order).putInt(101, 1_772_706_045);
            ByteBuffer.wrap(b).order(order).putInt(101, 1_807_915_440);
            var diff = compare(a, b);
            assertEquals(List.of("time"), causes(diff));
            assertEquals(Proof.CANARY, first(diff).proof());
            assertEquals("1772706045", first(diff).a());
            assertEquals(Verdict.DIFFERENT, diff.verdict());
        }
    }

    @Test
    void timespecAndMilliseconds() {
        byte[] a = noise(4, 400);
        byte[] b = a.clone();
        ByteBuffer.wrap(a).order(ByteOrder.LITTLE_ENDIAN).putLong(64, 1_772_706_045).putLong(72, 123_456_789)
                .putLong(160, 1_772_706_045_111L);
        ByteBuffer.wrap(b).order(ByteOrder.LITTLE_ENDIAN).putLong(64, 1_807_915_440).putLong(72, 987_654_321)
                .putLong(160, 1_807_915_440_222L);
        assertEquals(List.of("time"), causes(compare(a, b)));
    }

    @Test
    void numbersInAnotherOrder() {
        byte[] a = noise(5, 800);
        byte[] b = a.clone();
        System.arraycopy(a, 400, b, 408, 8);
        System.arraycopy(a, 408, b, 400, 8);
        assertEquals(List.of("file-order"), causes(compare(a, b)));
    }

    @Test
    void pointersOfTheBuild() {
        byte[] a = noise(6, 800);
        byte[] b = a.clone();
        ByteBuffer.wrap(a).order(ByteOrder.LITTLE_ENDIAN).putLong(80, 0x55d0c8a3f2a0L);
        ByteBuffer.wrap(b).order(ByteOrder.LITTLE_ENDIAN).putLong(80, 0x5637bd0112a0L);
        assertEquals(List.of("aslr"), causes(compare(a, b)));
    }

    @Test
    void coreCountAndModes() {
        byte[] a = new byte[256];
        byte[] b = new byte[256];
        ByteBuffer.wrap(a).order(ByteOrder.LITTLE_ENDIAN).putInt(40, 2);
        ByteBuffer.wrap(b).order(ByteOrder.LITTLE_ENDIAN).putInt(40, 1);
        assertEquals(List.of("cpu-count"), causes(compare(a, b)));
        ByteBuffer.wrap(a).order(ByteOrder.LITTLE_ENDIAN).putInt(40, 0100644);
        ByteBuffer.wrap(b).order(ByteOrder.LITTLE_ENDIAN).putInt(40, 0100664);
        assertEquals(List.of("umask"), causes(compare(a, b)));
    }

    @Test
    void oneUnknownByteIsUnexplained() {
        byte[] a = noise(7, 400);
        byte[] b = a.clone();
        b[200] ^= 0x20;
        var diff = compare(a, b);
        assertEquals(List.of("unknown"), causes(diff));
        assertEquals(Role.UNEXPLAINED, first(diff).role());
        assertEquals(new Where("", "", "", 200, 1), first(diff).where());
        assertEquals(1, diff.differingBytes());
        assertEquals(1, diff.differingRanges());
    }

    @Test
    void theEnvironmentAsAText() {
        var diff = compare("PWD=/b/x7q4w/src\nLANG=C.UTF-8\nX=canary-env-a-5512\nHOME=/nonexistent/home-a-77\nZ=1\n",
                "HOME=/nonexistent/home-b-88\nLANG=fr_FR.UTF-8\nX=canary-env-b-9917\nPWD=/home/q2e9z/deeper/src\nZ=1\n");
        assertEquals(List.of("build-path", "environment", "home", "locale"), causes(diff).stream().sorted().toList());
        assertTrue(diff.findings().stream().allMatch(f -> f.proof() == Proof.CANARY));
    }

    @Test
    void linesInAnotherOrder() {
        assertEquals(List.of("file-order"), causes(compare("zeta\nalpha\nmu\n", "mu\nzeta\nalpha\n")));
        assertEquals(List.of("locale"), causes(compare("Beta\nGamma\nalpha\ndelta\n", "alpha\nBeta\ndelta\nGamma\n")));
    }

    @Test
    void aLineThatGrowsDoesNotMakeTheOthersDiffer() {
        var diff = compare("one\ntwo in /b/x7q4w/src\nthree\nfour\n", "one\ntwo in /home/q2e9z/deeper/src\nthree\nfour\n");
        assertEquals(1, diff.findings().size());
        assertEquals("two in /b/x7q4w/src", first(diff).a());
    }

    @Test
    void nothingAtAllOnOneSide() {
        assertEquals(Verdict.DIFFERENT, compare(new byte[0], noise(9, 30)).verdict());
        assertEquals(Verdict.DIFFERENT, compare("text\n", "").verdict());
    }

    @Test
    void gzipHeader() {
        byte[] a = noise(8, 100);
        a[0] = 0x1f;
        a[1] = (byte) 0x8b;
        byte[] b = a.clone();
        ByteBuffer.wrap(a).order(ByteOrder.LITTLE_ENDIAN).putInt(4, 315_532_800);
        ByteBuffer.wrap(b).order(ByteOrder.LITTLE_ENDIAN).putInt(4, 347_155_200);
        assertEquals(List.of("mtime"), causes(compare(a, b)));
    }

    @Test
    void findingsAreFewHoweverManyPlaces() {
        var a = new StringBuilder();
        var b = new StringBuilder();
        for (int i = 0; i < 50_000; i++) {
            a.append("left ").append(i).append('\n');
            b.append("right ").append(i).append('\n');
        }
        var diff = compare(a.toString(), b.toString());
        assertEquals(1, diff.findings().size());
        assertEquals(20_000, first(diff).count());
        assertEquals(30_000, diff.omitted());
    }

    @Test
    void theChecksumOfATarHeaderFollows() {
        byte[] a = new byte[1024];
        System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, a, 257, 5);
        byte[] b = a.clone();
        System.arraycopy("02263523000\0".getBytes(StandardCharsets.US_ASCII), 0, a, 136, 12); // 315532800
        System.arraycopy("02454225400\0".getBytes(StandardCharsets.US_ASCII), 0, b, 136, 12); // 347155200
        System.arraycopy("010157\0 ".getBytes(StandardCharsets.US_ASCII), 0, a, 148, 8);
        System.arraycopy("010223\0 ".getBytes(StandardCharsets.US_ASCII), 0, b, 148, 8);
        var diff = compare(a, b);
        assertEquals(List.of("mtime"), causes(diff));
        assertEquals("checksum", diff.findings().getLast().cause());
    }
}
