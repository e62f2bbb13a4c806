package dev.repro.tuf.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.tuf.check.Reader.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// For everything that some client does not read a repository that has it, and what each client is said to make of it.
///
/// With `-Ddump=FOLDER` (in JAVA_TOOL_OPTIONS) the repositories are written there, for the clients themselves to read.
class ReadersTest {
    private record Case(String expected, Consumer<Repo> has) {}

    private static final Map<Feature, Case> CASES = new EnumMap<>(Feature.class);

    /// @param expected those that differ from the rest, which read all; the delegation to `hello` is one of those that
    ///     sigstore-java passes over
    private static void feature(Feature feature, String expected, Consumer<Repo> has) {
        CASES.put(feature, new Case(expected, has));
    }

    static {
        features();
        keys();
        targets();
    }

    private static void features() {
        feature(Feature.PLAIN_NAMES, "sigstore-java refuses", repo -> {
            repo.consistent = false;
            repo.set("root", "consistent_snapshot", false);
        });
        feature(Feature.CONSISTENT_ABSENT, "go-tuf refuses, tuf-js refuses, tough refuses, sigstore-java refuses", repo -> {
            repo.consistent = false;
            repo.edits.put("root", signed -> signed.without("consistent_snapshot"));
        });
        feature(Feature.DELEGATIONS, "", _ -> { });
        feature(Feature.HASH_PREFIXES, "go-tuf partly",
                repo -> repo.delegate(List.of(repo.h1), Repo.role("hello", List.of(repo.h1)).without("paths")
                .with("path_hash_prefixes", List.of(Digest.of("hello/1/hello.hvt".getBytes(StandardCharsets.UTF_8)).hex()
                .substring(0, 8)))));
        feature(Feature.BINS, "tough refuses", repo -> {
            repo.signed.remove("hello");
            repo.set("targets", "delegations", Json.object("keys", Repo.keys(List.of(repo.h1)),
                    "succinct_roles", Repo.roleKeys(List.of(repo.h1), 1).with("bit_length", 1).with("name_prefix", "bin")));
            repo.role("bin-0", repo.h1, "bin/c");
            repo.role("bin-1", repo.h1, "bin/a");
        });
        feature(Feature.TERMINATING_ABSENT, "python-tuf refuses, go-tuf refuses, tuf-js refuses, tough refuses",
                repo -> repo.delegate(List.of(repo.h1),
                Repo.role("hello", List.of(repo.h1), "hello/*/*").without("terminating")));
        feature(Feature.DELEGATION_MEMBERS, "tough refuses",
                repo -> repo.delegate(List.of(repo.h1), Repo.role("hello", List.of(repo.h1), "hello/*/*").with("x", 1)));
        feature(Feature.PATTERN_DIALECT, "python-tuf partly, go-tuf partly, tuf-js partly, tough partly",
                repo -> repo.delegate(List.of(repo.h1), Repo.role("hello", List.of(repo.h1), "hello/*/*", "hello/[1]/*")));
        feature(Feature.HIDDEN_SEGMENT, "tuf-js partly", repo -> repo.set("hello", "targets", Repo.targets("hello/1/.hello")));
        feature(Feature.BEYOND_DOUBLE, "go-tuf refuses, tuf-js refuses, sigstore-java refuses",
                repo -> repo.set("snapshot", "x", (1L << 53) + 1));
        feature(Feature.BEYOND_INT, "sigstore-java refuses",
                repo -> repo.edits.put("timestamp", signed -> signed.with("version", 1L << 31)));
        feature(Feature.MEMBER_ORDER, "tuf-js refuses, sigstore-java refuses",
                repo -> repo.set("snapshot", "x", Json.object("\uE000", 1, "\uD83D\uDE00", 2)));
        feature(Feature.CONTROL_CHARACTER, "sigstore-java refuses", repo -> repo.set("snapshot", "x", "a\tb"));
    }

