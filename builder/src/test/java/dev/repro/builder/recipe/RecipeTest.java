package dev.repro.builder.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecipeTest {

    private static final String FULL = """
            schema = "repro.recipe.v1"
            name = "net-1.x_y"

            [source]
            git = "https://example.org/x.git"
            ref = "v1.0"
            submodules = false

            [toolchain]
            oci = "../toolchain-image"
            digest = "sha256:%1$s"

            [build]
            command = "make all"
            directory = "sub/dir"
            source_date_epoch = 7
            environment = { CFLAGS = "-O2", "X_1" = "" }

            [limits]
            time = "1h"
            memory = "512MiB"
            processes = 3
            output = 1000
            log = "1000"

            [[file]]
            url = ["https://a.example/x", "http://b.example/x"]
            sha256 = "%1$s"
            path = "third_party/x.tar.gz"

            [[output]]
            path = "sub/net.hvt"
            [[output]]
            path = "sub/net.map"
            kind = "file"

            [[exception]]
            output = "sub/net.hvt"
            section = ".comment"
            reason = "the compiler names its build"

            [variations]
            skip = { locale = "sorts its sources" }

            [seeds]
            layout = "42"
            link-order = "7"
            """.formatted("ab".repeat(32));

    @Test
    void aMinimalRecipeHasTheDocumentedDefaults() {
        Recipe recipe = Recipes.minimal();
        assertEquals(new Recipe.Source.Folder(".", List.of()), recipe.source());
        assertEquals(new Recipe.Toolchain.Debian("bookworm", List.of("gcc", "make")), recipe.toolchain());
        assertEquals(new Recipe.Limits(Duration.ofMinutes(10), 2147483648L, 512, 1073741824L, 16777216L), recipe.limits());
        assertEquals(List.of(new Recipe.Output("hello.hvt", Recipe.Kind.IMAGE)), recipe.outputs());
        assertEquals(".", recipe.build().directory());
        assertEquals(null, recipe.build().sourceDateEpoch());
    }

    @Test
    void everyMemberIsRead() {
        Recipe recipe = Recipes.parse(FULL);
        assertEquals(new Recipe.Source.Git("https://example.org/x.git", null, "v1.0", false), recipe.source());
        assertEquals(List.of("/bin/sh", "-eu", "-c", "make all"), recipe.build().command());
        assertEquals(Map.of("CFLAGS", "-O2", "X_1", ""), recipe.build().environment());
        assertEquals(7L, recipe.build().sourceDateEpoch());
        assertEquals(new Recipe.Limits(Duration.ofHours(1), 512L << 20, 3, 1000, 1000), recipe.limits());
        assertEquals(List.of("https://a.example/x", "http://b.example/x"), recipe.files().getFirst().urls());
        assertEquals(Recipe.Kind.FILE, recipe.outputs().get(1).kind());
        assertEquals(Map.of("locale", "sorts its sources"), recipe.variationsSkipped());
        assertEquals(Map.of("REPRO_SEED_LAYOUT", "42", "REPRO_SEED_LINK_ORDER", "7"), Recipe.seedEnvironment(recipe.seeds()));
    }

    @Test
    void theDigestDoesNotSeeCommentsLayoutAndOrderThatMeansNothing() {
        Recipe rewritten = Recipes.parse("""
                # a comment
                name = 'hello'
                schema = "repro.recipe.v1"
                toolchain = { packages = [ "gcc", "make" ], debian = "bookworm" }   # another
                build.command = [
                  "make",
                  "all",
                ]
                build.directory = "."
                output = [ { path = "hello.hvt", kind = "image" } ]
                limits = { memory = "2048MiB", time = "600s" }
                """);
        assertEquals(Recipes.minimal().digest(), rewritten.digest());
    }

    @Test
    void theDigestSeesEveryMember() {
        Recipe full = Recipes.parse(FULL);
        for (String[] change : List.of(new String[] {"net-1", "net-2"}, new String[] {"v1.0", "v1.1"},
                new String[] {"make all", "make"},
                new String[] {"\"-O2\"", "\"-O3\""}, new String[] {"\"1h\"", "\"2h\""}, new String[] {"= 1000", "= 1001"},
                new String[] {"a.example", "c.example"}, new String[] {"kind = \"file\"", "kind = \"image\""},
                new String[] {".comment", ".note"}, new String[] {"the compiler", "a compiler"},
                        new String[] {"sorts its", "sorts"},
                new String[] {"\"42\"", "\"43\""}, new String[] {"submodules = false", "submodules = true"})) {
            assertTrue(FULL.contains(change[0]), change[0]);
            assertNotEquals(full.digest(), Recipes.parse(FULL.replace(change[0], change[1])).digest(), change[0]);
        }
    }

    @Test
    void theCanonicalFormIsStable() {
        assertEquals("""
                {"build":{"command":["make","all"],"directory":".","environment":{},"source_date_epoch":null},"exceptions":[],"files":[],\
                "limits":{"log_bytes":16777216,"memory_bytes":2147483648,"output_bytes":1073741824,"processes":512,"time_seconds":600},\
                "name":"hello","outputs":[{"kind":"image","path":"hello.hvt"}],"schema":"repro.recipe.v1","seeds":{},\
                "source":{"exclude":[],"folder":".","kind":"folder"},\
                "toolchain":{"kind":"debian","requested":["gcc","make"],"suite":"bookworm"},"variations_skipped":{}}""",
                new String(JsonText.canonical(Recipes.minimal().toJson()), StandardCharsets.UTF_8));
    }

    @Test
    void filesThatAreNoRecipeAreToldApart(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("repro.toml");
        assertEquals("no such recipe", assertThrows(Problem.class, () -> Recipe.read(file)).getMessage());
        Files.write(file, new byte[] {'#', (byte) 0xff});
        assertEquals("not UTF-8", assertThrows(Problem.class, () -> Recipe.read(file)).getMessage());
        Files.writeString(file, "#".repeat(RecipeReader.MAX_BYTES + 1));
        assertEquals("a recipe of more than 256 KiB", assertThrows(Problem.class, () -> Recipe.read(file)).getMessage());
        Files.writeString(file, "a = " + "[".repeat(50_000));
        assertTrue(assertThrows(Problem.class, () -> Recipe.read(file)).line().contains("not TOML: nested deeper than 64"));
        Files.delete(file);
        Files.createDirectory(file);
        assertEquals(Problem.Exit.STORAGE, assertThrows(Problem.class, () -> Recipe.read(file)).exit());
    }
}
