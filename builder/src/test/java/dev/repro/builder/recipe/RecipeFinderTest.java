package dev.repro.builder.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecipeFinderTest {

    @TempDir
    Path top;

    @BeforeEach
    void gitRoot() throws Exception {
        Files.createDirectories(top.resolve(".git"));
    }

    private Path put(String path, String text) throws Exception {
        Path file = top.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private static String making(String path) {
        return Recipes.MINIMAL.replace("hello.hvt", path);
    }

    private static String line(Path image) {
        return assertThrows(Problem.class, () -> RecipeFinder.find(image)).line();
    }

    @Test
    void findsTheRecipeBesideTheImage() throws Exception {
        Path recipe = put("a/repro.toml", Recipes.MINIMAL);
        var found = RecipeFinder.find(put("a/hello.hvt", ""));
        assertEquals(recipe, found.file());
        assertEquals("hello.hvt", found.output().path());
    }

    @Test
    void findsTheRecipeInAParentAndPassesByOnesThatMakeSomethingElse() throws Exception {
        put("repro.toml", making("a/b/x.hvt"));
        put("a/repro.toml", making("y.hvt"));
        assertEquals(top.resolve("repro.toml"), RecipeFinder.find(put("a/b/x.hvt", "")).file());
    }

    @Test
    void theSourceFolderIsWhereOutputsAreCountedFrom() throws Exception {
        put("a/repro.toml", making("x.hvt").replace("[toolchain]", "[source]\nfolder = \"../src\"\n[toolchain]"));
        Path image = put("src/x.hvt", "");
        assertTrue(line(image).contains("no repro.toml beside it"), line(image));
        assertEquals("x.hvt", RecipeFinder.named(top.resolve("a/repro.toml"), image).output().path());
    }

    @Test
    void aRecipeThatMakesSomethingElseIsNamed() throws Exception {
        Path recipe = put("a/repro.toml", making("y.hvt"));
        Path image = put("a/x.hvt", "");
        assertEquals(image + ": the recipe " + recipe + " does not make it; it makes y.hvt", line(image));
        assertEquals(line(image), assertThrows(Problem.class, () -> RecipeFinder.named(recipe, image)).line());
    }

    @Test
    void stopsAtTheTopOfTheGitWorkTree() throws Exception {
        put("repro.toml", making("sub/x.hvt"));
        Files.createDirectories(top.resolve("sub/.git"));
        assertTrue(line(put("sub/x.hvt", "")).contains("no repro.toml beside it nor in a parent folder"));
    }

    @Test
    void aFolderNeedsNoImage() throws Exception {
        put("a/repro.toml", Recipes.MINIMAL);
        Files.createDirectories(top.resolve("a/b"));
        assertNull(RecipeFinder.find(top.resolve("a")).output());
        assertEquals(top.resolve("a/repro.toml"), RecipeFinder.find(top.resolve("a/b")).file());
    }

    @Test
    void anImageOfAGitSourceIsKnownByItsNameBesideTheRecipe() throws Exception {
        put("repro.toml", making("deep/x.hvt").replace("[toolchain]",
                "[source]\ngit = \"https://example.org/x\"\nref = \"v1\"\n[toolchain]"));
        assertEquals("deep/x.hvt", RecipeFinder.find(put("x.hvt", "")).output().path());
        assertTrue(line(put("y.hvt", "")).contains("it makes deep/x.hvt"));
    }

    @Test
    void missingImagesAndBrokenRecipesAreTold() throws Exception {
        assertTrue(line(top.resolve("no.hvt")).endsWith("no.hvt: no such file or folder"));
        put("repro.toml", "x = 1");
        assertTrue(line(put("x.hvt", "")).contains("repro.toml:1:1: unknown key `x`"));
    }

    @Test
    void aSourceFolderMayNotLeaveTheWorkTree() throws Exception {
        Path recipe = put("a/repro.toml", Recipes.MINIMAL);
        assertEquals(top.toRealPath(), SourceFolder.resolve(recipe, ".."));
        assertTrue(assertThrows(Problem.class, () -> SourceFolder.resolve(recipe, "../..")).line()
                .contains("leaves the folder of the recipe"));
        Files.createSymbolicLink(top.resolve("a/out"), Path.of("/"));
        assertTrue(assertThrows(Problem.class, () -> SourceFolder.resolve(recipe, "out")).line().contains("leaves the folder"));
        assertTrue(assertThrows(Problem.class, () -> SourceFolder.resolve(recipe, "none")).line().contains("does not exist"));
        Files.delete(top.resolve(".git"));
        assertTrue(assertThrows(Problem.class, () -> SourceFolder.resolve(recipe, "..")).line().contains("leaves the folder"));
    }
}
