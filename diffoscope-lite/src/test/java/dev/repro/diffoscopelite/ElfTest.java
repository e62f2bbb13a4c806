package dev.repro.diffoscopelite;

import static dev.repro.diffoscopelite.Samples.bare;
import static dev.repro.diffoscopelite.Samples.causes;
import static dev.repro.diffoscopelite.Samples.compare;
import static dev.repro.diffoscopelite.Samples.first;
import static dev.repro.diffoscopelite.Samples.gcc;
import static dev.repro.diffoscopelite.Samples.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files that gcc and ld of this machine make, each pair with one cause.
class ElfTest {
    private static final String HEAD = """
            const char *volatile sink; int volatile number;
            __attribute__((noinline)) void show(const char *s, int n) { sink = s; number = n; }
            """;

    @TempDir
    Path folder;

    @BeforeAll
    static void compiler() {
        Samples.needCompiler();
    }

    /// A program that uses a text.
    private byte[] saying(String name, String text, String... more) throws Exception {
        return bare(folder.resolve(name), HEAD + "void _start(void) { show(\"first\", 1); show(\"" + text
                + "\", 2); show(\"last\", 3); for (;;); }\n", more);
    }

    private static String story(Diff diff) {
        return String.join("\n", diff.lines("app", "A", "B")) + "\n" + diff.summary();
    }

    private static void oneRoot(String cause, Proof proof, Diff diff) {
        assertEquals(List.of(cause), causes(diff), () -> story(diff));
        assertEquals(proof, first(diff).proof(), () -> story(diff));
        assertEquals(Role.ROOT, first(diff).role());
    }

    @Test
    void identical() throws Exception {
        assertEquals(Verdict.IDENTICAL, compare(saying("a", "x"), saying("b", "x")).verdict());
    }

    @Test
    void fileMacroWithPathsOfDifferentLength() throws Exception {
        var diff = compare(saying("a", Samples.PATH_A + "/main.c"), saying("b", Samples.PATH_B + "/main.c"));
        oneRoot("build-path", Proof.CANARY, diff);
        assertEquals(".rodata", first(diff).where().section(), () -> story(diff));
        assertEquals(Verdict.DIFFERENT, diff.verdict());
    }

    @Test
    void debugInformationOnly() throws Exception {
        byte[] a = saying("a", "x", "-g", "-fdebug-prefix-map=" + folder.resolve("a") + "=" + Samples.PATH_A);
        byte[] b = saying("b", "x", "-g", "-fdebug-prefix-map=" + folder.resolve("b") + "=" + Samples.PATH_B);
        var diff = compare(a, b);
        oneRoot("build-path", Proof.CANARY, diff);
        assertTrue(first(diff).where().section().startsWith(".debug_"), () -> story(diff));
    }

    @Test
    void debugInformationIsNotMapped() throws Exception {
        String[] apart = {"-g", "-Wl,-z,separate-code", "-Wl,-N", "-Wl,-Ttext=0x100000"};
        byte[] a = saying("a", "x", apart[0], apart[1], apart[2], apart[3], "-fdebug-prefix-map=" + folder.resolve("a") + "="
                + Samples.PATH_A);
        byte[] b = saying("b", "x", apart[0], apart[1], apart[2], apart[3], "-fdebug-prefix-map=" + folder.resolve("b") + "="
                + Samples.PATH_B);
        assertEquals(Verdict.MAPPED, compare(a, b).verdict(), () -> story(compare(a, b)));
    }

    @Test
    void dateAndTime() throws Exception {
        oneRoot("time", Proof.CANARY, compare(saying("a", "Mar  5 2026 10:20:44"), saying("b", "Apr 16 2027 22:44:09")));
    }

