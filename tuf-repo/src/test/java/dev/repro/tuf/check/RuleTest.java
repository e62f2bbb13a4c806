package dev.repro.tuf.check;

import static dev.repro.tuf.check.Rule.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// For every rule a repository that breaks it, and nothing else but what follows from it.
class RuleTest {

    private record Case(Set<Rule> also, Consumer<Repo> breaks) {}

    private static final Map<Rule, Case> CASES = new TreeMap<>();
    private static final Json.Obj HELLO = Repo.role("hello", List.of(), "hello/*/*");

    private static void rule(Rule rule, Consumer<Repo> breaks, Rule... also) {
        CASES.put(rule, new Case(Set.of(also), breaks));
    }

    static {
        files();
        content();
        signatures();
        roots();
        listings();
        times();
        delegations();
        rotations();
        targets();
        targetFiles();
    }

    private static void files() {
        rule(FILE_MISSING, repo -> repo.after(() -> repo.metadata.files.remove("1.hello.json")));
        rule(FILE_TOO_LARGE, repo -> repo.after(() -> repo.metadata.files.put("timestamp.json",
                "[".repeat(MetaReader.MAX_VALUES + 1).getBytes(StandardCharsets.UTF_8))),
                NOT_CHECKED);
        rule(NOT_CHECKED, repo -> repo.after(() -> repo.metadata.files.remove("timestamp.json")), FILE_MISSING);
        rule(LEFTOVER, repo -> repo.metadata.files.put("notes.txt", new byte[0]));
        rule(VERSION_AHEAD, repo -> repo.metadata.files.put("2.targets.json", new byte[0]));
    }

    private static void content() {
        rule(NOT_JSON, repo -> repo.after(() -> repo.metadata.files.put("timestamp.json",
                "{\"signed\": {\"a\": 1, \"a\": 2}}".getBytes(StandardCharsets.UTF_8))), NOT_CHECKED);
        rule(MALFORMED, repo -> repo.edits.put("timestamp", signed -> signed.without("meta")), NOT_CHECKED);
        rule(WRONG_TYPE, repo -> repo.set("timestamp", "_type", "snapshot"), NOT_CHECKED);
        rule(SPEC_VERSION, repo -> repo.set("hello", "spec_version", "1.0.0.1"));
        rule(EXPIRES_FORMAT, repo -> repo.set("hello", "expires", "2027-01-01T00:00:00.5Z"));
        rule(JSON_FRACTION, repo -> repo.envelopes.put("hello",
                file -> file.with("signed", ((Json.Obj) file.members().get("signed")).with("x", new BigDecimal("1.5")))),
                UNSIGNED, SIGNATURE_BAD);
        rule(JSON_BIG_NUMBER, repo -> repo.set("hello", "x", (1L << 53) + 1));
        rule(JSON_MEMBER_ORDER, repo -> repo.set("hello", "x", Json.object("\uE000", 1, "\uD83D\uDE00", 2)));
        rule(JSON_CONTROL, repo -> repo.set("hello", "x", "a\tb"));
    }

    private static void signatures() {
        rule(UNSIGNED, repo -> repo.signers.put("hello", List.of()));
        rule(DUPLICATE_SIGNATURE, repo -> repo.signers.put("hello", List.of(repo.h1, repo.h1)));
        rule(SIGNATURE_BAD, repo -> {
            Signatory other = Signatory.fresh();
            repo.delegate(List.of(repo.h1, other), Repo.role("hello", List.of(repo.h1, other), "hello/*/*"));
            repo.signers.put("hello", List.of(repo.h1, Signatory.fresh().as(other.id())));
        });
        rule(SIGNATURE_FOREIGN, repo -> repo.signers.put("hello", List.of(repo.h1, repo.r1)));
        rule(THRESHOLD_ZERO, repo -> repo.delegate(List.of(repo.h1),
                Repo.role("hello", List.of(repo.h1), "hello/*/*").with("threshold", 0)));
        rule(THRESHOLD_ONE, repo -> repo.root(1, List.of(repo.r1, repo.r2), 1));
        rule(THRESHOLD_IMPOSSIBLE, repo -> repo.delegate(List.of(repo.h1),
                Repo.role("hello", List.of(repo.h1), "hello/*/*").with("threshold", 2)), UNSIGNED);
        rule(KEY_TWICE, repo -> {
            Signatory again = repo.h1.as("again");
            repo.delegate(List.of(repo.h1, again), Repo.role("hello", List.of(repo.h1, again), "hello/*/*"));
        }, KEYID_MISMATCH);
        rule(KEY_UNDEFINED, repo -> repo.delegate(List.of(repo.h1),
                Repo.role("hello", List.of(repo.h1, Signatory.fresh()), "hello/*/*")));
        rule(KEY_UNUSABLE, repo -> {
            Json.Obj strange = Json.object("keytype", "strange", "scheme", "strange", "keyval", Json.object("public", "00"));
            String id = Digest.of(dev.repro.base.JsonText.canonical(strange)).hex();
            repo.set("targets", "delegations", Json.object("keys", Repo.keys(List.of(repo.h1)).with(id, strange),
                    "roles", List.of(Repo.role("hello", List.of(repo.h1, repo.h1.as(id)), "hello/*/*"))));
        });
        rule(KEY_UNUSED, repo -> repo.delegate(List.of(repo.h1, Signatory.fresh()),
                Repo.role("hello", List.of(repo.h1), "hello/*/*")));
        rule(KEYID_MISMATCH, repo -> {
            Signatory named = repo.h1.as("author");
            repo.delegate(List.of(named), Repo.role("hello", List.of(named), "hello/*/*"));
            repo.signers.put("hello", List.of(named));
        });
        rule(KEY_SHARED, repo -> repo.root(1, List.of(repo.t1, repo.r2), 2));
        rule(KEY_ONLINE, repo -> repo.root(1, List.of(repo.time, repo.r2), 2));
    }

