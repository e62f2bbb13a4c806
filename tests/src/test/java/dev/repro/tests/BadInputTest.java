package dev.repro.tests;

import static dev.repro.tests.Scratch.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Fields;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Input that is not what it must be: one line with what, where and what to do, exit code 2 (or 1 where the answer is no),
/// nothing written.
class BadInputTest {
    @TempDir
    Path temp;
    private Map<String, String> env;

    @BeforeEach
    void cache() throws IOException {
        env = Scratch.cache(temp.resolve("cache"));
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        Scratch.tidy(env);
    }

    private Repro.Answer repro(String... args) {
        return Repro.run(temp, env, args);
    }

    private Path host(String command, String rest) throws IOException {
        return Scratch.hostProject(temp.resolve("app"), command, rest);
    }

    private void locked(Path project) {
        Repro.Answer answer = repro("lock", project.toString());
        assertEquals(0, answer.code(), answer::toString);
    }

    /// Runs the verb on the folder `app`; whatever it says, it must not write there.
    private Repro.Answer untouched(String... args) throws IOException {
        var before = Scratch.contents(temp.resolve("app"));
        Repro.Answer answer = repro(args);
        assertEquals(before, Scratch.contents(temp.resolve("app")), answer::toString);
        return answer;
    }

    @Test
    void whatIsNotThere() throws Exception {
        refused(repro("check", "no.hvt"), 2, "no.hvt");
        Files.createDirectory(temp.resolve("empty"));
        refused(repro("check", "empty"), 2, "empty/repro.toml");
        refused(repro("lock", "empty"), 2, "empty/repro.toml");
        refused(repro("build", "empty"), 2, "empty/repro.toml");
        Files.writeString(temp.resolve("alone.hvt"), "no recipe near");
        refused(repro("check", "alone.hvt"), 2, "alone.hvt", "repro.toml");
        refused(repro("check", "--recipe", "no.toml", "alone.hvt"), 2, "no.toml");
        refused(repro("manifest", "show", "no.hvt"), 2, "no.hvt");
        refused(repro("check", "--no-such-option", "x"), 2, "--no-such-option");
        refused(repro("check", "--require", "perfect", "alone.hvt"), 2, "perfect");
    }