    @Test
    void epochAsInt() throws Exception {
        String source = HEAD + "const long stamp = STAMP; void _start(void) { show(\"x\", 1); "
                + "number = *(const int volatile *) &stamp; for (;;); }\n";
        var diff = compare(bare(folder.resolve("a"), source, "-DSTAMP=1772706045"),
                bare(folder.resolve("b"), source, "-DSTAMP=1807915440"));
        oneRoot("time", Proof.CANARY, diff);
        assertEquals("stamp", first(diff).where().symbol(), () -> story(diff));
    }

    @Test
    void epochInAnInstruction() throws Exception {
        String source = HEAD + "void _start(void) { show(\"x\", STAMP); for (;;); }\n";
        oneRoot("time", Proof.CANARY, compare(bare(folder.resolve("a"), source, "-DSTAMP=1772706045"),
                bare(folder.resolve("b"), source, "-DSTAMP=1807915440")));
    }

    @Test
    void buildIdFollows() throws Exception {
        var diff = compare(saying("a", "Mar  5 2026", "-Wl,--build-id=sha1"), saying("b", "Apr 16 2027", "-Wl,--build-id=sha1"));
        oneRoot("time", Proof.CANARY, diff);
        assertEquals(List.of("build-id"), diff.findings().stream().filter(f -> f.role() == Role.CONSEQUENCE).map(Finding::cause)
                .toList());
    }

    @Test
    void buildIdAloneIsUnexplained() throws Exception {
        var diff = compare(saying("a", "x", "-Wl,--build-id=0x00112233445566778899"),
                saying("b", "x", "-Wl,--build-id=0xffeeddccbbaa99887766"));
        assertEquals(List.of("build-id"), causes(diff));
        assertEquals(Role.UNEXPLAINED, first(diff).role());
    }

    @Test
    void swappedObjects() throws Exception {
        write(folder, "one.c", "int one_helper(int x) { return x * 3 + 1; } "
                + "int one(int x) { for (int i = 0; i < x; i++) x ^= one_helper(i); return x; }");
        write(folder, "two.c", "int two(int x) { return x - 7; } "
                + "int two_more(int x) { return two(x) / 3; } const char *two_text(void) { return \"two\"; }");
        write(folder, "main.c", "int one(int); int two(int); int volatile sink; "
                + "void _start(void) { sink = one(1); sink = two(2); for (;;); }");
        String[] flags = {"-O1", "-nostdlib", "-static", "-no-pie", "-fno-pie", "-Wl,--build-id=sha1"};
        byte[] a = gcc(folder, "a", flags[0], flags[1], flags[2], flags[3], flags[4], flags[5], "main.c", "one.c", "two.c");
        byte[] b = gcc(folder, "b", flags[0], flags[1], flags[2], flags[3], flags[4], flags[5], "main.c", "two.c", "one.c");
        oneRoot("link-order", Proof.LIKELY, compare(a, b));
    }

    @Test
    void functionsOfOneObjectInAnotherOrder() throws Exception {
        String one = "int one(int x) { return x * 3 + number; }\n";
        String two = "int two(int x) { return x - 7 * number; }\n";
        String end = "void _start(void) { number = one(1) + two(2); for (;;); }\n";
        oneRoot("symbol-order", Proof.LIKELY, compare(bare(folder.resolve("a"), HEAD + one + two
                + end, "-fno-inline", "-fno-toplevel-reorder"),
                bare(folder.resolve("b"), HEAD + two + one + end, "-fno-inline", "-fno-toplevel-reorder")));
    }

    @Test
    void anInsertedFunctionIsNamedAndTheRestFollows() throws Exception {
        String source = HEAD + """
                #ifdef INS
                int ins(void) { return 41; }
                #endif
                int after(int x) { show("after", x); return number; }
                int table[] = {1, 2, 3}; int *pointer = &table[1]; int (*volatile hook)(int) = after;
                void _start(void) { show("x", after(4)); show("y", *pointer + hook(2)); for (;;); }
                """;
        var diff = compare(bare(folder.resolve("a"), source), bare(folder.resolve("b"), source, "-DINS"));
        assertEquals(List.of("unknown"), causes(diff), () -> story(diff));
        assertEquals("ins", first(diff).where().symbol(), () -> story(diff));
        assertEquals(1, first(diff).count(), () -> story(diff));
        assertEquals("", first(diff).a());
    }

