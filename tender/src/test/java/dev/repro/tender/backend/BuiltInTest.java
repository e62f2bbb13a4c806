package dev.repro.tender.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.tender.Ask;
import dev.repro.tender.Mac;
import dev.repro.tender.Permit;
import dev.repro.tender.hvt.HvtGuest;
import java.io.ByteArrayOutputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BuiltInTest {
    private static Permit permit() throws Exception {
        return Permits.of(Permits.EXAMPLES.resolve("blk/blk.hvt"), "hvt", Optional.empty(), Optional.empty(), List.of(
                new Ask.Net(Optional.empty(), "service", "tap0", Optional.of(new Mac("02:00:00:00:00:01"))),
                new Ask.Block(Optional.empty(), "storage", Path.of("/a b"), OptionalInt.of(4096))), List.of("storage"), "--mem=9", "x y");
    }

    @Test
    void aProcessOfItsOwnIsToldEverything() throws Exception {
        Permit permit = permit();
        List<String> argv = new BuiltIn(Path.of("/jdk/bin/java"), "/a.jar:/b.jar", List.of("-XX:AOTCache=/x.aot")).argv(permit);
        assertEquals("/jdk/bin/java", argv.getFirst());
        int main = argv.indexOf("dev.repro.tender.hvt.Main");
        assertEquals(List.of("-XX:AOTCache=/x.aot", "-cp", "/a.jar:/b.jar"), argv.subList(main - 3, main));
        assertTrue(BuiltIn.ofThisProcess().options().isEmpty(), "tests have no start-up cache");
        assertEquals(List.of("--name=blk.hvt", "--mem=64", "--net:service=tap0", "--net-mac:service=02:00:00:00:00:01", "--block:storage=/a b",
                "--block-sector-size:storage=4096", "--block-read-only:storage", "--fd=" + permit.sealed().fd(), "--", "--mem=9", "x y"),
                argv.subList(main + 1, argv.size()));
    }

    @Test
    void aGuestInThisProcessIsGivenTheSealedBytes() throws Exception {
        Permit permit = permit();
        HvtGuest guest = BuiltIn.guest(permit, Channels.newChannel(new ByteArrayOutputStream()), InstantSource.system(), new Random(1));
        assertEquals(permit.sealed().bytes().address(), guest.image().address());
        assertEquals("--mem=9 x y", guest.commandLine());
        assertEquals(List.of(new HvtGuest.Net("service", "tap0", Optional.of(new Mac("02:00:00:00:00:01"))),
                new HvtGuest.Block("storage", Path.of("/a b"), true, OptionalInt.of(4096))), guest.devices());
        assertTrue(guest.memory() == 64 << 20 && guest.name().equals("blk.hvt"));
    }
}
