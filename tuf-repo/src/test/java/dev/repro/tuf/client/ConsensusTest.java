package dev.repro.tuf.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.repro.base.Problem;
import dev.repro.tuf.PathPattern;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetFile;
import dev.repro.tuf.TargetName;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConsensusTest {
    private static final TargetName TARGET = new TargetName("hello/hello.hvt");
    private final List<String> asked = new ArrayList<>();

    private static RepositoryMap map(RepositoryMap.Mapping... mappings) {
        var repositories = new LinkedHashMap<String, List<URI>>();
        for (String name : List.of("a", "b", "c", "d")) {
            repositories.put(name, List.of(URI.create("https://" + name + "/")));
        }
        return new RepositoryMap(repositories, List.of(mappings));
    }

    private static RepositoryMap.Mapping mapping(String pattern, int threshold, boolean terminating, String... repositories) {
        return new RepositoryMap.Mapping(List.of(new PathPattern(pattern)), List.of(repositories), threshold, terminating);
    }

    /// What repository r says is `says.get(r)`: a byte, `-` for a failure, nothing for not listed.
    private Consensus.Agreed find(RepositoryMap map, Map<String, String> says) throws Refusal, Problem {
        return Consensus.find(map, TARGET, (repository, target) -> {
            asked.add(repository);
            String said = says.get(repository);
            if ("-".equals(said)) {
                throw Problem.storage("no network").where(repository);
            }
            return Optional.ofNullable(said).map(s -> new TargetFile(1, Map.of("sha256", s.repeat(32)), Optional.empty()));
        });
    }

    private String refused(RepositoryMap map, Map<String, String> says) {
        return assertThrows(Refusal.class, () -> find(map, says)).name();
    }

    @Test
    void asksInOrderUntilEnoughAgree() throws Refusal, Problem {
        var agreed = find(map(mapping("hello/*", 2, true, "a", "b", "c", "d")),
                Map.of("a", "11", "b", "22", "c", "11", "d", "22"));
        assertEquals(List.of("a", "c"), agreed.repositories());
        assertEquals(List.of("a", "b", "c"), asked, "d is not needed");
    }

    @Test
    void oneOfTwoDoesNotSuffice() {
        var two = map(mapping("hello/*", 2, true, "a", "b"));
        assertEquals("target-disagreement", refused(two, Map.of("a", "11")));
        assertEquals("target-disagreement", refused(two, Map.of("a", "11", "b", "22")));
        assertEquals("target-unknown", refused(two, Map.of()));
    }

    @Test
    void terminatingStopsAndOthersGoOn() throws Refusal, Problem {
        var says = Map.of("a", "11", "c", "33");
        assertEquals("target-disagreement",
                refused(map(mapping("hello/*", 2, true, "a", "b"), mapping("*", 1, true, "c")), says));
        assertEquals(List.of("c"), find(map(mapping("hello/*", 2, false, "a", "b"), mapping("*", 1, true, "c")), says)
                .repositories());
        assertEquals("target-unknown", refused(map(mapping("other/*", 1, true, "a")), says));
    }

    @Test
    void failureCountsAsNoAnswerWhereTheOthersSuffice() throws Refusal, Problem {
        assertEquals(List.of("b", "c"),
                find(map(mapping("hello/*", 2, true, "a", "b", "c")), Map.of("a", "-", "b", "11", "c", "11")).repositories());
    }

    /// A private repository that cannot be reached must not send its clients to the public one.
    @Test
    void failureThatCouldMatterEndsTheSearch() throws Refusal, Problem {
        var confusion = map(mapping("hello/*", 1, false, "a"), mapping("*", 1, true, "b"));
        assertThrows(Problem.class, () -> find(confusion, Map.of("a", "-", "b", "66")));
        assertEquals(List.of("a"), asked);
        var noMatter = map(mapping("hello/*", 3, false, "a", "c", "d"), mapping("*", 1, true, "b"));
        assertEquals(List.of("b"), find(noMatter, Map.of("a", "-", "b", "66")).repositories(),
                "c and d do not list it: three cannot agree");
    }

    @Test
    void soleStarIsEveryTarget() {
        assertEquals(true, mapping("*", 1, true, "a").covers(new TargetName("a/b/c")));
        assertEquals(false, mapping("*.hvt", 1, true, "a").covers(TARGET));
    }
}
