package dev.repro.tender.backend;

import dev.repro.base.Durable;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.tender.Ask;
import dev.repro.tender.Permit;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// For targets that are not launched from here (Xen, Muen, Genode, Firecracker and whatever else is verified): the verified bytes in a file of
/// their own, and beside it what was verified of them, as JSON (`repro.hand-over.v1`) and as text, with what the other launcher is told.
/// From then on the file is as safe as its folder; the digest is there to be compared.
///
/// @param permit from the gate: every check has been passed
public record HandOver(Permit permit) {
    private static final String SCHEMA = "repro.hand-over.v1";
    private static final long MIB = 1 << 20;

    /// Writes `FILE`, `FILE.hand-over.json` and `FILE.hand-over.txt`, in this order, each as a whole.
    ///
    /// @return the JSON file
    /// @throws Problem exit 4: they cannot be written
    public Path write(Path folder) throws Problem {
        String file = permit.image().file();
        Path description = folder.resolve(file + ".hand-over.json");
        try {
            Durable.write(folder.resolve(file), permit.sealed().bytes().toArray(ValueLayout.JAVA_BYTE));
            Durable.write(description, JsonText.pretty(toJson(folder)).getBytes(StandardCharsets.UTF_8));
            Durable.write(folder.resolve(file + ".hand-over.txt"), text(folder).getBytes(StandardCharsets.UTF_8));
            return description;
        } catch (IOException e) {
            throw Problem.storage("the hand-over cannot be written: " + e.getMessage()).where(folder).because(e);
        }
    }

    /// @param folder where the file is to be
    public Json.Obj toJson(Path folder) {
        var image = permit.image();
        return Json.object("schema", SCHEMA, "release", permit.release().toString(), "target", image.target(), "abi", image.abi().orElse(null),
                "file", path(folder).toString(), "size", permit.sealed().size(), "sha256", permit.sealed().sha256(), "memory", permit.memory(),
                "arguments", permit.arguments(), "devices", permit.devices().stream().map(this::device).toList(), "run", run(folder));
    }

    private Json device(Ask.Device device) {
        return switch (device) {
            case Ask.Net net -> Json.object("name", net.name(), "type", net.type(), "host", net.tap(),
                    "mac", net.mac().map(Object::toString).orElse(null));
            case Ask.Block block -> Json.object("name", block.name(), "type", block.type(), "host", block.file().toString(),
                    "read_only", BuiltIn.readOnly(permit, block),
                    "sector_size", block.sectorSize().isPresent() ? block.sectorSize().getAsInt() : null);
        };
    }

    /// For people; the last lines are what to do.
    public String text(Path folder) {
        var out = new StringBuilder();
        line(out, "release", permit.release().toString());
        line(out, "image", path(folder).toString());
        line(out, "sha256", permit.sealed().sha256() + ", " + permit.sealed().size() + " bytes");
        line(out, "target", permit.image().target() + permit.image().abi().map(abi -> ", ABI " + abi).orElse(""));
        line(out, "memory", permit.memory() / MIB + " MiB");
        line(out, "arguments", permit.arguments().isEmpty() ? "none" : String.join(" ", permit.arguments()));
        for (Ask.Device device : permit.devices()) {
            line(out, "device", device.name() + ", " + device.type() + ", " + switch (device) {
                case Ask.Net net -> net.tap() + net.mac().map(mac -> ", " + mac).orElse("");
                case Ask.Block block -> block.file() + (BuiltIn.readOnly(permit, block) ? ", read-only" : "");
            });
        }
        run(folder).forEach(step -> line(out, "run", step));
        return out.append("verified, not launched: compare the digest before you start it\n").toString();
    }

    private static void line(StringBuilder out, String what, String fact) {
        out.append(what).append(" ".repeat(11 - what.length())).append(fact).append('\n');
    }

    private Path path(Path folder) {
        return folder.resolve(permit.image().file()).toAbsolutePath().normalize();
    }

    /// What whoever launches it does, step by step.
    private List<String> run(Path folder) {
        var steps = new ArrayList<>(List.of("sha256sum " + path(folder) + " says " + permit.sealed().sha256()));
        steps.add(switch (permit.image().target()) {
            case "xen", "xen-pvh" -> "xl create with type = \"pvh\", kernel, memory and cmdline as above, a vif or a disk for each device, "
                    + "in this order";
            case "muen" -> "name the image as a subject of the system policy, a channel for each device, and build the system";
            case "genode" -> "put the image among the boot modules, with a session for each device in the init configuration";
            case "firecracker", "hermit" -> "the monitor with the image as its kernel, memory and arguments as above, each device by its name";
            default -> "a launcher for " + permit.image().target() + ", with memory, arguments and devices as above, and no other device";
        });
        return steps;
    }
}
