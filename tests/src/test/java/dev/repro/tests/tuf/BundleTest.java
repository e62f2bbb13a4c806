package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.keys.Scheme;
import dev.repro.tests.Repro;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.repository.Blob;
import dev.repro.tuf.repository.Editor;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Bundles made from a server and brought in where there is none, by the program.
class BundleTest {
    private static final String TARGET = "hello/1.0/hello.hvt";

    @TempDir
    Path folder;
    private OurRepository repository;
    private WebFolder web;

    @BeforeEach
    void publish() throws Exception {
        repository = new OurRepository(folder, Scheme.ED25519, true);
        Editor editor = repository.delegate(repository.edit(), RoleName.TARGETS, "hello", List.of("hello/*/*"), List.of(), true,
                1);
        repository.publish(repository.add(repository.add(editor, TARGET, "an image"), "other", "not taken"));
        repository.publish(repository.edit()
                .rotate(new RoleName("hello"), new Editor.Keys(List.of(repository.newKey("hello")), 1), true));
        web = new WebFolder(folder.resolve("site"));
        init("here");
        init("there");
    }

    @AfterEach
    void close() throws Exception {
        web.close();
        repository.close();
    }

    private Repro.Answer client(String state, String... more) {
        var args = new ArrayList<>(List.of("tuf-client", "--metadata-dir", folder.resolve(state).toString()));
        args.addAll(List.of(more));
        return Repro.run(args.toArray(String[]::new));
    }

    private void init(String state) {
        assertEquals(0, client(state, "init", folder.resolve("site/metadata/1.root.json").toString()).code());
    }

    private Path export(String name, String... targets) {
        Path out = folder.resolve(name);
        var args = new ArrayList<>(List.of("--metadata-url", web.metadata().toString(), "--target-base-url", web.targets()
                .toString()));
        for (String target : targets) {
            args.addAll(List.of("--target-name", target));
        }
        args.addAll(List.of("export", out.toString()));
        var done = client("here", args.toArray(String[]::new));
        assertEquals(0, done.code(), done::toString);
        return out;
    }

    private Repro.Answer bring(Path bundle, String... more) {
        var args = new ArrayList<>(List.of("--target-dir", folder.resolve("in").toString()));
        args.addAll(List.of(more));
        args.addAll(List.of("import", bundle.toString()));
        return client("there", args.toArray(String[]::new));
    }

    @Test
    void bundleIsAllThatIsNeeded() throws Exception {
        Path bundle = export("b.tar", TARGET);
        web.close();
        var done = bring(bundle, "--json");
        assertEquals(0, done.code(), done::toString);
        assertEquals("an image", Files.readString(folder.resolve("in").resolve(TARGET.replace("/", "%2F"))));
        assertEquals(0, client("there", "--offline", "refresh").code());
        assertFalse(Files.exists(folder.resolve("in/other")));
    }

    @Test
    void sameStateSameBundle() throws Exception {
        assertEquals(Digest.of(export("a.tar", TARGET)), Digest.of(export("b.tar", TARGET)));
        try (var files = Files.list(folder)) {
            assertEquals(0, files.filter(f -> f.getFileName().toString().startsWith(".export")).count(),
                    "the folder for work is gone");
        }
    }

    @Test
    void staleOldAndTornBundles() throws Exception {
        Path old = export("old.tar", TARGET);
        String later = Instant.now().plus(20, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS).toString();
        var expired = bring(old, "--at", later);
        assertEquals(1, expired.code());
        assertTrue(expired.err().contains("timestamp-expired"), expired::toString);
        assertEquals(0, bring(old, "--at", later, "--max-age", "20d").code());
        repository.publish(repository.add(repository.edit(), TARGET, "a newer image"));
        assertEquals(0, bring(export("new.tar", TARGET)).code());
        var back = bring(old);
        assertEquals(1, back.code());
        assertTrue(back.err().contains("timestamp-rollback"), back::toString);
        byte[] bytes = Files.readAllBytes(folder.resolve("new.tar"));
        var torn = bring(Files.write(folder.resolve("torn.tar"), java.util.Arrays.copyOf(bytes, bytes.length - 700)));
        assertEquals(1, torn.code());
        assertTrue(torn.err().contains("not a whole bundle"), torn::toString);
        assertEquals("a newer image", Files.readString(folder.resolve("in").resolve(TARGET.replace("/", "%2F"))));
    }

    /// Unpacked by tar it is a repository that any client reads.
    @Test
    void unpackedItIsARepository() throws Exception {
        Path site = Files.createDirectory(folder.resolve("unpacked"));
        Process tar = new ProcessBuilder("tar", "-xf", export("b.tar", TARGET).toString(), "-C", site.toString()).inheritIO()
                .start();
        assertEquals(0, tar.waitFor());
        web.show(site);
        var done = client("there", "--metadata-url", web.metadata().toString(), "--target-base-url", web.targets().toString(),
                "--target-dir",
                folder.resolve("in").toString(), "--target-name", TARGET, "download");
        assertEquals(0, done.code(), done::toString);
    }

    @Test
    void targetsOfAnySizeTakeTheSameMemory() throws Exception {
        Path large = folder.resolve("large");
        try (var file = new RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(128L << 20);
        }
        repository.publish(repository.edit()
                .add(Map.of(new TargetName("hello/1.0/large"), new Editor.Addition(Blob.of(large), Json.object())),
                Optional.empty()));
        Path bundle = folder.resolve("large.tar");
        var small = Map.of("JDK_JAVA_OPTIONS", "-Xmx40m");
        Path in = folder.resolve("in");
        Files.createDirectories(in);
        Files.createLink(in.resolve("hello%2F1.0%2Flarge"), large); // here already: this test is not about downloads
        var out = Repro.run(folder, small, "tuf-client", "--metadata-dir", "here", "--metadata-url", web.metadata().toString(),
                "--target-base-url",
                web.targets().toString(), "--target-dir", "in", "--target-name", "hello/1.0/large", "export", bundle.toString());
        assertEquals(0, out.code(), out::toString);
        Files.delete(in.resolve("hello%2F1.0%2Flarge"));
        var done = Repro.run(folder, small, "tuf-client", "--metadata-dir", "there", "--target-dir", "in", "import",
                bundle.toString());
        assertEquals(0, done.code(), done::toString);
        assertEquals(Digest.of(large), Digest.of(in.resolve("hello%2F1.0%2Flarge")));
    }
}
