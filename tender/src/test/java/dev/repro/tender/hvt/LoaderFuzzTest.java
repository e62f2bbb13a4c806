package dev.repro.tender.hvt;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Images with headers that chance wrote: each is refused in one line, or is loaded within its memory and with page tables for it.
class LoaderFuzzTest {
    private static final int ROUNDS = 6_000;
    private static final int SIZE = 4 << 20;
    private static final int HEADERS = 64 + 7 * 56;
    private static final int NOTES = 0x2018;
    private static final int NOTES_END = 0x20dc;

    /// Numbers at which sums and comparisons go wrong.
    private static final long[] EDGES = {0, 1, 3, 7, 56, 64, 0xfff, 0x1000, 0x1001, 0xfffff, 0x100000, 0x100001, 0x102000, SIZE - 0x1000, SIZE - 1,
        SIZE, SIZE + 1, 0x7fffffffL, 0x80000000L, 0xffffffffL, 1L << 32, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE, -0x1000, -1};

    @Test
    void nothingButAProblemComesOfIt() throws Exception {
        byte[] hello = TestGuest.example("hello/hello.hvt");
        var random = new Random(20_261_122);
        int loaded = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(SIZE, 4096);
            for (int round = 0; round < ROUNDS; round++) {
                byte[] image = mutated(hello, random);
                try {
                    Loader loader = Loader.check(MemorySegment.ofArray(image), "fuzz.hvt", SIZE);
                    loader.load(memory);
                    PageTables.write(memory, loader.map());
                    BootInfo.write(memory, loader, 1, new byte[0], java.util.Map.of());
                    assertTrue(loader.end() <= SIZE && loader.map().at(loader.entry()) == (MemoryMap.READ | MemoryMap.EXECUTE));
                    assertTrue(loader.map().areas().stream().noneMatch(a -> (a.access() & 3) == 3), "written and executed");
                    loaded++;
                } catch (Problem e) {
                    assertTrue(e.exit() == Problem.Exit.NO && e.line().startsWith("fuzz.hvt: invalid image: ") && !e.line().contains("\n"), e::line);
                }
            }
        }
        assertTrue(loaded > ROUNDS / 100 && loaded < ROUNDS * 9 / 10, "chance wrote something: " + loaded + " of " + ROUNDS + " were loaded");
    }

    private static byte[] mutated(byte[] image, Random random) {
        byte[] bytes = image.clone();
        var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            int within = random.nextInt(4) == 0 ? NOTES + random.nextInt(NOTES_END - NOTES) : random.nextInt(HEADERS);
            switch (random.nextInt(4)) {
                case 0 -> bytes[within] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[within] = (byte) random.nextInt();
                case 2 -> buffer.putLong(within & ~7, EDGES[random.nextInt(EDGES.length)]);
                default -> buffer.putInt(within & ~3, (int) EDGES[random.nextInt(EDGES.length)]);
            }
        }
        return bytes;
    }
}