    private static void keys() {
        feature(Feature.KEYID_OTHER, "tough refuses", repo -> {
            Signatory named = repo.h1.as("00".repeat(32));
            repo.delegate(List.of(named), Repo.role("hello", List.of(named), "hello/*/*"));
            repo.signers.put("hello", List.of(named));
        });
        feature(Feature.KEY_P384, "tough refuses", repo -> list(repo, Signatory.p384()));
        feature(Feature.KEY_NEW, "python-tuf refuses, tough refuses", repo -> list(repo, Signatory.newer()));
        feature(Feature.KEY_NEW_IN_ROLE, "python-tuf refuses, go-tuf refuses, tough refuses", repo -> {
            repo.root(1, List.of(repo.r1, repo.r2, Signatory.newer()), 2);
            repo.signers.put("root", List.of(repo.r1, repo.r2));
        });
        feature(Feature.KEY_NEW_IN_ROLE_BELOW, "python-tuf refuses, go-tuf partly, tough refuses", repo -> {
            Signatory newer = Signatory.newer();
            repo.delegate(List.of(repo.h1, newer), Repo.role("hello", List.of(repo.h1, newer), "hello/*/*"));
        });
        feature(Feature.KEY_UNDEFINED, "go-tuf refuses", repo -> {
            Signatory absent = Signatory.fresh();
            repo.root(1, List.of(repo.r1, repo.r2, absent), 2);
            repo.signers.put("root", List.of(repo.r1, repo.r2));
            repo.edits.put("root", signed -> signed.with("keys", ((Json.Obj) signed.members().get("keys")).without(absent.id())));
        });
        feature(Feature.KEY_UNDEFINED_BELOW, "go-tuf partly",
                repo -> repo.delegate(List.of(repo.h1), Repo.role("hello", List.of(repo.h1, Signatory.fresh()), "hello/*/*")));
        feature(Feature.QUORUM_P384, "tuf-js refuses, tough refuses, sigstore-java refuses",
                repo -> root(repo, Signatory.p384()));
        feature(Feature.QUORUM_P384_BELOW, "tuf-js partly, tough refuses", repo -> below(repo, Signatory.p384()));
        feature(Feature.QUORUM_NEW, "python-tuf refuses, go-tuf refuses, tuf-js refuses, tough refuses, sigstore-java refuses",
                repo -> root(repo, Signatory.newer()));
        feature(Feature.QUORUM_NEW_BELOW, "python-tuf refuses, go-tuf partly, tuf-js partly, tough refuses",
                repo -> below(repo, Signatory.newer()));
    }

    private static void below(Repo repo, Signatory hand) {
        repo.delegate(List.of(hand), Repo.role("hello", List.of(hand), "hello/*/*"));
        repo.signers.put("hello", List.of(hand));
    }

    private static void list(Repo repo, Signatory hand) {
        repo.delegate(List.of(repo.h1, hand), Repo.role("hello", List.of(repo.h1), "hello/*/*"));
    }

    private static void root(Repo repo, Signatory hand) {
        repo.root(1, List.of(repo.r1, hand), 2);
    }

    private static Consumer<Repo> target(String name, Json.Obj target) {
        return repo -> repo.set("targets", "targets", Json.object(name, target));
    }

    private static Json.Obj readme() {
        return Repo.target(Repo.content("readme.txt"));
    }

    private static void targets() {
        feature(Feature.CUSTOM_PLAIN, "sigstore-java refuses",
                target("readme.txt", readme().with("custom", Json.object("x", 1))));
        feature(Feature.CUSTOM_NO_OBJECT, "tough refuses, sigstore-java refuses",
                target("readme.txt", readme().with("custom", "x")));
        feature(Feature.NO_SHA256, "tough refuses",
                target("readme.txt", readme().with("hashes", Json.object("sha512", "00".repeat(64)))));
        feature(Feature.NO_SHA, "tough refuses, sigstore-java refuses",
                target("readme.txt", readme().with("hashes", Json.object("blake2b-256", "00".repeat(32)))));
        String hello = Digest.of(Repo.content("hello/1/hello.hvt")).hex();
        feature(Feature.NAME_NOT_IN_FRONT, "tough partly", repo -> {
            repo.withTargets = true;
            repo.after(() -> repo.targets.files.remove(hello + ".hello/1/hello.hvt"));
        });
        feature(Feature.NAME_NOT_INSIDE, "python-tuf partly, go-tuf partly, tuf-js partly", repo -> {
            repo.withTargets = true;
            repo.after(() -> repo.targets.files.remove("hello/1/" + hello + ".hello.hvt"));
        });
        feature(Feature.NAME_FOR_URL, "python-tuf partly, go-tuf partly, tuf-js partly, tough partly",
                repo -> repo.set("targets", "targets", Repo.targets("what?.txt", "readme.txt")));
    }

    @TestFactory
    Stream<DynamicTest> eachIsSeen() {
        return CASES.entrySet().stream().map(entry -> DynamicTest.dynamicTest(entry.getKey().name(), () -> {
            var repo = new Repo();
            entry.getValue().has.accept(repo);
            Report report = repo.check();
            dump(entry.getKey().name(), repo);
            var expected = new TreeMap<>(Map.of("python-tuf", "reads", "go-tuf", "reads", "tuf-js", "reads", "tough", "reads",
                    "sigstore-java", "partly"));
            for (String each : entry.getValue().expected.split(", ")) {
                if (!each.isEmpty()) {
                    expected.put(each.split(" ")[0], each.split(" ")[1]);
                }
            }
            assertEquals(expected, verdicts(report), () -> report.readers().toString());
        }));
    }

