package dev.repro.builder.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitTest {

    @TempDir
    Path temp;
    private Path folder;

    @BeforeEach
    void folder() throws Exception {
        folder = Files.createDirectory(temp.resolve("My App"));
    }

    private void put(String name, String text) throws Exception {
        Files.writeString(folder.resolve(name), text);
    }

    /// Writes the recipe, checks what was said first, and reads it.
    private Recipe init(String project) throws Exception {
        List<String> lines = Init.write(folder, false);
        assertEquals("wrote " + folder.resolve("repro.toml") + ": a guess for " + project, lines.getFirst());
        assertTrue(lines.size() >= 3, lines.toString());
        String text = Files.readString(folder.resolve("repro.toml"));
        assertTrue(text.contains("# CHECK: "), text);
        return Recipe.read(folder.resolve("repro.toml"));
    }

    private static List<String> outputs(Recipe recipe) {
        return recipe.outputs().stream().map(Recipe.Output::path).toList();
    }

    @Test
    void solo5Itself() throws Exception {
        put("configure.sh", "#!/bin/sh\n# This file is part of Solo5\n");
        put("GNUmakefile", "VERSION_H := include/solo5/solo5_version.h\n");
        Recipe recipe = init("Solo5 itself");
        String test = "tests/test_hello/test_hello.";
        assertEquals(List.of(test + "hvt", test + "spt", test + "virtio", test + "muen", test + "xen"), outputs(recipe));
        assertTrue(recipe.build().command().getLast().contains("""
                version=${REPRO_SOURCE_DESCRIBE:-unknown}
                echo "#define SOLO5_VERSION \\"$version\\"" > include/solo5/solo5_version.h.distrib
                ./configure.sh
                make
                """));
    }

    @Test
    void hostileMakefilesMakeNoBrokenRecipe() throws Exception {
        put("configure.sh", "solo5");
        put("Makefile", "VERSION_H := '''\"\n");
        assertTrue(init("Solo5 itself").build().command().getLast().contains("include/version.h.distrib"));
    }

    @Test
    void solo5Application() throws Exception {
        put("manifest.json", "{\"type\": \"solo5.manifest\"}");
        put("Makefile", "all: app.hvt app.spt\n$(NAME).virtio: x\n\tld -o app.hvt x.o\n");
        assertEquals(List.of("app.hvt", "app.spt"), outputs(init("a Solo5 application")));
    }

    @Test
    void solo5ApplicationWithoutANamedImage() throws Exception {
        put("manifest.json", "{}");
        put("Makefile", "all:\n");
        assertEquals(List.of("my-app.hvt"), outputs(init("a Solo5 application")));
    }

    @Test
    void mirageByConfig() throws Exception {
        put("config.ml", "open Mirage\nlet () = register \"dns\" [ main ]\n");
        put("Makefile", "");
        Recipe recipe = init("a MirageOS unikernel");
        assertEquals(List.of("dist/dns.hvt"), outputs(recipe));
        assertTrue(((Recipe.Toolchain.Debian) recipe.toolchain()).packages().contains("ocaml-dune"));
    }

    @Test
    void mirageByOpamFile() throws Exception {
        put("dns.opam", "x-mirage-configure: []\n");
        assertEquals(List.of("dist/my-app.hvt"), outputs(init("a MirageOS unikernel")));
    }

    @Test
    void unikraftByKraftfile() throws Exception {
        put("Kraftfile", "spec: v0.6\n");
        Recipe recipe = init("a Unikraft application");
        assertEquals(List.of("build/my-app_qemu-x86_64"), outputs(recipe));
        assertTrue(recipe.build().command().getLast().contains("HOSTUTC"));
    }

    @Test
    void unikraftByMakefile() throws Exception {
        put("Makefile", "UK_ROOT ?= $(PWD)/../unikraft\n");
        init("a Unikraft application");
    }

    @Test
    void unikraftByConfigUk() throws Exception {
        put("Config.uk", "");
        init("a Unikraft application");
    }

    @Test
    void plainMakefile() throws Exception {
        put("Makefile", "all: prog\n");
        Recipe recipe = init("a project with a makefile");
        assertEquals(List.of(new Recipe.Output("my-app", Recipe.Kind.FILE)), recipe.outputs());
    }

    @Test
    void configureScriptBesideAMakefileThatAsksForIt() throws Exception {
        put("configure", "#!/bin/sh\n");
        put("Makefile", "all:\n\t@echo Please use ./configure first\n");
        Recipe recipe = init("a project with a configure script");
        assertEquals("./configure\nmake\n", recipe.build().command().getLast());
        assertEquals(List.of(new Recipe.Output("my-app", Recipe.Kind.FILE)), recipe.outputs());
    }

    @Test
    void configureScriptThatIsToBeMade() throws Exception {
        put("configure.ac", "AC_INIT\n");
        Recipe recipe = init("a project with a configure script");
        assertEquals("autoreconf -fi\n./configure\nmake\n", recipe.build().command().getLast());
        assertTrue(((Recipe.Toolchain.Debian) recipe.toolchain()).packages().containsAll(List.of("autoconf", "make")));
    }

    @Test
    void cmake() throws Exception {
        put("CMakeLists.txt", "project(x)\n");
        assertEquals(List.of("build/my-app"), outputs(init("a CMake project")));
    }

    @Test
    void anythingElseGetsASkeleton() throws Exception {
        put("README", "hello");
        init("an unknown project");
    }

    @Test
    void neverOverwritesUnlessForced() throws Exception {
        put("repro.toml", "mine");
        Problem problem = assertThrows(Problem.class, () -> Init.write(folder, false));
        assertEquals("replace it with --force", problem.hint());
        assertEquals("mine", Files.readString(folder.resolve("repro.toml")));
        Init.write(folder, true);
        Recipe.read(folder.resolve("repro.toml"));
        assertEquals("no such folder", assertThrows(Problem.class, () -> Init.write(folder.resolve("no"), false)).getMessage());
    }

    @Test
    void namesOfFoldersBecomeNamesOfRecipes() {
        assertEquals("my-app", Init.name(folder));
        assertEquals("unikernel", Init.name(Path.of("/")));
        assertEquals("x.y_z", Init.name(Path.of("/a/..X.y_z")));
        assertEquals(100, Init.name(Path.of("/" + "n".repeat(200))).length());
    }
}
