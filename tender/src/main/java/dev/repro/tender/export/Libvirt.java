package dev.repro.tender.export;

import dev.repro.base.Problem;
import dev.repro.tender.Ask;
import java.util.List;

/// A domain for libvirt (libvirt.org/formatdomain.html): QEMU loads the image by multiboot.
///
/// Solo5's virtio guests match their manifest to devices by PCI slot, so each device gets the slot of its place in the manifest.
final class Libvirt {
    private static final int FIRST_SLOT = 3; // 0 to 2 are the chipset's and the display's

    private Libvirt() {}

    static String write(Contract contract) throws Problem {
        contract.requireTarget("libvirt", List.of("virtio", "unikraft", "multiboot1"));
        var devices = new StringBuilder();
        int disk = 0;
        for (int i = 0; i < contract.devices().size(); i++) {
            String address = "<address type='pci' domain='0x0000' bus='0x00' slot='0x%02x' function='0x0'/>".formatted(FIRST_SLOT + i);
            devices.append(switch (contract.devices().get(i)) {
                case Ask.Net net -> net(net, address);
                case Ask.Block block -> block(block, contract.isReadOnly(block), "vd" + (char) ('a' + disk++), address);
            });
        }
        return """
                <!-- %s
                     Written by `repro export libvirt`. libvirt does not ask the gate: before each start run
                     repro verify %s -n %s -->
                <domain type='kvm'>
                  <name>%s</name>
                  <description>%s</description>
                  <memory unit='MiB'>%d</memory>
                  <vcpu>1</vcpu>
                  <os>
                    <type arch='x86_64' machine='pc'>hvm</type>
                    <kernel>%s</kernel>
                    <cmdline>%s</cmdline>
                  </os>
                  <on_poweroff>destroy</on_poweroff>
                  <on_reboot>destroy</on_reboot>
                  <on_crash>destroy</on_crash>
                  <devices>
                    <serial type='pty'><target port='0'/></serial>
                    <memballoon model='none'/>
                %s  </devices>
                </domain>
                """.formatted(comment(contract.title()), comment(contract.file().toString()), contract.which(), contract.release().name(), contract.title(),
                contract.mebibytes(), escape(contract.file().toString()), escape(String.join(" ", contract.arguments())), devices);
    }

    private static String net(Ask.Net net, String address) throws Problem {
        String mac = net.mac().map(m -> "<mac address='" + m + "'/>").orElse("");
        return "    <interface type='ethernet'>%s<target dev='%s' managed='no'/><model type='virtio-transitional'/>%s</interface> <!-- %s -->\n"
                .formatted(mac, escape(net.tap()), address, net.name());
    }

    private static String block(Ask.Block block, boolean readOnly, String target, String address) throws Problem {
        String file = block.file().toAbsolutePath().toString();
        boolean device = file.startsWith("/dev/");
        return "    <disk type='%s' device='disk' model='virtio-transitional'><driver name='qemu' type='raw'/><source %s='%s'/>%s%s%s</disk> <!-- %s -->\n"
                .formatted(device ? "block" : "file", device ? "dev" : "file", escape(file), "<target dev='" + target + "' bus='virtio'/>",
                        readOnly ? "<readonly/>" : "", address, block.name());
    }

    private static String escape(String text) throws Problem {
        return Contract.safe(text, "", "the domain").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&apos;");
    }

    // XML 1.0 2.5: no comment holds `--`
    private static String comment(String text) throws Problem {
        return Contract.safe(text, "", "the domain").replace("--", "-…");
    }
}
