package dev.repro.tender.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.release.LaunchLimits;
import dev.repro.release.Release;
import dev.repro.release.ReleaseImage;
import dev.repro.tender.Ask;
import dev.repro.tender.Mac;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

class FormatTest {
    private static final String NET = "service";
    private static final String BLOCK = "storage";

    @TempDir
    Path folder;

    private static Contract contract(String target, String file, List<String> arguments) {
        Json.Obj manifest = Json.object("type", "solo5.manifest", "version", 1, "devices",
                List.of(Json.object("name", NET, "type", "NET_BASIC"), Json.object("name", BLOCK, "type", "BLOCK_BASIC")));
        var limits = new LaunchLimits(Optional.empty(), Optional.empty(), Optional.of(".*"), List.of(BLOCK));
        var image = new ReleaseImage(file, target, Optional.of(2L), Optional.of(manifest), 4096, Digest.of(new byte[0]), "0".repeat(128), limits);
        var release = new Release("hello", "1.0.0", List.of(image), Optional.empty(), List.of(), new TreeMap<>());
        return new Contract(release, image, Path.of("/srv/images/it's & <that>"), 64 << 20,
                List.of(new Ask.Net(Optional.empty(), NET, "tap0", Optional.of(new Mac("02:00:00:c0:ff:ee"))),
                        new Ask.Block(Optional.empty(), BLOCK, Path.of("/srv/disks/disk 1.img"), OptionalInt.of(512))), arguments, Optional.empty());
    }

    @Test
    void aSystemdUnitCallsTheGateWithEveryWordAsItIs() throws Exception {
        String unit = Format.SYSTEMD.write(contract("hvt", "hello.hvt", List.of("100%", "$HOME", "a \"b\" \\c", "")));
        String line = unit.lines().filter(l -> l.startsWith("ExecStart=")).findFirst().orElseThrow();
        assertEquals("ExecStart=/usr/bin/env repro launch hello@1.0.0 --target=hvt --mem=64 --net:service=tap0 --net-mac:service=02:00:00:c0:ff:ee "
                + "\"--block:storage=/srv/disks/disk 1.img\" --block-sector-size:storage=512 -- 100%% \"$$HOME\" \"a \\\"b\\\" \\\\c\" \"\"", line);
        for (String part : List.of("RestartPreventExitStatus=1 2 3 60 61 62 63\n", "DeviceAllow=/dev/kvm rw\n", "DeviceAllow=/dev/net/tun rw\n",
                "ReadOnlyPaths=\"/srv/disks/disk 1.img\"\n", "CapabilityBoundingSet=CAP_NET_ADMIN\n", "MemoryMax=320M\n")) {
            assertTrue(unit.contains(part), () -> part + unit);
        }
    }

    @Test
    void systemdItselfFindsNothingWrongWithTheUnit() throws Exception {
        Path analyze = Path.of("/usr/bin/systemd-analyze");
        assumeTrue(Files.isExecutable(analyze), "skipped: systemd-analyze is missing (apt-get install systemd)");
        Path unit = Files.writeString(folder.resolve("hello.service"), Format.SYSTEMD.write(contract("spt", "hello.spt", List.of("100%", "a b"))));
        Process process = new ProcessBuilder(analyze.toString(), "verify", "--man=no", unit.toString()).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        assertTrue(said.lines().noneMatch(l -> l.contains("hello.service")), said);
    }

    @Test
    void aLibvirtDomainHasTheDevicesInTheOrderOfTheManifest() throws Exception {
        String text = Format.LIBVIRT.write(contract("virtio", "a--b.virtio", List.of("--name=<x>", "&y")));
        Element domain = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))).getDocumentElement();
        assertEquals("/srv/images/it's & <that>", domain.getElementsByTagName("kernel").item(0).getTextContent());
        assertEquals("--name=<x> &y", domain.getElementsByTagName("cmdline").item(0).getTextContent());
        Element net = (Element) domain.getElementsByTagName("interface").item(0);
        Element disk = (Element) domain.getElementsByTagName("disk").item(0);
        assertEquals("0x03", ((Element) net.getElementsByTagName("address").item(0)).getAttribute("slot"));
        assertEquals("0x04", ((Element) disk.getElementsByTagName("address").item(0)).getAttribute("slot"));
        assertEquals("/srv/disks/disk 1.img", ((Element) disk.getElementsByTagName("source").item(0)).getAttribute("file"));
        assertEquals(1, disk.getElementsByTagName("readonly").getLength());
    }

    @Test
    void anXlDomainNamesWhatIsAttached() throws Exception {
        String text = Format.XL.write(contract("xen", "hello.xen", List.of("one", "two")));
        for (String line : List.of("name = \"hello\"\n", "type = \"pvh\"\n", "cmdline = \"one two\"\n", "memory = 64\n",
                "vif = [ \"bridge=tap0,mac=02:00:00:c0:ff:ee\" ]\n", "disk = [ \"format=raw,vdev=xvda,access=ro,target=/srv/disks/disk 1.img\" ]\n")) {
            assertTrue(text.contains(line), () -> line + text);
        }
        assertEquals(2, assertThrows(Problem.class, () -> Format.XL.write(contract("xen", "hello.xen", List.of("\"")))).exit().code);
    }

    @Test
    void theCommandForAlbatrossIsReadByAShellAsItWasMeant() throws Exception {
        String text = Format.ALBATROSS.write(contract("hvt", "hello.hvt", List.of("it's $HOME")));
        Process shell = new ProcessBuilder("sh", "-c", "albatross_client() { printf '%s\\n' \"$@\"; }\n" + text.replace("albatross-client", "albatross_client")).start();
        assertEquals(List.of("create", "--mem=64", "--net=service:tap0@02:00:00:c0:ff:ee", "--block=storage:disk 1.img@512", "--no-add-name",
                "--arg=it's $HOME", "hello", "/srv/images/it's & <that>"), new String(shell.getInputStream().readAllBytes()).lines().toList());
        assertEquals(0, shell.waitFor());
    }

    @Test
    void whatAHostCannotStartOrReadIsRefused() {
        for (Format format : List.of(Format.LIBVIRT, Format.XL)) {
            assertThrows(Problem.class, () -> format.write(contract("hvt", "hello.hvt", List.of())), format::word);
        }
        assertThrows(Problem.class, () -> Format.ALBATROSS.write(contract("virtio", "hello.virtio", List.of())));
        assertThrows(Problem.class, () -> Format.SYSTEMD.write(contract("hvt", "hello.hvt", List.of("a\nExecStartPost=/bin/sh"))));
        assertThrows(Problem.class, () -> Format.of("docker"));
    }
}
