package dev.repro.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Damaged and hostile images: nothing but [MalformedElf] is thrown, no time and no memory is taken beyond what the file's size
/// gives.
class HostileTest {
    /// Heap bytes that asking everything may take in all, for each byte of the file, and beside it. "Everything" reads the file
    /// some ten times over, so this is about 40 for each time; an object of Java has that for a note of 12 bytes.
    private static final long PER_BYTE = 400;
    private static final long BESIDE = 1 << 20;

    @Test
    void everyPrefixIsReadOrRefused() {
        byte[] image = TestElf.hvt().build();
        for (int length = 0; length < image.length; length++) {
            Exercise.all(MemorySegment.ofArray(Arrays.copyOf(image, length)));
        }
    }

    @Test
    void everyChangedByteIsReadOrRefused() {
        for (byte[] image : List.of(TestElf.hvt().build(), LintImages.unikraft(TestElf.libInfo(
                TestElf.libInfoRecord(12, TestElf.ascii("now\0")))).build(), LintImages.hermit().build())) {
            for (int at = 0; at < image.length; at++) {
                for (int flip : new int[] {0x01, 0xff}) {
                    byte[] changed = image.clone();
                    changed[at] ^= (byte) flip;
                    Exercise.all(MemorySegment.ofArray(changed));
                }
            }
        }
    }

    /// Each byte of the two notes counts: changing one is seen by lint.
    @Test
    void everyChangedByteOfTheNotesIsTold() {
        byte[] image = TestElf.hvt().build();
        for (var note : List.of(TestElf.note("Solo5", Solo5.MFT1, TestElf.plainManifest()),
                TestElf.note("Solo5", Solo5.ABI1, TestElf.words(1, 2, 0, 0)))) {
            int start = indexOf(image, note);
            for (int at = 0; at < note.length; at++) {
                byte[] changed = image.clone();
                changed[start + at] ^= 1;
                boolean name = at >= 32 + Device.SIZE && (at - 32) % Device.SIZE < 5;
                var findings = Lint.check(MemorySegment.ofArray(changed), OptionalLong.empty());
                if (!name) {
                    assertNotEquals(List.of(), findings, "byte " + at);
                }
            }
        }
    }

    @Test
    void overlappingNotesAndNamesTakeNoMoreThanTheirShare() {
        for (byte[] image : List.of(manyNoteSegments(), manyLoads(), manyNoteSections())) {
            assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
                long allocated = Exercise.allocated(MemorySegment.ofArray(image));
                assertTrue(allocated < PER_BYTE * image.length + BESIDE, allocated + " bytes for a file of " + image.length);
            });
        }
    }

    @Test
    void damagedCountsTakeNoMoreThanTheirShare() {
        byte[] image = TestElf.hvt().build();
        RandomGenerator random = new Random(1);
        Exercise.all(MemorySegment.ofArray(image));
        for (int round = 0; round < 1000; round++) {
            var changed = ByteBuffer.wrap(image.clone()).order(ByteOrder.LITTLE_ENDIAN);
            int at = random.nextInt(image.length - 8);
            changed.putLong(at, random.nextBoolean() ? -1 : 1L << random.nextInt(64));
            long allocated = Exercise.allocated(MemorySegment.ofArray(changed.array()));
            assertTrue(allocated < PER_BYTE * image.length + BESIDE, allocated + " bytes at " + at);
        }
    }

    /// 20,000 segments that each claim all of the file for notes.
    private static byte[] manyNoteSegments() {
        var b = many(20_000);
        for (int i = 0; i < 20_000; i++) {
            int at = 64 + 56 * i;
            b.putInt(at, Segment.PT_NOTE).putLong(at + 8, i).putLong(at + 32, b.capacity() - i).putLong(at + 48, 4);
        }
        return b.array();
    }

    /// 20,000 segments to load, in no order.
    private static byte[] manyLoads() {
        var b = many(20_000);
        for (int i = 0; i < 20_000; i++) {
            int at = 64 + 56 * i;
            b.putInt(at, Segment.PT_LOAD).putInt(at + 4, 7).putLong(at + 16, 0x100000L * (i * 31 % 20_000))
                    .putLong(at + 32, i % 2).putLong(at + 40, 0x200000).putLong(at + 48, 0x1000);
        }
        return b.array();
    }

    /// 15,000 sections of notes that share their bytes.
    private static byte[] manyNoteSections() {
        var b = many(20_000);
        b.putLong(40, 64).putShort(58, (short) 64).putShort(60, (short) 15_000).putShort(62, (short) 0);
        for (int i = 0; i < 15_000; i++) {
            int at = 64 + 64 * i;
            b.putInt(at + 4, Section.SHT_NOTE).putLong(at + 24, i).putLong(at + 32, b.capacity() - i);
        }
        return b.array();
    }

    private static ByteBuffer many(int segments) {
        var b = ByteBuffer.allocate(64 + 56 * segments).order(ByteOrder.LITTLE_ENDIAN);
        b.put(TestElf.hvt().build(), 0, 64).position(0);
        b.putLong(40, 0).putShort(56, (short) segments).putShort(60, (short) 0).putShort(62, (short) 0);
        return b;
    }

    private static int indexOf(byte[] all, byte[] part) {
        for (int i = 0; i + part.length <= all.length; i++) {
            if (Arrays.equals(all, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        throw new AssertionError("not found");
    }

    @Test
    void thePartIsFound() {
        assertEquals(1, indexOf(new byte[] {0, 1, 2}, new byte[] {1, 2}));
    }
}
