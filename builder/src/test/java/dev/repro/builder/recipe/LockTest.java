package dev.repro.builder.recipe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LockTest {

    private static final Digest ONE = Digest.of(new byte[] {1});
    private static final Digest TWO = Digest.of(new byte[] {2});
    private static final Json.Obj TOOLCHAIN = Json.object("kind", "debian", "suite", "bookworm", "requested",
            List.of("gcc", "make"),
            "architecture", "amd64", "packages", List.of(), "tools", Json.object("cc", Json.object("path", "/usr/bin/cc")));
    private static final SourceState SOURCE = new SourceState(new LockedSource.Folder(ONE, 3, 4000), null, List.of());

    private static Lock lock() {
        return Lock.of(Recipes.minimal(), SOURCE, TOOLCHAIN, Map.of());
    }

    private static String text(Lock lock) {
        return new String(lock.toBytes(), StandardCharsets.UTF_8);
    }

    private static Problem refusal(String text) {
        return assertThrows(Problem.class, () -> Lock.parse(text.getBytes(StandardCharsets.UTF_8), "repro.lock"));
    }

    @Test
    void theFileIsSortedPrettyAndEndsInANewline() {
        assertTrue(text(lock()).startsWith("""
                {
                  "expected": null,
                  "inputs": {
                    "build": {
                      "command": [
                        "make",
                        "all"
                      ],
                      "cpus": 1,
                      "directory": ".",
                      "environment": {},
                      "gid": 1000,
                      "hostname": "buildhost",
                      "locale": "C.UTF-8",
                      "network": "none",
                      "source_date_epoch": 315532800,
                      "source_date_epoch_origin": "default",
                      "timezone": "UTC",
                      "uid": 1000,
                      "umask": "0022"
                    },
                """), text(lock()));
        assertTrue(text(lock()).endsWith("\n  },\n  \"schema\": \"repro.lock.v1\"\n}\n"));
    }

    @Test
    void theEpochHasAnOrigin() {
        var git = new LockedSource.Git("https://example.org/x", "a".repeat(40), "b".repeat(40), List.of(), null, ONE, 1, 1);
        Recipe own = Recipes.parse(Recipes.MINIMAL.replace("[[output]]", "source_date_epoch = 5\n[[output]]"));
        assertEquals(Lock.EpochOrigin.RECIPE, Lock.of(own, new SourceState(git, 9L, List.of()), TOOLCHAIN, Map.of()).inputs()
                .build().epochOrigin());
        Lock byCommit = Lock.of(Recipes.minimal(), new SourceState(git, 9L, List.of()), TOOLCHAIN, Map.of());
        assertEquals(Lock.EpochOrigin.COMMIT, byCommit.inputs().build().epochOrigin());
        assertEquals(9, byCommit.inputs().build().sourceDateEpoch());
    }

    @Test
    void identityIsThatOfTheInputsAlone() {
        Lock lock = lock();
        Lock expecting = lock.expecting(List.of(new Lock.ExpectedOutput("hello.hvt", 5, ONE,
                List.of(new Lock.Section(".text", TWO)), TWO)));
        assertEquals(lock.identity(), expecting.identity());
        assertNotEquals(text(lock), text(expecting));
        assertEquals(Digest.of(JsonText.canonical(lock.inputs().toJson())), lock.identity());
        Lock other = Lock.of(Recipes.minimal(), SOURCE, TOOLCHAIN.with("suite", "trixie"), Map.of());
        assertNotEquals(lock.identity(), other.identity());
    }

    /// Random recipes and sources: what is written is read back as the same value and written as the same bytes.
    @Test
    void parseThenWriteGivesTheSameBytes() throws Exception {
        var random = new Random(20261122);
        for (int i = 0; i < 300; i++) {
            Lock lock = RandomLocks.next(random);
            byte[] bytes = lock.toBytes();
            Lock read = Lock.parse(bytes, "repro.lock");
            assertEquals(lock.inputs().toJson(), read.inputs().toJson());
            assertEquals(lock.identity(), read.identity());
            assertArrayEquals(bytes, read.toBytes());
        }
    }

    /// Every byte of a lock changed: refused, or read as a lock that is written as those very bytes.
    @Test
    void noChangedByteIsReadAsSomethingElse() {
        byte[] bytes = lock().expecting(List.of(new Lock.ExpectedOutput("hello.hvt", 5, ONE, List.of(), null))).toBytes();
        int refused = 0;
        for (int i = 0; i < bytes.length; i++) {
            byte[] changed = bytes.clone();
            changed[i] ^= 1;
            try {
                assertArrayEquals(changed, Lock.parse(changed, "repro.lock").toBytes());
            } catch (Problem problem) {
                assertEquals(Problem.Exit.USAGE, problem.exit());
                refused++;
            }
        }
        assertTrue(refused > bytes.length / 2, refused + " of " + bytes.length);
    }

    @Test
    void noPrefixIsALock() {
        String text = text(lock());
        for (int end = 0; end < text.length(); end++) {
            assertEquals(Problem.Exit.USAGE, refusal(text.substring(0, end)).exit());
        }
    }

    @Test
    void aLockThatWasEditedByHandIsRefused() {
        Problem problem = refusal(text(lock()).replace("\"cpus\": 1", "\"cpus\":  1"));
        assertEquals("repro.lock: the lock is not in canonical form: it was edited, or written by another tool", problem.line());
        assertEquals("run `repro lock`", problem.hint());
        assertTrue(refusal(text(lock()) + "\n").line().contains("not in canonical form"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            repro.lock.v1               | repro.lock.v2       | member `schema` of the lock is not accepted (expected repro.lock.v
            repro.sandbox.v1            | repro.sandbox.v9    | member `sandbox` of the lock is not accepted
            "cpus": 1                   | "cpus": 0           | member `cpus` of the lock is not accepted (expected 1 to 214748364
            "cpus": 1                   | "cpus": 1.5         | member `cpus` is not what it must be (expected an integer, found 1
            "network": "none"           | "network": "host"   | member `network` of the lock is not accepted (expected none, found
            "umask": "0022"             | "umask": "9"        | member `umask` of the lock is not accepted
            "uid": 1000                 | "uid": -1           | member `uid` of the lock is not accepted
            "directory": "."            | "directory": "../x" | member `directory` of the lock is not accepted
            "path": "hello.hvt"         | "path": "/etc/x"    | member `path` of the lock is not accepted
            "kind": "image"             | "kind": "exe"       | member `kind` of the lock is not accepted (expected image or file,
            "kind": "folder"            | "kind": "tar"       | member `kind` of the lock is not accepted (expected folder or git,
            "files": 3                  | "files": -3         | member `files` of the lock is not accepted
            "hostname": "buildhost"     | "hostname": ""      | member `hostname` of the lock is not accepted
            "environment": {}           | "environment": {"PATH": "/x"} | member `environment` of the lock is not accepted
            "architecture": "amd64"     | "architecture": 1.5 | member `toolchain` of the lock is not accepted (expected whole num
            "seeds": {}                 | "seeds": {"a": 1}   | member `a` is not what it must be (expected a string, found 1)
            "seeds": {}                 | "sseeds": {}        | member `seeds` is missing
            "seeds": {}                 | "seeds": {}, "x": 1 | unknown member `x`
            "processes": 512            | "processes": 0      | member `processes` of the lock is not accepted
            """)
    void refusesWhatNoLockMaySay(String old, String changed, String message) {
        String text = text(lock());
        assertTrue(text.contains(old), "the case no longer fits: " + old);
        assertTrue(refusal(text.replace(old, changed)).line().contains(message), refusal(text.replace(old, changed)).line());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "hello"             | "hallo"                | name: hello in the lock, hallo in the recipe
            "all"               | "hello.hvt"            | build.command: ["make","all"] in the lock, ["make","hello.hvt"] in the
            [[output]]          | environment={A="b"} [[output]] | build.environment.A: nothing in the lock, b in the recipe
            [[output]]          | source_date_epoch=1 [[output]] | build.source_date_epoch: 315532800 in the lock, 1 in the recipe
            "gcc"               | "clang"                | toolchain.requested: ["gcc","make"] in the lock, ["clang","make"] in th
            "bookworm"          | "trixie"               | toolchain.suite: bookworm in the lock, trixie in the recipe
            "hello.hvt"         | "hello.spt"            | outputs: [{"kind":"image","path":"hello.hvt"}] in the lock, [{"kind":"i
            [build]             | [limits] time="1h" [build]  | limits.time_seconds: 600 in the lock, 3600 in the recipe
            [build]             | [seeds] a="b" [build]  | seeds.a: nothing in the lock, b in the recipe
            [build]             | [variations] skip={time="x"} [build] | variations_skipped.time: nothing in the lock, x in the re
            [build]             | [source] exclude=["x"] [build] | the recipe changed in what the lock does not repeat: how the so
            """)
    void saysWhatTheRecipeSaysOtherwise(String old, String changed, String sentence) {
        String text = Recipes.MINIMAL.replace(old, changed.replace(" [", "\n[").replace("] ", "]\n"));
        assertNotEquals(Recipes.MINIMAL, text);
        List<String> found = lock().disagreements(Recipes.parse(text), SOURCE);
        assertTrue(found.stream().anyMatch(f -> f.startsWith(sentence)), found.toString());
    }

    @Test
    void longTextsAreShownWhereTheyPart() {
        String text = Recipes.MINIMAL.replace("hello.hvt\"", "hello.hvt\"\n[[output]]\npath = \"" + "a".repeat(60) + ".hvt\"");
        List<String> found = lock().disagreements(Recipes.parse(text), SOURCE);
        assertEquals("outputs: …{\"kind\":\"image\",\"path\":\"hello.hvt\"}] in the lock, …{\"kind\":\"image\",\"path\":\""
                + "a".repeat(56) + "… in the recipe", found.getFirst());
    }

    @Test
    void agreesWithItsOwnRecipeAndSource() {
        assertEquals(List.of(), lock().disagreements(Recipes.minimal()));
        assertEquals(List.of(), lock().disagreements(Recipes.parse("# a comment\n" + Recipes.MINIMAL), SOURCE));
    }

    @Test
    void saysWhichFilesOfTheSourceChanged() {
        var now = new SourceState(new LockedSource.Folder(TWO, 4, 4001), null, List.of("modified a.c", "added b.c"));
        List<String> found = lock().disagreements(Recipes.minimal(), now);
        assertEquals(List.of("the source changed: 3 files with digest " + ONE.brief() + " in the lock, 4 files with digest "
                + TWO.brief()
                + " now (modified a.c, added b.c)"), found);
        Problem problem = Lock.disagrees(found, "repro.lock");
        assertEquals(Problem.Exit.USAGE, problem.exit());
        assertEquals("run `repro lock`", problem.hint());
    }

    @Test
    void comparesGitSourcesWithWhatTheRecipeNames() {
        var git = new LockedSource.Git("https://example.org/x", "a".repeat(40), "b".repeat(40), List.of(), "v1", ONE, 1, 1);
        String head = Recipes.MINIMAL.replace("[toolchain]", "[source]\ngit = \"https://example.org/x\"\ncommit = \""
                + "a".repeat(40) + "\"\n[toolchain]");
        var state = new SourceState(git, 9L, List.of());
        Lock lock = Lock.of(Recipes.parse(head), state, TOOLCHAIN, Map.of());
        assertEquals(List.of(), lock.disagreements(Recipes.parse(head)));
        assertEquals(List.of("source.commit: " + "a".repeat(40) + " in the lock, " + "c".repeat(40) + " in the recipe"),
                lock.disagreements(Recipes.parse(head.replace("a".repeat(40), "c".repeat(40)))));
        assertEquals(List.of("source.url: https://example.org/x in the lock, https://example.org/y in the recipe"),
                lock.disagreements(Recipes.parse(head.replace("org/x", "org/y")), state));
        assertTrue(lock.disagreements(Recipes.minimal()).contains("source: git in the lock, a folder in the recipe"));
    }

    @Test
    void filesAreComparedWithoutTheirSize() {
        String file = "[[file]]\nurl = \"https://example.org/x\"\nsha256 = \"" + ONE + "\"\npath = \"x\"\n";
        Recipe recipe = Recipes.parse(Recipes.MINIMAL + file);
        Lock lock = Lock.of(recipe, SOURCE, TOOLCHAIN, new HashMap<>(Map.of("x", 7L)));
        assertEquals(List.of(), lock.disagreements(recipe, SOURCE));
        assertEquals(1, lock.disagreements(Recipes.parse(Recipes.MINIMAL + file.replace(ONE.hex(), TWO.hex())), SOURCE).size());
        assertEquals(1, lock.disagreements(Recipes.minimal(), SOURCE).size());
    }
}