    private static void roots() {
        rule(ROOT_FIRST, repo -> repo.root(2, List.of(repo.r1, repo.r2), 2));
        rule(ROOT_LOST, repo -> {
            repo.metadata.files.put("1.root.json", new byte[0]);
            repo.root(2, List.of(repo.r1, repo.r2), 2);
        });
        rule(ROOT_GAP, repo -> repo.after(() -> repo.metadata.files.put("3.root.json", repo.metadata.files.get("1.root.json"))),
                VERSION_AHEAD);
        rule(ROOT_CHAIN, repo -> {
            Repo before = new Repo();
            before.build();
            repo.metadata.files.put("1.root.json", before.metadata.files.get("1.root.json"));
            repo.root(2, List.of(repo.r1, repo.r2), 2);
        });
        rule(ROOT_UNTRUSTED, repo -> {
            Repo other = new Repo();
            other.build();
            repo.trusted = Optional.of(other.metadata.files.get("1.root.json"));
        });
    }

    private static Consumer<Repo> listing(String member, Object value) {
        return repo -> repo.edits.put("snapshot", signed -> {
            Json.Obj meta = (Json.Obj) signed.members().get("meta");
            return signed.with("meta", meta.with("hello.json",
                    ((Json.Obj) meta.members().get("hello.json")).with(member, value)));
        });
    }

    private static Consumer<Repo> listings(String name) {
        return repo -> repo.edits.put("snapshot", signed ->
                signed.with("meta", ((Json.Obj) signed.members().get("meta")).with(name, Json.object("version", 1))));
    }

    private static void listings() {
        rule(VERSION_MISMATCH, repo -> {
            listing("version", 2).accept(repo);
            repo.after(() -> repo.metadata.files.put("2.hello.json", repo.metadata.files.get("1.hello.json")));
        });
        rule(LENGTH_MISMATCH, listing("length", 1));
        rule(HASH_MISMATCH, listing("hashes", Json.object("sha256", "00".repeat(32))));
        rule(HASH_UNKNOWN, listing("hashes", Json.object("crc", "00")));
        rule(CONSISTENT_SNAPSHOT_OFF, repo -> {
            repo.consistent = false;
            repo.set("root", "consistent_snapshot", false);
        });
        rule(TIMESTAMP_LISTS_MORE, repo -> repo.edits.put("timestamp", signed -> signed.with("meta",
                ((Json.Obj) signed.members().get("meta")).with("targets.json", Json.object("version", 1)))));
        rule(SNAPSHOT_MISSES_ROLE, repo -> repo.edits.put("snapshot",
                signed -> signed.with("meta", ((Json.Obj) signed.members().get("meta")).without("hello.json"))),
                LEFTOVER);
        rule(SNAPSHOT_EXTRA_ROLE, listings("other.json"));
        rule(SNAPSHOT_LISTS_OTHER, listings("root.json"));
    }

    private static void expires(Repo repo, String role, int days) {
        repo.set(role, "expires", Repo.header("x", days).members().get("expires"));
    }

