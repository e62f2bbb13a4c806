package dev.repro.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the official suite (`TomlSuiteTest`) does not say: places, messages, limits.
class TomlTest {

    @Test
    void everyKeyAndValueKnowsItsPlace() throws Exception {
        var root = TomlParser.parse("a = 1\n  b.\"c\" = [ true,\n\t'x' ]\n\n[t]\n[[l.m]]\r\nd = { e = \"\"\"\n\"\"\" , f = 2 }\n", "f");
        assertEquals("a@1:1=1:5 b@2:3=2:3{c@2:5=2:11[2:13 3:2]} t@5:1=5:1{} l@6:1=6:1{m@6:1=6:1[6:1{d@7:1=7:5{e@7:7=7:11 f@8:7=8:11}}]}", places(root));
    }

    private static String places(Toml.Table table) {
        var out = new StringBuilder();
        table.members().forEach((name, member) -> out.append(name).append('@').append(place(member.key())).append('=').append(shape(member.value())).append(' '));
        return out.toString().strip();
    }

    private static String shape(Toml value) {
        String inner = switch (value) {
            case Toml.Table table -> "{" + places(table) + "}";
            case Toml.Arr list -> "[" + String.join(" ", list.items().stream().map(TomlTest::shape).toList()) + "]";
            default -> "";
        };
        return place(value.place()) + inner;
    }

    private static String place(Toml.Place place) {
        return place.line() + ":" + place.column();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            a = 1\\nb 2          | f:2:3: not TOML: something else was expected (expected =, found `2`)
            a = 1 2             | f:1:7: not TOML: something else was expected (expected the end of the line, found `2`)
            = 1                 | f:1:1: not TOML: something else was expected (expected a key, found `=`)
            a =                 | f:1:4: not TOML: something else was expected (expected a value, found the end of the file)
            a = yes             | f:1:5: not TOML: no value (found `yes`)
            a = 012             | f:1:5: not TOML: a number that begins with 0 (found `012`)
            a = 0xfg            | f:1:5: not TOML: no number of base 16 (found `0xfg`)
            a = 9223372036854775808 | f:1:5: not TOML: an integer beyond 64 bits (found `9223372036854775808`)
            a = 2023-02-29      | f:1:5: not TOML: no date or time (found `2023-02-29`)
            a = "x              | f:1:7: not TOML: a string without its end (expected ", found the end of the file)
            a = '''x\\n         | f:1:5: not TOML: a string without its end (expected ''', found the end of the file)
            a = "\\x41"         | f:1:7: not TOML: an unknown escape (expected one of \\b \\t \\n \\f \\r \\" \\\\ \\uXXXX \\UXXXXXXXX, found `x`)
            a = "\\uD800"       | f:1:8: not TOML: an escape that is no character (found D800)
            a = [1 2]           | f:1:8: not TOML: something else was expected (expected , or ], found `2`)
            a = {b = 1\\n}      | f:1:11: not TOML: something else was expected (expected , or }, found the end of the line)
            [a\\n               | f:1:3: not TOML: something else was expected (expected ], found the end of the line)
            a.b = 1\\n[a.b.c]   | f:2:4: not TOML: `b` is defined already at line 1, column 3
            [a]\\n[[a]]         | f:2:3: not TOML: `a` is defined already at line 1, column 1
            """)
    void refusesWithPlaceExpectedAndFound(String text, String line) {
        assertEquals(line, refusal(text.replace("\\n", "\n")));
    }

    @Test
    void namesControlCharacters() {
        assertEquals("f:1:3: not TOML: a control character in a comment", refusal("# \u0001"));
        assertEquals("f:1:6: not TOML: a control character in a string", refusal("a = '\u007f'"));
        assertEquals("f:1:2: not TOML: something else was expected (expected =, found U+007f)", refusal("a\u007f"));
        assertEquals("f: not UTF-8", assertThrows(Problem.class, () -> TomlParser.parse(new byte[] {(byte) 0xc3}, "f")).line());
    }

    private static String refusal(String text) {
        Problem problem = assertThrows(Problem.class, () -> TomlParser.parse(text, "f"));
        assertEquals(Problem.Exit.USAGE, problem.exit());
        return problem.line();
    }

    @Test
    void boundsSizeAndNesting() throws Exception {
        int most = TomlParser.MAX_DEPTH;
        String ends = "]".repeat(most);
        TomlParser.parse("a = " + "[".repeat(most) + ends, "f");
        TomlParser.parse("a" + ".a".repeat(most - 1) + " = []", "f");
        TomlParser.parse("[a" + ".a".repeat(most - 1) + "]", "f");
        for (String deeper : List.of("a = [" + "[".repeat(most) + ends + "]", "a" + ".a".repeat(most) + " = []", "[a" + ".a".repeat(most) + "]",
                "[a" + ".a".repeat(most / 2) + "]\na" + ".a".repeat(most / 2) + " = {}", "a = " + "{a = ".repeat(most) + "{}" + "}".repeat(most),
                "[[a]]\n".replace("a", "a" + ".a".repeat(most - 1)))) {
            assertTrue(refusal(deeper).endsWith("nested deeper than 64"), deeper);
        }
        var large = "#".repeat(TomlParser.MAX_BYTES + 1).getBytes(StandardCharsets.UTF_8);
        assertEquals("f: not TOML: too long (expected at most 1048576 bytes, found 1048577)", assertThrows(Problem.class, () -> TomlParser.parse(large, "f")).line());
    }

    @Test
    void noPrefixOfATextBreaksTheReader() throws Exception {
        String text = "a.'b' = [1, 0x1f, -2.5e3, \"\\u00e9\\n\"]\n[[t.u]]\nd = 2024-02-29 12:00:00.5+01:00\ns = \"\"\"\nx\\\n  y\"\"\"\"\n[t.v]\ni = { j = 'k' }\n";
        TomlParser.parse(text, "f");
        int refused = 0;
        for (int end = 0; end < text.length(); end++) {
            try {
                TomlParser.parse(text.substring(0, end), "f");
            } catch (Problem problem) {
                assertTrue(problem.line().startsWith("f:"), problem.line());
                refused++;
            }
        }
        assertTrue(refused > text.length() / 2, refused + " of " + text.length());
    }
}
