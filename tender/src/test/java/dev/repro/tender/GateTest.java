package dev.repro.tender;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.release.ImageCheck;
import dev.repro.release.LaunchLimits;
import dev.repro.release.Release;
import dev.repro.release.ReleaseImage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateTest {
    @TempDir
    Path folder;

    private Site site;
    private Path hello;

    @BeforeEach
    void found() throws Exception {
        site = new Site(folder);
        hello = site.image("hello/hello.spt");
    }

    private Release publish(String version) throws Problem {
        return site.add(version, LaunchLimits.NONE, hello);
    }

    private Refused refused(int code, String name, Ask ask) {
        Refused refused = assertThrows(Refused.class, () -> site.permit(ask));
        assertEquals(name + " (" + code + ")", refused.name() + " (" + refused.code() + ")", refused::line);
        assertTrue(refused.hint() != null, refused::line);
        return refused;
    }

    @Test
    void whatIsSignedIsPermitted() throws Exception {
        Release release = publish("1.0.0");
        Granted granted = site.permit(Site.ask(hello));
        assertEquals(release, granted.release());
        Permit permit = granted.permits().getFirst();
        assertEquals(Digest.of(hello), permit.sealed().sha256());
        assertEquals(512L << 20, permit.memory());
        assertEquals(List.of("root", "timestamp", "snapshot", "targets", "team"), granted.links().stream().map(l -> l.role().text()).toList());
        assertEquals("spt", permit.tender().target());
    }

    @Test
    void anImageAloneNamesItsRelease() throws Exception {
        publish("1.0.0");
        assertEquals("1.0.0", site.permit(Site.ask(null, null, hello)).release().version());
        site.packages = site.packages.replace("\"hello\"", "\"h*\"");
        assertEquals("1.0.0", site.permit(Site.ask(null, null, hello)).release().version());
    }

    @Test
    void aFetchedImageIsVerifiedAtEachUse() throws Exception {
        publish("1.0.0");
        Path kept = Files.createDirectories(site.state.images()).resolve(Digest.of(hello).hex());
        Files.copy(hello, kept);
        assertEquals(Digest.of(hello), site.permit(Site.ask("hello", "1.0.0", null)).permits().getFirst().sealed().sha256());
        Files.write(kept, flipped(hello, 5000));
        Problem problem = assertThrows(Problem.class, () -> site.permit(Site.ask("hello", "1.0.0", null))); // it is fetched anew, and nobody is there
        assertEquals(Problem.Exit.STORAGE, problem.exit());
        assertFalse(Files.exists(kept));
    }

    @Test
    void whatNobodyVouchesForIsUntrusted() throws Exception {
        publish("1.0.0");
        Path other = Files.write(folder.resolve("other.spt"), flipped(hello, 5000));
        refused(60, "image-unknown", Site.ask(null, null, other));
        refused(60, "digest-mismatch", Site.ask(other));
        Files.write(other, java.util.Arrays.copyOf(Files.readAllBytes(hello), 13_825));
        refused(60, "length-mismatch", Site.ask(other));
        refused(60, "release-unknown", Site.ask("hello", "2.0.0", null));
        site.targets.remove("hello/1.0.0/hello.spt");
        refused(60, "release-incomplete", Site.ask("hello", "1.0.0", null));
    }

    @Test
    void anyByteOfAnImageCounts() throws Exception {
        publish("1.0.0");
        Known known = site.known();
        byte[] good = Files.readAllBytes(hello);
        for (int at = 0; at < good.length; at += 97) {
            Path other = Files.write(folder.resolve("flipped.spt"), flipped(hello, at));
            assertEquals("digest-mismatch", assertThrows(Refused.class, () -> site.permit(Site.ask(other), known, Site.NOW)).name());
        }
    }

    private static byte[] flipped(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 1;
        return bytes;
    }

    @Test
    void aReleaseThatSaysOtherThanItsImageIsRefused() throws Exception {
        ReleaseImage image = describe(hello);
        ReleaseImage net = describe(site.image("net/net.spt"));
        site.describe("1.0.0", hello, with(image, image.target(), image.abi(), net));
        refused(61, "manifest-differs", Site.ask("hello", "1.0.0", hello));
        site.describe("1.1.0", hello, with(image, "hvt", image.abi(), image));
        refused(61, "target-differs", Site.ask("hello", "1.1.0", hello));
        site.describe("1.2.0", hello, with(image, "spt", Optional.of(7L), image));
        refused(61, "abi-differs", Site.ask("hello", "1.2.0", hello));
        Path bad = Files.write(folder.resolve("bad.spt"), java.util.Arrays.copyOf(Files.readAllBytes(hello), 2000));
        site.describe("1.3.0", bad, with(describe(bad), "spt", image.abi(), image));
        refused(61, "lint-failed", Site.ask("hello", "1.3.0", bad));
    }

    private static ReleaseImage describe(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        MemorySegment native0 = java.lang.foreign.Arena.ofAuto().allocateFrom(ValueLayout.JAVA_BYTE, bytes);
        return ImageCheck.describe(native0, file.getFileName().toString());
    }

    private static ReleaseImage with(ReleaseImage image, String target, Optional<Long> abi, ReleaseImage manifest) {
        return new ReleaseImage(image.file(), target, abi, manifest.manifest(), image.size(), image.sha256(), image.sha512(), LaunchLimits.NONE);
    }

    @Test
    void devicesAreThoseOfTheManifest() throws Exception {
        Path net = site.image("net/net.spt");
        site.add("1.0.0", LaunchLimits.NONE, net);
        assertEquals(1, site.permit(Site.ask(net, Site.net("service"))).permits().getFirst().devices().size());
        assertTrue(refused(61, "device-missing", Site.ask(net)).line().contains("--net:service=TAP"));
        refused(61, "device-extra", Site.ask(net, Site.net("service"), Site.net("other")));
        refused(61, "device-extra", Site.ask(net, Site.net("service"), Site.net("service")));
        refused(61, "device-type", Site.ask(net, site.block("service")));
        publish("1.1.0");
        refused(61, "device-extra", Site.ask(hello, Site.net("service")));
    }

    @Test
    void imagesOfOneTargetAreAnOrderedSet() throws Exception {
        Path second = Files.copy(hello, folder.resolve("a-second.spt"));
        Path net = site.image("net/net.spt");
        site.add("1.0.0", LaunchLimits.NONE, net, hello, second);
        Files.createDirectories(site.state.images());
        for (Path image : List.of(net, hello)) {
            Files.copy(image, site.state.images().resolve(Digest.of(image).hex()));
        }
        Granted granted = site.permit(Site.ask("hello", null, null, Site.net("service")));
        assertEquals(List.of("net.spt", "hello.spt", "a-second.spt"), granted.permits().stream().map(p -> p.image().file()).toList());
        assertEquals(List.of(1, 0, 0), granted.permits().stream().map(p -> p.devices().size()).toList());
        refused(61, "device-missing", Site.ask("hello", null, null));

        Path twin = Files.copy(net, folder.resolve("twin.spt"));
        site.add("1.1.0", LaunchLimits.NONE, net, twin);
        Problem unclear = assertThrows(Problem.class, () -> site.permit(Site.ask("hello", null, null, Site.net("service"), Site.net("service"))));
        assertTrue(unclear.line().contains("--net:net.spt/service=TAP"), unclear.line());
        Granted both = site.permit(Site.ask("hello", null, null, new Ask.Net(Optional.of("twin.spt"), "service", "tap1", Optional.empty()),
                new Ask.Net(Optional.of("net.spt"), "service", "tap0", Optional.empty())));
        assertEquals(List.of("tap0", "tap1"), both.permits().stream().map(p -> ((Ask.Net) p.devices().getFirst()).tap()).toList());
    }

    @Test
    void alternativesAreTakenAsThePolicyPrefers() throws Exception {
        Path hvt = site.image("hello/hello.hvt");
        site.add("1.0.0", LaunchLimits.NONE, hello, hvt);
        for (Path image : List.of(hvt, hello)) {
            Files.copy(image, Files.createDirectories(site.state.images()).resolve(Digest.of(image).hex()));
        }
        Ask ask = Site.ask("hello", null, null);
        assertEquals("spt", site.permit(ask).permits().getFirst().image().target());
        site.packages += "targets = [\"hvt\", \"spt\"]\n";
        assertEquals("hvt", site.permit(ask).permits().getFirst().image().target());
        Ask muen = new Ask(ask.name(), ask.version(), ask.image(), Optional.of("muen"), ask.memory(), ask.devices(), ask.arguments(), ask.peer());
        refused(61, "target-differs", muen);
        site.tenders = "";
        refused(63, "tender-not-allowed", ask);
    }

    @Test
    void thePolicyIsDefaultDeny() throws Exception {
        publish("1.0.0");
        refused(63, "package-not-allowed", Site.ask("other", null, hello));
        site.packages = "[[package]]\nname = \"hello\"\nroles = [\"other\"]\n";
        refused(63, "role-not-allowed", Site.ask(hello));
        site.packages = "[[package]]\nname = \"hello\"\nroles = [\"team\"]\nminimum = \"1.0.1\"\n";
        refused(63, "version-not-allowed", Site.ask(hello));
        Path net = site.image("net/net.spt");
        site.add("2.0.0", LaunchLimits.NONE, net);
        refused(63, "device-not-allowed", Site.ask(net, Site.net("service")));
    }

    @Test
    void diskFilesAreWhereTheyReallyAre() throws Exception {
        Path blk = site.image("blk/blk.spt");
        site.add("1.0.0", LaunchLimits.NONE, blk);
        Path disks = Files.createDirectory(folder.resolve("disks"));
        site.packages = "[[package]]\nname = \"hello\"\nblocks = [\"" + disks.toRealPath() + "/*\"]\n";
        Path outside = Files.write(folder.resolve("outside"), new byte[512]);
        Path link = Files.createSymbolicLink(disks.resolve("link"), outside);
        refused(63, "device-not-allowed", Site.ask(blk, new Ask.Block(Optional.empty(), "storage", link, java.util.OptionalInt.empty())));
        refused(63, "device-not-allowed", Site.ask(blk, new Ask.Block(Optional.empty(), "storage", disks.resolve("../outside"), java.util.OptionalInt.empty())));
        Path inside = Files.write(disks.resolve("inside"), new byte[512]);
        var device = new Ask.Block(Optional.empty(), "storage", disks.resolve("../disks/inside"), java.util.OptionalInt.empty());
        assertEquals(inside.toRealPath(), ((Ask.Block) site.permit(Site.ask(blk, device)).permits().getFirst().devices().getFirst()).file());
    }

    @Test
    void limitsOnlyShrink() throws Exception {
        site.add("1.0.0", new LaunchLimits(Optional.of(4L << 20), Optional.of(64L << 20), Optional.of("exit=[0-9]+"), List.of()), hello);
        Ask ask = new Ask(Optional.of("hello"), Optional.empty(), Optional.of(hello), Optional.empty(), OptionalLong.empty(), List.of(), List.of("exit=7"), Optional.empty());
        assertEquals(64L << 20, site.permit(ask).permits().getFirst().memory());
        for (int mib : List.of(2, 65)) {
            refused(63, "memory-not-allowed", new Ask(ask.name(), ask.version(), ask.image(), ask.target(), OptionalLong.of((long) mib << 20), List.of(), ask.arguments(), ask.peer()));
        }
        refused(63, "arguments-not-allowed", Site.ask(hello));
        site.packages = "[limits]\nmemory_max = \"32M\"\n" + site.packages;
        assertEquals(32L << 20, site.permit(ask).permits().getFirst().memory());
        site.packages += "memory_max = \"1G\"\n";
        assertEquals(32L << 20, site.permit(ask).permits().getFirst().memory());
        site.packages = site.packages.replace("1G", "2M");
        refused(63, "memory-not-allowed", ask);
    }

    @Test
    void whoAsksMustBeNamed() throws Exception {
        publish("1.0.0");
        for (var peer : List.of(new Ask.Peer(1, 0, 0, "root", List.of(), false), new Ask.Peer(1, 7, 7, "eve", List.of("www"), true))) {
            site.permit(peer(peer));
        }
        var eve = peer(new Ask.Peer(1, 7, 7, "eve", List.of("www"), false));
        refused(63, "user-not-allowed", eve);
        site.packages += "groups = [\"www\"]\n";
        site.permit(eve);
        site.packages = site.packages.replace("groups = [\"www\"]", "users = [\"alice\"]");
        refused(63, "user-not-allowed", eve);
    }

    private Ask peer(Ask.Peer peer) {
        Ask ask = Site.ask(hello);
        return new Ask(ask.name(), ask.version(), ask.image(), ask.target(), ask.memory(), ask.devices(), ask.arguments(), Optional.of(peer));
    }

    @Test
    void theTenderIsTheOneThatIsNamed() throws Exception {
        publish("1.0.0");
        site.permit(Site.ask(hello));
        String before = site.tenders;
        site.tender("spt", "--x-exec-heap and more", 2);
        refused(63, "tender-changed", Site.ask(hello));
        site.tenders = site.tender("spt", "--x-exec-heap", 3);
        refused(61, "tender-unfit", Site.ask(hello));
        site.tenders = site.tender("spt", "/dev/kvm", 2);
        refused(61, "tender-unfit", Site.ask(hello));
        site.tenders = before;
        Files.delete(folder.resolve("solo5-spt"));
        assertEquals(Problem.Exit.ENVIRONMENT, assertThrows(Problem.class, () -> site.permit(Site.ask(hello))).exit());
    }

    @Test
    void readOnlyBlocksNeedATenderThatCan() throws Exception {
        Path blk = site.image("blk/blk.spt");
        site.add("1.0.0", new LaunchLimits(Optional.empty(), Optional.empty(), Optional.empty(), List.of("storage")), blk);
        refused(61, "tender-unfit", Site.ask(blk, site.block("storage")));
    }

    @Test
    void anOlderReleaseNeedsTheOperator() throws Exception {
        Release old = publish("1.0.0");
        Path key = Files.writeString(folder.resolve("operator.pem"), Site.OPERATOR.key().pem());
        site.head = "[operator]\nkeys = [\"" + key.getFileName() + "\"]\n";
        Ask ask = Site.ask("hello", "1.0.0", hello);
        var marks = new Marks(site.state);
        marks.launched(site.permit(ask).release());
        site.permit(ask);
        marks.launched(publish("1.1.0"));
        refused(62, "release-rollback", ask);
        marks.launched(old);
        refused(62, "release-rollback", ask);
        marks.permit("hello", "1.0.0", Duration.ofDays(7), Site.KEY, Site.NOW);
        refused(62, "release-rollback", ask);
        marks.permit("hello", "1.0.0", Duration.ofDays(7), Site.OPERATOR, Site.NOW.minus(Duration.ofDays(7)));
        refused(62, "release-rollback", ask);
        marks.permit("hello", "1.0.0", Duration.ofDays(7), Site.OPERATOR, Site.NOW);
        assertEquals("1.0.0", site.permit(ask).release().version());
        refused(62, "release-replaced", replaced());
    }

    private Ask replaced() throws Exception {
        site.targets.keySet().removeIf(name -> name.startsWith("hello/1.1.0/"));
        Path net = site.image("net/net.spt");
        site.add("1.1.0", LaunchLimits.NONE, net);
        return Site.ask("hello", "1.1.0", net, Site.net("service"));
    }

    @Test
    void whatIsKeptForAWhileStaysFreshOnlySoLong() throws Exception {
        publish("1.0.0");
        Known known = site.known();
        var later = site.timestampExpires;
        assertEquals("trust-expired", assertThrows(Denied.class, () -> site.permit(Site.ask(hello), known, later)).name());
        site.grace = Duration.ofHours(1);
        Known graced = site.known();
        site.permit(Site.ask(hello), graced, later.plusSeconds(3599));
        assertEquals("trust-expired", assertThrows(Denied.class, () -> site.permit(Site.ask(hello), graced, later.plusSeconds(3600))).name());
        site.timestampExpires = site.roleExpires.plusSeconds(10);
        Known root = site.known();
        assertEquals("root-expired", assertThrows(Refused.class, () -> site.permit(Site.ask(hello), root, site.roleExpires)).name());
    }

    @Test
    void auditTellsAndGoesOn() throws Exception {
        publish("1.0.0");
        site.head = "mode = \"audit\"\n";
        Path other = Files.write(folder.resolve("other.spt"), flipped(hello, 5000));
        Granted granted = site.permit(Site.ask("else", null, other, Site.net("service")));
        assertEquals(List.of("package-not-allowed", "release-unknown", "device-extra"), granted.overlooked().stream().map(Refused::name).toList());
        assertEquals(Digest.of(other), granted.permits().getFirst().sealed().sha256());
        Path text = Files.writeString(folder.resolve("text"), "no image at all");
        refused(63, "tender-not-allowed", Site.ask("hello", null, text));
    }

    @Test
    void aReceiptIsWholeOrNothingIsLaunched() throws Exception {
        publish("1.0.0");
        Granted granted = site.permit(Site.ask(hello));
        Path receipt = site.state.receipts().resolve(new Receipts(site.state).launched(granted, List.of(List.of("solo5-spt", "x y")), Site.NOW));
        String text = Files.readString(receipt);
        for (String word : List.of("repro.receipt.v1", "\"launched\"", Digest.of(hello).hex(), "x y", "\"timestamp\"", granted.policy().sha256().hex())) {
            assertTrue(text.contains(word), text);
        }
        assertEquals(Optional.of("1.0.0"), new Marks(site.state).newest("hello"));
        Files.delete(receipt);
        Files.delete(receipt.getParent());
        Files.writeString(receipt.getParent(), "in the way");
        assertEquals(Problem.Exit.STORAGE, assertThrows(Problem.class, () -> new Receipts(site.state).launched(granted, List.of(), Site.NOW)).exit());
    }
}