    private static void times() {
        rule(EXPIRED, repo -> expires(repo, "hello", -1));
        rule(EXPIRES_SOON, repo -> expires(repo, "hello", 13));
        rule(EXPIRES_FAR, repo -> expires(repo, "hello", 4000));
        rule(EXPIRY_ORDER, repo -> {
            expires(repo, "timestamp", 30);
            expires(repo, "snapshot", 10);
        });
    }

    /// A second role beside or behind `hello`, with nothing in it.
    private static Consumer<Repo> beside(Json.Obj hello, Json.Obj other) {
        return repo -> {
            Signatory hand = Signatory.fresh();
            repo.delegate(List.of(repo.h1, hand), hello.with("keyids", List.of(repo.h1.id())),
                    other.with("keyids", List.of(hand.id())));
            repo.role("other", hand);
        };
    }

    private static Json.Obj other(String... paths) {
        return Repo.role("other", List.of(), paths);
    }

    private static Json.Obj prefixes(Json.Obj role, String... prefixes) {
        return role.without("paths").with("path_hash_prefixes", List.of(prefixes));
    }

    private static void delegations() {
        rule(ROLE_NAME, repo -> {
            repo.signed.remove("hello");
            repo.role("h\u00e9", repo.h1, "hello/1/hello.hvt");
            repo.delegate(List.of(repo.h1), Repo.role("h\u00e9", List.of(repo.h1), "hello/*/*"));
        });
        rule(ROLE_TWO_DELEGATORS, repo -> {
            beside(HELLO, other("hello/*/*")).accept(repo);
            repo.set("other", "delegations", Repo.delegations(List.of(repo.h1),
                    Repo.role("hello", List.of(repo.h1), "hello/*/*")));
        });
        rule(DELEGATION_CYCLE, repo -> repo.set("hello", "delegations",
                Repo.delegations(List.of(repo.h1), Repo.role("hello", List.of(repo.h1), "hello/*/*"))),
                ROLE_TWO_DELEGATORS);
        rule(PATTERN_OUTSIDE, repo -> {
            repo.set("hello", "delegations", Repo.delegations(List.of(repo.h1),
                    Repo.role("sub", List.of(repo.h1), "hello/1/*", "other/*")));
            repo.role("sub", repo.h1);
        });
        rule(PATTERN_SHADOWED, beside(HELLO.with("terminating", true), other("hello/2/*")));
        rule(PATTERN_DEAD, beside(HELLO, other("/other/*")));
        rule(PATTERN_DIALECT, beside(HELLO, other("other/[ab]")));
        rule(HASH_PREFIX_DEAD, beside(HELLO, prefixes(other(), "AB")));
        rule(HASH_PREFIX_GAP, beside(prefixes(HELLO, "0", "1", "2", "3", "4", "5", "6", "7"),
                prefixes(other(), "8", "9", "a", "b", "c", "d", "e"))
                .andThen(repo -> repo.set("hello", "targets", Json.object())));
        rule(BINS_MANY, bins(17, _ -> { }), SNAPSHOT_MISSES_ROLE);
        rule(AGREEMENT_DIFFERS, repo -> {
            beside(HELLO, other("hello/*/*")).accept(repo);
            repo.set("other", "targets", Json.object("hello/1/hello.hvt", Repo.target(new byte[1])));
            repo.set("targets", "x-repro-agreements",
                    List.of(Json.object("name", "hello", "paths", List.of("hello/*/*"), "roles", List.of("hello", "other"))));
        });
    }

    /// Bins instead of `hello`.
    private static Consumer<Repo> bins(int bits, Consumer<Repo> then) {
        return repo -> {
            repo.signed.remove("hello");
            repo.set("targets", "delegations", Json.object("keys", Repo.keys(List.of(repo.h1)),
                    "succinct_roles", Repo.roleKeys(List.of(repo.h1), 1).with("bit_length", bits).with("name_prefix", "bin")));
            then.accept(repo);
        };
    }

    /// A rotation of `hello` to another key.
    private static Consumer<Repo> rotation(boolean listed, boolean revoke, List<String> then) {
        return repo -> {
            Signatory next = Signatory.fresh();
            Json.Obj to = Json.object("_type", "rotate", "keys", revoke ? Json.object() : Repo.keys(List.of(next)), "role",
                    "hello", "spec_version", "1.0.34", "version", 1);
            byte[] file = Repo.file(Repo.envelope(revoke ? to : to.with("threshold", 1), List.of(repo.h1)));
            var rotation = new RotateFile(new RoleName("hello"), 1);
            if (listed) {
                repo.metadata.files.put(rotation.path(Optional.of(Digest.of(file))), file);
            }
            repo.edits.put("snapshot", signed -> signed.with("meta", ((Json.Obj) signed.members().get("meta")).with(rotation + "",
                    Json.object("version", 1, "length", file.length, "hashes", Json.object("sha256", Digest.of(file).hex())))));
            repo.signers.put("hello", then.stream().map(who -> who.equals("old") ? repo.h1 : next).toList());
        };
    }

