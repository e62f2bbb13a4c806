package dev.repro.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.repro.base.Fields;
import dev.repro.base.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every guest of `examples/irreproducible` gets the verdict and the causes that its `expected.json` names, and no other cause.
class IrreproducibleTest {

    @TestFactory
    Stream<DynamicTest> everyCauseIsNamed() throws Exception {
        List<Path> folders;
        try (var files = Files.list(Repro.HOME.resolve("examples/irreproducible"))) {
            folders = files.filter(f -> Files.exists(f.resolve("expected.json"))).sorted().toList();
        }
        assertTrue(folders.size() >= 12, "the fixtures are not there");
        return folders.stream().map(folder -> dynamicTest(folder.getFileName().toString(), () -> check(folder)));
    }

    private static void check(Path folder) throws Exception {
        Fields expected = Fields.parse(Files.readAllBytes(folder.resolve("expected.json")), folder + "/expected.json");
        String verdict = expected.string("verdict");
        var causes = new TreeSet<>(expected.strings("causes"));
        Repro.Answer answer = Repro.run("check", "--json", folder.toString());
        assertTrue(answer.code() == (verdict.equals("bitwise") ? 0 : 1), answer::toString);
        Fields report = Fields.of(answer.json(), "the report", "$");
        needs(expected.strings("needs"), report);

        assertEquals(verdict, report.string("verdict"), answer::toString);
        var named = new TreeSet<String>();
        var consequences = new TreeSet<String>();
        var sections = new TreeSet<String>();
        for (Fields finding : report.objects("findings")) {
            String role = finding.string("role");
            assertTrue(!role.equals("unexplained"), answer::toString);
            (role.equals("root") ? named : consequences).add(finding.string("cause"));
            if (role.equals("root")) {
                assertTrue(List.of("canary", "rebuilt").contains(finding.string("proof")), () -> "not proven: " + answer);
                sections.add(finding.object("where").string("section"));
            }
        }
        assertEquals(causes, named, answer::toString);
        assertTrue(consequences.containsAll(expected.strings("consequences")), answer::toString);
        assertTrue(expected.strings("sections").containsAll(sections), answer::toString);
    }

    private static void needs(List<String> variations, Fields report) throws Exception {
        for (Fields variation : report.objects("variations")) {
            if (variations.contains(variation.string("name"))) {
                Json state = variation.json("state");
                assumeTrue(state.equals(new Json.Str("applied")), () -> "skipped: this machine cannot vary it: " + state);
            }
        }
    }
}
