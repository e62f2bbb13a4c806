package dev.repro.base;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "[1,]", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "01", "-", "-0", "+1", ".5", "1.", "1e", "NaN", "Infinity", "tru", "nul",
        "'a'", "{a:1}", "\"\u0001\"", "\"\\x\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "1 2", "[] []", "{\"a\" 1}",
        "9223372036854775808", "-9223372036854775809", "\"a", "/**/1", "\u00a01", "\ufeff1"})
    void refusesWhatIsNotStrictJson(String text) {
        assertThrows(JsonParser.SyntaxException.class, () -> JsonParser.parse(text));
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        assertThrows(JsonParser.SyntaxException.class, () -> JsonParser.parse(new byte[] {'"', (byte) 0xc0, (byte) 0x80, '"'}));
    }

    @Test
    void boundsNesting() throws Exception {
        int max = JsonParser.MAX_DEPTH;
        JsonParser.parse("[".repeat(max) + "]".repeat(max));
        assertThrows(JsonParser.SyntaxException.class, () -> JsonParser.parse("[".repeat(max + 1) + "]".repeat(max + 1)));
    }

    @Test
    void saysWhere() {
        var e = assertThrows(JsonParser.SyntaxException.class, () -> JsonParser.parse("{\n  \"a\": 1,\n  \"a\": 2\n}"));
        assertEquals("line 3, column 6: member `a` stands twice", e.getMessage());
    }

    @Test
    void canonicalFormIsThatOfOlpc() throws Exception {
        // Rules of the OLPC canonical JSON page: keys sorted by code point, only `"` and `\` escaped, control characters raw.
        Json value = JsonParser.parse("{\"\\ud83d\\ude00\": 1, \"\\uffff\": [true, null, -5], \"b\": \"x\\n\\\"\\\\\\t\", \"a\": {}}");
        String expected = "{\"a\":{},\"b\":\"x\n\\\"\\\\\t\",\"\uffff\":[true,null,-5],\"\ud83d\ude00\":1}";
        assertArrayEquals(expected.getBytes(StandardCharsets.UTF_8), JsonText.canonical(value));
        assertThrows(IllegalArgumentException.class, () -> JsonText.canonical(new Json.Dec(new java.math.BigDecimal("1.5"))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{}|{}", "[]|[]", "[1,2.50]|[1,2.50]", "\"\\u007f\\u0001\"|\"\\u007f\\u0001\"", "\"\\/\"|\"/\""})
    void compactForm(String in, String out) throws Exception {
        assertEquals(out, JsonText.compact(JsonParser.parse(in)));
    }

    @Test
    void whatIsWrittenReadsBackTheSame() throws Exception {
        long seed = Long.getLong("repro.seed", 20261101);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        for (int i = 0; i < 3_000; i++) {
            Json value = random(random, 0);
            for (String text : List.of(JsonText.pretty(value), JsonText.compact(value))) {
                assertEquals(value, JsonParser.parse(text), "seed " + seed + ", document " + i);
            }
            byte[] canonical = JsonText.canonical(value);
            if (value instanceof Json.Int || value instanceof Json.Bool || value instanceof Json.Null) {
                assertArrayEquals(canonical, JsonText.canonical(JsonParser.parse(canonical)));
            }
        }
    }

    private static Json random(RandomGenerator r, int depth) {
        return switch (r.nextInt(depth > 4 ? 4 : 6)) {
            case 0 -> new Json.Int(r.nextLong());
            case 1 -> new Json.Bool(r.nextBoolean());
            case 2 -> new Json.Null();
            case 3 -> new Json.Str(text(r));
            case 4 -> {
                var items = new ArrayList<Json>();
                for (int i = r.nextInt(5); i > 0; i--) {
                    items.add(random(r, depth + 1));
                }
                yield new Json.Arr(items);
            }
            default -> {
                var object = Json.object();
                for (int i = r.nextInt(5); i > 0; i--) {
                    object = object.with(text(r), random(r, depth + 1));
                }
                yield object;
            }
        };
    }

    private static String text(RandomGenerator r) {
        var out = new StringBuilder();
        for (int i = r.nextInt(8); i > 0; i--) {
            int point = r.nextInt(3) == 0 ? r.nextInt(0x11_0000) : r.nextInt(0x80);
            out.appendCodePoint(point >= 0xd800 && point < 0xe000 ? '?' : point);
        }
        return out.toString();
    }

    @Test
    void fieldsRefuseWhatIsMissingWrongOrUnknown() throws Exception {
        byte[] text = "{\"a\":\"x\",\"n\":1,\"list\":[{\"b\":true}],\"z\":null}".getBytes(StandardCharsets.UTF_8);
        Fields fields = Fields.parse(text, "file.json");
        assertEquals("x", fields.string("a"));
        assertEquals("file.json $: member `q` is missing", assertThrows(Problem.class, () -> fields.string("q")).line());
        assertEquals("file.json $: member `n` is not what it must be (expected a string, found 1)", assertThrows(Problem.class, () -> fields.string("n")).line());
        assertEquals("file.json $: unknown member `list`", assertThrows(Problem.class, fields::end).line());
        Fields inner = fields.objects("list").getFirst();
        assertEquals("file.json $.list[0]: member `b` is not what it must be (expected an integer, found true)",
                assertThrows(Problem.class, () -> inner.integer("b")).line());
        assertTrue(inner.bool("b"));
        assertTrue(fields.optionalString("z").isEmpty());
        fields.end();
    }
}