    @Test
    void recipesThatAreNone() throws Exception {
        Path app = host("true", "");
        String good = Files.readString(app.resolve("repro.toml"));
        recipe(good.replace("host = true", "host = true\npackges = []"), "repro.toml:5:1", "packges", "packages");
        recipe(good.replace("[build]", "[buidl]"), "repro.toml:5:", "buidl", "build");
        recipe(good.replace("host = true", "host = = true"), "repro.toml:4:");
        recipe(good.replace("path = \"app.bin\"", "path = \"/etc/passwd\""), "repro.toml:", "/etc/passwd");
        recipe(good.replace("path = \"app.bin\"", "path = \"../app.bin\""), "repro.toml:", "../app.bin");
        recipe(good + "[source]\nfolder = \"../..\"\n", "../..");
        recipe(good + "[source]\nfolder = \"missing\"\n", "missing");
        recipe(good.replaceFirst("(?s)\\[\\[output.*", ""), "repro.toml", "[[output]]");
        recipe(good + "[limits]\ntime = \"-1s\"\n", "repro.toml:", "-1s");
        recipe("", "repro.toml", "schema");
        Files.write(app.resolve("repro.toml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        refused(untouched("lock", "app"), 2, "repro.toml");
    }

    private void recipe(String text, String... parts) throws IOException {
        Files.writeString(temp.resolve("app/repro.toml"), text);
        refused(untouched("lock", "app"), 2, parts);
    }

    @Test
    void locksThatAreNone() throws Exception {
        Path app = host("echo made > app.bin", "");
        refused(untouched("check", "app"), 2, "app/repro.lock", "no lock");
        locked(app);
        String good = Files.readString(app.resolve("repro.lock"));
        lock(good.replace("\"cpus\": 1", "\"cpus\":1"), "repro.lock");
        lock(good.substring(0, good.length() / 2), "repro.lock");
        lock("made by hand\n", "repro.lock");
        lock(good.replace("\"umask\": \"0022\"", "\"umask\": 18"), "repro.lock", "umask");
        lock(good.replace("repro.lock.v1", "repro.lock.v9"), "repro.lock", "repro.lock.v9");
        lock("[".repeat(100_000), "repro.lock");

        Files.writeString(app.resolve("repro.lock"), good);
        String recipe = Files.readString(app.resolve("repro.toml"));
        Files.writeString(app.resolve("repro.toml"), recipe.replace("echo made", "echo other"));
        refused(untouched("check", "app"), 2, "repro.lock", "command");
        Files.writeString(app.resolve("repro.toml"), recipe);
        Files.writeString(app.resolve("main.c"), "int other;\n");
        refused(untouched("check", "app"), 2, "repro.lock", "source");
    }

    private void lock(String text, String... parts) throws IOException {
        Files.writeString(temp.resolve("app/repro.lock"), text);
        refused(untouched("check", "app"), 2, parts);
    }

    @Test
    void anImageThatTheRecipeDoesNotMake() throws Exception {
        Path app = host("echo made > app.bin", "");
        Files.writeString(app.resolve("other.hvt"), "other");
        refused(untouched("check", "app/other.hvt"), 2, "app/other.hvt", "app.bin");
        refused(untouched("check", "--recipe", "app/repro.toml", "app/other.hvt"), 2, "app/other.hvt", "app.bin");
    }

    @Test
    void buildsThatMakeNothing() throws Exception {
        Path app = host("echo about to end; echo made > app.bin",
                "[[output]]\npath = \"app.bin\"\nkind = \"file\"\n[[output]]\npath = \"missing.bin\"\nkind = \"file\"\n");
        locked(app);
        Repro.Answer answer = untouched("check", "app");
        assertEquals(1, answer.code(), answer::toString);
        assertTrue(answer.out().contains("missing.bin") && answer.out().contains("unbuilt")
                && answer.out().contains("about to end"), answer::toString);
        Scratch.noTrace(answer);
        refused(untouched("build", "app"), 1, "missing.bin");
        refused(untouched("lock", "--expected", "app"), 1, "missing.bin");
    }

    @Test
    void theBuildFolderIsNotThere() throws Exception {
        Path app = host("true", "directory = \"nowhere\"\n");
        locked(app);
        refused(untouched("build", "app"), 1, "nowhere");
    }

    @Test
    void aDirtyTree() throws Exception {
        Path app = host("cat main.c > app.bin", "");
        locked(app);
        Scratch.tool(app, "git", "init", "-q");
        Scratch.tool(app, "git", "add", "-A");
        Scratch.tool(app, "git", "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "first");
        locked(app);
        Scratch.tool(app, "git", "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--allow-empty", "-qam",
                "lock");
        Repro.Answer clean = repro("check", "app");
        assertEquals(0, clean.code(), clean::toString);
        assertTrue(clean.out().contains(", clean"), clean::toString);

        Files.writeString(app.resolve("main.c"), "int other;\n");
        refused(untouched("check", "app"), 2, "main.c");
        refused(untouched("lock", "app"), 2, "main.c");
        Repro.Answer lock = repro("lock", "--allow-dirty", "app");
        assertEquals(0, lock.code(), lock::toString);
        Repro.Answer dirty = repro("check", "--allow-dirty", "app");
        assertEquals(0, dirty.code(), dirty::toString);
        assertTrue(dirty.out().lines().anyMatch(l -> l.startsWith("source") && l.contains("dirty: modified main.c")),
                dirty::toString);
    }

    @Test
    void imagesThatAreNone() throws Exception {
        Path hello = Repro.copy("hello", temp);
        byte[] good = Files.readAllBytes(hello.resolve("hello.hvt"));
        Files.write(hello.resolve("hello.hvt"), Arrays.copyOf(good, 1000));
        var random = new byte[1 << 16];
        new Random(7).nextBytes(random);
        Files.write(hello.resolve("hello.spt"), random);
        Files.write(hello.resolve("hello.virtio"), hugeCounts(good));
        assertEquals(List.of("different", "different", "different"), verdicts("hello"));
        for (String image : List.of("hello/hello.hvt", "hello/hello.spt", "hello/hello.virtio")) {
            for (String verb : List.of("show", "lint")) {
                Repro.Answer answer = repro("manifest", verb, image);
                assertTrue(answer.code() == 0 || answer.code() == 1, answer::toString);
                assertFalse(answer.out().isBlank(), answer::toString);
                assertEquals("", answer.err(), answer::toString);
            }
        }
        refused(repro("manifest", "show", "--manifest", "hello/hello.spt"), 2, "hello/hello.spt");

        // What a tender maps is there, and a byte more; nothing at all; no file.
        Files.write(hello.resolve("hello.hvt"), Arrays.copyOf(good, good.length + 1));
        Files.write(hello.resolve("hello.spt"), new byte[0]);
        Files.delete(hello.resolve("hello.virtio"));
        assertEquals(List.of("mapped", "different", "bitwise"), verdicts("hello"));
    }

    private List<String> verdicts(String folder) throws Exception {
        Repro.Answer answer = repro("check", "--json", folder);
        assertEquals(1, answer.code(), answer::toString);
        Scratch.noTrace(answer);
        var out = new java.util.ArrayList<String>();
        for (Fields check : Fields.of(answer.json(), "the report", "$").objects("checks")) {
            out.add(check.string("verdict"));
        }
        return out;
    }

    /// 65,535 segments and, by section 0, four thousand million sections.
    private static byte[] hugeCounts(byte[] image) {
        var bytes = image.clone();
        var elf = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int section0 = (int) elf.getLong(40); // e_shoff
        elf.putShort(56, (short) -1); // e_phnum
        elf.putShort(60, (short) 0); // e_shnum: it stands in sh_size of section 0
        elf.putLong(section0 + 32, 0xffff_ffffL);
        return bytes;
    }

    @Test
    void severalTargetsAndOneOfThemBad() throws Exception {
        Path app = host("echo made > app.bin", "");
        Scratch.hostProject(temp.resolve("second"), "echo second > app.bin", "");
        Repro.Answer lock = repro("lock", "app", "second");
        assertEquals(0, lock.code(), lock::toString);
        Repro.Answer both = repro("check", "app", "second");
        assertEquals(0, both.code(), both::toString);
        refused(untouched("check", "app", "nowhere"), 2, "nowhere");

        Files.createDirectories(app.resolve("A"));
        Files.writeString(app.resolve("A/thesis.txt"), "mine");
        Repro.Answer keep = repro("check", "--keep", "app", "second");
        refused(keep, 2, "app/A");
        assertEquals("mine", Files.readString(app.resolve("A/thesis.txt"), StandardCharsets.UTF_8));
    }

    @Test
    void namesThatPretend() {
        refused(repro("check", "no\nrepro: error: two lines"), 2, "no?repro: error: two lines");
        refused(repro("check", "@no.hvt"), 2, "@no.hvt");
    }
}
