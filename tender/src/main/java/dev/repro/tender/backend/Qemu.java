package dev.repro.tender.backend;

import dev.repro.base.Problem;
import dev.repro.tender.Ask;
import dev.repro.tender.Permit;
import dev.repro.tender.os.Tap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// QEMU as the tender of images that a multiboot loader boots: Solo5's virtio, Unikraft's, and others (qemu(1), multiboot 0.6.96).
///
/// - Machine: `microvm` for a Solo5 image without devices, `pc` for one with, because Solo5 finds its devices on PCI; `q35` for all others.
/// - Devices in the order of the manifest, from PCI slot 2 on: Solo5 knows them by their order, not by their names.
/// - The image is loaded by its descriptor. Its first word of the command line is the loader's, as multiboot has it, and has no space; the
///   arguments follow, joined by one space.
/// - Nothing of the user's or the system's configuration is read, and QEMU's own filter of system calls is on.
///
/// A guest's exit status is QEMU's or stands on the console: [QemuVerdict].
///
/// @param accelerator what this machine's QEMU can use
public record Qemu(Accelerator accelerator) implements Backend {
    /// Of Solo5 targets.
    private static final String VIRTIO = "virtio";
    private static final int FIRST_SLOT = 2;
    private static final int SLOTS = 32;
    private static final int SECTOR = 512;
    private static final int MOST_ARGUMENTS = 8191; // Solo5 bindings/virtio/platform.c
    private static final long MIB = 1 << 20;
    private static final int S_IFMT = 0xf000;
    private static final int S_IFBLK = 0x6000;

    @Override
    public List<String> argv(Permit permit) throws Problem {
        var argv = new ArrayList<>(List.of("qemu-system-x86_64"));
        argv.addAll(Accelerator.folders(permit.tender().path().orElseThrow()));
        argv.addAll(List.of("-machine", machine(permit), "-m", permit.memory() / MIB + "M", "-serial", "stdio"));
        argv.addAll(Accelerator.QUIET);
        argv.addAll(accelerator.options(permit.program().orElseThrow(), permit.tender().path().orElseThrow()));
        int slot = FIRST_SLOT;
        for (Ask.Device device : permit.devices()) {
            if (slot == SLOTS) {
                throw Problem.usage("QEMU has room for " + (SLOTS - FIRST_SLOT) + " devices").found(permit.devices().size());
            }
            argv.addAll(switch (device) {
                case Ask.Net net -> net(net, slot);
                case Ask.Block block -> block(block, BuiltIn.readOnly(permit, block), slot);
            });
            slot++;
        }
        argv.addAll(List.of("-kernel", permit.sealed().path(), "-append", arguments(permit)));
        return argv;
    }

    private static String machine(Permit permit) {
        if (!permit.image().target().equals(VIRTIO)) {
            return "q35";
        }
        return permit.devices().isEmpty() ? "microvm,acpi=off,auto-kernel-cmdline=off" : "pc,acpi=off";
    }

    /// @throws Problem exit 2: there is no such interface, or it is down: QEMU would make it
    private static List<String> net(Ask.Net net, int slot) throws Problem {
        Tap.mtu(net.name(), net.tap());
        return List.of("-netdev", "tap,id=n" + slot + ",ifname=" + escaped(net.tap()) + ",script=no,downscript=no",
                "-device", "virtio-net-pci,netdev=n" + slot + ",bus=pci.0,addr=0x" + Integer.toHexString(slot) + ",romfile="
                        + net.mac().map(mac -> ",mac=" + mac).orElse(""));
    }

    /// The drivers are named, so that no file name is taken for a protocol, and no content for a format.
    private static List<String> block(Ask.Block block, boolean readOnly, int slot) throws Problem {
        if (block.sectorSize().orElse(SECTOR) != SECTOR) {
            throw Problem.usage("block device `" + block.name() + "` cannot have this sector size with virtio").expected(SECTOR)
                    .found(block.sectorSize().getAsInt());
        }
        return List.of("-blockdev", "driver=raw,node-name=b" + slot + ",read-only=" + (readOnly ? "on" : "off") + ",file.driver=" + driver(block)
                + ",file.locking=on,file.filename=" + escaped(block.file().toAbsolutePath().toString()),
                "-device", "virtio-blk-pci,drive=b" + slot + ",bus=pci.0,addr=0x" + Integer.toHexString(slot));
    }

    private static String driver(Ask.Block block) throws Problem {
        try {
            return ((int) Files.getAttribute(block.file(), "unix:mode") & S_IFMT) == S_IFBLK ? "host_device" : "file";
        } catch (IOException e) {
            throw Problem.usage("block device `" + block.name() + "` cannot be looked at: " + e.getMessage()).where(block.file()).because(e);
        }
    }

    /// In values of QEMU's options a comma ends the value, and two stand for one.
    static String escaped(String value) {
        return value.replace(",", ",,");
    }

    private static String arguments(Permit permit) throws Problem {
        String text = String.join(" ", permit.arguments());
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MOST_ARGUMENTS) {
            throw Problem.usage("the guest's command line is too long").expected("at most " + MOST_ARGUMENTS + " bytes").found(bytes);
        }
        return text;
    }
}
