package dev.repro.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a user does, and what is said to them, word for word.
class JourneyTest {
    private static final Path HELLO = Repro.HOME.resolve("examples/hello");
    private static final String ESCAPE = "\033";
    /// Of the greeting the part that a changed bit makes another.
    private static final Pattern GREETING = Pattern.compile("\\.rodata\\+0x[0-9a-f]+ .* \"h[^\"]*\" \\| \"i[^\"]*\"\n");

    /// What `check` says of hello, when asked as SUBJECT.
    private static final String REPRODUCED = """
            source     SUBJECT, git COMMIT, clean
            toolchain  N packages of debian bookworm, locked
            build A, B T, T side by side, VARIATIONS
            hello.hvt  N bytes, sha256 HASH, A = B = file
            manifest   Solo5 hvt, ABI 2, no devices, lint clean
            reproduced bit for bit
            """;

    @TempDir
    Path folder;

    /// Text without what differs from run to run and from machine to machine.
    private static String elided(String text) {
        return text.replaceAll("git [0-9a-f]{7}\\b", "git COMMIT").replaceAll("\\d+ packages", "N packages")
                .replaceAll("\\b\\d+\\.\\d s", "T")
                .replaceAll("[\\d,]+ bytes", "N bytes").replaceAll("sha256 [0-9a-f]{1,4}…[0-9a-f]{1,4}", "sha256 HASH")
                .replaceAll("\\d+ of 20 variations.*", "VARIATIONS");
    }

    private static String reproduced(Object subject) {
        return REPRODUCED.replace("SUBJECT", subject.toString());
    }

    private static void says(String expected, int code, Repro.Answer answer) {
        assertEquals(expected, elided(answer.out()), answer::toString);
        assertEquals(code, answer.code(), answer::toString);
    }

    @Test
    void helloIsReproducedFromWhereverOneStands() {
        says(reproduced("examples/hello"), 0, Repro.run("check", "examples/hello/hello.hvt"));
        says(reproduced("this folder"), 0, Repro.run(HELLO, Map.of(), "check", "hello.hvt"));
        says(reproduced(HELLO), 0, Repro.run(folder, Map.of(), "check", HELLO.resolve("hello.hvt").toString()));
    }

    @Test
    void theReadmeShowsWhatIsPrinted() throws IOException {
        for (String page : List.of("README.md", "docs/check.md")) {
            String text = elided(Files.readString(Repro.HOME.resolve(page)));
            assertTrue(text.contains(reproduced("examples/hello")), page);
        }
    }

    @Test
    void anImageElsewhereIsCheckedWithTheRecipeThatIsNamed() throws IOException {
        Path image = Files.copy(HELLO.resolve("hello.hvt"), folder.resolve("hello.hvt"));
        Repro.Answer alone = Repro.run("check", image.toString());
        assertEquals(2, alone.code(), alone::toString);
        assertTrue(alone.err().contains("no repro.toml beside it nor in a parent folder"), alone::toString);
        assertTrue(alone.err().contains("--recipe"), alone::toString);
        says(reproduced("examples/hello"), 0, Repro.run("check", "--recipe", "examples/hello/repro.toml", image.toString()));
    }

    @Test
    void oneBitIsEnough() throws IOException {
        byte[] bytes = Files.readAllBytes(HELLO.resolve("hello.hvt"));
        int greeting = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("hello from a unikernel");
        bytes[greeting] ^= 1;
        Repro.Answer answer = changed(bytes);
        String out = elided(answer.out());
        assertTrue(out.contains("\nhello.hvt  A = B: N bytes, sha256 HASH; the file: N bytes, sha256 HASH\n"), answer::toString);
        assertTrue(GREETING.matcher(out).find(), answer::toString);
        assertTrue(out.endsWith("\ndifferent: the file is not what this source and this lock give\n"), answer::toString);
        assertEquals(1, answer.code());
    }

    @Test
    void whatFollowsTheImageIsTold() throws IOException {
        byte[] image = Files.readAllBytes(HELLO.resolve("hello.hvt"));
        byte[] longer = Arrays.copyOf(image, image.length + 2);
        Repro.Answer answer = changed(longer);
        assertTrue(answer.out().contains("(end of file), 2 bytes"), answer::toString);
        assertTrue(answer.out().endsWith("\nmapped: the file is not what this source and this lock give\n"), answer::toString);
        assertEquals(1, answer.code());
        Repro.Answer enough = Repro.run("check", "--require", "mapped", "--recipe", "examples/hello/repro.toml",
                folder.resolve("hello.hvt").toString());
        assertEquals(0, enough.code(), enough::toString);
    }

    private Repro.Answer changed(byte[] bytes) throws IOException {
        Path image = Files.write(folder.resolve("hello.hvt"), bytes);
        return Repro.run("check", "--recipe", "examples/hello/repro.toml", image.toString());
    }

