package dev.repro.builder.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every refusal of a recipe: what is said, and where.
class RecipeRefusalTest {

    private static final String DIGEST = "0123456789abcdef".repeat(4);
    private static final String FILE = "[[file]]\nurl = \"https://example.org/x\"\nsha256 = \"" + DIGEST + "\"\npath = \"x\"\n";

    /// @param change `old => new` applied to the minimal recipe, or text that is put at its end (line 10)
    record Case(String change, String message, String hint) {}

    private static final List<Case> CASES = new ArrayList<>();

    private static void add(String change, String message) {
        CASES.add(new Case(change, message, null));
    }

    private static void add(String change, String message, String hint) {
        CASES.add(new Case(change, message, hint));
    }

    static {
        // not TOML
        add("name = \"hello\" => name = hello", "repro.toml:2:8: not TOML: no value (found `hello`)");
        add("name = \"hello\" => name = \"a\"\nname = \"b\"",
                "repro.toml:3:1: not TOML: `name` is defined already at line 2, column 1");
        // keys
        add("packages => pakages", "repro.toml:5:1: unknown key `pakages`", "did you mean `packages`?");
        add("command => comand", "repro.toml:7:1: unknown key `comand`", "did you mean `command`?");
        add("[[output]] => [[outputs]]", "repro.toml:8:1: unknown key `outputs`", "did you mean `output`?");
        add("path = => zzzzzzzzz =", "repro.toml:9:1: unknown key `zzzzzzzzz`", "known here are path, kind");
        add("[limits]\n  tme = \"1s\"", "repro.toml:11:3: unknown key `tme`", "did you mean `time`?");
        add("[variations]\nskipped = {}", "repro.toml:11:1: unknown key `skipped`");
        add("\"a.b\" = 1", "repro.toml:10:1: unknown key `a.b`", "known here are path, kind");
        // schema and name
        add("schema = \"repro.recipe.v1\" => ", "repro.toml:1:1: `schema` is missing",
                "begin the recipe with `schema = \"repro.recipe.v1\"`");
        add("recipe.v1 => recipe.v2",
                "repro.toml:1:1: a recipe of another kind (expected repro.recipe.v1, found repro.recipe.v2)");
        add("name = \"hello\" => ", "repro.toml:1:1: `name` is missing");
        add("\"hello\" => \"Hello\"", "repro.toml:2:1: `name` is not accepted (expected a-z");
        add("\"hello\" => \"-hello\"", "repro.toml:2:1: `name` is not accepted");
        add("\"hello\" => \"\"", "repro.toml:2:1: `name` is not accepted");
        add("\"hello\" => \"../x\"", "repro.toml:2:1: `name` is not accepted");
        add("\"hello\" => 1", "repro.toml:2:1: `name` has the wrong type (expected a string, found an integer)");
        add("\"hello\" => \"a\\u0000\"", "repro.toml:2:1: a NUL character is not accepted");
        // source
        add("[source]\nfolder = \"/etc\"", "repro.toml:11:1: absolute path `/etc`");
        add("[source]\nfolder = \"a/../..\"", "repro.toml:11:1: path `a/../..` climbs by `..`");
        add("[source]\nfolder = \"\"", "repro.toml:11:1: an empty path is not accepted");
        add("[source]\nfolder = \"a\\\\b\"", "repro.toml:11:1: backslash in path `a\\b`: names are separated by `/`");
        add("[source]\nfolder = \"a\"\ngit = \"https://example.org/x\"",
                "repro.toml:11:1: `folder` and `git` exclude each other");
        add("[source]\nexclude = [\"a\"]\ngit = \"https://example.org/x\"",
                "repro.toml:11:1: `exclude` and `git` exclude each other");
        add("[source]\ncommit = \"x\"", "repro.toml:11:1: `commit` goes with `git`, and there is none");
        add("[source]\nexclude = [\"a\",\n \"[\"]", "repro.toml:12:2: glob `[` is malformed: ");
        add("[source]\nexclude = [\"/a\"]", "repro.toml:11:12: glob `/a` must be relative");
        add("[source]\nexclude = [3]", "repro.toml:11:12: `exclude` must hold strings only (found an integer)");
        add("[source]\nexclude = \"a\"",
                "repro.toml:11:1: `exclude` has the wrong type (expected a list of strings, found a string)");
        add("[source]\ngit = \"https://example.org/x\"", "repro.toml:11:1: `git` needs either `commit` or `ref`");
        add("[source]\ngit = \"https://example.org/x\"\ncommit = \"" + "a".repeat(40) + "\"\nref = \"v1\"",
                "repro.toml:13:1: `git` needs either `commit` or `ref`");
        add("[source]\ngit = \"https://example.org/x\"\ncommit = \"abc\"",
                "repro.toml:12:1: `commit` is no commit id (expected 40 hexadecimal digits in lower case, found abc)",
                        "`git rev-parse` gives all 40; name a tag or branch with `ref`");
        add("[source]\ngit = \"https://example.org/x\"\nref = \"a..b\"",
                "repro.toml:12:1: `ref` is no name of a tag or branch (found a..b)");
        add("[source]\ngit = \"https://me:pw@example.org/x\"\nref = \"a\"",
                "repro.toml:11:1: a url with a user or password would be written into the lock");
        add("[source]\ngit = \"git@example.org:x.git\"\nref = \"a\"", "repro.toml:11:1: git over ssh needs a key");
        add("[source]\ngit = \"ssh://example.org/x.git\"\nref = \"a\"", "repro.toml:11:1: git over ssh needs a key");
        add("[source]\ngit = \"ext://x\"\nref = \"a\"", "repro.toml:11:1: git url `ext://x` must begin with https://");
        // toolchain
        add("[toolchain]\ndebian = \"bookworm\"\npackages = [\"make\", \"gcc\"] => ", "repro.toml:1:1: `toolchain` is missing");
        add("debian = \"bookworm\"\npackages = [\"make\", \"gcc\"] => ",
                "repro.toml:3:1: `toolchain` must be of exactly one kind (expected one of debian, oci, host, found none)");
        add("packages = [\"make\", \"gcc\"] => host = true",
                "repro.toml:5:1: `toolchain` must be of exactly one kind (expected one of debian, oci, host, found debian and ");
        add("debian = \"bookworm\" => host = true", "repro.toml:5:1: `packages` goes with `debian`, and there is none");
        add("debian = \"bookworm\"\npackages = [\"make\", \"gcc\"] => host = false",
                "repro.toml:4:1: `host = false` names no toolchain");
        add("\"bookworm\" => \"Book worm\"", "repro.toml:4:1: `Book worm` is no name of a suite");
        add("\"gcc\"] => \"gcc=12\"]", "repro.toml:5:21: `gcc=12` is no name of a Debian package");
        add("\"gcc\"] => \"make\"]", "repro.toml:5:21: package `make` is listed twice");
        add("debian = \"bookworm\"\npackages = [\"make\", \"gcc\"] => oci = \"x\"", "repro.toml:3:1: `digest` is missing");
        add("debian = \"bookworm\"\npackages = [\"make\", \"gcc\"] => oci = \"/x\"\ndigest = \"sha256:" + DIGEST
                + "\"", "repro.toml:4:1: absolute path `/x`");
        add("debian = \"bookworm\"\npackages = [\"make\", \"gcc\"] => oci = \"x\"\ndigest = \"" + DIGEST
                + "\"", "repro.toml:5:1: `digest` is no manifest digest");
        // build
        add("command = [\"make\", \"all\"] => ", "repro.toml:6:1: `command` is missing");
        add("[\"make\", \"all\"] => []", "repro.toml:7:1: an empty command");
        add("[\"make\", \"all\"] => \" \"", "repro.toml:7:1: an empty command");
        add("[\"make\", \"all\"] => [\"make\", 1]", "repro.toml:7:20: `command` must hold strings only (found an integer)");
        add("[[output]] => directory = \"../x\"\n[[output]]", "repro.toml:8:1: path `../x` climbs by `..`");
        add("[[output]] => source_date_epoch = -1\n[[output]]",
                "repro.toml:8:1: `source_date_epoch` is out of range (expected 0 to 253402300799 seconds, found -1)");
        add("[[output]] => source_date_epoch = 1980-01-01\n[[output]]",
                "repro.toml:8:1: `source_date_epoch` has the wrong type (expected an integer, found a date or time)");
        for (String owned : List.of("HOME", "PATH", "TZ", "LC_ALL", "LC_TIME", "LANG", "SOURCE_DATE_EPOCH", "TMPDIR", "USER",
                "LD_PRELOAD", "REPRO_X")) {
            add("[[output]] => environment = { " + owned + " = \"x\" }\n[[output]]",
                    "repro.toml:8:17: " + (owned.startsWith("REPRO") ? "the sandbox sets `REPRO_X`: names that start with REPRO_"
                            : "the sandbox sets `" + owned + "`: "));
        }
        add("[[output]] => environment = { \"A-B\" = \"x\" }\n[[output]]", "repro.toml:8:17: `A-B` is no environment name");
        add("[[output]] => environment = { \"1A\" = \"x\" }\n[[output]]", "repro.toml:8:17: `1A` is no environment name");
        add("[[output]] => environment = { A = 1 }\n[[output]]",
                "repro.toml:8:17: `A` must hold strings only (found an integer)");
        // limits
        add("[limits]\ntime = \"10\"",
                "repro.toml:11:1: `time` is no duration (expected a duration such as \"90s\", \"10m\" or \"1h\", found 10)");
        add("[limits]\ntime = \"0s\"", "repro.toml:11:1: `time` must be at least 1 s");
        add("[limits]\ntime = \"99999999999h\"", "repro.toml:11:1: `time` is no duration");
        add("[limits]\ntime = 10", "repro.toml:11:1: `time` has the wrong type (expected a string, found an integer)");
        add("[limits]\nmemory = \"2GB\"", "repro.toml:11:1: `memory` is no size (expected a size such as");
        add("[limits]\nmemory = \"9999999TiB\"", "repro.toml:11:1: `memory` is no size");
        add("[limits]\nmemory = \"-1\"", "repro.toml:11:1: `memory` is no size");
        add("[limits]\nmemory = -1", "repro.toml:11:1: `memory` is no size");
        add("[limits]\noutput = 0", "repro.toml:11:1: `output` must be at least 1 byte");
        add("[limits]\nlog = true", "repro.toml:11:1: `log` has the wrong type (expected an integer, found true or false)");
        add("[limits]\nprocesses = 0", "repro.toml:11:1: `processes` is out of range (expected 1 to 4194304, found 0)");
        // files
        add(FILE.replace("https", "ftp"),
                "repro.toml:11:1: url `ftp://example.org/x` must begin with https:// or http:// and a host");
        add(FILE.replace("https://example.org/x", "https://a b"), "repro.toml:11:1: url `https://a b` is malformed");
        add(FILE.replace("example", "me@example"), "repro.toml:11:1: a url with a user or password");
        add(FILE.replace(DIGEST, "abc"),
                "repro.toml:12:1: `sha256` is no SHA-256 digest (expected 64 hexadecimal digits in lower case, found abc)");
        add(FILE.replace("path = \"x\"", ""), "repro.toml:10:1: `path` is missing");
        add(FILE.replace("\"x\"", "\"../x\""), "repro.toml:13:1: path `../x` climbs by `..`");
        add(FILE.replace("\"x\"", "\".git/hooks\""), "repro.toml:13:1: path `.git/hooks` is inside `.git`");
        add(FILE + FILE, "repro.toml:17:1: file `x` collides with file `x`");
        add(FILE + FILE.replace("\"x\"", "\"x/y\""), "repro.toml:17:1: file `x/y` collides with file `x`");
        add("[[output]] => [output]",
                "repro.toml:8:1: `output` has the wrong type (expected a list of tables, each under `[[output]]`, found a ");
        // outputs
        add("[[output]]\npath = \"hello.hvt\" => ", "repro.toml:1:1: no output is declared");
        add("\"hello.hvt\" => \"/hello.hvt\"", "repro.toml:9:1: absolute path `/hello.hvt`");
        add("\"hello.hvt\" => \"a//b\"", "repro.toml:9:1: empty name in path `a//b`");
        add("\"hello.hvt\" => \"a/./b\"", "repro.toml:9:1: `.` in path `a/./b`");
        add("\"hello.hvt\" => \"a/\"", "repro.toml:9:1: empty name in path `a/`");
        add("\"hello.hvt\" => \"a\\nb\"", "repro.toml:9:1: control character in path `a?b`");
        add("\"hello.hvt\" => \"" + "n".repeat(256) + "\"", "repro.toml:9:1: a name of more than 255 bytes in path");
        add("\"hello.hvt\" => \"repro.lock\"", "repro.toml:9:1: `repro.lock` is the name of a file of repro itself");
        add("\"hello.hvt\" => \"x.build.json\"", "repro.toml:9:1: `x.build.json` is the name of a file of repro itself");
        add("[[output]]\npath = \"hello.hvt\"", "repro.toml:11:1: output `hello.hvt` is declared twice");
        add("[[output]]\npath = \"hello.hvt/x\"", "repro.toml:11:1: output `hello.hvt/x` collides with output `hello.hvt`");
        add(FILE.replace("\"x\"", "\"hello.hvt\""),
                "repro.toml:9:1: output `hello.hvt` collides with the downloaded file `hello.hvt`");
        add("kind = \"elf\"", "repro.toml:10:1: `kind` is unknown (expected image or file, found elf)");
        // exceptions, variations, seeds
        add("[[exception]]\noutput = \"x\"\nsection = \"y\"\nreason = \"z\"", "repro.toml:11:1: `x` is no declared output",
                "the outputs are hello.hvt");
        add("[[exception]]\noutput = \"hello.hvt\"\nsection = \"y\"\nreason = \" \"",
                "repro.toml:13:1: an exception without a reason");
        add("[[exception]]\noutput = \"hello.hvt\"\nsection = \"\"\nreason = \"z\"", "repro.toml:12:1: an empty section name");
        add("[variations]\nskip = { locales = \"x\" }", "repro.toml:11:10: unknown variation `locales`",
                "did you mean `locale`?");
        add("[variations]\nskip = { locale = \"\" }", "repro.toml:11:10: variation `locale` is skipped without a reason");
        add("[seeds]\nLayout = \"1\"", "repro.toml:11:1: seed `Layout` is not accepted as a name");
        add("[seeds]\nlayout = \"\"", "repro.toml:11:1: seed `layout` is empty");
        add("[seeds]\na-b = \"1\"\na_b = \"1\"", "repro.toml:12:1: two seeds would be passed as REPRO_SEED_A_B");
    }

