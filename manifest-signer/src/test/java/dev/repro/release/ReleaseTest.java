package dev.repro.release;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.attest.Envelope;
import dev.repro.attest.Statement;
import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Signer;
import dev.repro.tuf.TargetName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReleaseTest {
    private static final Path EXAMPLES = Path.of("../examples");
    private static final Signer SIGNER = PrivateKey.generate(Scheme.ED25519, new SecureRandom()).signer();

    private static Made made() throws Problem {
        return ReleaseMaker.make("blk", "1.0.0", List.of(EXAMPLES.resolve("blk/blk.hvt"), EXAMPLES.resolve("blk/blk.spt")),
                Extras.NONE.with(new LaunchLimits(Optional.of(2L << 20), Optional.of(64L << 20), Optional.of("(-v )?[a-z]*"), List.of("storage"))));
    }

    @Test
    void aDescriptionIsReadAsItWasWritten() throws Exception {
        Release release = made().release();
        assertEquals(release, Release.parse(release.toJson()));
        byte[] canonical = JsonText.canonical(release.toJson());
        assertEquals(release, Release.parse(JsonParser.parse(canonical)));
        assertArrayEquals(canonical, JsonText.canonical(Release.parse(JsonParser.parse(canonical)).toJson()));
        ReleaseImage hvt = release.images().getFirst();
        assertEquals("hvt", hvt.target());
        assertEquals(Optional.of(2L), hvt.abi());
        assertEquals(List.of("storage"), hvt.devices("BLOCK_BASIC"));
        assertEquals(List.of(), hvt.devices("NET_BASIC"));
        assertEquals("spt", release.images().get(1).target());
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "$.; extra; 1", "$.; name; \"Blk\"", "$.; name; \"root\"", "$.; name; \"a/b\"", "$.; version; \"../1\"", "$.; version; \"\"",
        "$.; images; []",
        "$.; schema; \"repro.release.v2\"", "$.; records; null", "$.; seeds; {\"a\": 1}", "$.; seeds; {\"a\": \"\\n\"}", "$.; lock; {}",
        "$.; lock; {\"file\": \"blk.hvt\", \"sha256\": \"0000000000000000000000000000000000000000000000000000000000000000\"}",
        "image; extra; 1", "image; file; \"a/b\"", "image; file; \"release.json\"", "image; file; \"blk.spt\"", "image; target; \"HVT\"",
        "image; abi; -1",
        "image; size; 0", "image; size; 1.5", "image; sha512; \"00\"",
        "image; sha256; \"sha256:0000000000000000000000000000000000000000000000000000000000000000\"", "image; manifest; {}",
        "limits; memory_min; 0", "limits; memory_min; 68719476736", "limits; arguments; \"(\"", "limits; read_only_blocks; [\"other\"]",
        "limits; read_only_blocks; [\"storage\",\"storage\"]", "limits; extra; null"})
    void whatIsNoDescriptionIsRefused(String where, String member, String value) throws Exception {
        Json.Obj json = made().release().toJson();
        Json bad = JsonParser.parse(value.getBytes(StandardCharsets.UTF_8));
        Json.Obj image = (Json.Obj) ((Json.Arr) json.members().get("images")).items().getFirst();
        Json.Obj changed = switch (where) {
            case "image" -> withImage(json, image.with(member, bad));
            case "limits" -> withImage(json, image.with("limits", ((Json.Obj) image.members().get("limits")).with(member, bad)));
            default -> json.with(member, bad);
        };
        assertEquals(Problem.Exit.USAGE, assertThrows(Problem.class, () -> Release.parse(changed)).exit());
    }

    private static Json.Obj withImage(Json.Obj json, Json.Obj image) {
        return json.with("images", new Json.Arr(List.of(image, ((Json.Arr) json.members().get("images")).items().get(1))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"schema", "name", "version", "images", "lock", "records", "seeds"})
    void everyMemberMustBeThere(String member) throws Exception {
        Json.Obj json = made().release().toJson().without(member);
        assertThrows(Problem.class, () -> Release.parse(json));
    }

    @Test
    void theStatementStandsAlone() throws Exception {
        Release release = made().release();
        byte[] envelope = ReleaseStatement.sign(release, List.of(SIGNER));
        assertEquals(release, ReleaseStatement.verify(envelope, List.of(SIGNER.key()), 1));
        assertEquals(release, ReleaseStatement.unverified(envelope));
        var other = PrivateKey.generate(Scheme.ED25519, new SecureRandom()).signer();
        assertEquals(Problem.Exit.NO, assertThrows(Problem.class, () -> ReleaseStatement.verify(envelope, List.of(other.key()), 1)).exit());
    }

    @Test
    void aStatementIsWrittenInOneWayOnly() throws Exception {
        Release release = made().release();
        byte[] payload = Envelope.parse(ReleaseStatement.sign(release, List.of(SIGNER)), "e").unverifiedPayload();
        String text = new String(payload, StandardCharsets.UTF_8);
        String digest = release.images().getFirst().sha256().hex();
        List<String> others = List.of(text + " ", text.replace("\"_type\"", " \"_type\""), text.replaceFirst("\\{", "{\"a\":1,"),
                text.substring(0, text.lastIndexOf(digest)) + "0".repeat(64) + text.substring(text.lastIndexOf(digest) + 64),
                text.replace(ReleaseStatement.PREDICATE_TYPE, "https://example.com"), text.replace("\"version\":\"1.0.0\"", "\"version\":\"\""));
        for (String other : others) {
            assertFalse(other.equals(text));
            byte[] envelope = Envelope.sign(Statement.PAYLOAD_TYPE, other.getBytes(StandardCharsets.UTF_8), List.of(SIGNER));
            assertEquals(Problem.Exit.USAGE,
                    assertThrows(Problem.class, () -> ReleaseStatement.verify(envelope, List.of(SIGNER.key()), 1)).exit());
        }
        byte[] otherType = Envelope.sign("text/plain", payload, List.of(SIGNER));
        assertThrows(Problem.class, () -> ReleaseStatement.verify(otherType, List.of(SIGNER.key()), 1));
        assertThrows(Problem.class, () -> ReleaseStatement.unverified(new byte[ReleaseStatement.MAX_BYTES + 1]));
    }

    @Test
    void targetsHoldTheWholeRelease() throws Exception {
        Made made = made();
        byte[] envelope = ReleaseStatement.sign(made.release(), List.of(SIGNER));
        var targets = ReleaseTargets.targets(made, envelope);
        assertEquals(List.of("blk/1.0.0/blk.hvt", "blk/1.0.0/blk.spt", "blk/1.0.0/release.json"),
                targets.keySet().stream().map(TargetName::text).toList());
        Json.Obj custom = (Json.Obj) targets.get(new TargetName("blk/1.0.0/blk.spt")).members().get("custom");
        assertEquals(Json.object("x-repro-release-of", Json.object("index", 1, "release", made.release().digest(), "role", "image")), custom);
    }

    @Test
    void whatLintRefusesIsNotReleased() {
        Problem problem = assertThrows(Problem.class, () -> ReleaseMaker.make("a", "1", List.of(EXAMPLES.resolve("hello/README.md")), Extras.NONE));
        assertEquals(Problem.Exit.NO, problem.exit());
        assertTrue(problem.line().contains("not-an-elf"), problem::line);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '"', value = {
        "a*;;true", "a*;aaa;true", "a*;ab;false", "a+;;false", "(ab|c)?d;abd;true", "(ab|c)?d;cd;true", "(ab|c)?d;abcd;false",
        "--ipv4=[0-9.]+(/[0-9]+)?;--ipv4=10.0.0.1/24;true", "--ipv4=[0-9.]+(/[0-9]+)?;--ipv4=10.0.0.1/x;false", "[^ ]+;a b;false",
        ".*;any thing;true",
        "a|b;a;true", "a|b;ab;false", "(a|);;true", "\\*\\.;*.;true", "[a-c-]*;a-b;true", "[\\]]*;]];true", "é+;éé;true", "(a*)*b;aaaa;false",
        "exit=[0-9];exit=7;true", "exit=[0-9];xexit=7;false"})
    void patternsMatchTheWholeText(String pattern, String text, boolean expected) {
        assertEquals(expected, ArgumentPattern.parse(pattern).matches(text == null ? "" : text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", ")", "a)", "[", "[]", "[a", "*", "a**", "a|*", "\\", "\\d", "[z-a]", "a{2}", "^a", "a$", "a\nb", "[[a]]"})
    void whatIsNoPatternIsRefused(String pattern) {
        assertThrows(IllegalArgumentException.class, () -> ArgumentPattern.parse(pattern));
    }

    @Test
    void noPatternTakesLong() {
        ArgumentPattern worst = ArgumentPattern.parse("(" + "a*".repeat(400) + ")*b");
        assertFalse(worst.matches("a".repeat(8191)));
        assertThrows(IllegalArgumentException.class, () -> ArgumentPattern.parse("a".repeat(ArgumentPattern.MAX_LENGTH + 1)));
        assertTrue(ArgumentPattern.parse("(".repeat(500) + "a" + ")".repeat(500)).matches("a"));
    }
}
