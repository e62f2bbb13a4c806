package dev.repro.tender.export;

import dev.repro.base.Problem;
import dev.repro.tender.Ask;
import java.util.ArrayList;
import java.util.List;

/// A unit for systemd(1): every start goes through the gate, so that what was revoked or has expired meanwhile does not start.
final class Systemd {
    /// Beside the guest's memory: the verifier before it becomes the tender, or the built-in tender.
    private static final long OVERHEAD = 256;

    private Systemd() {}

    static String write(Contract contract) throws Problem {
        var command = new ArrayList<>(List.of("launch", contract.which(), "--target=" + contract.image().target(), "--mem=" + contract.mebibytes()));
        contract.policy().ifPresent(p -> command.add("--policy=" + p));
        for (Ask.Device device : contract.devices()) {
            command.add(device.option());
            extra(device, command);
        }
        command.add("--");
        command.addAll(contract.arguments());
        var line = new StringBuilder("/usr/bin/env repro");
        for (String word : command) {
            line.append(' ').append(quote(word));
        }
        return """
                # %s
                # Written by `repro export systemd`. The gate looks at all of it again, at every start.
                [Unit]
                Description=%s (unikernel, %s)
                Wants=network-online.target
                After=network-online.target

                [Service]
                Type=exec
                ExecStart=%s
                Restart=on-failure
                RestartSec=5
                # Refused (60 untrusted, 61 contract, 62 not fresh, 63 policy), or this host cannot: starting again changes nothing.
                RestartPreventExitStatus=1 2 3 60 61 62 63
                StateDirectory=repro
                CacheDirectory=repro
                Environment=XDG_CACHE_HOME=%%C/repro
                MemoryMax=%dM
                MemorySwapMax=0
                %s
                NoNewPrivileges=yes
                CapabilityBoundingSet=%s
                ProtectSystem=strict
                ProtectHome=yes
                PrivateTmp=yes
                ProtectClock=yes
                ProtectControlGroups=yes
                ProtectKernelLogs=yes
                ProtectKernelModules=yes
                ProtectKernelTunables=yes
                RestrictNamespaces=yes
                RestrictRealtime=yes
                RestrictSUIDSGID=yes
                LockPersonality=yes
                SystemCallArchitectures=native

                [Install]
                WantedBy=multi-user.target
                """.formatted(contract.title(), contract.release(), contract.image().target(), line, contract.mebibytes() + OVERHEAD,
                devices(contract), contract.nets().isEmpty() ? "" : "CAP_NET_ADMIN");
    }

    private static void extra(Ask.Device device, List<String> command) {
        String which = device.image().map(i -> i + "/").orElse("") + device.name();
        switch (device) {
            case Ask.Net net -> net.mac().ifPresent(mac -> command.add("--net-mac:" + which + "=" + mac));
            case Ask.Block block -> block.sectorSize().ifPresent(size -> command.add("--block-sector-size:" + which + "=" + size));
        }
    }

    // systemd.resource-control(5), systemd.exec(5)
    private static String devices(Contract contract) throws Problem {
        var out = new StringBuilder("DevicePolicy=closed\nDeviceAllow=/dev/kvm rw");
        if (!contract.nets().isEmpty()) {
            out.append("\nDeviceAllow=/dev/net/tun rw");
        }
        for (Ask.Block block : contract.blocks()) {
            String file = Contract.safe(block.file().toAbsolutePath().toString(), "", block.option());
            if (file.startsWith("/dev/")) {
                out.append("\nDeviceAllow=").append(quote(file)).append(contract.isReadOnly(block) ? " r" : " rw");
            } else {
                out.append(contract.isReadOnly(block) ? "\nReadOnlyPaths=" : "\nReadWritePaths=").append(quote(file));
            }
        }
        return out.toString();
    }

    /// systemd.syntax(7), systemd.service(5): in double quotes with C escapes; `%` begins a specifier and `$` a variable.
    private static String quote(String word) throws Problem {
        String text = Contract.safe(word, "", "the command").replace("%", "%%").replace("$", "$$");
        if (text.chars().allMatch(c -> Character.isLetterOrDigit(c) || "@%+=:,./_-".indexOf(c) >= 0) && !text.isEmpty()) {
            return text;
        }
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
