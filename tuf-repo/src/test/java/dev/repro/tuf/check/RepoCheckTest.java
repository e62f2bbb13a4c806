package dev.repro.tuf.check;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.client.Fetcher;
import dev.repro.tuf.client.Proxies;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The check as a whole: hostile input, graphs, folders, the page of rules.
class RepoCheckTest {

    @TempDir
    Path folder;

    @Test
    void thePageHasEveryRule() throws IOException {
        String page = Files.readString(Path.of("../docs/repo-check.md"));
        assertTrue(page.contains(Rule.table()), "docs/repo-check.md must hold this table:\n" + Rule.table());
    }

    @Test
    void everyByteChangedIsFoundAndNothingElseHappens() throws Exception {
        var repo = new Repo();
        repo.build();
        var random = new Random(4);
        int silent = 0;
        for (String file : List.copyOf(repo.metadata.files.keySet())) {
            byte[] good = repo.metadata.files.get(file);
            for (int i = 0; i < 20; i++) {
                byte[] bad = good.clone();
                bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
                repo.metadata.files.put(file, bad);
                Report report = check(repo);
                silent += report.errors() + report.warnings() == 0 ? 1 : 0;
                report.toJson(false);
            }
            repo.metadata.files.put(file, good);
        }
        // Of a root, which nothing lists, the name of an unknown key id in the signatures or a space may change.
        assertTrue(silent <= 3, silent + " changes of 100 were not told");
    }

    @Test
    void everyPrefixIsAnswered() throws Exception {
        var repo = new Repo();
        repo.build();
        byte[] good = repo.metadata.files.get("1.root.json");
        for (int length = 0; length < good.length; length += 97) {
            repo.metadata.files.put("1.root.json", java.util.Arrays.copyOf(good, length));
            assertFalse(check(repo).conforms(false));
        }
    }

    private static Report check(Repo repo) throws Exception {
        return RepoCheck.check(new RepoCheck.Request(repo.metadata, Optional.empty(), Optional.empty(), Repo.AT,
                Margins.DEFAULT));
    }

    @Test
    void hostileJsonIsRefused() throws Exception {
        for (String text : new String[] {"", "null", "[]", "{}", "[".repeat(100_000), "{\"signed\":".repeat(10_000), "\uFEFF{}",
                "{\"signed\": {\"_type\": NaN}}",
            "{\"signatures\": [], \"signed\": {\"_type\": \"timestamp\", \"spec_version\": \"1.0\", \"version\": 1e400, "
            + "\"expires\": \"x\"}}",
            "{\"signatures\": {}, \"signed\": []}"}) {
            var repo = new Repo();
            repo.after(() -> repo.metadata.files.put("timestamp.json", text.getBytes(StandardCharsets.UTF_8)));
            Report report = repo.check();
            assertFalse(report.conforms(false), text);
        }
    }

    @Test
    void aWebOfRolesEnds() throws Exception {
        var repo = new Repo();
        int count = 60; // each delegates to all: 3,600 delegations, and more ways than could ever be walked
        var all = new Json.Obj[count];
        for (int i = 0; i < count; i++) {
            all[i] = Repo.role("web" + i, List.of(repo.h1), "*", "hello/*/*");
        }
        for (int i = 0; i < count; i++) {
            repo.role("web" + i, repo.h1, "target" + i);
            repo.set("web" + i, "delegations", Repo.delegations(List.of(repo.h1), all));
        }
        repo.delegate(List.of(repo.h1), all);
        repo.signed.remove("hello");
        Report report = assertTimeoutPreemptively(Duration.ofSeconds(60), repo::check);
        assertEquals(count + 1, report.found().roles());
        assertTrue(report.findings().stream().anyMatch(f -> f.rule() == Rule.DELEGATION_CYCLE));
    }

    @Test
    void patternsThatTakeLongAreCutShort() throws Exception {
        var repo = new Repo();
        String slow = "*a".repeat(2_000);
        repo.delegate(List.of(repo.h1), Repo.role("hello", List.of(repo.h1), slow, slow + "b", slow + "c"));
        var names = new LinkedHashMap<String, Json>();
        for (int i = 0; i < 2_000; i++) {
            names.put("a".repeat(4_000) + i, Repo.target(new byte[0]));
        }
        repo.set("hello", "targets", new Json.Obj(names));
        Report report = assertTimeoutPreemptively(Duration.ofSeconds(120), repo::check);
        assertTrue(report.findings().stream().anyMatch(f -> f.rule() == Rule.NOT_CHECKED), () -> report.findings().toString());
    }

