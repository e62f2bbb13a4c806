package dev.repro.tender.hvt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootInfoTest {
    @TempDir
    Path folder;

    @Test
    void everyByteIsInItsPlace() throws Exception {
        Path disk = Files.write(folder.resolve("disk.img"), new byte[3 * 4096]);
        byte[] image = TestGuest.example("blk/blk.hvt");
        Loader blk = Loader.check(MemorySegment.ofArray(image), "blk.hvt", 2 << 20);
        try (Arena arena = Arena.ofConfined(); BlockDevice device = BlockDevice.open(new HvtGuest.Block("storage", disk, false, OptionalInt.of(4096)))) {
            MemorySegment memory = arena.allocate(2 << 20, 4096);
            BootInfo.write(memory, blk, 2_800_000_000L, "a b=\u00e4".getBytes(StandardCharsets.UTF_8), Map.of(1, device));

            MemorySegment expected = arena.allocate(2 << 20, 4096);
            String hex = "0000200000000000" // memory
                    + "0030100000000000" // end
                    + "009ce4a600000000" // cycles
                    + "1001010000000000" // command line: 0x10038 + 8 + 2 * 104
                    + "3800010000000000" // manifest
                    + "00000000000000000000000000000000"
                    + "0100000002000000"; // version 1, two entries
            put(expected, 0x10000, hex);
            put(expected, 0x10000 + 64 + 68, "00000040");
            put(expected, 0x10000 + 64 + 104, "73746f72616765"); // storage
            put(expected, 0x10000 + 64 + 104 + 68, "01000000" + "0030000000000000" + "0010");
            put(expected, 0x10000 + 64 + 104 + 96, "01"); // attached
            put(expected, 0x10110, "6120623dc3a4");
            assertEquals(-1, expected.mismatch(memory));
        }
    }

    private static void put(MemorySegment memory, long address, String hex) {
        byte[] bytes = java.util.HexFormat.of().parseHex(hex);
        memory.asSlice(address, bytes.length).copyFrom(MemorySegment.ofArray(bytes));
    }

    @Test
    void anAddressThatIsMadeIsForOneStationAndAdministeredLocally() {
        var random = new Random(7);
        for (int i = 0; i < 1000; i++) {
            byte[] mac = NetDevice.made(random);
            assertTrue(mac.length == 6 && (mac[0] & 3) == 2);
        }
    }
}
