package dev.repro.builder;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MadeTest {

    @TempDir
    Path temp;

    private String instead(String list, String output) throws Exception {
        return Made.instead(Files.writeString(temp.resolve("made"), list), output);
    }

    @Test
    void theSameNameElsewhereComesFirstThenWhatLiesHighUp() throws Exception {
        assertEquals("; it made src/deep/app, libx.a, src/b", instead("./src/b\n./src/deep/app\n./libx.a\n./app.o\n./.app.d\n", "out/app"));
    }

    @Test
    void theRestIsCounted() throws Exception {
        assertEquals("; it made a, b, c, d, e, f, g, h and 2 more", instead("./a\n./b\n./c\n./d\n./e\n./f\n./g\n./h\n./i\n./j\n", "z"));
    }

    @Test
    void nothingIsSaidOfNothing() throws Exception {
        assertEquals("", instead("./x.o\n", "x"));
        assertEquals("", Made.instead(temp.resolve("absent"), "x"));
    }

    @Test
    void whatIsNoTextIsShownAsText() throws Exception {
        assertEquals("; it made a?[31mb", instead("./a\u001b[31mb\n", "x"));
    }
}
