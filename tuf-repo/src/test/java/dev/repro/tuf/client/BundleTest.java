package dev.repro.tuf.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import dev.repro.tuf.TargetName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleTest {
    private static final String LONG = "x%2F".repeat(40) + ".json";

    @TempDir
    private Path folder;

    private byte[] bundle() throws IOException, Problem {
        Path target = folder.resolve("hello");
        Files.writeString(target, "hello, world");
        var writer = new BundleWriter();
        writer.target("hello/HASH.hello", target);
        writer.metadata("timestamp.json", new byte[512]);
        writer.metadata("2.root.json", "root".getBytes(StandardCharsets.UTF_8));
        writer.metadata(LONG, new byte[] {1, 2, 3});
        writer.manifest(List.of(new TargetName("hello/hello")));
        var out = new ByteArrayOutputStream();
        writer.writeTo(out);
        return out.toByteArray();
    }

    private Bundle open(byte[] bytes) throws IOException, Problem {
        Path file = folder.resolve("b.tar");
        Files.write(file, bytes);
        return Bundle.open(file);
    }

    private static byte[] content(Bundle bundle, String name, long from) throws IOException {
        try (var in = bundle.open(name, from).orElseThrow()) {
            return in.readAllBytes();
        }
    }

    @Test
    void readsBackWhatWasWritten() throws IOException, Problem {
        try (Bundle bundle = open(bundle())) {
            assertEquals(List.of(new TargetName("hello/hello")), bundle.targets());
            assertEquals("hello, world", new String(content(bundle, "targets/hello/HASH.hello", 0), StandardCharsets.UTF_8));
            assertEquals("world", new String(content(bundle, "targets/hello/HASH.hello", 7), StandardCharsets.UTF_8));
            assertArrayEquals(new byte[] {1, 2, 3}, content(bundle, "metadata/" + LONG, 0));
            assertEquals(512, content(bundle, "metadata/timestamp.json", 0).length);
            assertEquals(Optional.empty(), bundle.open("metadata/3.root.json", 0));
        }
    }

    @Test
    void sameContentSameBytes() throws IOException, Problem {
        assertArrayEquals(bundle(), bundle());
    }

    @Test
    void tarReadsIt() throws IOException, Problem, InterruptedException {
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/tar")),
                "skipped: /usr/bin/tar is missing");
        Path file = folder.resolve("b.tar");
        Files.write(file, bundle());
        Path out = Files.createDirectory(folder.resolve("out"));
        assertEquals(0, new ProcessBuilder("/usr/bin/tar", "-xf", file.toString(), "-C", out.toString()).inheritIO().start()
                .waitFor());
        assertEquals("hello, world", Files.readString(out.resolve("targets/hello/HASH.hello")));
        assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(out.resolve("metadata/" + LONG)));
    }

    @Test
    void everyPrefixIsRefused() throws IOException, Problem {
        byte[] whole = bundle();
        for (int length = 0; length < whole.length; length += length % 512 == 0 ? 1 : 511) {
            int end = length;
            assertThrows(Problem.class, () -> open(Arrays.copyOf(whole, end)).close(), "of " + length + " bytes");
        }
        assertThrows(Problem.class, () -> open(Arrays.copyOf(whole, whole.length + 1)).close());
        assertThrows(Problem.class, () -> open(Arrays.copyOf(whole, whole.length + 512)).close());
    }

    /// No byte of headers and padding can be changed: there is one form. (What is in the files is for signatures to say.)
    @Test
    void everyChangedByteOutsideContentIsRefusedOrAnotherName() throws IOException, Problem {
        byte[] whole = bundle();
        int refused = 0;
        for (int at = 0; at < whole.length; at += 7) { // by and by every offset of a block
            byte[] changed = whole.clone();
            changed[at] ^= 1;
            try (Bundle bundle = open(changed)) {
                assertTrue(bundle.length("metadata/timestamp.json").isPresent(), "byte " + at);
            } catch (Problem e) {
                refused++;
            }
        }
        int content = 512 + "root".length() + 3 + "hello, world".length();
        assertTrue(refused >= (whole.length - content - 100) / 7, refused + " of " + whole.length);
    }

    private static byte[] files(String... names) throws IOException {
        var out = new ByteArrayOutputStream();
        for (String name : names) {
            byte[] content = name.equals("bundle.json")
                    ? "{\"schema\": \"repro.tuf-bundle.v1\", \"targets\": []}".getBytes(StandardCharsets.UTF_8) : new byte[0];
            var entry = new BundleEntry(name, content.length);
            out.write(entry.header());
            out.write(Arrays.copyOf(content, (int) entry.padded()));
        }
        out.write(new byte[1024]);
        return out.toByteArray();
    }

    @Test
    void hostileNamesAndOrdersAreRefused() throws IOException, Problem {
        open(files("bundle.json", "metadata/a", "targets/b")).close();
        for (String bad : List.of("metadata/../x", "/etc/passwd", "metadata/", "metadata//x", "targets/./x", "x", "metadata/a b",
                "metadata/\\x", "targets")) {
            assertThrows(Problem.class, () -> open(files("bundle.json", bad)).close(), bad);
        }
        assertThrows(Problem.class, () -> open(files("bundle.json", "metadata/a", "metadata/a")).close());
        assertThrows(Problem.class, () -> open(files("bundle.json", "metadata/b", "metadata/a")).close());
        assertThrows(Problem.class, () -> open(files("metadata/a")).close());
        assertThrows(Problem.class, () -> open(files("bundle.json", "bundle.json")).close());
    }

    @Test
    void hugeLengthIsRefusedWithoutReading() throws IOException {
        for (long length : new long[] {1L << 33, Long.MAX_VALUE >> 5, 77_777_777_777L}) {
            var out = new ByteArrayOutputStream();
            out.write(new BundleEntry("bundle.json", length).header());
            out.write(new byte[1024]);
            assertThrows(Problem.class, () -> open(out.toByteArray()).close());
        }
    }

    @Test
    void moreThanEightGibibytesHaveAPaxHeader() {
        var large = new BundleEntry("targets/x", 1L << 33);
        assertEquals(3 * 512, large.header().length);
        assertTrue(new String(large.header(), StandardCharsets.US_ASCII).contains("19 size=8589934592\n"));
        assertEquals(512, new BundleEntry("targets/x", (1L << 33) - 1).header().length);
    }

    @Test
    void linksAndFoldersAreRefused() throws IOException, Problem {
        for (char type : new char[] {'1', '2', '5', 'L', 'g', 0}) {
            byte[] bundle = bundle();
            bundle[156] = (byte) type;
            assertThrows(Problem.class, () -> open(bundle).close(), "type " + type);
        }
    }
}