    @Test
    void binsAreReadAndMissedByNumber() throws Exception {
        int bits = 6;
        var repo = new Repo();
        repo.signed.remove("hello");
        repo.set("targets", "delegations", Json.object("keys", Repo.keys(List.of(repo.h1)),
                "succinct_roles", Repo.roleKeys(List.of(repo.h1), 1).with("bit_length", bits).with("name_prefix", "bin")));
        for (int i = 0; i < 1 << bits; i++) {
            repo.role(String.format("bin-%02x", i), repo.h1);
        }
        Report report = repo.check();
        assertEquals(List.of(), report.findings());
        assertEquals((1 << bits) + 1, report.found().roles());
        repo.signed.keySet().removeIf(role -> role.matches("bin-.*[13579bdf]"));
        report = repo.check();
        assertEquals("32 of 64 bins, the first is bin-01", report.findings().stream()
                .filter(f -> f.rule() == Rule.SNAPSHOT_MISSES_ROLE).findFirst().orElseThrow().message());
    }

    @Test
    void aRoleReadBeforeItsWayIsKnownIsJudgedAtTheEnd() throws Exception {
        // `late` lists a target that is found only by way of `b`, which is read after it by way of `a`.
        var repo = new Repo();
        Signatory hand = Signatory.fresh();
        repo.signed.remove("hello");
        repo.delegate(List.of(hand), Repo.role("a", List.of(hand), "x/*"), Repo.role("b", List.of(hand), "y/*"));
        repo.role("a", hand);
        repo.role("b", hand);
        repo.role("late", hand, "y/1", "z/1");
        repo.set("a", "delegations", Repo.delegations(List.of(hand), Repo.role("late", List.of(hand), "x/*")));
        repo.set("b", "delegations", Repo.delegations(List.of(hand), Repo.role("late", List.of(hand), "y/*")));
        Map<Rule, List<String>> found = repo.check().findings().stream()
                .collect(Collectors.groupingBy(Finding::rule, Collectors.mapping(Finding::where, Collectors.toList())));
        assertEquals(Map.of(Rule.TARGET_OUTSIDE, List.of("1.late.json, z/1"), Rule.ROLE_TWO_DELEGATORS, List.of("1.late.json")),
                found);
    }

    @Test
    void everyDelegatorMustVouch() throws Exception {
        var repo = new Repo();
        Signatory other = Signatory.fresh();
        repo.delegate(List.of(repo.h1), Repo.role("hello", List.of(repo.h1), "hello/*/*"),
                Repo.role("other", List.of(repo.h1), "hello/*/*"));
        repo.role("other", repo.h1);
        repo.set("other", "delegations", Repo.delegations(List.of(other), Repo.role("hello", List.of(other), "hello/*/*")));
        assertEquals("1.hello.json, as other delegates",
                repo.check().findings().stream().filter(f -> f.rule() == Rule.UNSIGNED).findFirst().orElseThrow().where());
    }

    @Test
    void manyFindingsOfOneRuleAreCounted() throws Exception {
        var repo = new Repo();
        for (int i = 0; i < 100; i++) {
            repo.metadata.files.put(String.format("left%02d", i), new byte[0]);
        }
        Report report = repo.check();
        assertEquals(100, report.warnings());
        assertEquals(17, report.findings().size());
        assertEquals("and 84 more of these", report.findings().getLast().message());
        assertEquals("left00", report.findings().getFirst().where());
    }

    @Test
    void whatARepositorySaysCannotWriteToATerminal() {
        var finding = new Finding(Rule.LEFTOVER, "a\u001b[2Jb\n\u202ec", "x".repeat(1000));
        assertEquals("a?[2Jb??c", finding.where());
        assertEquals(301, finding.message().length());
    }

    private Path write(Repo repo) throws IOException {
        for (var source : Map.of("metadata", repo.metadata, "targets", repo.targets).entrySet()) {
            for (var file : source.getValue().files.entrySet()) {
                Path path = folder.resolve(source.getKey()).resolve(file.getKey());
                Files.createDirectories(path.getParent());
                Files.write(path, file.getValue());
            }
        }
        return folder;
    }

    private Places open(String place) throws Problem {
        return Places.open(place, Optional.empty(), folder::resolve, new Fetcher(Proxies.NONE, Limits.DEFAULT));
    }

    @Test
    void foldersAreFound() throws Exception {
        var repo = new Repo();
        repo.build();
        write(repo);
        Places whole = open(".");
        assertEquals("./metadata", whole.metadata().place());
        assertEquals("./targets", whole.targets().orElseThrow().place());
        Report report = RepoCheck.check(new RepoCheck.Request(whole.metadata(), whole.targets(), Optional.empty(), Repo.AT,
                Margins.DEFAULT));
        assertEquals(List.of(), report.findings());
        assertEquals(2, report.found().files());
        assertTrue(open("metadata").targets().isEmpty());
        assertEquals(Problem.Exit.USAGE, assertThrows(Problem.class, () -> open("targets")).exit());
        assertEquals(Problem.Exit.USAGE, assertThrows(Problem.class, () -> open("nowhere")).exit());
    }

