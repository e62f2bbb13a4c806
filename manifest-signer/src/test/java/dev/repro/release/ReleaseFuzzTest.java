package dev.repro.release;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.attest.Envelope;
import dev.repro.attest.Statement;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetName;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever stands in a description, an envelope or a role's metadata: it is refused by name, or it is what it was read from.
class ReleaseFuzzTest {
    @TempDir
    Path folder;

    private final Random random = new Random(11);

    private static Release release() throws Problem {
        var limits = new LaunchLimits(Optional.of(2L << 20), Optional.of(64L << 20), Optional.of("[a-z ]*"), List.of("storage"));
        return ReleaseMaker.make("blk", "1.0.0", List.of(Fixture.EXAMPLES.resolve("blk/blk.hvt"), Fixture.EXAMPLES.resolve("blk/blk.spt")),
                Extras.NONE.with(limits)).release();
    }

    @Test
    void aDescriptionIsRefusedOrReadWhole() throws Exception {
        Json.Obj good = release().toJson();
        int accepted = 0;
        for (int i = 0; i < 5_000; i++) {
            Json changed = mutate(good);
            try {
                assertEquals(changed, Release.parse(changed).toJson());
                accepted++;
            } catch (Problem e) {
                assertEquals(Problem.Exit.USAGE, e.exit());
            }
        }
        assertTrue(accepted > 25 && accepted < 4_000, "accepted " + accepted);
    }

    @Test
    void anEnvelopeIsRefusedOrOfThatRelease() throws Exception {
        byte[] good = Envelope.parse(ReleaseStatement.sign(release(), List.of(Fixture.SIGNER)), "e").unverifiedPayload();
        int refused = 0;
        for (int i = 0; i < 3_000; i++) {
            byte[] changed = good.clone();
            changed[random.nextInt(changed.length)] = (byte) " 0a\"{}[]:,\\\u00ff\u0000".charAt(random.nextInt(13));
            Json envelope = Json.object("payload", Base64.getEncoder().encodeToString(changed), "payloadType", Statement.PAYLOAD_TYPE,
                    "signatures", List.of(Json.object("sig", "")));
            try {
                Release read = ReleaseStatement.unverified(JsonText.canonical(envelope));
                var subjects = read.images().stream().map(image -> Statement.Subject.of(image.file(), image.sha256())).toList();
                assertArrayEquals(changed, new Statement(subjects, ReleaseStatement.PREDICATE_TYPE, read.toJson()).bytes());
            } catch (Problem e) {
                refused++;
            }
        }
        assertTrue(refused > 2_000, "refused " + refused);
    }

    @Test
    void metadataIsRefusedOrAWholeRelease() throws Exception {
        var fixture = new Fixture(folder);
        fixture.add("1.0.0", Fixture.IMAGES);
        int whole = 0;
        for (int i = 0; i < 1_500; i++) {
            var targets = new LinkedHashMap<TargetName, Json.Obj>(fixture.targets);
            TargetName name = List.copyOf(targets.keySet()).get(random.nextInt(targets.size()));
            targets.put(name, targets.get(name).with("custom", mutate(targets.get(name).members().get("custom"))));
            try {
                ReleaseCheck.metadata(Fixture.ROLE, null, Fixture.signed(targets));
                assertEquals(fixture.targets, targets); // one file cannot change alone
                whole++;
            } catch (Refused e) {
                assertTrue(e.name().matches("[a-z-]+") && e.file().startsWith("hello/1.0.0"), e::line);
            } catch (Refusal e) { // a control character, which canonical JSON cannot say
                assertEquals("delegated-malformed", e.name());
            } catch (IllegalArgumentException e) { // a fraction, likewise
                assertEquals("canonical JSON has no fractions", e.getMessage());
            }
        }
        assertTrue(whole < 750, "accepted " + whole);
    }

    /// The value with one value somewhere in it replaced, removed, or doubled.
    private Json mutate(Json value) {
        if (value instanceof Json.Obj object && !object.members().isEmpty() && random.nextInt(8) > 0) {
            String name = List.copyOf(object.members().keySet()).get(random.nextInt(object.members().size()));
            return switch (random.nextInt(12)) {
                case 0 -> object.without(name);
                case 1 -> object.with(name + "x", object.members().get(name));
                default -> object.with(name, mutate(object.members().get(name)));
            };
        }
        if (value instanceof Json.Arr(var items) && !items.isEmpty() && random.nextInt(4) > 0) {
            var changed = new ArrayList<>(items);
            int at = random.nextInt(changed.size());
            switch (random.nextInt(4)) {
                case 0 -> changed.remove(at);
                case 1 -> changed.add(changed.get(at));
                default -> changed.set(at, mutate(changed.get(at)));
            }
            return new Json.Arr(changed);
        }
        return replacement(value);
    }

    private Json replacement(Json value) {
        return switch (random.nextInt(11)) {
            case 0 -> new Json.Null();
            case 1 -> Json.object();
            case 2 -> Json.array(List.of());
            case 3 -> Json.of(random.nextLong());
            case 4 -> Json.of(random.nextInt(5) - 1);
            case 5 -> new Json.Dec(new BigDecimal("1.5"));
            case 6 -> Json.of(random.nextBoolean());
            case 7 -> Json.of("");
            case 8 -> Json.of(List.of("a", "../x", "release.json", "root", "\u0007", "x".repeat(300), "(", "1.0.1", "blk2").get(random.nextInt(9)));
            case 9 -> Json.of(value);
            default -> Json.of(JsonText.compact(value));
        };
    }
}
