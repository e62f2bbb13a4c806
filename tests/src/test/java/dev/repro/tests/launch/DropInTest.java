package dev.repro.tests.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.tests.Repro;
import dev.repro.tests.Tenders;
import dev.repro.tests.Tool;
import dev.repro.tests.release.Person;
import dev.repro.tests.release.Town;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `repro` under the name of a tender, as Albatross and urunc call it.
class DropInTest extends Town {
    private static Operator operator;
    private static Path installed;

    @BeforeAll
    static void tenders() {
        Tenders.needs("solo5-spt", "build Solo5 and put its tenders on PATH");
    }

    @BeforeEach
    void install() throws IOException {
        if (operator == null) {
            Person author = owner("hello");
            Files.copy(Repro.HOME.resolve("examples/hello/hello.spt"), author.file("hello.spt"));
            author.does("sign", "hello.spt", "--version", "1.0.0");
            author.does("publish");
            operator = Operator.in(folder.resolve("operator"), url(), rootDigest(), "hello");
            installed = Files.createSymbolicLink(operator.home().resolve("solo5-spt"), Repro.HOME.resolve("repro"));
            Files.copy(Repro.HOME.resolve("examples/hello/hello.spt"), operator.home().resolve("NAME.img"));
        }
    }

    private static Tool.Ended call(Path program, String... args) throws Exception {
        var argv = new ArrayList<>(List.of(program.toString()));
        argv.addAll(List.of(args));
        var builder = new ProcessBuilder(argv).directory(operator.home().toFile()).redirectErrorStream(true).redirectInput(Path.of("/dev/null").toFile());
        builder.environment().putAll(operator.env());
        Process process = builder.start();
        return new Tool.Ended(process.waitFor(), new String(process.getInputStream().readAllBytes()).replaceAll("(?m)^repro: making the start-up cache.*\n", ""));
    }

    @Test
    void itSaysWhatTheTrueOneSays() throws Exception {
        for (String word : List.of("--version", "--help")) {
            Tool.Ended truth = call(Operator.tender("spt"), word);
            assertEquals(truth, call(installed, word));
        }
        assertTrue(call(installed, "--version").text().contains("ABI version 2"));
    }

    @Test
    void itRunsWhatIsSignedWithTheSameArguments() throws Exception {
        Tool.Ended albatross = call(installed, "--mem=32", "--", "NAME.img", "--name=x", "exit=7");
        assertEquals(7, albatross.code(), albatross::text);
        assertEquals("hello from a unikernel on spt\ncommand line: --name=x exit=7\n", albatross.text());
        Tool.Ended urunc = call(installed, "--mem=32", "NAME.img", "exit=8");
        assertEquals(8, urunc.code(), urunc::text);
    }

    @Test
    void itRefusesWithCodesThatAreNotRestarted() throws Exception {
        byte[] image = Files.readAllBytes(operator.home().resolve("NAME.img"));
        image[9000] ^= 1;
        Files.write(operator.home().resolve("OTHER.img"), image);
        Tool.Ended other = call(installed, "--mem=32", "--", "OTHER.img");
        assertEquals(60, other.code(), other::text);
        assertTrue(other.text().contains("image-unknown (60)"), other::text);
        assertEquals(61, call(installed, "--net:service=tap0", "--", "NAME.img").code());
        for (List<String> line : List.of(List.of("--x-exec-heap", "NAME.img"), List.of("--mem=64foo", "NAME.img"), List.of("--mem=64"), List.of("--", "missing"))) {
            Tool.Ended misuse = call(installed, line.toArray(String[]::new));
            assertEquals(1, misuse.code(), misuse::text);
            assertTrue(misuse.text().contains("repro: hint: "), misuse::text);
        }
    }
}
