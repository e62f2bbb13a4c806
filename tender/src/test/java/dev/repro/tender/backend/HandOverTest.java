package dev.repro.tender.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.repro.base.Digest;
import dev.repro.tender.Ask;
import dev.repro.tender.Mac;
import dev.repro.tender.Permit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandOverTest {
    private static final Path IMAGE = Permits.EXAMPLES.resolve("hello/hello.virtio");

    @TempDir
    Path folder;

    private Permit permit() throws Exception {
        return Permits.of(IMAGE, "xen", Optional.empty(), Optional.empty(), List.of(
                new Ask.Net(Optional.empty(), "service", "vif0", Optional.of(new Mac("02:00:00:00:00:01"))),
                new Ask.Block(Optional.empty(), "storage", Path.of("/srv/disk.img"), OptionalInt.of(512))), List.of("storage"), "--ip=10.0.0.2", "x y");
    }

    @Test
    void theBytesAndWhatIsKnownOfThemAreWritten() throws Exception {
        Path written = new HandOver(permit()).write(folder);
        byte[] image = Files.readAllBytes(IMAGE);
        assertArrayEquals(image, Files.readAllBytes(folder.resolve("hello.virtio")));
        assertEquals(folder.resolve("hello.virtio.hand-over.json"), written);
        assertEquals("""
                {
                  "schema": "repro.hand-over.v1",
                  "release": "hello 1.0.0",
                  "target": "xen",
                  "abi": 1,
                  "file": "%1$s/hello.virtio",
                  "size": %2$d,
                  "sha256": "%3$s",
                  "memory": 67108864,
                  "arguments": [
                    "--ip=10.0.0.2",
                    "x y"
                  ],
                  "devices": [
                    {
                      "name": "service",
                      "type": "NET_BASIC",
                      "host": "vif0",
                      "mac": "02:00:00:00:00:01"
                    },
                    {
                      "name": "storage",
                      "type": "BLOCK_BASIC",
                      "host": "/srv/disk.img",
                      "read_only": true,
                      "sector_size": 512
                    }
                  ],
                  "run": [
                    "sha256sum %1$s/hello.virtio says %3$s",
                    "xl create with type = \\"pvh\\", kernel, memory and cmdline as above, a vif or a disk for each device, in this order"
                  ]
                }
                """.formatted(folder, image.length, Digest.of(image)).strip(), Files.readString(written).strip());
    }

    @Test
    void theTextSaysTheSameToPeople() throws Exception {
        new HandOver(permit()).write(folder);
        assertEquals("""
                release    hello 1.0.0
                image      %1$s/hello.virtio
                sha256     %3$s, %2$d bytes
                target     xen, ABI 1
                memory     64 MiB
                arguments  --ip=10.0.0.2 x y
                device     service, NET_BASIC, vif0, 02:00:00:00:00:01
                device     storage, BLOCK_BASIC, /srv/disk.img, read-only
                run        sha256sum %1$s/hello.virtio says %3$s
                run        xl create with type = "pvh", kernel, memory and cmdline as above, a vif or a disk for each device, in this order
                verified, not launched: compare the digest before you start it
                """.formatted(folder, Files.size(IMAGE), Digest.of(IMAGE)), Files.readString(folder.resolve("hello.virtio.hand-over.txt")));
    }
}
