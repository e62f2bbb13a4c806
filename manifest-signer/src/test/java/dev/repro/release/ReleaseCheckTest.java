package dev.repro.release;

import static dev.repro.release.Fixture.IMAGES;
import static dev.repro.release.Fixture.SIGNER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReleaseCheckTest {
    @TempDir
    Path folder;

    private Fixture fixture;

    @BeforeEach
    void open() {
        fixture = new Fixture(folder);
    }

    @Test
    void aWholeReleaseIsAccepted() throws Exception {
        Release release = fixture.add("1.0.0", IMAGES);
        ReleaseCheck.Change change = fixture.check(null);
        assertEquals(List.of(release), change.added());
        assertEquals(3, change.needed().size());
        assertEquals(Files.size(IMAGES.getFirst()), change.needed().get(release.images().getFirst().sha256()));
        ReleaseCheck.contents(change, fixture.blobs(), List.of(SIGNER.key()), 1);
    }

    @Test
    void aNewVersionIsAcceptedAndTheOldOneNotLookedAtAgain() throws Exception {
        fixture.add("1.0.0", IMAGES);
        Signed.Targets before = fixture.signed();
        for (Path blob : Files.list(folder).toList()) {
            Files.delete(blob);
        }
        Release second = fixture.add("1.0.1", IMAGES);
        assertEquals(List.of(second), fixture.check(before).added());
        assertEquals(List.of(), fixture.check(fixture.signed()).added());
    }

    @Test
    void aWholeReleaseMayBeWithdrawn() throws Exception {
        Release release = fixture.add("1.0.0", IMAGES);
        Signed.Targets before = fixture.signed();
        fixture.targets.clear();
        Refused refused = refused(Refused.Rule.WITHDRAWAL_MISSING, before);
        assertTrue(refused.line().contains("hello/1.0.0 is not among what the role has withdrawn"), refused.line());
        fixture.withdrawn.put("hello/1.0.0", release.digest());
        assertEquals(List.of("hello/1.0.0"), fixture.check(before).withdrawn());
    }

    @Test
    void aVersionThatWasWithdrawnComesBackAsItWasOrNotAtAll() throws Exception {
        Release release = fixture.add("1.0.0", IMAGES);
        fixture.targets.clear();
        fixture.withdrawn.put("hello/1.0.0", release.digest());
        Signed.Targets before = fixture.signed();
        fixture.add("1.0.0", IMAGES.reversed());
        Refused refused = refused(Refused.Rule.VERSION_EXISTS, before);
        assertTrue(refused.line().contains(release.digest().hex()), refused.line());
        fixture.withdrawn.clear(); // so that nobody knows
        refused(Refused.Rule.VERSION_EXISTS, before);
        fixture.targets.clear();
        refused(Refused.Rule.WITHDRAWAL_MISSING, before);
        fixture.withdrawn.put("hello/1.0.0", Digest.of(new byte[0]));
        refused(Refused.Rule.WITHDRAWAL_MISSING, before);
        fixture.withdrawn.put("hello/1.0.0", release.digest());
        fixture.withdrawn.put("hello/2.0.0", release.digest());
        refused(Refused.Rule.WITHDRAWAL_MISSING, before);
        fixture.withdrawn.remove("hello/2.0.0");
        fixture.add("1.0.0", IMAGES);
        assertEquals(List.of(release), fixture.check(before).added());
        assertEquals(List.of(), fixture.check(fixture.signed()).added());
    }

    @Test
    void partOfAReleaseMayNotGo() throws Exception {
        fixture.add("1.0.0", IMAGES);
        Signed.Targets before = fixture.signed();
        fixture.targets.remove(target("hello.spt"));
        refused(Refused.Rule.RELEASE_INCOMPLETE, before);
        refused(Refused.Rule.RELEASE_INCOMPLETE, null);
    }

    @Test
    void aVersionIsNeverChanged() throws Exception {
        fixture.add("1.0.0", IMAGES);
        Signed.Targets before = fixture.signed();
        fixture.targets.clear();
        fixture.add("1.0.0", List.of(IMAGES.getFirst()));
        refused(Refused.Rule.VERSION_EXISTS, before);
        fixture.add("1.0.0", IMAGES.reversed());
        Refused refused = refused(Refused.Rule.VERSION_EXISTS, before);
        assertEquals("version-exists (60): hello/1.0.0 is or was published with other contents", refused.line());
        assertEquals(Json.object("refusal", "version-exists", "code", 60, "expected", null, "found", null, "file", "hello/1.0.0", "key", null,
                "hint", "publish the change as a new version"), refused.toJson());
    }

    @Test
    void imagesOfTwoReleasesAreNotMixed() throws Exception {
        fixture.add("1.0.0", IMAGES);
        Json.Obj first = fixture.targets.get(target("hello.spt"));
        fixture.targets.clear();
        fixture.add("1.0.1", IMAGES);
        fixture.targets.put(new TargetName("hello/1.0.1/hello.spt"), first);
        refused(Refused.Rule.RELEASE_MIXED, null);
    }

    @Test
    void nothingElseLiesBesideARelease() throws Exception {
        fixture.add("1.0.0", IMAGES);
        fixture.targets.put(target("extra"), fixture.targets.get(target("hello.spt")));
        refused(Refused.Rule.RELEASE_MIXED, null);
    }

    @Test
    void whatBelongsToNoReleaseIsRefused() throws Exception {
        fixture.add("1.0.0", IMAGES);
        Json.Obj some = fixture.targets.get(target("hello.spt"));
        for (String name : List.of("hello/2.0.0/hello.hvt", "hello.hvt", "hello/1.0.0/a/b", "Hello/1.0.0/x", "hello/../x", "hello/1.0.0/.x", "")) {
            fixture.targets.put(new TargetName(name), some);
            refused(Refused.Rule.NOT_IN_RELEASE, null);
            fixture.targets.remove(new TargetName(name));
        }
        fixture.check(null);
    }

    @Test
    void aDescriptionIsOfItsOwnPath() throws Exception {
        fixture.add("1.0.0", IMAGES);
        for (String other : List.of("hello/1.0.1/", "other/1.0.0/")) {
            var moved = new TreeMap<TargetName, Json.Obj>();
            fixture.targets.forEach((name, target) -> moved.put(new TargetName(name.text().replace("hello/1.0.0/", other)), target));
            refusedOf(Refused.Rule.RELEASE_MISPLACED, moved);
        }
    }

    @Test
    void everyChangeOfAnyTargetIsRefused() throws Exception {
        fixture.add("1.0.0", IMAGES);
        int tried = 0;
        for (TargetName name : List.copyOf(fixture.targets.keySet())) {
            Json.Obj target = fixture.targets.get(name);
            Json.Obj custom = (Json.Obj) target.members().get("custom");
            List<UnaryOperator<Json.Obj>> changes = List.of(t -> t.with("length", 1), t -> t.without("custom"),
                    t -> t.with("hashes", Json.object("sha256", Digest.of(new byte[1]))), t -> t.with("custom", custom.with("more", 1)),
                    t -> t.with("hashes", Json.object("sha512", "0".repeat(128))), t -> t.with("custom", Json.array(List.of())));
            for (var change : changes) {
                fixture.targets.put(name, change.apply(target));
                assertThrows(Refused.class, () -> fixture.check(null));
                tried++;
            }
            fixture.targets.put(name, target);
        }
        assertEquals(18, tried);
        fixture.check(null);
    }

    @Test
    void everyBlobMustBeThere() throws Exception {
        fixture.add("1.0.0", IMAGES);
        ReleaseCheck.Change change = fixture.check(null);
        for (Path blob : Files.list(folder).toList()) {
            byte[] bytes = Files.readAllBytes(blob);
            Files.delete(blob);
            assertEquals(Refused.Rule.BLOB_MISSING, assertThrows(Refused.class, () -> ReleaseCheck.contents(change, fixture.blobs())).rule());
            byte[] changed = bytes.clone();
            changed[changed.length / 2] ^= 1;
            Files.write(blob, changed);
            assertEquals(Refused.Rule.BLOB_DIFFERS, assertThrows(Refused.class, () -> ReleaseCheck.contents(change, fixture.blobs())).rule());
            Files.write(blob, new byte[0]);
            assertEquals(Refused.Rule.BLOB_DIFFERS, assertThrows(Refused.class, () -> ReleaseCheck.contents(change, fixture.blobs())).rule());
            Files.write(blob, bytes);
        }
        ReleaseCheck.contents(change, fixture.blobs());
    }

    @Test
    void theEnvelopeIsOfThisReleaseAndSignedByTheRole() throws Exception {
        Made made = ReleaseMaker.make("hello", "1.0.0", IMAGES, Extras.NONE);
        Made other = ReleaseMaker.make("hello", "1.0.1", IMAGES, Extras.NONE);
        fixture.add(made);
        envelope(made, ReleaseStatement.sign(other.release(), List.of(SIGNER)));
        refused(Refused.Rule.ENVELOPE_DIFFERS, null);
        envelope(made, "{}".getBytes());
        refused(Refused.Rule.ENVELOPE_MALFORMED, null);
        var foreign = PrivateKey.generate(Scheme.ED25519, new SecureRandom()).signer();
        envelope(made, ReleaseStatement.sign(made.release(), List.of(foreign)));
        ReleaseCheck.Change change = fixture.check(null);
        Refused refused = assertThrows(Refused.class, () -> ReleaseCheck.contents(change, fixture.blobs(), List.of(SIGNER.key()), 1));
        assertEquals(Refused.Rule.ENVELOPE_UNSIGNED, refused.rule());
    }

    private void envelope(Made made, byte[] envelope) throws Exception {
        fixture.blob(envelope);
        fixture.targets.putAll(ReleaseTargets.targets(made, envelope));
    }

    /// A description that says something else of its images than they do, otherwise consistent.
    @Test
    void whatIsDescribedMustBeWhatTheImageSays() throws Exception {
        Made made = ReleaseMaker.make("hello", "1.0.0", IMAGES, Extras.NONE);
        fixture.add(made);
        Json.Obj net = Json.object("type", "solo5.manifest", "version", 1, "devices", List.of(Json.object("name", "net0", "type", "NET_BASIC")));
        lie(made, i -> i.with("target", "spt"), Refused.Rule.TARGET_DIFFERS);
        lie(made, i -> i.with("abi", 1), Refused.Rule.ABI_DIFFERS);
        lie(made, i -> i.with("abi", null), Refused.Rule.ABI_DIFFERS);
        lie(made, i -> i.with("manifest", null), Refused.Rule.MANIFEST_DIFFERS);
        lie(made, i -> i.with("manifest", net), Refused.Rule.MANIFEST_DIFFERS);
        lie(made, i -> i.with("sha512", "0".repeat(128)), Refused.Rule.IMAGE_DIFFERS);
        lie(made, i -> i.with("size", 5), Refused.Rule.BLOB_DIFFERS);
    }

    @Test
    void lintIsRunAgain() throws Exception {
        Made made = ReleaseMaker.make("hello", "1.0.0", IMAGES, Extras.NONE);
        byte[] image = Files.readAllBytes(IMAGES.getFirst());
        image[58] ^= 1; // e_shentsize: sections-malformed
        fixture.add(made);
        fixture.blob(image);
        lie(made, i -> i.with("sha256", Digest.of(image)).with("sha512", sha512(image)), Refused.Rule.LINT_FAILED);
    }

    private static String sha512(byte[] bytes) {
        return ImageFacts.digests(java.lang.foreign.MemorySegment.ofArray(bytes)).sha512();
    }

    private void lie(Made made, UnaryOperator<Json.Obj> change, Refused.Rule rule) throws Exception {
        Json.Obj json = made.release().toJson();
        List<Json> images = ((Json.Arr) json.members().get("images")).items();
        Release lying = Release.parse(json.with("images", new Json.Arr(List.of(change.apply((Json.Obj) images.getFirst()), images.get(1)))));
        byte[] envelope = ReleaseStatement.sign(lying, List.of(SIGNER));
        fixture.blob(envelope);
        var targets = new TreeMap<TargetName, Json.Obj>();
        for (Release.Item item : lying.files()) {
            long size = lying.images().get(item.index()).size();
            targets.put(lying.target(item.file()), target(size, item.sha256(), ReleaseTargets.custom(lying.digest(), item)));
        }
        targets.put(lying.target(Release.ENVELOPE), target(envelope.length, Digest.of(envelope), ReleaseTargets.custom(lying)));
        refusedOf(rule, targets);
    }

    private static Json.Obj target(long length, Digest digest, Json.Obj custom) {
        return Json.object("length", length, "hashes", Json.object("sha256", digest), "custom", custom);
    }

    @Test
    void lockAndRecordGoWithTheirImages() throws Exception {
        Path source = Files.createDirectories(folder.resolve("source"));
        Path image = Files.copy(IMAGES.getFirst(), source.resolve("hello.hvt"));
        Json.Obj inputs = Json.object("name", "hello", "seeds", Map.of("layout", "7"));
        Json.Obj lock = Json.object("schema", "repro.lock.v1", "inputs", inputs, "expected", null);
        Files.writeString(source.resolve("repro.lock"), JsonText.pretty(lock));
        Made bare = ReleaseMaker.make("hello", "1.0.0", List.of(image), Extras.NONE);
        assertEquals(Optional.empty(), bare.release().lock());
        assertTrue(bare.notes().getFirst().contains("repro lock --expected"), () -> bare.notes().toString());
        Json.Obj output = Json.object("path", "out/hello.hvt", "size", 1, "sha256", Digest.of(image));
        Files.writeString(source.resolve("hello.build.json"), JsonText.pretty(Json.object("schema", "repro.build.v1", "name", "hello",
                "lock", "x", "inputs", inputs, "outputs", List.of(output), "run", Json.object("seconds", new java.math.BigDecimal("0.5")))));
        Made made = ReleaseMaker.make("hello", "1.0.0", List.of(image), Extras.NONE);
        assertEquals("repro.lock", made.release().lock().orElseThrow().file());
        assertEquals(1, made.release().records().size());
        assertEquals(Map.of("layout", "7"), made.release().seeds());
        fixture.add(made);
        assertEquals(4, fixture.check(null).needed().size());
        Files.writeString(source.resolve("repro.lock"), JsonText.pretty(lock.with("expected",
                Json.object("outputs", List.of(output.with("sha256", Digest.of(new byte[1])))))));
        Files.delete(source.resolve("hello.build.json"));
        Files.writeString(source.resolve("other.build.json"), "no record of repro's");
        Made stale = ReleaseMaker.make("hello", "1.0.0", List.of(image), Extras.NONE);
        assertEquals(Optional.empty(), stale.release().lock());
        assertTrue(stale.notes().getFirst().contains("other.build.json: not the JSON"), () -> stale.notes().toString());
        assertTrue(stale.notes().get(1).contains("expects another"), () -> stale.notes().toString());
    }

    private static TargetName target(String file) {
        return new TargetName("hello/1.0.0/" + file);
    }

    private Refused refused(Refused.Rule rule, Signed.Targets before) {
        Refused refused = assertThrows(Refused.class, () -> fixture.check(before));
        assertEquals(rule, refused.rule(), refused::line);
        return refused;
    }

    private void refusedOf(Refused.Rule rule, SortedMap<TargetName, Json.Obj> after) {
        Refused refused = assertThrows(Refused.class, () -> ReleaseCheck.check(Fixture.ROLE, null, Fixture.signed(after), fixture.blobs()));
        assertEquals(rule, refused.rule(), refused::line);
    }
}
