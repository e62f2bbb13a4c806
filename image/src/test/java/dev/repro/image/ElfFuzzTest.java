package dev.repro.image;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Mutates a corpus of images for `-Drepro.fuzz.seconds` (3), from `-Drepro.fuzz.seed` (fixed). An image that makes anything but
/// a [MalformedElf] come out is kept as target/fuzz-failure.bin and the seed is in the message.
class ElfFuzzTest {
    private static final long SECONDS = Long.getLong("repro.fuzz.seconds", 3);
    private static final long SEED = Long.getLong("repro.fuzz.seed", 20261101);

    /// Numbers at which readers go wrong.
    private static final long[] EDGES = {0, 1, 2, 3, 4, 7, 8, 11, 12, 20, 0x7f, 0x80, 0xff, 0x100, 0xff00, 0xffff, 0x10000,
        0xfff1, 0x7fff_ffff, 0x8000_0000L, 0xffff_ffffL, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE, -1, -8, 0x100000, 0x4000_0000};

    @Test
    void mutatedImagesAreReadOrRefused() throws IOException {
        List<byte[]> corpus = corpus();
        assertTrue(corpus.size() > 20, "the corpus has only " + corpus.size());
        System.out.println("fuzzing the ELF reader for " + SECONDS + " s, seed " + SEED);
        long rounds = assertTimeoutPreemptively(Duration.ofSeconds(SECONDS + 60), () -> fuzz(corpus), "an image never ends");
        assertTrue(rounds > 0);
        System.out.println("fuzzed " + rounds + " images");
    }

    private static long fuzz(List<byte[]> corpus) throws IOException {
        var random = new Random(SEED);
        long end = System.nanoTime() + SECONDS * 1_000_000_000;
        long rounds = 0;
        while (System.nanoTime() < end) {
            byte[] image = mutated(corpus, random);
            try {
                Exercise.all(MemorySegment.ofArray(image));
            } catch (RuntimeException | Error e) {
                Files.write(Path.of("target/fuzz-failure.bin"), image);
                throw new AssertionError("seed " + SEED + ", round " + rounds + ", kept in target/fuzz-failure.bin", e);
            }
            rounds++;
        }
        return rounds;
    }

    private static List<byte[]> corpus() {
        var corpus = new ArrayList<>(LintImages.all().values());
        corpus.addAll(List.of(TestElf.hvt().build(), LintImages.xen().build(), LintImages.hermit().build(),
                TestElf.solo5(1, 2, TestElf.manifest()).build()));
        return corpus.stream().filter(c -> c.length < 8000).toList();
    }

    private static byte[] mutated(List<byte[]> corpus, Random random) {
        byte[] image = corpus.get(random.nextInt(corpus.size())).clone();
        for (int i = random.nextInt(6); i >= 0 && image.length > 16; i--) {
            image = mutated(image, corpus, random);
        }
        return image;
    }

    private static byte[] mutated(byte[] image, List<byte[]> corpus, Random random) {
        var b = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        int at = random.nextInt(image.length - 8);
        long edge = EDGES[random.nextInt(EDGES.length)];
        switch (random.nextInt(8)) {
            case 0 -> b.put(at, (byte) random.nextInt());
            case 1 -> b.putShort(at & ~1, (short) edge);
            case 2 -> b.putInt(at & ~3, (int) edge);
            case 3 -> b.putLong(at & ~7, edge);
            // A count, size or offset that is nearly right.
            case 4 -> b.putInt(at & ~3, b.getInt(at & ~3) + random.nextInt(-16, 17));
            case 5 -> b.putLong(at & ~7, random.nextInt(image.length * 2));
            case 6 -> {
                return Arrays.copyOf(image, random.nextInt(image.length + 64));
            }
            default -> {
                byte[] other = corpus.get(random.nextInt(corpus.size()));
                int length = Math.min(random.nextInt(200), Math.min(image.length - at, other.length));
                System.arraycopy(other, random.nextInt(other.length - length + 1), image, at, length);
            }
        }
        return image;
    }
}
