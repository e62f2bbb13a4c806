package dev.repro.release;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.image.ElfFile;
import dev.repro.image.Image;
import dev.repro.image.Lint;
import dev.repro.image.Section;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedTest {
    private static final byte[] ENVELOPE =
            "{\"payload\":\"\",\"payloadType\":\"x\",\"signatures\":[{\"sig\":\"\"}]}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    static Stream<Path> images() {
        return Fixture.exampleImages();
    }

    @ParameterizedTest
    @MethodSource("images")
    void whatIsEmbeddedComesOutAndLeavesTheImage(Path file) throws Exception {
        byte[] image = Files.readAllBytes(file);
        byte[] embedded = Embedded.embed(image, ENVELOPE);
        assertTrue(Embedded.isIn(MemorySegment.ofArray(embedded)));
        assertFalse(Embedded.isIn(MemorySegment.ofArray(image)));
        Embedded.Stripped stripped = Embedded.strip(embedded);
        assertArrayEquals(image, stripped.image());
        assertArrayEquals(ENVELOPE, stripped.envelope().orElseThrow());
        Embedded.Stripped none = Embedded.strip(image);
        assertArrayEquals(image, none.image());
        assertEquals(Optional.empty(), none.envelope());
    }

    @ParameterizedTest
    @MethodSource("images")
    void aSecondOneReplacesTheFirst(Path file) throws Exception {
        byte[] image = Files.readAllBytes(file);
        byte[] once = Embedded.embed(image, ENVELOPE);
        assertArrayEquals(once, Embedded.embed(once, ENVELOPE));
        assertArrayEquals(Embedded.embed(image, new byte[0]), Embedded.embed(once, new byte[0]));
        assertArrayEquals(image, Embedded.strip(Embedded.embed(once, new byte[100_000])).image());
    }

    @ParameterizedTest
    @MethodSource("images")
    void nothingThatBootsTheImageSeesIt(Path file) throws Exception {
        byte[] image = Files.readAllBytes(file);
        MemorySegment before = MemorySegment.ofArray(image);
        MemorySegment after = MemorySegment.ofArray(Embedded.embed(image, ENVELOPE));
        assertEquals(Image.describe(before).marks().toString().replaceAll("MemorySegment\\{[^}]*}", ""),
                Image.describe(after).marks().toString().replaceAll("MemorySegment\\{[^}]*}", ""));
        assertEquals(Lint.check(before, OptionalLong.empty()), Lint.check(after, OptionalLong.empty()));
        assertEquals(ElfFile.parse(before).segments(), ElfFile.parse(after).segments());
        List<Section> old = ElfFile.parse(before).sections().list();
        List<Section> now = ElfFile.parse(after).sections().list();
        assertEquals(old.stream().map(Section::name).toList(), now.stream().map(Section::name).limit(old.size()).toList());
        Section added = now.getLast();
        assertEquals(".repro.release", added.name());
        assertFalse(added.allocated());
        assertEquals(0, added.address());
        assertEquals(after.byteSize(), added.offset() + added.size());
    }

    /// One bit anywhere, or an end anywhere: refused, or the very image.
    @Test
    void noChangeGivesAnotherImageSilently() throws Exception {
        byte[] image = Files.readAllBytes(Fixture.EXAMPLES.resolve("hello/hello.hvt"));
        byte[] embedded = Embedded.embed(image, ENVELOPE);
        int same = 0;
        for (int i = 0; i < embedded.length; i += i < 64 || i >= image.length ? 1 : 7) {
            for (int bit = 0; bit < 8; bit += i < 64 ? 1 : 3) {
                byte[] changed = embedded.clone();
                changed[i] ^= (byte) (1 << bit);
                same += refusedOrSame(changed, image);
            }
        }
        assertTrue(same > 0, "a change of the envelope is the envelope's to find");
        assertTrue(same <= ENVELOPE.length * 3, "only the envelope may change");
        for (int length = 4; length < embedded.length; length++) {
            byte[] cut = Arrays.copyOf(embedded, length);
            assertThrows(Problem.class, () -> Embedded.strip(cut));
        }
        for (int more : List.of(1, 8, 100)) {
            assertThrows(Problem.class, () -> Embedded.strip(Arrays.copyOf(embedded, embedded.length + more)));
        }
    }

    @Test
    void severalChangesNeither() throws Exception {
        byte[] image = Files.readAllBytes(Fixture.EXAMPLES.resolve("blk/blk.spt"));
        byte[] embedded = Embedded.embed(image, ENVELOPE);
        var random = new Random(5);
        for (int i = 0; i < 3000; i++) {
            byte[] changed = embedded.clone();
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                int tail = image.length + random.nextInt(embedded.length - image.length);
                changed[random.nextBoolean() ? tail : random.nextInt(64)] = (byte) random.nextInt();
            }
            if (Embedded.isIn(MemorySegment.ofArray(changed))) { // the marks themselves were not all destroyed
                refusedOrSame(changed, image);
            }
        }
    }

    private static int refusedOrSame(byte[] changed, byte[] image) {
        try {
            Embedded.Stripped stripped = Embedded.strip(changed);
            assertArrayEquals(image, stripped.image());
            assertTrue(stripped.envelope().isPresent());
            return 1;
        } catch (Problem e) {
            assertEquals(Problem.Exit.USAGE, e.exit());
            return 0;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void randomElfFilesMakeTheRoundTrip(boolean wide) throws Exception {
        int done = 0;
        for (int seed = 0; seed < 400; seed++) {
            byte[] image = new RandomElf(wide, new Random(seed)).bytes();
            byte[] envelope = new byte[seed % 50];
            new Random(seed).nextBytes(envelope);
            byte[] embedded = Embedded.embed(image, envelope);
            MemorySegment after = MemorySegment.ofArray(embedded);
            var sections = ElfFile.parse(after).sections();
            assertEquals(".repro.release", sections.list().getLast().name(), "seed " + seed);
            assertEquals(ElfFile.parse(MemorySegment.ofArray(image)).segments(), ElfFile.parse(after).segments());
            assertArrayEquals(image, Embedded.strip(embedded).image(), "seed " + seed);
            assertArrayEquals(envelope, Embedded.strip(embedded).envelope().orElseThrow());
            done++;
        }
        assertEquals(400, done);
    }

    @Test
    void whatIsNoElfCarriesNothing() {
        byte[] text = "no image".repeat(50).getBytes(StandardCharsets.US_ASCII);
        assertThrows(Problem.class, () -> Embedded.embed(text, ENVELOPE));
        assertThrows(Problem.class, () -> Embedded.embed(new byte[0], ENVELOPE));
    }

    @Test
    void whatReproDidNotWriteIsLeftAlone() throws Exception {
        byte[] image = Files.readAllBytes(Fixture.EXAMPLES.resolve("hello/hello.hvt"));
        byte[] other = new RandomElf(true, new Random(1)).named(".repro.release").bytes();
        assertThrows(Problem.class, () -> Embedded.strip(other));
        assertThrows(Problem.class, () -> Embedded.embed(other, ENVELOPE));
        byte[] ends = Arrays.copyOf(image, image.length + 200);
        System.arraycopy(ElfTail.MAGIC, 0, ends, ends.length - 8, 8);
        assertThrows(Problem.class, () -> Embedded.strip(ends));
        assertThrows(Problem.class, () -> Embedded.embed(ends, ENVELOPE));
        byte[] nested = new RandomElf(true, new Random(2)).bytes();
        byte[] tooLong = new byte[ReleaseStatement.MAX_BYTES + 1];
        assertThrows(Problem.class, () -> Embedded.embed(nested, tooLong));
    }

    @Test
    void bytesThatWouldBeLoadedAreNotAppended() throws Exception {
        byte[] virtio = Files.readAllBytes(Fixture.EXAMPLES.resolve("hello/hello.virtio"));
        Embedded.embed(virtio, ENVELOPE);
        int at = -1;
        for (int i = 0; i < 8192 && at < 0; i += 4) {
            at = virtio[i] == 0x02 && virtio[i + 1] == (byte) 0xb0 && virtio[i + 2] == (byte) 0xad && virtio[i + 3] == 0x1b ? i : -1;
        }
        assertTrue(at > 0);
        Arrays.fill(virtio, at + 20, at + 24, (byte) 0); // load_end_addr
        assertThrows(Problem.class, () -> Embedded.embed(virtio, ENVELOPE));
        byte[] hvt = Files.readAllBytes(Fixture.EXAMPLES.resolve("hello/hello.hvt"));
        hvt[(int) ElfFile.parse(MemorySegment.ofArray(hvt)).header().programHeaderOffset() + 32 + 5] = 1; // p_filesz of segment 0
        assertThrows(Problem.class, () -> Embedded.embed(hvt, ENVELOPE));
    }

    @Test
    void aFileIsOpenedWithoutChangingIt() throws Exception {
        byte[] image = Files.readAllBytes(Fixture.EXAMPLES.resolve("hello/hello.hvt"));
        Path file = Files.write(folder.resolve("hello.hvt"), Embedded.embed(image, ENVELOPE));
        Digest before = Digest.of(file);
        assertTrue(file.toFile().setWritable(false));
        try (Arena arena = Arena.ofConfined()) {
            Embedded.Opened opened = Embedded.open(file, arena);
            assertEquals(Digest.of(image), opened.digest());
            assertArrayEquals(ENVELOPE, opened.envelope().orElseThrow());
            assertArrayEquals(image, opened.image().toArray(ValueLayout.JAVA_BYTE));
            Path plain = Files.write(folder.resolve("plain"), image);
            assertEquals(Optional.empty(), Embedded.open(plain, arena).envelope());
            assertEquals(Digest.of(image), Embedded.open(plain, arena).digest());
            assertThrows(Problem.class, () -> Embedded.open(folder.resolve("none"), arena));
        }
        assertEquals(before, Digest.of(file));
    }

    @Test
    void aReleaseIsOfTheStrippedImage() throws Exception {
        Path plain = Fixture.EXAMPLES.resolve("hello/hello.hvt");
        Path file = Files.write(folder.resolve("hello.hvt"), Embedded.embed(Files.readAllBytes(plain), ENVELOPE));
        assertThrows(Problem.class, () -> ReleaseMaker.make("hello", "1.0.0", List.of(file), Extras.NONE));
        Path work = Files.createDirectories(folder.resolve("work"));
        Made made = ReleaseMaker.make("hello", "1.0.0", List.of(file), Extras.NONE.withWork(work));
        assertEquals(ReleaseMaker.make("hello", "1.0.0", List.of(plain), Extras.NONE).release(), made.release());
        assertEquals(Digest.of(plain), Digest.of(made.files().firstEntry().getValue()));
    }

    @ParameterizedTest
    @MethodSource("images")
    void binutilsAgree(Path file) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/readelf")) && Files.isExecutable(Path.of("/usr/bin/objcopy")),
                "skipped: readelf and objcopy are not there (apt-get install binutils)");
        Path embedded = Files.write(folder.resolve("image"), Embedded.embed(Files.readAllBytes(file), ENVELOPE));
        String text = run("readelf", "-SW", embedded.toString());
        assertTrue(text.contains(".repro.release") && !text.contains("Warning") && !text.contains("Error"), text);
        Path content = folder.resolve("content");
        run("objcopy", "-O", "binary", "--only-section=.repro.release", "--set-section-flags", ".repro.release=alloc", embedded.toString(),
                content.toString());
        byte[] bytes = Files.readAllBytes(content);
        assertArrayEquals(ENVELOPE, Arrays.copyOfRange(bytes, ElfTail.HEAD, bytes.length - ElfTail.FOOT));
        Path plain = Files.copy(file, folder.resolve("plain"));
        assertEquals(run("readelf", "-sW", plain.toString()), run("readelf", "-sW", embedded.toString()));
    }

    private String run(String... argv) throws Exception {
        Process process = new ProcessBuilder(argv).directory(folder.toAbsolutePath().toFile()).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), text);
        return text;
    }
}
