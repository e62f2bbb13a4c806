package dev.repro.tuf.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.repro.base.Problem;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepositoryMapTest {
    private static final String GOOD = """
            {"repositories": {"a": ["https://a.example/tuf", "http://m.example:8080/a/"], "b": ["https://b.example/"]},
             "mapping": [{"paths": ["hello/*"], "repositories": ["a", "b"], "threshold": 2, "terminating": false},
                         {"paths": ["*"], "repositories": ["b"], "threshold": 1, "terminating": true}]}""";

    private static RepositoryMap parse(String json) throws Problem {
        return RepositoryMap.parse(json.getBytes(StandardCharsets.UTF_8), "map.json");
    }

    @Test
    void readsWhatTap4Says() throws Problem {
        RepositoryMap map = parse(GOOD);
        assertEquals(List.of(URI.create("https://a.example/tuf/"), URI.create("http://m.example:8080/a/")), map.repositories()
                .get("a"));
        assertEquals(List.of("a", "b"), map.mappings().getFirst().repositories());
        assertEquals(2, map.mappings().getFirst().threshold());
        assertEquals(true, map.mappings().getLast().terminating());
    }

    /// CVE-2026-24686: the name of a repository is the name of a folder.
    @ParameterizedTest
    @ValueSource(strings = {"..", ".", "", "../x", "a/b", "a\\\\b", "/x", ".hidden", "-x", "a b", "C:", "a\\u0000", "é",
            "roots/../../x"})
    void refusesNamesThatAreNoFolders(String name) {
        assertThrows(Problem.class, () -> parse(GOOD.replace("\"b\"", "\"" + name + "\"")));
    }

    @Test
    void refusesWhatItDoesNotKnowAndWhatCannotBe() {
        for (String[] change : new String[][] {
                {"\"threshold\": 2", "\"threshold\": 3"}, {"\"threshold\": 2", "\"threshold\": 0"},
                        {"\"threshold\": 2", "\"threshold\": 1.5"},
                {"\"threshold\": 2, ", ""}, {"\"threshold\": 2", "\"threshold\": 2, \"more\": 1"},
                        {"\"mapping\"", "\"mappings\""},
                {"[\"a\", \"b\"]", "[\"a\", \"c\"]"}, {"[\"a\", \"b\"]", "[\"a\", \"a\"]"}, {"[\"hello/*\"]", "[]"},
                {"\"https://b.example/\"", ""}, {"https://b.example/", "ftp://b.example/"}, {"https://b.example/", "https:///x"},
                {"https://b.example/", "https://u:p@b.example/"}, {"https://b.example/", "https://b.example/?x"},
                        {"https://b.example/", "b.example"},
                {"http://m.example:8080/a/", "https://a.example/tuf/"}, {"\"b\": [", "\"A\": ["}}) {
            assertThrows(Problem.class, () -> parse(GOOD.replace(change[0], change[1])), change[1]);
        }
    }
}
