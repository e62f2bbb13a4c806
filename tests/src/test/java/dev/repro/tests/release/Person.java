package dev.repro.tests.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.tests.Repro;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Somebody with a home folder of their own, who runs `./repro` in it.
public record Person(Path home) {

    public static Person in(Path folder, String name) throws IOException {
        return new Person(Files.createDirectories(folder.resolve(name)));
    }

    public Repro.Answer run(String... args) {
        return Repro.run(home, Map.of("XDG_CONFIG_HOME", home.resolve(".config").toString(), "XDG_STATE_HOME",
                home.resolve(".state").toString()), args);
    }

    /// Runs it to its good end.
    ///
    /// @return what it printed on stdout
    public String does(String... args) {
        Repro.Answer answer = run(args);
        assertEquals(0, answer.code(), () -> String.join(" ", args) + ": " + answer);
        return answer.out();
    }

    /// Runs it, and it says what is wrong and what to do.
    ///
    /// @param words that it says
    public void fails(int code, List<String> words, String... args) {
        Repro.Answer answer = run(args);
        assertEquals(code, answer.code(), () -> String.join(" ", args) + ": " + answer);
        assertTrue(answer.err().contains("repro: hint: "), answer::toString);
        words.forEach(word -> assertTrue(answer.err().contains(word), () -> "`" + word + "` is not in what " + String.join(" ", args)
                + " says: " + answer));
    }

    public Path file(String name) {
        return home.resolve(name);
    }

    /// The author's key, for others to list.
    public Path publicKey() {
        return home.resolve(".config/repro/author/author.pub");
    }
}