    static Stream<Arguments> cases() {
        return CASES.stream().map(c -> Arguments.of(c.change, c.message, c.hint));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void refusesWithPlace(String change, String message, String hint) {
        String text;
        if (change.contains(" => ")) {
            String[] sides = change.split(" => ", 2);
            assertTrue(Recipes.MINIMAL.contains(sides[0]), "the case no longer fits: " + sides[0]);
            text = Recipes.MINIMAL.replace(sides[0], sides[1]);
        } else {
            text = Recipes.MINIMAL + change + "\n";
        }
        Problem problem = assertThrows(Problem.class, () -> RecipeReader.parse(text.getBytes(StandardCharsets.UTF_8), "repro.toml"));
        assertTrue(problem.line().startsWith(message), problem.line());
        assertEquals(Problem.Exit.USAGE, problem.exit());
        assertEquals(problem.line().lines().count(), 1, "one line");
        if (hint != null) {
            assertEquals(hint, problem.hint());
        }
    }

    @Test
    void sizesAndDurationsAreExact() {
        assertEquals(1, Quantity.size("1").getAsLong());
        assertEquals(1024, Quantity.size("1KiB").getAsLong());
        assertEquals(3L << 40, Quantity.size("3TiB").getAsLong());
        assertEquals(8388607L << 40, Quantity.size("8388607TiB").getAsLong());
        assertTrue(Quantity.size("8388608TiB").isEmpty());
        assertTrue(Stream.of("", "KiB", "1 KiB", "1kib", "1.5GiB", "1e3", "0x10", "\u0661")
                .allMatch(text -> Quantity.size(text).isEmpty()));
        assertEquals(5400, Quantity.time("90m").orElseThrow().toSeconds());
        assertTrue(Stream.of("", "s", "1", "1d", "1h30m", "-1s", "1S").allMatch(text -> Quantity.time(text).isEmpty()));
    }

    @Test
    void noPrefixOfARecipeBreaksTheReader() {
        int refused = 0;
        for (int end = 0; end < Recipes.MINIMAL.length() - 1; end++) {
            try {
                RecipeReader.parse(Recipes.MINIMAL.substring(0, end).getBytes(StandardCharsets.UTF_8), "repro.toml");
            } catch (Problem problem) {
                assertTrue(problem.line().startsWith("repro.toml:"), problem.line());
                refused++;
            }
        }
        assertEquals(Recipes.MINIMAL.length() - 1, refused);
    }
}