    @Test
    void foldersAreNotLeft() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "x");
        Path inside = Files.createDirectory(folder.resolve("inside"));
        var source = new FolderSource(inside, "inside");
        assertTrue(source.open("../secret").isEmpty());
        assertTrue(source.open(secret.toString()).isEmpty());
        assertTrue(source.open("a\0b").isEmpty());
        assertTrue(source.open(".").isEmpty());
        Files.writeString(inside.resolve("file"), "four");
        assertEquals(new Source.Answer.TooLong(), source.read("file", 3));
        assertArrayEquals("four".getBytes(StandardCharsets.UTF_8), ((Source.Answer.Bytes) source.read("file", 4)).bytes());
    }

    @Test
    void aRootThatIsNoneIsTheUsersMistake() {
        var repo = new Repo();
        repo.trusted = Optional.of(new byte[0]);
        assertEquals(Problem.Exit.USAGE, assertThrows(Problem.class, repo::check).exit());
    }

    @Test
    void anOlderTrustedRootLeadsOn() throws Exception {
        var repo = new Repo();
        repo.writeRoot();
        repo.trusted = Optional.of(repo.metadata.files.remove("1.root.json"));
        repo.root(2, List.of(repo.r1, repo.r2), 2);
        assertEquals(List.of(Rule.ROOT_FIRST), repo.check().findings().stream().map(Finding::rule).toList());
    }

    @Test
    void margins() throws Problem {
        Margins margins = Margins.DEFAULT.with("timestamp=90s").with("root=2m").with("snapshot=3h").with("targets=4d");
        assertEquals(Duration.ofSeconds(90), margins.of(RoleName.TIMESTAMP));
        assertEquals(Duration.ofMinutes(2), margins.of(RoleName.ROOT));
        assertEquals(Duration.ofHours(3), margins.of(RoleName.SNAPSHOT));
        assertEquals(Duration.ofDays(4), margins.of(new RoleName("hello")));
        for (String bad : new String[] {"", "timestamp", "timestamp=", "timestamp=1", "hello=1d", "root=-1d", "root=1w",
                "root=9999999d"}) {
            assertThrows(Problem.class, () -> Margins.DEFAULT.with(bad), bad);
        }
    }

    @Test
    void patternsAreComparedAsClientsReadThem() {
        var random = new Random(7);
        String[] letters = {"a", "b", "/", "*", "?"};
        for (int i = 0; i < 4_000; i++) {
            String a = text(random, letters);
            String b = text(random, letters);
            boolean meet = false;
            boolean covers = true;
            for (String name : NAMES) {
                boolean inA = new dev.repro.tuf.PathPattern(a).matches(new TargetName(name));
                boolean inB = new dev.repro.tuf.PathPattern(b).matches(new TargetName(name));
                meet |= inA && inB;
                covers &= inA || !inB;
            }
            assertEquals(meet, Globs.meet(a, b), () -> a + " and " + b);
            assertTrue(covers || !Globs.covers(a, b), () -> a + " over " + b);
        }
    }

    /// Where letters and wildcards overlap it may say no; not where people write patterns.
    @Test
    void aPatternThatCoversAnotherIsSeen() {
        for (String[] pair : new String[][] {{"*", "a"}, {"*", "*"}, {"a/*", "a/b*"}, {"a/*/*", "a/1/*"}, {"*?", "?*"},
                {"*?*", "??"}, {"a*", "a?b*"}, {"*.hvt", "a*.hvt"}}) {
            assertTrue(Globs.covers(pair[0], pair[1]), () -> pair[0] + " over " + pair[1]);
        }
    }

    /// All names of up to five characters over a small alphabet; the third letter stands for all that patterns do not name.
    private static final List<String> NAMES = names();

    private static List<String> names() {
        var out = new ArrayList<>(List.of(""));
        for (int from = 0, length = 0; length < 5; length++) {
            int to = out.size();
            for (; from < to; from++) {
                for (String letter : new String[] {"a", "b", "c", "/"}) {
                    out.add(out.get(from) + letter);
                }
            }
        }
        return out;
    }

    private static String text(Random random, String[] letters) {
        return random.ints(random.nextInt(4), 0, letters.length).mapToObj(i -> letters[i]).collect(Collectors.joining());
    }

    @Test
    void namesAreFoundAgain() {
        var table = new NameTable();
        for (int i = 0; i < 5_000; i++) {
            assertTrue(table.add("name" + i, "role" + i % 7, i).isEmpty());
        }
        assertEquals(Optional.of(new NameTable.Twin("role3", true, 3)), table.add("name3", "x", 0));
        assertEquals(Optional.of(new NameTable.Twin("role4", false, 4)), table.add("NAME4", "x", 0));
        assertTrue(table.contains("name4999"));
        assertFalse(table.contains("Name4999"));
        assertFalse(table.contains(Digest.of(JsonText.canonical(Json.object())).hex()));
    }
}