    private static void rotations() {
        rule(ROTATION_BROKEN, rotation(false, false, List.of("old")));
        rule(ROTATION_UNSIGNED, rotation(true, false, List.of("old")));
        rule(ROTATION_PLAIN, rotation(true, false, List.of("new")));
        rule(ROTATION_REVOKED, rotation(true, true, List.of("old")));
    }

    private static Consumer<Repo> lists(String role, String... names) {
        return repo -> repo.set(role, "targets", Repo.targets(names));
    }

    private static void targets() {
        rule(TARGET_NAME, lists("targets", "../../etc/passwd"));
        rule(TARGET_NAME_URL, lists("targets", "what?"));
        rule(TARGET_NAME_UNICODE, lists("targets", "e\u0301"));
        rule(TARGET_NAME_CASE, lists("targets", "README", "readme"));
        rule(TARGET_OUTSIDE, lists("hello", "other/1/hello.hvt"));
        rule(TARGET_WRONG_BIN, bins(1, repo -> {
            repo.role("bin-0", repo.h1, "a", "b");
            repo.role("bin-1", repo.h1);
        }));
        rule(TARGET_TERMINATED, repo -> {
            Signatory hand = Signatory.fresh();
            repo.delegate(List.of(repo.h1, hand), Repo.role("first", List.of(hand), "hello/1/*").with("terminating", true),
                    Repo.role("hello", List.of(repo.h1), "hello/*/*"));
            repo.role("first", hand);
        });
        rule(TARGET_SHADOWED, beside(HELLO, other("hello/*/*")).andThen(lists("other", "hello/1/hello.hvt")));
    }

    private static void targetFiles() {
        rule(TARGET_MISSING, repo -> repo.after(() ->
                repo.targets.files.remove(Digest.of(Repo.content("readme.txt")).hex() + ".readme.txt")));
        rule(TARGET_BYTES, repo -> repo.after(() ->
                repo.targets.files.put(Digest.of(Repo.content("readme.txt")).hex() + ".readme.txt", new byte[3])));
        rule(TARGET_ONE_NAME, repo -> repo.after(() ->
                repo.targets.files.remove(Digest.of(Repo.content("hello/1/hello.hvt")).hex() + ".hello/1/hello.hvt")));
        rule(TARGET_LEFTOVER, repo -> repo.targets.files.put("00".repeat(32) + ".other.txt", new byte[0]));
        for (Rule rule : List.of(TARGET_MISSING, TARGET_BYTES, TARGET_ONE_NAME, TARGET_LEFTOVER)) {
            CASES.compute(rule, (_, c) -> new Case(c.also, ((Consumer<Repo>) repo -> repo.withTargets = true).andThen(c.breaks)));
        }
    }

    @TestFactory
    Stream<DynamicTest> eachIsFound() {
        return CASES.entrySet().stream().map(entry -> DynamicTest.dynamicTest(entry.getKey().word(), () -> {
            var repo = new Repo();
            entry.getValue().breaks.accept(repo);
            Report report = repo.check();
            Set<Rule> found = report.findings().stream().map(Finding::rule).collect(Collectors.toSet());
            var expected = EnumSet.of(entry.getKey());
            expected.addAll(entry.getValue().also);
            assertEquals(expected, found, () -> report.findings().toString());
            boolean errors = expected.stream().anyMatch(rule -> rule.level() == Rule.Level.ERROR);
            assertEquals(!errors, report.conforms(false));
            assertEquals(false, report.conforms(true));
        }));
    }

    @Test
    void everyRuleHasACase() {
        var missing = EnumSet.allOf(Rule.class);
        missing.removeAll(CASES.keySet());
        assertTrue(missing.isEmpty(), missing::toString);
    }

    @Test
    void aGoodRepositoryHasNone() throws Exception {
        var repo = new Repo();
        repo.withTargets = true;
        Report report = repo.check();
        assertEquals(List.of(), report.findings());
        assertTrue(report.conforms(true));
    }
}
