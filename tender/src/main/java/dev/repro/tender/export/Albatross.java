package dev.repro.tender.export;

import dev.repro.base.Problem;
import dev.repro.tender.Ask;
import java.util.List;

/// The command that gives an image to Albatross (albatross-client(1)). What a device is attached to is a bridge or a volume of Albatross there.
final class Albatross {

    private Albatross() {}

    static String write(Contract contract) throws Problem {
        contract.requireTarget("Albatross", List.of("hvt", "spt"));
        var out = new StringBuilder("# ").append(contract.title()).append("\n# Written by `repro export albatross`. ")
                .append("The host is gated where `repro` is installed as its solo5-").append(contract.image().target()).append(".\nalbatross-client create");
        out.append(" --mem=").append(contract.mebibytes());
        for (Ask.Device device : contract.devices()) {
            String value = switch (device) {
                case Ask.Net net -> part(net.name(), device) + ":" + part(net.tap(), device) + net.mac().map(m -> "@" + m).orElse("");
                case Ask.Block block -> part(block.name(), device) + ":" + part(block.file().getFileName().toString(), device)
                        + (block.sectorSize().isPresent() ? "@" + block.sectorSize().getAsInt() : "");
            };
            out.append(' ').append(quote((device instanceof Ask.Net ? "--net=" : "--block=") + value));
        }
        if (contract.image().limits().arguments().isPresent()) {
            out.append(" --no-add-name"); // else --name=… is one argument more, which the author's pattern may not allow
        }
        for (String argument : contract.arguments()) {
            out.append(' ').append(quote("--arg=" + Contract.safe(argument, "", "an argument")));
        }
        return out.append(' ').append(contract.release().name()).append(' ').append(quote(contract.file().toString())).append('\n').toString();
    }

    private static String part(String text, Ask.Device device) throws Problem {
        return Contract.safe(text, ":@", device.option());
    }

    /// For a POSIX shell.
    private static String quote(String word) {
        return word.matches("[A-Za-z0-9@%+=:,./_-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