    private static Map<String, String> verdicts(Report report) {
        return new TreeMap<>(report.readers().stream()
                .collect(Collectors.toMap(a -> a.reader().name(), a -> a.verdict().word())));
    }

    private static void dump(String name, Repo repo) throws IOException {
        Optional<Path> folder = Optional.ofNullable(System.getProperty("dump")).map(d -> Path.of(d, name));
        if (folder.isPresent()) {
            write(folder.get().resolve("metadata"), repo.metadata);
            write(folder.get().resolve("targets"), repo.targets);
        }
    }

    private static void write(Path folder, MapSource source) throws IOException {
        for (var file : source.files.entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
    }

    @Test
    void everyFeatureHasACase() {
        var missing = EnumSet.allOf(Feature.class);
        missing.removeAll(CASES.keySet());
        assertTrue(missing.isEmpty(), missing::toString);
    }

    private static Verdict verdict(Report report, String reader) {
        return report.readers().stream().filter(a -> a.reader().name().equals(reader)).findFirst().orElseThrow().verdict();
    }

    @Test
    void largeTimestampsAreRefused() throws Exception {
        var repo = new Repo();
        repo.set("timestamp", "x", "x".repeat(17_000));
        Report report = repo.check();
        assertEquals(Verdict.REFUSES, verdict(report, "python-tuf"));
        assertEquals(Verdict.REFUSES, verdict(report, "go-tuf"));
        assertEquals(Verdict.REFUSES, verdict(report, "tuf-js"));
        assertEquals(Verdict.READS, verdict(report, "tough"));
        assertEquals(Verdict.PARTLY, verdict(report, "sigstore-java"));
    }

    @Test
    void aStatedLengthLiftsTheLimit() {
        var seen = new Seen();
        seen.size(Seen.Size.TARGETS, 5_100_000, true, "1.hello.json");
        assertEquals(Verdict.READS, Readers.PYTHON_TUF.answer(seen).verdict());
        assertEquals(Verdict.READS, Readers.SIGSTORE_JAVA.answer(seen).verdict());
        seen.size(Seen.Size.TARGETS, 5_100_000, false, "1.hello.json");
        assertEquals(Verdict.REFUSES, Readers.PYTHON_TUF.answer(seen).verdict());
        assertEquals(Verdict.REFUSES, Readers.SIGSTORE_JAVA.answer(seen).verdict());
        assertEquals(Verdict.READS, Readers.TOUGH.answer(seen).verdict());
    }

    @Test
    void longFilesAreSlow() throws Exception {
        var repo = new Repo();
        repo.set("hello", "x", "x".repeat(1_000_000));
        assertEquals(Verdict.SLOW, verdict(repo.check(), "tuf-js"));
    }

    @Test
    void targetsBehindManyRolesAreNotFound() throws Exception {
        for (int before : new int[] {31, 32}) { // `targets`, these, and `hello`
            var repo = new Repo();
            var roles = new Json.Obj[before + 1];
            for (int i = 0; i < before; i++) {
                repo.role("role" + i, repo.h1);
                roles[i] = Repo.role("role" + i, List.of(repo.h1), "hello/*/*");
            }
            roles[before] = Repo.role("hello", List.of(repo.h1), "hello/*/*");
            repo.delegate(List.of(repo.h1), roles);
            Report report = repo.check();
            assertEquals(before == 31 ? Verdict.READS : Verdict.PARTLY, verdict(report, "go-tuf"),
                    () -> report.readers().toString());
            assertEquals(Verdict.READS, verdict(report, "tough"));
        }
    }

    @Test
    void manyRootsAreTooMany() throws Exception {
        var repo = new Repo();
        for (int version = 1; version <= 3; version++) {
            repo.root(version, List.of(repo.r1, repo.r2), 2);
            repo.writeRoot();
        }
        Report.Found found = repo.check().found();
        assertEquals(1, found.firstRoot());
        assertEquals(3, found.lastRoot());
        var seen = new Seen();
        seen.rotations(256, "257.root.json");
        assertEquals(Verdict.READS, Readers.PYTHON_TUF.answer(seen).verdict());
        seen.rotations(257, "258.root.json");
        assertEquals(Verdict.REFUSES, Readers.PYTHON_TUF.answer(seen).verdict());
        assertEquals(Verdict.READS, Readers.TOUGH.answer(seen).verdict());
    }

    @Test
    void whatIsWrongForAllIsWrongForEach() throws Exception {
        var repo = new Repo();
        repo.signers.put("timestamp", List.of());
        repo.check().readers().forEach(answer -> assertEquals(Verdict.REFUSES, answer.verdict()));
    }
}
