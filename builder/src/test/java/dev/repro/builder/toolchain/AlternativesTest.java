package dev.repro.builder.toolchain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlternativesTest {
    private static final String PROGRAM = "update-alternatives";

    @TempDir
    Path tree;

    @Test
    void wordsOfACommand() {
        assertEquals(List.of(PROGRAM, "--install", "a b", "c"), ShellWords.command(PROGRAM,
                " update-alternatives --install 'a b' \"c\" # d"));
        assertEquals(List.of("then", PROGRAM, "x"), ShellWords.command(PROGRAM,
                "if [ \"$1\" = configure ]; then update-alternatives x || true"));
        assertEquals(List.of(), ShellWords.command(PROGRAM, "update-alternatives --install $link x"));
        assertEquals(List.of(), ShellWords.command(PROGRAM, "update-alternatives --install `pwd` x"));
        assertEquals(List.of(PROGRAM, "$x"), ShellWords.command(PROGRAM, "update-alternatives '$x'"));
        assertEquals(List.of(), ShellWords.command(PROGRAM, "# update-alternatives x"));
        assertEquals(List.of(), ShellWords.command(PROGRAM, "update-alternatives 'x"));
        assertEquals(List.of(), ShellWords.command(PROGRAM, "echo done"));
    }

    @Test
    void highestPriorityWinsAndSlavesFollow() throws Exception {
        Files.createDirectories(tree.resolve("usr/bin"));
        for (String program : List.of("gcc", "clang", "mawk", "gawk", "own", "mawk.1")) {
            Files.writeString(tree.resolve("usr/bin").resolve(program), program);
        }
        Files.writeString(tree.resolve("usr/bin/taken"), "a file of a package");
        var alternatives = new Alternatives();
        alternatives.read("""
                #!/bin/sh
                update-alternatives --quiet --install /usr/bin/cc cc /usr/bin/gcc 20 \\
                    --slave /usr/bin/cc.1 cc.1 /usr/bin/missing
                for i in a b; do update-alternatives --install /usr/bin/$i $i /usr/bin/gcc 20; done
                update-alternatives --install /usr/bin/awk awk /usr/bin/mawk 5 --slave /usr/bin/awk.1 awk.1 /usr/bin/mawk.1
                update-alternatives --install /usr/bin/taken taken /usr/bin/own 5
                update-alternatives --install ../../evil evil /usr/bin/own 5
                update-alternatives --install /usr/bin/short
                update-alternatives --install /usr/bin/word word /usr/bin/own high
                update-alternatives --remove cc /usr/bin/gcc
                """);
        alternatives.read("update-alternatives --install /usr/bin/cc cc /usr/bin/clang 10\n");
        alternatives.read("update-alternatives --install /usr/bin/gone gone /usr/bin/not-there 10\n");
        alternatives.link(new TreeWriter(tree, Clash.KEEP, "alternatives"), new InRoot(tree));
        assertEquals("/usr/bin/gcc", Files.readSymbolicLink(tree.resolve("usr/bin/cc")).toString());
        assertEquals("/usr/bin/mawk", Files.readSymbolicLink(tree.resolve("usr/bin/awk")).toString());
        assertEquals("/usr/bin/mawk.1", Files.readSymbolicLink(tree.resolve("usr/bin/awk.1")).toString());
        assertEquals("a file of a package", Files.readString(tree.resolve("usr/bin/taken")));
        for (String none : List.of("cc.1", "a", "b", "gone", "short", "word")) {
            assertFalse(Files.exists(tree.resolve("usr/bin").resolve(none), LinkOption.NOFOLLOW_LINKS), none);
        }
    }

    @Test
    void equalPriorityGoesToTheFirst() throws Exception {
        Files.createDirectories(tree.resolve("usr/bin"));
        Files.writeString(tree.resolve("usr/bin/one"), "");
        Files.writeString(tree.resolve("usr/bin/two"), "");
        var alternatives = new Alternatives();
        alternatives.read("update-alternatives --install /usr/bin/x x /usr/bin/one 1");
        alternatives.read("update-alternatives --install /usr/bin/x x /usr/bin/two 1");
        alternatives.link(new TreeWriter(tree, Clash.KEEP, "alternatives"), new InRoot(tree));
        assertEquals("/usr/bin/one", Files.readSymbolicLink(tree.resolve("usr/bin/x")).toString());
    }
}
