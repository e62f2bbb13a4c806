package dev.repro.tests.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.tender.Ask;
import dev.repro.tender.Granted;
import dev.repro.tender.Host;
import dev.repro.tender.Launcher;
import dev.repro.tender.Shelf;
import dev.repro.tender.Told;
import dev.repro.tests.Repro;
import dev.repro.tests.Tenders;
import dev.repro.tests.release.Person;
import dev.repro.tests.release.Town;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// Somebody replaces the image while it is launched: by renaming, by links, by writing into it. What runs is what was signed, or nothing does.
///
/// -DREPRO_RACES=N for another number than 240.
class RaceTest extends Town {
    private static final int RACES = Integer.getInteger("REPRO_RACES", 240);
    private static final Set<String> EXPECTED = Set.of("digest-mismatch", "length-mismatch");

    @Test
    void whatRunsIsWhatWasSigned() throws Exception {
        Tenders.needs("solo5-spt", "build Solo5 and put its tenders on PATH");
        Person author = owner("hello");
        Path good = Files.copy(Repro.HOME.resolve("examples/hello/hello.spt"), author.file("hello.spt"));
        author.does("sign", "hello.spt", "--version", "1.0.0");
        author.does("publish");
        Operator operator = Operator.in(folder.resolve("operator"), url(), rootDigest(), "hello");
        assertEquals(0, operator.run("launch", "hello", "--dry-run").code());

        byte[] signed = Files.readAllBytes(good);
        byte[] evil = new String(signed, StandardCharsets.ISO_8859_1).replace("hello from a unikernel", "EVIL! from a unikernel").getBytes(StandardCharsets.ISO_8859_1);
        assertTrue(evil.length == signed.length && !java.util.Arrays.equals(evil, signed));
        Path image = operator.home().resolve("image.spt");
        Files.write(image, signed);
        var end = new AtomicBoolean();
        Thread attacker = Thread.ofPlatform().start(() -> attack(image, signed, evil, end));
        var verdicts = new ArrayList<String>();
        try (Host host = Host.open(Optional.of(operator.policy()), operator.env(), new Shelf(0), InstantSource.system(), _ -> { })) {
            for (int i = 0; i < RACES; i++) {
                verdicts.add(race(host, image));
            }
        } finally {
            end.set(true);
            attacker.join();
        }
        assertEquals(0, verdicts.stream().filter(v -> v.equals("WRONG")).count(), verdicts::toString);
        assertTrue(verdicts.contains("launched") && verdicts.stream().anyMatch(EXPECTED::contains), verdicts::toString);
    }

    private static String race(Host host, Path image) throws Exception {
        Ask ask = new Ask(Optional.of("hello"), Optional.empty(), Optional.of(image), Optional.empty(), OptionalLong.of(8 << 20), List.of(), List.of(), Optional.empty());
        try {
            Granted granted = host.permit(ask, true, false, Told.NOBODY);
            List<String> argv = new ArrayList<>(Launcher.argv(granted).getFirst());
            argv.set(0, Operator.tender("spt").toString());
            argv.replaceAll(word -> word.replace("/proc/self/", "/proc/" + ProcessHandle.current().pid() + "/")); // ProcessBuilder closes descriptors
            Process guest = new ProcessBuilder(argv).redirectErrorStream(true).redirectInput(new File("/dev/null")).start();
            String out = new String(guest.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            granted.permits().forEach(p -> p.sealed().close());
            return guest.waitFor() == 0 && out.startsWith("hello from a unikernel on spt\n") ? "launched" : "WRONG";
        } catch (Refused refused) {
            return EXPECTED.contains(refused.name()) ? refused.name() : "WRONG";
        } catch (Problem problem) { // changed while it was read, or not there for a moment
            return problem.exit() == Problem.Exit.USAGE ? "told" : "WRONG";
        }
    }

    private static void attack(Path image, byte[] signed, byte[] evil, AtomicBoolean end) {
        Path beside = image.resolveSibling("beside");
        Path other = image.resolveSibling("other");
        try {
            Files.write(other, evil);
            for (int i = 0; !end.get(); i++) {
                byte[] now = i % 2 == 0 ? evil : signed;
                switch (i / 2 % 3) {
                    case 0 -> move(Files.write(beside, now), image);
                    case 1 -> {
                        try (var channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
                            channel.write(ByteBuffer.wrap(now), 0);
                        }
                    }
                    default -> {
                        Files.deleteIfExists(beside);
                        move(i % 2 == 0 ? Files.createSymbolicLink(beside, other) : Files.write(beside, signed), image);
                    }
                }
            }
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void move(Path from, Path to) throws java.io.IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }
}
