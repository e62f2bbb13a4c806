package dev.repro.tender.export;

import dev.repro.base.Problem;
import dev.repro.tender.Ask;
import java.util.ArrayList;
import java.util.List;

/// A domain for Xen's toolstack, xl.cfg(5).
final class Xl {

    private Xl() {}

    static String write(Contract contract) throws Problem {
        contract.requireTarget("xl", List.of("xen"));
        var vifs = new ArrayList<String>();
        for (Ask.Net net : contract.nets()) {
            vifs.add(quote("bridge=" + Contract.safe(net.tap(), ",", net.option()) + net.mac().map(m -> ",mac=" + m).orElse("")));
        }
        var disks = new ArrayList<String>();
        for (Ask.Block block : contract.blocks()) {
            String file = Contract.safe(block.file().toAbsolutePath().toString(), ",", block.option());
            String access = contract.isReadOnly(block) ? "ro" : "rw";
            disks.add(quote("format=raw,vdev=xvd" + (char) ('a' + disks.size()) + ",access=" + access + ",target=" + file));
        }
        return """
                # %s
                # Written by `repro export xl`. xl does not ask the gate: before each start run
                # repro verify %s -n %s
                name = %s
                type = "pvh"
                kernel = %s
                cmdline = %s
                memory = %d
                vcpus = 1
                vif = [ %s ]
                disk = [ %s ]
                on_crash = "destroy"
                """.formatted(contract.title(), contract.file(), contract.which(), quote(contract.release().name()), quote(contract.file().toString()),
                quote(String.join(" ", contract.arguments())), contract.mebibytes(), String.join(", ", vifs), String.join(", ", disks));
    }

    // xlu_cfg_l.l: a string is in either quotes and has no escapes
    private static String quote(String text) throws Problem {
        return '"' + Contract.safe(text, "\"", "the domain") + '"';
    }
}
