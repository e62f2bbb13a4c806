package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Json;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.client.Fetcher;
import dev.repro.tuf.client.MemoryStore;
import dev.repro.tuf.client.Proxies;
import dev.repro.tuf.client.Updater;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Arbitrary software: files that nobody who may has signed, and the wrong software in the place of the right one.
class ForgeryTest extends Attack {

    @Override
    Forge forge() {
        return Forge.withoutHashes();
    }

    private void refuses(String role, String rule) throws Exception {
        if (role.equals("author")) {
            victim.refusesTarget("delegated-" + rule, Forge.AUTHORS);
        } else {
            victim.refuses(role + "-" + rule);
        }
    }

    /// A file of any role, of all kinds of wrong signatures.
    @ParameterizedTest
    @ValueSource(strings = {"root", "timestamp", "snapshot", "targets", "author"})
    void wrongSignatures(String role) throws Exception {
        Json.Obj signed = forge.next(role).with("x-evil", "yes");
        Pen good = forge.pens(role)[0];
        Json.Obj genuine = Forge.signature(good.id(), good, forge.now(role));
        Map<String, byte[]> forged = new LinkedHashMap<>();
        forged.put("none", Forge.file(signed));
        forged.put("a stranger's", Forge.sign(signed, forge.stray));
        forged.put("a stranger's under the right key id", Forge.file(signed, Forge.signature(good.id(), forge.stray, signed)));
        forged.put("of what it said before", Forge.file(signed, genuine));
        forged.put("of another role's key", Forge.sign(signed, role.equals("targets") ? forge.snapshot : forge.targets));
        forged.put("of another role's key under the right key id",
                Forge.file(signed, Forge.signature(good.id(), forge.author == good ? forge.targets : forge.author, signed)));
        forged.put("empty", Forge.file(signed, genuine.with("sig", "")));
        forged.put("no hexadecimal", Forge.file(signed, genuine.with("sig", "zz")));
        forged.put("cut", Forge.file(signed, genuine.with("sig", "00".repeat(63))));
        forged.put("zeros", Forge.file(signed, genuine.with("sig", "00".repeat(64))));
        forged.put("of a megabyte", Forge.file(signed, genuine.with("sig", "00".repeat(4000))));
        if (!role.equals("root")) {
            forge.write(role, signed, forge.pens(role)).seal();
        } else {
            forge.write(role, signed, forge.pens(role));
        }
        var honest = forge.copy();
        for (var one : forged.entrySet()) {
            forge.files.put(forge.path(role), one.getValue());
            refuses(role, "unsigned");
        }
        recovers(honest);
        assertEquals("author's 1", victim.download(Forge.AUTHORS));
    }

    /// Two signatures of one key id: refused, however good they are, and whether or not enough others are there.
    @ParameterizedTest
    @ValueSource(strings = {"root", "timestamp", "snapshot", "targets", "author"})
    void duplicateSignatures(String role) throws Exception {
        Json.Obj signed = forge.next(role);
        forge.write(role, signed, forge.pens(role));
        if (!role.equals("root")) {
            forge.seal();
        }
        signed = forge.now(role);
        Pen pen = forge.pens(role)[0];
        Pen[] pens = forge.pens(role);
        Json.Obj one = Forge.signature(pen.id(), pen, signed);
        forge.files.put(forge.path(role), Forge.file(signed, one, one));
        refuses(role, "duplicate-signature");
        forge.files.put(forge.path(role), Forge.file(signed, one, one.with("sig", "00")));
        refuses(role, "duplicate-signature");
        Json.Obj other = Forge.signature(pens[pens.length - 1].id(), pens[pens.length - 1], signed);
        forge.files.put(forge.path(role), Forge.file(signed, other, one, one));
        refuses(role, "duplicate-signature");
    }

    /// A key that is listed under two ids is one vote (TAP 12): python-tuf, tuf-js and sigstore-java count two.
    @Test
    void oneKeyUnderTwoIds() throws Exception {
        Json.Obj root = forge.next("root");
        Json.Obj keys = (Json.Obj) root.members().get("keys");
        String second = "another-id";
        root = root.with("keys", keys.with(second, forge.targets.key().toJson()));
        root = Forge.with(root, Json.object("keyids", List.of(forge.targets.id(), second), "threshold", 2), "roles", "targets");
        forge.write("root", root, forge.root1, forge.root2);
        Json.Obj targets = forge.next("targets");
        byte[] file = Forge.file(targets, Forge.signature(forge.targets.id(), forge.targets, targets),
                Forge.signature(second, forge.targets, targets));
        forge.write("targets", targets, file).seal();
        victim.refuses("targets-unsigned");
    }

    /// A role that lists one key id twice has one key.
    @Test
    void oneIdTwice() throws Exception {
        forge.rotate(root -> Forge.with(root, Json.object("keyids", List.of(forge.targets.id(), forge.targets.id()), "threshold",
                2), "roles", "targets"));
        forge.publish("targets");
        victim.refuses("targets-unsigned");
    }

    /// A threshold of nothing would make every file good: go-tuf and sigstore-java took it (CVE-2026-23992).
    @ParameterizedTest
    @ValueSource(strings = {"root", "timestamp", "snapshot", "targets"})
    void thresholdZero(String role) throws Exception {
        for (long threshold : List.of(0L, -1L, Long.MIN_VALUE)) {
            Json.Obj root = Forge.with(forge.next("root"), threshold, "roles", role, "threshold");
            forge.files.put("metadata/2.root.json", Forge.sign(root, forge.pens("root")));
            victim.refuses("root-malformed");
        }
        forge.files.put("metadata/2.root.json", Forge.sign(Forge.with(forge.next("root"), 1L << 32, "roles", role, "threshold"),
                forge.pens("root")));
        victim.refuses(role + "-unsigned"); // more than 32 bits, and not 0 for that
    }

