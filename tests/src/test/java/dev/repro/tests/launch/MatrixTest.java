package dev.repro.tests.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.release.Release;
import dev.repro.tender.AllowedTender;
import dev.repro.tender.Ask;
import dev.repro.tender.Granted;
import dev.repro.tender.Permit;
import dev.repro.tests.Repro;
import dev.repro.tests.tuf.Forge;
import dev.repro.tests.tuf.Web;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every attack on what is launched, for each tender of this machine. Nothing but the genuine bytes is ever permitted, and what is refused has
/// a name and a code. `-DREPRO_MATRIX=1` takes every byte and every pair; a usual run every so many, from another one each time.
class MatrixTest {
    private static final int STEP = Integer.getInteger("REPRO_MATRIX", 23);
    /// For each tender.
    private static final int RACES = Integer.getInteger("REPRO_RACES", 260);
    private static final int PAIRS = STEP == 1 ? 1 : 16;
    private static final Set<Integer> CODES = Set.of(60, 61, 62, 63);

    @TempDir(factory = InMemory.class)
    Path folder;

    /// Thousands of hosts write their state as if power could fail at any moment; here it is in memory, where there is such a place.
    static final class InMemory implements TempDirFactory {
        private static final Path PLACE = Path.of("/dev/shm");

        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test) throws IOException {
            return Files.isWritable(PLACE) ? Files.createTempDirectory(PLACE, "repro") : Files.createTempDirectory("repro");
        }
    }

    static Stream<AllowedTender> tenders() throws IOException {
        return PresentTenders.all();
    }

    static Stream<AllowedTender> tendersOfExamplesWithDevices() throws IOException {
        return tenders().filter(t -> !t.target().equals("virtio"));
    }

    private static byte[] example(String name, String target) throws IOException {
        return Files.readAllBytes(Repro.HOME.resolve("examples/" + name + "/" + name + "." + target));
    }

    private static SortedMap<String, byte[]> images(String file, byte[] bytes) {
        return new TreeMap<>(Map.of(file, bytes));
    }

    /// Another build that lint finds nothing wrong with: one letter of the greeting differs.
    private static byte[] other(byte[] image) {
        byte[] out = image.clone();
        out[find(out, "unikernel")] ^= 1;
        return out;
    }

    private static int find(byte[] in, String what) {
        byte[] bytes = what.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        for (int i = 0; i <= in.length - bytes.length; i++) {
            if (Arrays.equals(in, i, i + bytes.length, bytes, 0, bytes.length)) {
                return i;
            }
        }
        throw new AssertionError("not in the image: " + what);
    }

    private static Refused refused(GateSite.Host host, Ask ask) {
        Refused refused = assertThrows(Refused.class, () -> host.permit(ask));
        assertTrue(CODES.contains(refused.code()) && !refused.name().isEmpty(), refused::line);
        return refused;
    }

    @ParameterizedTest
    @MethodSource("tenders")
    void oneBitInAnyByteOfAnImageIsRefused(AllowedTender tender) throws Exception {
        byte[] genuine = example("hello", tender.target());
        try (var site = new GateSite(folder, tender)) {
            Release release = site.publish("hello", "1.0.0", images("hello." + tender.target(), genuine));
            Path file = folder.resolve("hello.image");
            try (GateSite.Host host = site.host()) {
                host.keepWhatIsKnown();
                for (int at = (int) (System.nanoTime() % STEP); at < genuine.length; at += STEP) {
                    byte[] wrong = genuine.clone();
                    wrong[at] ^= (byte) (1 << at % 8);
                    Files.write(file, wrong);
                    Ask ask = GateSite.ask("hello", Optional.empty(), tender.target(), Optional.of(file), List.of());
                    assertEquals("digest-mismatch", refused(host, ask).name());
                }
                for (byte[] wrong : List.of(Arrays.copyOf(genuine, genuine.length - 1), Arrays.copyOf(genuine, genuine.length + 1), new byte[] {0})) {
                    Files.write(file, wrong);
                    Ask ask = GateSite.ask("hello", Optional.empty(), tender.target(), Optional.of(file), List.of());
                    assertEquals("length-mismatch", refused(host, ask).name());
                }
                Files.write(file, genuine);
                assertGenuine(release, host.permit(GateSite.ask("hello", Optional.empty(), tender.target(), Optional.of(file), List.of())));
            }
        }
    }

    private static void assertGenuine(Release release, Granted granted) {
        assertEquals(release, granted.release());
        for (Permit permit : granted.permits()) {
            byte[] bytes = permit.sealed().bytes().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
            assertTrue(release.image(Digest.of(bytes)).isPresent(), () -> "permitted " + Digest.of(bytes));
            permit.sealed().close();
        }
    }

    @ParameterizedTest
    @MethodSource("tenders")
    void oneBitInAnyByteOfMetadataLaunchesNothingElse(AllowedTender tender) throws Exception {
        try (var site = new GateSite(folder, tender)) {
            Release release = site.publish("hello", "1.0.0", images("hello." + tender.target(), example("hello", tender.target())));
            var names = new TreeSet<String>();
            for (String role : List.of("root", "timestamp", "snapshot", "targets", "hello")) {
                String path = site.forge.path(role);
                byte[] genuine = site.forge.files.get(path);
                for (int at = (int) (System.nanoTime() % (3 * STEP)); at < genuine.length; at += 3 * STEP) {
                    byte[] wrong = genuine.clone();
                    wrong[at] ^= (byte) (1 << at % 7);
                    site.web.on(path, Web.file(wrong));
                    try (GateSite.Host host = site.host()) {
                        assertGenuine(release, host.permit(GateSite.ask("hello", tender.target()))); // what says the same in other words
                    } catch (Refused refused) {
                        assertTrue(CODES.contains(refused.code()), refused::line);
                        names.add(refused.name());
                    } catch (Problem problem) { // the first root is not the one that the policy names
                        assertTrue(role.equals("root") && problem.exit() == Problem.Exit.NO, problem::line);
                    }
                    site.web.reform();
                }
            }
            assertTrue(names.size() >= 3, names::toString);
        }
    }

    @ParameterizedTest
    @MethodSource("tenders")
    void noTwoFilesCanBeSwappedBetweenReleases(AllowedTender tender) throws Exception {
        String target = tender.target();
        byte[] genuine = example("hello", target);
        try (var site = new GateSite(folder, tender)) {
            Release first = site.publish("hello", "1.0.0", images("hello." + target, genuine));
            Release second = site.publish("hello", "1.1.0", images("hello." + target, other(genuine)));
            Release third = site.publish("other", "1.0.0", images("hello." + target, other(genuine)));
            assertEquals(second.images().getFirst().sha256(), third.images().getFirst().sha256());
            List<String> paths = site.forge.files.keySet().stream().filter(p -> !p.contains("root")).toList();
            SortedMap<String, byte[]> honest = site.forge.copy();
            int refused = 0;
            int pair = (int) (System.nanoTime() % PAIRS);
            for (String a : paths) {
                for (String b : paths) {
                    if (a.compareTo(b) < 0 && !Arrays.equals(honest.get(a), honest.get(b)) && pair++ % PAIRS == 0) {
                        site.web.on(a, Web.file(honest.get(b))).on(b, Web.file(honest.get(a)));
                        for (Release wanted : List.of(first, second, third)) {
                            refused += launched(site, wanted, target) ? 0 : 1;
                        }
                        site.web.reform();
                    }
                }
            }
            assertTrue(refused > 0, "refused " + refused);
        }
    }

    /// @return whether what was launched is what was wanted; nothing else ever is
    private static boolean launched(GateSite site, Release wanted, String target) throws Exception {
        try (GateSite.Host host = site.host()) {
            assertGenuine(wanted, host.permit(GateSite.ask(wanted.name(), Optional.of(wanted.version()), target, Optional.empty(), List.of())));
            return true;
        } catch (Refused refused) {
            assertTrue(CODES.contains(refused.code()), refused::line);
            return false;
        }
    }

    @ParameterizedTest
    @MethodSource("tendersOfExamplesWithDevices")
    void everyMistakeWithDevicesHasItsName(AllowedTender tender) throws Exception {
        Path disk = Files.write(folder.resolve("disk"), new byte[4096]);
        try (var site = new GateSite(folder, tender)) {
            for (String name : List.of("hello", "net", "blk")) {
                site.publish(name, "1.0.0", images(name + "." + tender.target(), example(name, tender.target())));
            }
            String net = GateSite.describe("net", example("net", tender.target())).devices().getFirst();
            String block = GateSite.describe("blk", example("blk", tender.target())).devices().getFirst();
            try (GateSite.Host host = site.host()) {
                Ask.Device tap = new Ask.Net(Optional.empty(), net, "tap0", Optional.empty());
                Ask.Device file = new Ask.Block(Optional.empty(), block, disk, OptionalInt.empty());
                assertEquals(1, host.permit(ask("net", tender, tap)).permits().getFirst().devices().size());
                assertEquals(1, host.permit(ask("blk", tender, file)).permits().getFirst().devices().size());
                expect("device-missing", host, ask("net", tender));
                expect("device-missing", host, ask("blk", tender));
                expect("device-extra", host, ask("hello", tender, tap));
                expect("device-extra", host, ask("hello", tender, file));
                expect("device-extra", host, ask("net", tender, tap, new Ask.Net(Optional.empty(), net + "2", "tap1", Optional.empty())));
                expect("device-extra", host, ask("net", tender, tap, tap));
                expect("device-extra", host, ask("net", tender, tap, new Ask.Net(Optional.empty(), net.toUpperCase(), "tap1", Optional.empty())));
                expect("device-type", host, ask("net", tender, new Ask.Block(Optional.empty(), net, disk, OptionalInt.empty())));
                expect("device-type", host, ask("blk", tender, new Ask.Net(Optional.empty(), block, "tap0", Optional.empty())));
            }
        }
    }

    private static Ask ask(String name, AllowedTender tender, Ask.Device... devices) {
        return GateSite.ask(name, Optional.empty(), tender.target(), Optional.empty(), List.of(devices));
    }

    private static void expect(String name, GateSite.Host host, Ask ask) {
        Refused refused = refused(host, ask);
        assertEquals(name + " 61", refused.name() + " " + refused.code(), refused::line);
    }

    @ParameterizedTest
    @MethodSource("tenders")
    void everyHoleIsSeenAlthoughItsAuthorSignedIt(AllowedTender tender) throws Exception {
        var holes = new TreeMap<String, byte[]>();
        for (String name : tender.target().equals("virtio") ? List.of("hello") : List.of("hello", "net", "blk")) {
            Holes.of(example(name, tender.target())).forEach((hole, bytes) -> holes.put(name + ", " + hole, bytes));
        }
        assertTrue(holes.size() >= 10, holes.keySet()::toString);
        var wrong = new ArrayList<String>();
        try (var site = new GateSite(folder, tender)) {
            int version = 0;
            for (var hole : holes.entrySet()) {
                String file = "image." + tender.target();
                site.publish("holes", "1.0." + version++, images(file, hole.getValue()));
                try (GateSite.Host host = site.host()) {
                    Granted granted = host.permit(ask("holes", tender));
                    wrong.add(hole.getKey() + ": permitted " + granted.release());
                } catch (Refused refused) {
                    if (refused.code() != 61) {
                        wrong.add(hole.getKey() + ": " + refused.line());
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @ParameterizedTest
    @MethodSource("tenders")
    void whatIsStaleOldOrHeldBackIsRefused(AllowedTender tender) throws Exception {
        byte[] genuine = example("hello", tender.target());
        try (var site = new GateSite(folder, tender)) {
            site.publish("hello", "1.0.0", images("hello." + tender.target(), genuine));
            SortedMap<String, byte[]> old = site.forge.copy();
            site.publish("hello", "1.1.0", images("hello." + tender.target(), other(genuine)));
            Ask ask = ask("hello", tender);
            try (GateSite.Host host = site.host()) {
                host.permit(ask);
                SortedMap<String, byte[]> newest = site.forge.copy();
                site.forge.serve(old);
                assertEquals("timestamp-rollback 62", name(host, ask));
                site.forge.files.put("metadata/timestamp.json", newest.get("metadata/timestamp.json")); // new timestamp, the rest is held back
                site.forge.serve(newest);
                site.now = Forge.NOW.plus(400, ChronoUnit.DAYS);
                assertEquals("root-expired 62", name(host, ask));
                host.offline = true;
                assertEquals("trust-expired 62", name(host, ask));
            }
        }
    }

    private static String name(GateSite.Host host, Ask ask) {
        Refused refused = refused(host, ask);
        return refused.name() + " " + refused.code();
    }

    /// Somebody changes the file while it is read: by renaming another one over it, by a link, in place. What is permitted is what was signed.
    @ParameterizedTest
    @MethodSource("tenders")
    void noRaceWithTheFileIsWon(AllowedTender tender) throws Exception {
        byte[] genuine = example("hello", tender.target());
        byte[] tampered = other(genuine);
        try (var site = new GateSite(folder, tender)) {
            Release release = site.publish("hello", "1.0.0", images("hello." + tender.target(), genuine));
            Path file = Files.write(folder.resolve("raced"), genuine);
            var done = new AtomicBoolean();
            Thread attacker = Thread.ofPlatform().start(() -> attack(file, genuine, tampered, done));
            int permitted = 0;
            try (GateSite.Host host = site.host()) {
                host.keepWhatIsKnown();
                for (int i = 0; i < RACES; i++) {
                    try {
                        assertGenuine(release, host.permit(GateSite.ask("hello", Optional.empty(), tender.target(), Optional.of(file), List.of())));
                        permitted++;
                    } catch (Refused refused) {
                        assertTrue(Set.of("digest-mismatch", "length-mismatch").contains(refused.name()), refused::line);
                    } catch (Problem unsteady) { // it changed its length while it was read, or was away
                        assertTrue(unsteady.exit() == Problem.Exit.USAGE || unsteady.exit() == Problem.Exit.STORAGE, unsteady::line);
                    }
                }
            } finally {
                done.set(true);
                attacker.join();
            }
            assertTrue(permitted > 0 && permitted < RACES, "permitted " + permitted + " of " + RACES);
        }
    }

    private static void attack(Path file, byte[] genuine, byte[] tampered, AtomicBoolean done) {
        Path beside = file.resolveSibling("beside");
        Path link = file.resolveSibling("link");
        try {
            for (int i = 0; !done.get(); i++) {
                byte[] next = i % 2 == 0 ? tampered : genuine;
                switch (i / 2 % 3) {
                    case 0 -> Files.move(Files.write(beside, next), file, StandardCopyOption.ATOMIC_MOVE);
                    case 1 -> {
                        Path target = Files.write(file.resolveSibling("target-" + i % 2), next);
                        Files.deleteIfExists(link);
                        Files.move(Files.createSymbolicLink(link, target), file, StandardCopyOption.ATOMIC_MOVE);
                    }
                    default -> Files.write(file, next, StandardOpenOption.WRITE); // in place, and through a link
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