    @Test
    void permutedStrings() throws Exception {
        String a = "const char names[] = \"zeta.c\\0alpha.c\\0beta.c\\0gamma.c\";";
        String b = "const char names[] = \"alpha.c\\0gamma.c\\0zeta.c\\0beta.c\";";
        String end = "void _start(void) { sink = names; for (;;); }\n";
        oneRoot("file-order", Proof.LIKELY, compare(bare(folder.resolve("a"), HEAD + a + end),
                bare(folder.resolve("b"), HEAD + b + end)));
    }

    @Test
    void randomBytesInAnObject() throws Exception {
        String source = HEAD + "const unsigned char salt[] = {SALT}; "
                + "void _start(void) { sink = (const char *) salt; for (;;); }\n";
        var diff = compare(bare(folder.resolve("a"), source,
                "-DSALT=0x9f,0x86,0xd0,0x81,0x88,0x4c,0x7d,0x65,0x9a,0x2f,0xea,0xa0"),
                bare(folder.resolve("b"), source, "-DSALT=0x2c,0x26,0xb4,0x6b,0x68,0xff,0xc6,0x8f,0xf9,0x9b,0x45,0x3c"));
        oneRoot("randomness", Proof.LIKELY, diff);
        assertEquals("salt", first(diff).where().symbol());
    }

    @Test
    void environmentListAndUmask() throws Exception {
        oneRoot("environment", Proof.CANARY, compare(saying("a", "A=1\\nX=canary-env-a-5512\\nB=2"),
                saying("b", "A=1\\nX=canary-env-b-9917\\nB=2")));
        oneRoot("umask", Proof.LIKELY, compare(saying("c", "-rw-r--r-- 1 x"), saying("d", "-rw-rw-r-- 1 x")));
        oneRoot("umask", Proof.CANARY, compare(saying("e", "umask 0022"), saying("f", "umask 0002")));
    }

    @Test
    void fourCauses() throws Exception {
        var diff = compare(saying("a", "10:20:44 /b/x7q4w/src 0644 jobs 2"),
                saying("b", "22:44:09 /home/q2e9z/deeper/src 0664 jobs 1"));
        assertEquals("build-path cpu-count time umask", causes(diff).stream().sorted().collect(Collectors.joining(" ")), () ->
                story(diff));
    }

    @Test
    void exceptionsAreEqualWithout() throws Exception {
        String extra = "__attribute__((section(\".stamp\"))) const char stamp[] = STAMP;\n" + HEAD
                + "void _start(void) { for (;;); }\n";
        byte[] c = bare(folder.resolve("c"), extra, "-DSTAMP=\"Mar  5 2026\"");
        byte[] d = bare(folder.resolve("d"), extra, "-DSTAMP=\"Apr 16 2027\"");
        assertEquals(Verdict.DIFFERENT, compare(c, d).verdict());
        var diff = compare(c, d, new Excepted(".stamp", "the release team stamps it"));
        assertEquals(Verdict.EXCEPTED, diff.verdict());
        oneRoot("time", Proof.CANARY, diff);
        assertEquals("excepted: the release team stamps it", first(diff).fix());
    }

    @Test
    void anExceptedSectionMayHaveAnotherSize() throws Exception {
        String extra = "__asm__(\".section .comment2,\\\"\\\"\\n.ascii \\\"\" STAMP \"\\\"\\n.text\");\n" + HEAD
                + "void _start(void) { for (;;); }\n";
        byte[] a = bare(folder.resolve("a"), extra, "-DSTAMP=\"built on host-a-4711\"");
        byte[] b = bare(folder.resolve("b"), extra, "-DSTAMP=\"built on host-b-1147 again\"");
        assertEquals(Verdict.EXCEPTED, compare(a, b, new Excepted(".comment2", "says who built it")).verdict());
        assertEquals(Verdict.DIFFERENT, compare(a, b, new Excepted(".comment", "another section")).verdict());
    }