    @Test
    void thresholdZeroOfADelegation() throws Exception {
        Json.Obj zero = Forge.delegation("author", 0, List.of("author/*"), forge.author);
        forge.publish("targets", targets -> targets.with("delegations",
                Json.object("keys", Forge.keys(forge.author), "roles", List.of(zero))), forge.targets);
        victim.refuses("targets-malformed");
    }

    /// A new root without the old keys, without its own keys, by one of two that must sign.
    @Test
    void root() throws Exception {
        Pen[] others = {Pen.make(), Pen.make()};
        Json.Obj takenOver = Forge.keysOf("root", 2, others).apply(forge.next("root"));
        for (byte[] root : List.of(Forge.sign(takenOver, others), Forge.sign(takenOver, forge.root1, others[0], others[1]),
                Forge.sign(takenOver, forge.root1, forge.root2), Forge.sign(takenOver, forge.root1, forge.root2, others[0]),
                Forge.sign(forge.next("root"), forge.root1), Forge.sign(forge.next("root"), forge.root1, forge.targets,
                forge.snapshot))) {
            forge.files.put("metadata/2.root.json", root);
            victim.refuses("root-unsigned");
        }
        assertEquals(1, victim.kept("root"));
        forge.files.put("metadata/2.root.json", Forge.sign(takenOver, forge.root1, forge.root3, others[0], others[1]));
        victim.refresh();
        assertEquals(2, victim.kept("root"));
    }

    /// One image for another that the repository has, too: for another tender, or another version.
    @Test
    void wrongSoftware() throws Exception {
        forge.publish("targets", targets -> forge.withTarget(forge.withTarget(targets, "net.hvt", "for hvt"), "net.spt",
                "for spt"), forge.targets);
        var honest = forge.copy();
        forge.files.put(Forge.targetPath("net.hvt", "for hvt"), Forge.bytes("for spt"));
        victim.refusesTarget("target-digest-mismatch", "net.hvt");
        recovers(honest);
        assertEquals("for hvt", victim.download("net.hvt"));
        assertEquals("for spt", victim.download("net.spt"));
        forge.publish("targets", targets -> forge.withTarget(targets, "net.hvt", "for hvt, mended"), forge.targets);
        forge.files.put(Forge.targetPath("net.hvt", "for hvt, mended"), Forge.bytes("for hvt"));
        Victim.refuses("target-length-mismatch", () -> victim.download("net.hvt"));
        assertEquals(List.of("net.hvt", "net.spt"), victim.downloaded()); // the old ones, whole
    }

    /// An author lists what is not delegated to them: another's name, or the right bytes under another's name.
    @Test
    void notDelegated() throws Exception {
        forge.publish("author", author -> forge.withTarget(forge.withTarget(author, "other/app.hvt", "mine now"), Forge.TOP,
                "mine, too"), forge.author);
        victim.refusesTarget("target-unknown", "other/app.hvt");
        assertEquals("top 1", victim.download(Forge.TOP));
    }

    /// Bits of every file flipped, here and there: the file is refused, or means the same (white space; the case of a hexadecimal
    /// digit).
    @Test
    void flippedBits() throws Exception {
        int step = Integer.getInteger("REPRO_FUZZ_STEP", 11);
        long seed = Long.getLong("REPRO_SEED", System.nanoTime());
        System.out.println("flippedBits: -DREPRO_SEED=" + seed + " -DREPRO_FUZZ_STEP=" + step);
        var random = new Random(seed);
        forge.rotate(root -> root);
        int refused = 0;
        int same = 0;
        for (String role : List.of("root", "timestamp", "snapshot", "targets", "author")) {
            byte[] genuine = forge.files.get(forge.path(role));
            for (int at = random.nextInt(step); at < genuine.length; at += step) {
                byte[] bad = genuine.clone();
                bad[at] ^= (byte) (1 << random.nextInt(8));
                forge.files.put(forge.path(role), bad);
                if (isRefused()) {
                    refused++;
                } else {
                    same++;
                }
            }
            forge.files.put(forge.path(role), genuine);
        }
        System.out.println("flippedBits: " + refused + " refused, " + same + " of the same meaning");
        assertTrue(refused > 5 * same, refused + " refused, " + same + " not");
    }

    // By a client that is new, in memory; what it takes must be the genuine software.
    private boolean isRefused() throws Exception {
        var store = new MemoryStore();
        Updater.begin(store, forge.files.get("metadata/1.root.json"), victim.limits);
        try (var fetcher = new Fetcher(Proxies.NONE, victim.limits)) {
            var repository = new Updater(fetcher.at(web.metadata()), store, victim.limits).refresh(Forge.NOW);
            for (var target : Map.of(Forge.TOP, "top 1", Forge.AUTHORS, "author's 1").entrySet()) {
                var found = repository.find(new dev.repro.tuf.TargetName(target.getKey()));
                assertEquals(dev.repro.base.Digest.of(Forge.bytes(target.getValue())).hex(), found.file().hashes().get("sha256"));
            }
            return false;
        } catch (Refusal e) {
            return true;
        }
    }
}
