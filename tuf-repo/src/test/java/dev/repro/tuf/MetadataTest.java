package dev.repro.tuf;

import static dev.repro.tuf.TestMetadata.delegation;
import static dev.repro.tuf.TestMetadata.delegations;
import static dev.repro.tuf.TestMetadata.role;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class MetadataTest {
    private static final TestKey KEY = TestKey.make();
    private static final Json.Obj ROLES = (Json.Obj) TestMetadata.root(KEY).members().get("roles");

    private static <T extends Signed> Metadata<T> read(MetadataType<T> type, byte[] file) throws Refusal {
        return Metadata.parse(type, new RoleName(type.name()), file);
    }

    private static byte[] signed(Json.Obj signed) {
        return TestMetadata.bytes(Json.object("signatures", List.of(), "signed", signed));
    }

    private static Stream<DynamicTest> refused(MetadataType<?> type, Map<String, Json.Obj> cases) {
        return cases.entrySet().stream().map(c -> DynamicTest.dynamicTest(type.name() + ": " + c.getKey(), () ->
                assertEquals(Refusal.Rule.MALFORMED, assertThrows(Refusal.class, () -> read(type, signed(c.getValue()))).rule())));
    }

    private static Map<String, Json.Obj> headers(Json.Obj good) {
        var bad = new LinkedHashMap<String, Json.Obj>();
        for (String name : good.members().keySet()) {
            if (!name.equals("consistent_snapshot")) {
                bad.put("no " + name, good.without(name));
                bad.put(name + " is null", good.with(name, null));
                bad.put(name + " is an array", good.with(name, List.of()));
            }
        }
        for (Object version : List.of(0, -1, "1", true, Long.MIN_VALUE)) {
            bad.put("version " + version, good.with("version", version));
        }
        for (String spec : List.of("", "1", "2.0.0", "0.9", "10.0", "v1.0.0")) {
            bad.put("spec_version `" + spec + "`", good.with("spec_version", spec));
        }
        for (String time : List.of("", "2030-01-01", "2030-01-01T00:00:00", "2030-01-01T00:00:00+00:00", "2030-01-01T00:00:00.000Z", "2030-02-30T00:00:00Z",
                "2030-01-01T24:00:00Z", "2030-01-01T23:59:60Z", "2030-1-1T00:00:00Z", "+12030-01-01T00:00:00Z", "2030-01-01t00:00:00z", " 2030-01-01T00:00:00Z")) {
            bad.put("expires `" + time + "`", good.with("expires", time));
        }
        return bad;
    }

    @TestFactory
    Stream<DynamicTest> badHeaders() {
        return Stream.of(refused(MetadataType.ROOT, headers(TestMetadata.root(KEY))), refused(MetadataType.TIMESTAMP, headers(TestMetadata.timestamp())),
                refused(MetadataType.SNAPSHOT, headers(TestMetadata.snapshot())), refused(MetadataType.TARGETS, headers(TestMetadata.targets()))).flatMap(s -> s);
    }

    @TestFactory
    Stream<DynamicTest> badRoots() {
        Json.Obj root = TestMetadata.root(KEY);
        var bad = new LinkedHashMap<String, Json.Obj>();
        for (String name : ROLES.members().keySet()) {
            bad.put("no role " + name, root.with("roles", ROLES.without(name)));
        }
        for (Object threshold : List.of(0, -1, "1", Long.MIN_VALUE, true)) {
            bad.put("threshold " + threshold, root.with("roles", ROLES.with("timestamp", role(1, KEY).with("threshold", threshold))));
        }
        bad.put("keyids of numbers", root.with("roles", ROLES.with("timestamp", role(1, KEY).with("keyids", List.of(1)))));
        bad.put("a key that is no object", root.with("keys", Json.object("x", "y")));
        bad.put("consistent_snapshot of text", root.with("consistent_snapshot", "true"));
        return refused(MetadataType.ROOT, bad);
    }

    @TestFactory
    Stream<DynamicTest> badListings() {
        var bad = new LinkedHashMap<String, Json.Obj>();
        for (Object version : List.of(0, -1, "1")) {
            bad.put("version " + version, TestMetadata.timestamp().with("meta", Json.object("snapshot.json", Json.object("version", version))));
        }
        Json.Obj file = Json.object("version", 1);
        bad.put("no snapshot.json", TestMetadata.timestamp().with("meta", Json.object("targets.json", file)));
        bad.put("a negative length", TestMetadata.timestamp().with("meta", Json.object("snapshot.json", file.with("length", -1))));
        bad.put("hashes without any", TestMetadata.timestamp().with("meta", Json.object("snapshot.json", file.with("hashes", Json.object()))));
        for (String hash : List.of("", "0", "0".repeat(63), "0".repeat(65), "G".repeat(64), "A".repeat(64), "../".repeat(21) + "x")) {
            bad.put("sha256 `" + hash + "`", TestMetadata.timestamp().with("meta", Json.object("snapshot.json",
                    file.with("hashes", Json.object("sha256", hash)))));
        }
        return refused(MetadataType.TIMESTAMP, bad);
    }

    @TestFactory
    Stream<DynamicTest> badTargets() {
        var bad = new LinkedHashMap<String, Json.Obj>();
        Json.Obj file = Json.object("length", 1, "hashes", Json.object("sha256", "0".repeat(64)));
        for (String member : List.of("length", "hashes")) {
            bad.put("no " + member, TestMetadata.targets().with("targets", Json.object("x", file.without(member))));
        }
        bad.put("no hash", TestMetadata.targets().with("targets", Json.object("x", file.with("hashes", Json.object()))));
        bad.put("a negative length", TestMetadata.targets().with("targets", Json.object("x", file.with("length", -1))));
        bad.put("a length of text", TestMetadata.targets().with("targets", Json.object("x", file.with("length", "1"))));
        bad.put("a hash that is a path", TestMetadata.targets().with("targets", Json.object("x", file.with("hashes", Json.object("sha256", "../x")))));
        Json.Obj one = delegation("d", KEY, "*");
        Map<String, Json.Obj> delegated = new LinkedHashMap<>();
        delegated.put("neither roles nor bins", delegations(KEY).without("roles"));
        delegated.put("roles and bins", delegations(KEY).with("succinct_roles", bins(2, "b")));
        delegated.put("no keys", delegations(KEY, one).without("keys"));
        delegated.put("two of one name", delegations(KEY, one, one));
        delegated.put("no paths", delegations(KEY, one.without("paths")));
        delegated.put("paths and prefixes", delegations(KEY, one.with("path_hash_prefixes", List.of("0"))));
        delegated.put("threshold 0", delegations(KEY, one.with("threshold", 0)));
        delegated.put("no name", delegations(KEY, one.without("name")));
        delegated.put("an empty name", delegations(KEY, one.with("name", "")));
        delegated.put("a name too long for a file", delegations(KEY, one.with("name", "é".repeat(40))));
        for (String name : List.of("root", "timestamp", "snapshot", "targets")) {
            delegated.put("a role called " + name, delegations(KEY, one.with("name", name)));
        }
        for (int bits : new int[] {0, -1, 33}) { // commit 846cd4e of go-tuf
            delegated.put("bit_length " + bits, delegations(KEY).without("roles").with("succinct_roles", bins(bits, "b")));
        }
        delegated.put("a prefix too long for a file", delegations(KEY).without("roles").with("succinct_roles", bins(1, "x".repeat(212))));
        delegated.forEach((what, d) -> bad.put("delegations: " + what, TestMetadata.targets().with("delegations", d)));
        return refused(MetadataType.TARGETS, bad);
    }

    private static Json.Obj bins(int bits, String prefix) {
        return role(1, KEY).with("bit_length", bits).with("name_prefix", prefix);
    }

    @TestFactory
    Stream<DynamicTest> badFiles() {
        String good = new String(TestMetadata.file(TestMetadata.timestamp(), List.of(KEY)), StandardCharsets.UTF_8);
        var bad = new LinkedHashMap<String, String>();
        bad.put("nothing", "");
        bad.put("null", "null");
        bad.put("an array", "[]");
        bad.put("an empty object", "{}");
        bad.put("text after it", good + "x");
        bad.put("two of it", good + good);
        bad.put("a byte order mark", "\ufeff" + good);
        bad.put("NaN", good.replace("\"version\": 1", "\"version\": NaN"));
        bad.put("a fraction", good.replace("\"version\": 1", "\"version\": 1.0"));
        bad.put("an exponent", good.replace("\"version\": 1", "\"version\": 1e0"));
        bad.put("a number beyond 64 bits", good.replace("\"version\": 1", "\"version\": 9223372036854775808"));
        bad.put("a member twice", good.replace("\"version\": 1", "\"version\": 1, \"version\": 1"));
        bad.put("a lone surrogate", good.replace("1.0.34", "1.0.\\ud800"));
        bad.put("no signatures", good.replace("\"signatures\"", "\"signatures_\""));
        bad.put("signatures that are an object", good.replaceFirst("(?s)\"signatures\": \\[.*?\\]", "\"signatures\": {}"));
        bad.put("a signature without sig", good.replace("\"sig\"", "\"sig_\""));
        bad.put("a signature without keyid", good.replace("\"keyid\"", "\"keyid_\""));
        bad.put("nested without end", "[".repeat(1_000_000));
        bad.put("nested too deep", good.replace("\"version\": 1", "\"version\": 1, \"x\": " + "[".repeat(70) + "]".repeat(70)));
        bad.put("a control character", good.replace("1.0.34", "1.0.\n"));
        return bad.entrySet().stream().map(c -> DynamicTest.dynamicTest(c.getKey(), () -> assertEquals(Refusal.Rule.MALFORMED,
                assertThrows(Refusal.class, () -> read(MetadataType.TIMESTAMP, c.getValue().getBytes(StandardCharsets.UTF_8))).rule())));
    }

    @Test
    void aFileOfAnotherType() {
        assertEquals("timestamp-wrong-type", assertThrows(Refusal.class, () -> read(MetadataType.TIMESTAMP, signed(TestMetadata.snapshot()))).name());
    }

    @Test
    void twoSignaturesOfOneKeyId() {
        byte[] file = TestMetadata.file(TestMetadata.timestamp(), List.of(KEY, KEY));
        assertEquals("timestamp-duplicate-signature", assertThrows(Refusal.class, () -> read(MetadataType.TIMESTAMP, file)).name());
    }

    @Test
    void aFractionThatNobodyReadsHasNoCanonicalForm() throws Exception {
        Json.Obj signed = TestMetadata.timestamp().with("x", new java.math.BigDecimal("1.5"));
        byte[] file = TestMetadata.bytes(Json.object("signatures", List.of(Json.object("keyid", KEY.id(), "sig", "00")), "signed", signed));
        Metadata<Signed.Timestamp> metadata = read(MetadataType.TIMESTAMP, file);
        assertEquals(Refusal.Rule.MALFORMED, assertThrows(Refusal.class, () -> ThresholdTest.verify(metadata, 1, KEY)).rule());
    }

    @Test
    void keepsItsBytesAndWhatItDoesNotKnow() throws Exception {
        byte[] file = TestMetadata.file(TestMetadata.targets().with("custom", Json.object("a", 1)), List.of(KEY));
        Metadata<Signed.Targets> metadata = read(MetadataType.TARGETS, file);
        assertArrayEquals(file, metadata.bytes());
        assertEquals(Json.object("a", 1), metadata.unverified().json().members().get("custom"));
    }

    @Test
    void keysThatAreNotKnownOrMalformedAreToldAndTolerated() throws Exception {
        Json.Obj keys = Json.object("a", Json.object("keytype", "new", "scheme", "new/1", "keyval", Json.object("public", "x")),
                "b", Json.object("keytype", "ed25519", "scheme", "ed25519", "keyval", Json.object("public", "00")), // commit 33d359c of go-tuf
                "c", Json.object(), KEY.id(), KEY.json());
        Signed.Root root = read(MetadataType.ROOT, signed(TestMetadata.root(KEY).with("keys", keys))).unverified();
        assertEquals(4, root.keys().size());
        assertEquals(1, root.keys().values().stream().filter(k -> k.usable().isPresent()).count());
        assertTrue(root.keys().values().stream().allMatch(k -> k.usable().isPresent() == k.problem().isEmpty()));
    }

    @Test
    void aMissingConsistentSnapshotIsNone() throws Exception {
        assertEquals(false, read(MetadataType.ROOT, signed(TestMetadata.root(KEY).without("consistent_snapshot"))).unverified().consistentSnapshot());
    }

    /// No beginning and no change of a byte gives anything but a refusal, or what the signature is still over.
    @Test
    void everyPrefixAndEveryByte() throws Exception {
        for (Json.Obj signed : List.of(TestMetadata.timestamp(), TestMetadata.targets().with("delegations", delegations(KEY, delegation("d", KEY, "*"))))) {
            byte[] file = TestMetadata.file(signed, List.of(KEY));
            MetadataType<?> type = signed.members().containsKey("meta") ? MetadataType.TIMESTAMP : MetadataType.TARGETS;
            for (int length = 0; length < file.length - 1; length++) {
                byte[] prefix = Arrays.copyOf(file, length);
                assertThrows(Refusal.class, () -> read(type, prefix), () -> "the first " + prefix.length + " bytes");
            }
            int accepted = 0;
            for (int at = 0; at < file.length; at++) {
                byte[] changed = file.clone();
                changed[at] ^= 1;
                accepted += accepts(type, changed, file) ? 1 : 0;
            }
            assertEquals(0, accepted);
        }
    }

    private static boolean accepts(MetadataType<?> type, byte[] changed, byte[] file) throws JsonParser.SyntaxException {
        try {
            ThresholdTest.verify(read(type, changed), 1, KEY);
        } catch (Refusal e) {
            return false;
        }
        // White space may be other white space, and hexadecimal digits of a signature another letter's case; nothing else.
        return !JsonParser.parse(changed).equals(JsonParser.parse(file))
                && !new String(changed, StandardCharsets.UTF_8).equalsIgnoreCase(new String(file, StandardCharsets.UTF_8));
    }
}