    /// A hosted program with `assert`, a jump table between the texts, relocations, and debug information that names the same
    /// folder.
    @Test
    void aRealProgramInTwoFolders() throws Exception {
        String main = """
                #include <stdio.h>
                #include <assert.h>
                int helper(int x);
                int main(int argc, char **argv) {
                    assert(argc < 10);
                    printf("%s %d\\n", __FILE__, helper(argc));
                    switch (argc) { case 1: puts("one"); break; case 2: puts("two"); break; case 3: puts("three"); break;
                        case 4: puts("four"); break; case 5: puts("five"); break; case 6: puts(argv[1]); break; }
                    return 0;
                }
                """;
        String helper = "#include <assert.h>\n#include <stdio.h>\nint other(int y) { assert(y > 0); return y / 3; }\n"
                + "int helper(int x) { printf(\"in %s\\n\", __FILE__); return other(x) * 2; }\n";
        for (String option : List.of("-g", "-s", "-no-pie")) {
            byte[] a = inFolder("a" + option, main, helper, option, Samples.PATH_A);
            byte[] b = inFolder("b" + option, main, helper, option, Samples.PATH_B);
            oneRoot("build-path", Proof.CANARY, compare(a, b));
        }
    }

    private byte[] inFolder(String name, String main, String helper, String option, String path) throws Exception {
        Path place = folder.resolve(name);
        write(place, "main.c", main);
        write(place, "helper.c", helper);
        return gcc(place, "out", "-O2", option, "-ffile-prefix-map=" + place + "=" + path, place + "/main.c", place
                + "/helper.c");
    }

    @Test
    void digestsOfOcamlInterfaces() throws Exception {
        String source = HEAD + "const unsigned char caml_globals_map[] = {SALT}; "
                + "void _start(void) { sink = (const char *) caml_globals_map; for (;;); }\n";
        var diff = compare(bare(folder.resolve("a"), source,
                "-DSALT=0x9f,0x86,0xd0,0x81,0x88,0x4c,0x7d,0x65,0x9a,0x2f,0xea,0xa0"),
                bare(folder.resolve("b"), source, "-DSALT=0x2c,0x26,0xb4,0x6b,0x68,0xff,0xc6,0x8f,0xf9,0x9b,0x45,0x3c"));
        oneRoot("ocaml-digest", Proof.LIKELY, diff);
    }

    @Test
    void linkTimeOptimisationNamesSectionsAtRandom() throws Exception {
        write(folder, "x.c", "int x(int y) { return y * 3; }\n");
        var diff = compare(gcc(folder, "a.o", "-O1", "-flto", "-frandom-seed=0xb543d62c86c422bb", "-c", "x.c"),
                gcc(folder, "b.o", "-O1", "-flto", "-frandom-seed=0xc1594865b09ff2b0", "-c", "x.c"));
        oneRoot("randomness", Proof.LIKELY, diff);
    }

    @Test
    void flagsOfASegmentFollowFromNothing() throws Exception {
        byte[] a = saying("a", "/b/x7q4w/src");
        byte[] b = saying("b", "/home/q2e9z/deeper/src");
        b[64 + 4] |= 2; // p_flags of the first program header: writable
        assertEquals(List.of("build-path", "unknown"), causes(compare(a, b)));
    }

    @Test
    void bytesBehindTheEndAreUnexplained() throws Exception {
        byte[] a = saying("a", "x");
        byte[] b = Arrays.copyOf(a, a.length + 3);
        var diff = compare(a, b);
        assertEquals(List.of("unknown"), causes(diff));
        assertEquals("(end of file)", first(diff).where().section());
        assertEquals(Verdict.MAPPED, diff.verdict());
    }
}
