package dev.repro.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `repro check` answers about several targets, about files of unknown making, and about a lock that it may write.
class CheckTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path temp;

    private Repro.Answer repro(int code, String... args) {
        Repro.Answer answer = Repro.run(temp, Map.of(), args);
        assertEquals(code, answer.code(), answer::toString);
        return answer;
    }

    private JsonNode json(int code, String... args) throws IOException {
        return MAPPER.readTree(repro(code, args).out());
    }

    private Path locked(String name, String command, String rest) throws IOException {
        Path project = Scratch.hostProject(temp.resolve(name), command, rest);
        repro(0, "lock", name);
        return project;
    }

    @Test
    void oneTargetThatCannotBeCheckedDoesNotStopTheOthers() throws IOException {
        locked("good", "echo good > app.bin", "");
        Scratch.hostProject(temp.resolve("unlocked"), "echo x > app.bin", "");
        locked("bad", "pwd > app.bin", "");
        Repro.Answer told = repro(2, "check", "--no-prove", "unlocked", "good", "bad");
        assertTrue(told.err().contains("unlocked/repro.lock: the recipe has no lock"), told::toString);
        assertTrue(told.out().contains("\nreproduced bit for bit\n") && told.out().contains("\ndifferent: 1 cause\n"), told::toString);
        JsonNode checks = json(2, "check", "--json", "--no-prove", "good", "unlocked", "bad").get("checks");
        assertEquals(List.of("repro.check.v1", "repro.error.v1", "repro.check.v1"), checks.findValuesAsText("schema").stream()
                .filter(schema -> !schema.equals("repro.build.v1")).toList());
        assertEquals("bitwise", checks.get(0).get("verdict").asText());
        assertEquals(2, checks.get(1).get("code").asInt());
        assertEquals("different", checks.get(2).get("verdict").asText());
    }

    @Test
    void recordsOfBothBuildsDifferInTheirRunOnly() throws IOException {
        locked("app", "echo made > app.bin", "");
        JsonNode builds = json(0, "check", "--json", "app").get("builds");
        assertEquals(2, builds.size());
        ObjectNode a = (ObjectNode) builds.get(0).get("record");
        ObjectNode b = (ObjectNode) builds.get(1).get("record");
        JsonNode runA = a.remove("run");
        JsonNode runB = b.remove("run");
        assertEquals(a, b);
        assertEquals("A B", runA.get("side").asText() + " " + runB.get("side").asText());
        assertNotEquals(runA.get("surroundings"), runB.get("surroundings"));
        assertEquals(1, a.get("outputs").size());
    }

    /// The file has at the same place what build B had planted there, if B did not end up equal to A.
    @Test
    void whatLooksPlantedInAFileOfUnknownMakingProvesNothing() throws IOException {
        locked("app", "echo made in /build/source/main.c > app.bin", "");
        JsonNode check = json(0, "check", "--json", "app");
        String planted = check.get("builds").get(1).get("record").get("run").get("surroundings").get("build-path").asText();
        Files.writeString(temp.resolve("app/app.bin"), "made in " + planted + "/main.c\n");
        Repro.Answer told = repro(1, "check", "app/app.bin");
        assertTrue(told.out().contains("  1  build path, likely "), told::toString);
        assertFalse(told.out().contains("proven"), told::toString);
        JsonNode findings = json(1, "check", "--json", "app/app.bin").get("findings");
        assertTrue(findings.size() > 0);
        findings.forEach(finding -> assertTrue(List.of("likely", "none").contains(finding.get("proof").asText()), findings::toString));
    }

    @Test
    void aLockIsUpdatedOnlyWhereThereIsSomethingToCompareWith() throws IOException {
        Path lock = locked("app", "echo made > app.bin", "").resolve("repro.lock");
        Path file = temp.resolve("app/app.bin");
        assertTrue(repro(0, "check", "--update-lock", "app").out().contains("; not written, there is no file"));
        Files.writeString(file, "other\n");
        assertTrue(repro(1, "check", "--update-lock", "--no-prove", "app").out().contains("; not written, the images do not survive it"));
        Files.writeString(file, "made\n");
        assertTrue(repro(0, "check", "--update-lock", "app").out().contains("; written\n"));

        repro(0, "lock", "--expected", "app");
        String expecting = Files.readString(lock);
        assertFalse(expecting.contains("\"expected\": null"), expecting);
        Files.delete(file);
        assertTrue(repro(0, "check", "--update-lock", "app").out().contains("; written\n"));
        assertEquals(expecting, Files.readString(lock));
    }

    @Test
    void longNamesMakeAllColumnsWider() throws IOException {
        locked("app", "echo made > a-long-name.bin; echo made > short", """
                [[output]]
                path = "a-long-name.bin"
                kind = "file"
                [[output]]
                path = "short"
                kind = "file"
                """);
        List<String> rows = repro(0, "check", "app").out().lines().filter(line -> line.contains("  ") || line.contains("long")).toList();
        assertTrue(rows.size() >= 4, rows::toString);
        rows.forEach(row -> assertTrue(row.length() > 16 && row.charAt(15) == ' ' && row.charAt(16) != ' ', rows::toString));
    }
}