    @Test
    void fromAMakefileToACheckedImage() throws IOException {
        Path project = Repro.copy("hello", folder);
        for (String made : List.of("repro.toml", "repro.lock", "hello.hvt", "hello.spt", "hello.virtio")) {
            Files.delete(project.resolve(made));
        }
        Repro.Answer guess = Repro.run(folder, Map.of(), "init", "hello");
        assertEquals(0, guess.code(), guess::toString);
        assertTrue(guess.out().startsWith("wrote hello/repro.toml: a guess for a project with a makefile\n"), guess::toString);
        Path recipe = project.resolve("repro.toml");
        Files.writeString(recipe, Files.readString(recipe).replaceFirst("(?m)^packages = .*$", "packages = [\"gcc\", \"make\"]"));

        Repro.Answer unlocked = Repro.run(project, Map.of(), "build");
        assertEquals(2, unlocked.code(), unlocked::toString);
        assertTrue(unlocked.err().contains("repro lock"), unlocked::toString);
        Repro.Answer lock = Repro.run(project, Map.of(), "lock");
        assumeTrue(lock.code() != 4, () -> "skipped: no Debian archive can be reached: " + lock.err());
        assertEquals(0, lock.code(), lock::toString);
        assertTrue(lock.out().contains("\nlock       repro.lock, written, identity "), lock::toString);

        Repro.Answer build = Repro.run(project, Map.of(), "build");
        assertEquals(0, build.code(), build::toString);
        assertTrue(elided(build.out()).startsWith("""
                source       this folder, not in git
                toolchain    N packages of debian bookworm, locked
                build        T
                """), build::toString);
        assertTrue(Files.exists(project.resolve("hello.build.json")) && Files.exists(project.resolve("hello.build.log")));
        assertArrayEquals(Files.readAllBytes(HELLO.resolve("hello.hvt")), Files.readAllBytes(project.resolve("hello.hvt")));

        Repro.Answer check = Repro.run(project, Map.of(), "check", ".");
        assertEquals(0, check.code(), check::toString);
        assertEquals(3, check.out().lines().filter("reproduced bit for bit"::equals).count(), check::toString);
    }

    @Test
    void quietIsQuietAndPipesArePlain() {
        Repro.Answer loud = Repro.run("check", "examples/hello/hello.hvt");
        assertEquals("repro: building A and B side by side, 0 s\n", loud.err());
        assertFalse((loud.out() + loud.err()).contains(ESCAPE) || (loud.out() + loud.err()).contains("\r"), loud::toString);
        Repro.Answer quiet = Repro.run("check", "--quiet", "examples/hello/hello.hvt");
        assertEquals("", quiet.err());
        says(reproduced("examples/hello"), 0, quiet);
    }

    @Test
    void colourIsForTerminalsAndNotWithNoColor() throws Exception {
        assumeTrue(Tool.found("script"), "skipped: script is not on PATH (apt-get install bsdutils)");
        String doctor = "'" + Repro.HOME.resolve("repro") + "' doctor";
        String verdict = Pattern.quote("this machine can") + ".*";
        Tool.Ended coloured = Tool.run(folder, "env", "-u", "NO_COLOR", "TERM=xterm", "script", "-qec", doctor, "/dev/null");
        assertTrue(Pattern.compile("\033\\[3[12]m" + verdict + "\033\\[0m").matcher(coloured.text()).find(), coloured::text);
        for (String plain : List.of("NO_COLOR=1", "TERM=dumb")) {
            Tool.Ended ended = Tool.run(folder, "env", "TERM=xterm", plain, "script", "-qec", doctor, "/dev/null");
            assertTrue(Pattern.compile("(?m)^" + verdict).matcher(ended.text()).find(), ended::text);
            assertFalse(Pattern.compile("\033\\[[0-9;]*m").matcher(ended.text()).find(), ended::text);
        }
    }

    @Test
    void theCompletionScriptIsOneForBash() throws Exception {
        Repro.Answer script = Repro.run("completion");
        assertEquals(0, script.code(), script::toString);
        Path file = Files.writeString(folder.resolve("completion"), script.out());
        Tool.Ended checked = Tool.run(folder, "bash", "-n", file.toString());
        assertEquals("", checked.text());
        assertEquals(0, checked.code());
        Tool.Ended sourced = Tool.run(folder, "bash", "-c", ". ./completion && complete -p repro");
        assertTrue(sourced.code() == 0 && sourced.text().contains("repro"), sourced::text);
    }

    @Test
    void aWrongCommandLineIsToldWhatIsRight() {
        misused("unknown verb `chek`", "did you mean check", "chek");
        misused("unknown option `--requir`", "--require", "check", "--requir", "bitwise");
        misused("unknown verb `lnt`", "did you mean lint", "manifest", "lnt", "x");
        misused("unexpected argument `now`", "repro doctor --help", "doctor", "now");
        misused("missing verb", "repro --help");
        misused("unknown level `exact`", "", "check", "--require", "exact", "examples/hello/hello.hvt");
    }

    private static void misused(String error, String hint, String... args) {
        Repro.Answer answer = Repro.run(args);
        assertEquals(2, answer.code(), answer::toString);
        assertEquals("", answer.out(), answer::toString);
        assertTrue(answer.err().startsWith("repro: error: " + error), answer::toString);
        assertTrue(hint.isEmpty() || answer.err().contains("\nrepro: hint: ") && answer.err().contains(hint), answer::toString);
    }

    @Test
    void theVersionIsTheSameHoweverOneAsks() {
        String version = Repro.run("version").out();
        assertTrue(version.matches("repro \\d+\\.\\d+\\.\\d+\n"), version);
        for (String way : List.of("--version", "-V", "version --quiet")) {
            Repro.Answer answer = Repro.run(way.split(" "));
            assertEquals(version, answer.out());
            assertEquals(0, answer.code());
        }
        assertTrue(Repro.run("version", "--verbose").out().startsWith(version.strip() + ", "));
    }
}
