package dev.repro.builder.toolchain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.builder.files.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OciImageTest {
    private static final String LAYER = "application/vnd.oci.image.layer.v1.tar";
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";

    @TempDir
    Path folder;

    Path layout;

    @BeforeEach
    void emptyLayout() throws IOException {
        layout = Files.createDirectory(folder.resolve("image"));
        Files.createDirectories(layout.resolve("blobs/sha256"));
        Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
        Files.writeString(layout.resolve("index.json"), "{\"schemaVersion\":2,\"manifests\":[]}");
    }

    private Json.Obj blob(String mediaType, byte[] bytes) throws IOException {
        Digest digest = Digest.of(bytes);
        Files.write(layout.resolve("blobs/sha256").resolve(digest.hex()), bytes);
        return Json.object("mediaType", mediaType, "digest", "sha256:" + digest, "size", bytes.length);
    }

    private Json.Obj json(String mediaType, Json.Obj value) throws IOException {
        return blob(mediaType, JsonText.canonical(value));
    }

    private Json.Obj config(String architecture) throws IOException {
        return json("application/vnd.oci.image.config.v1+json", Json.object("os", "linux", "architecture", architecture));
    }

    private Json.Obj manifest(Json.Obj... layers) throws IOException {
        return json(MANIFEST, Json.object("schemaVersion", 2, "config", config("amd64"), "layers", List.of(layers)));
    }

    private static Digest digest(Json.Obj descriptor) {
        return Digest.parse(((Json.Str) descriptor.members().get("digest")).value()).orElseThrow();
    }

    private Path unpack(Json.Obj manifest) throws Exception {
        Path tree = Files.createDirectories(folder.resolve("root" + System.identityHashCode(manifest)));
        OciImage.open(layout, digest(manifest)).unpack(tree, _ -> { });
        return tree;
    }

    private Problem refused(Json.Obj manifest) {
        return assertThrows(Problem.class, () -> unpack(manifest));
    }

    @Test
    void appliesLayersWithWhiteouts() throws Exception {
        Path tree = unpack(manifest(
                blob(LAYER + "+gzip", Archives.gzip(new Archives.Tar().folder("bin").file("bin/sh", 0755, "old").folder("etc")
                        .file("etc/gone", "x").folder("etc/tree").file("etc/tree/f", "x").folder("opt").file("opt/below", "x")
                                .bytes())),
                blob(LAYER, new Archives.Tar().file("bin/sh", 0755, "new").file("etc/.wh.gone", "").file("etc/.wh.tree", "")
                        .folder("opt").file("opt/beside", "y").file("opt/.wh..wh..opq", "").hardLink("opt/same", "opt/beside")
                                .bytes()),
                blob(LAYER, new Archives.Tar().file("etc/gone", "again").file("etc/.wh.gone", "").link("opt/link", "/bin/sh")
                        .bytes())));
        assertEquals("new", Files.readString(tree.resolve("bin/sh")));
        assertFalse(Files.isSymbolicLink(tree.resolve("bin")), "not every image has a merged /usr");
        assertEquals("again", Files.readString(tree.resolve("etc/gone")), "a whiteout is about the layers below");
        assertFalse(Files.exists(tree.resolve("etc/tree")));
        assertEquals(List.of("beside", "link", "same"), Trees.children(tree.resolve("opt")).stream()
                .map(p -> p.getFileName().toString()).toList());
    }

    @Test
    void laterEntriesReplaceWhateverIsThere() throws Exception {
        Path tree = unpack(manifest(
                blob(LAYER, new Archives.Tar().folder("d").file("d/f", "x").link("l", "d").file("f", "x").bytes()),
                blob(LAYER, new Archives.Tar().file("d", "a file now").folder("l").file("l/own", "y").link("f", "d").bytes())));
        assertEquals("a file now", Files.readString(tree.resolve("d")));
        assertTrue(Files.isDirectory(tree.resolve("l")) && !Files.isSymbolicLink(tree.resolve("l")));
        assertEquals("a file now", Files.readString(tree.resolve("f")));
    }

    @Test
    void picksThePlatformOfAnIndex() throws Exception {
        Json.Obj image = manifest(blob(LAYER, new Archives.Tar().file("f", "x").bytes()));
        Json.Obj other = json(MANIFEST, Json.object("config", config("arm64"), "layers", List.of()));
        Json.Obj index = json("application/vnd.oci.image.index.v1+json", Json.object("schemaVersion", 2, "manifests", List.of(
                other.with("platform", Json.object("os", "linux", "architecture", "arm64")),
                image.with("platform", Json.object("os", "linux", "architecture", "amd64")))));
        assertEquals("x", Files.readString(unpack(index).resolve("f")));
        assertTrue(refused(other).line().endsWith(
                "the OCI image is for another machine (expected linux/amd64, found linux/arm64)"));
        Json.Obj foreign = json("application/vnd.oci.image.index.v1+json", Json.object("manifests", List.of(
                other.with("platform", Json.object("os", "linux", "architecture", "arm64")))));
        assertTrue(refused(foreign).line().contains("has nothing for linux/amd64"));
    }

    @Test
    void everyBlobIsChecked() throws Exception {
        Json.Obj layer = blob(LAYER, new Archives.Tar().file("f", "x").bytes());
        Json.Obj image = manifest(layer);
        for (Digest digest : List.of(digest(image), digest(config("amd64")), digest(layer))) {
            Path file = layout.resolve("blobs/sha256").resolve(digest.hex());
            byte[] good = Files.readAllBytes(file);
            byte[] bad = good.clone();
            bad[bad.length - 1] ^= 1;
            Files.write(file, bad);
            Problem p = refused(image);
            assertTrue(p.line().contains("is not what its descriptor says (expected " + digest.brief()), p.line());
            assertEquals(Problem.Exit.STORAGE, p.exit());
            Files.delete(file);
            assertTrue(refused(image).line().contains("cannot read a blob of the OCI image (found no such file"));
            Files.write(file, good);
        }
        assertTrue(refused(manifest(layer.with("size", 3))).line().contains("is not what its descriptor says"));
    }

    @Test
    void whatIsNotSupportedIsSaid() throws Exception {
        Json.Obj layer = blob(LAYER, new Archives.Tar().file("f", "x").bytes());
        assertTrue(refused(manifest(layer.with("mediaType", LAYER + "+zstd"))).line()
                .contains("of a kind that is not supported (expected tar or tar+gzip"));
        assertTrue(refused(manifest(layer.with("digest", "sha512:00"))).line()
                .contains("member `digest` of the OCI document is missing or wrong"));
        assertTrue(refused(manifest(layer.with("size", "many"))).line().contains("member `size`"));
        assertTrue(refused(blob(MANIFEST, "{".getBytes())).line().contains("is not JSON"));
        assertTrue(refused(blob(MANIFEST, "[]".getBytes())).line().contains("is no object"));
        Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"2.0.0\"}");
        assertTrue(refused(manifest(layer)).line().contains("version of the OCI image layout is not known"));
        Files.delete(layout.resolve("oci-layout"));
        assertTrue(refused(manifest(layer)).line().contains("the folder is no OCI image layout (expected file `oci-layout`)"));
    }

    @Test
    void hostileLayersStayInside() throws Exception {
        Files.writeString(folder.resolve("outside"), "mine");
        for (var tar : List.of(new Archives.Tar().file("../outside", "x"), new Archives.Tar().link("up", "..")
                .file("up/outside", "x"),
                new Archives.Tar().file("../.wh.outside", ""), new Archives.Tar().hardLink("h", "../outside"))) {
            Json.Obj layer = blob(LAYER, tar.bytes());
            assertEquals(Problem.Exit.USAGE, refused(manifest(blob(LAYER, new Archives.Tar().folder("d").bytes()), layer))
                    .exit());
        }
        assertTrue(refused(manifest(blob(LAYER, new Archives.Tar().link("up", "..").bytes()),
                blob(LAYER, new Archives.Tar().file("up/.wh.outside", "").bytes()))).line().contains("leaves the root"));
        assertEquals("mine", Files.readString(folder.resolve("outside")));
    }

    @Test
    void aTruncatedLayerIsDamaged() throws Exception {
        byte[] tar = new Archives.Tar().file("f", "x".repeat(5000)).bytes();
        Problem p = refused(manifest(blob(LAYER, java.util.Arrays.copyOf(tar, 1000))));
        assertTrue(p.line().contains("a layer of the image is damaged"), p.line());
    }

    @Test
    void preparedOnceAndRecordedInTheLock() throws Exception {
        Json.Obj layer = blob(LAYER, new Archives.Tar().folder("bin").file("bin/sh", 0755, "sh").bytes());
        Digest image = digest(manifest(layer));
        Runner runner = (_, argv, _) -> new Runner.Output(argv.contains("/bin/sh") ? 0 : 1, "shell 1.0\n");
        var toolchains = new Toolchains(folder.resolve("cache"), Map.of("PATH", "/usr/bin:/bin"), runner);
        var lines = new ArrayList<String>();
        var locked = toolchains.resolve(new ToolchainRequest.Oci(layout, image), lines::add);
        assertEquals(new Toolchain.Oci(image, List.of(digest(layer)),
                Map.of("sh", new Tool("/bin/sh", Digest.of("sh".getBytes()), "shell 1.0"))), locked);
        assertEquals(List.of("unpacking layer 1 of 1"), lines);
        Trees.delete(layout);
        assertTrue(toolchains.prepare(locked, null, lines::add).has("sh"), "the cache alone is enough");
    }
}
