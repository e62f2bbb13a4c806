package dev.repro.cli;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.tender.Granted;
import dev.repro.tender.Host;
import dev.repro.tender.Permit;
import dev.repro.tender.Shelf;
import dev.repro.tender.Told;
import dev.repro.tender.export.Contract;
import dev.repro.tender.export.Format;
import java.nio.file.Path;
import java.time.InstantSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "export", description = "Verify a release, and write a launch unit for it: systemd, libvirt, xl or albatross.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro export systemd hello@1.0.0 --mem=64 -- exit=7", "",
            "exit codes: 0 written to stdout; 60 untrusted, 61 contract, 62 not fresh, 63 policy, 2 usage, 3 this machine cannot do it, 4 network or storage"})
final class ExportCommand extends LaunchVerb {
    @Parameters(paramLabel = "FORMAT", arity = "0..1", description = "systemd, libvirt, xl or albatross")
    String format;

    @Override
    String verb() {
        return "export";
    }

    @Override
    boolean word(String word) {
        if (format == null) {
            format = word;
            return true;
        }
        return super.word(word);
    }

    @Override
    public Integer call() throws Exception {
        requireWellFormed();
        if (format == null) {
            throw Problem.usage("no format is named").expected(String.join(", ", Format.words())).hint("repro export --help");
        }
        var voice = voice();
        Format to = Format.of(format);
        try (Host host = Host.open(policy(), env(), new Shelf(0), InstantSource.system(), quiet ? _ -> { } : voice::warn)) {
            Granted granted = host.permit(ask(), offline, false, Told.NOBODY);
            if (granted.permits().size() > 1) {
                throw Problem.usage("a set of images is as many units, and their order is the gate's to keep").where(granted.release())
                        .found(granted.permits().size() + " images").hint("launch it through the daemon: repro gate");
            }
            Permit permit = granted.permits().getFirst();
            String unit = to.write(new Contract(permit.release(), permit.image(), file(host, permit), permit.memory(), permit.devices(), permit.arguments(), policy()));
            voice.say(unit.stripTrailing());
            voice.answer(Json.object("schema", "repro.export.v1", "format", to.word(), "name", granted.release().name(), "version", granted.release().version(),
                    "image", permit.image().file(), "sha256", permit.image().sha256(), "unit", unit));
            return 0;
        } catch (Refused refused) {
            voice.refuse(refused);
            return refused.code();
        }
    }

    /// Where the image is on this host: the file that was named, or the gate's own copy.
    private Path file(Host host, Permit permit) {
        return image != null ? path(Path.of(image)).toAbsolutePath().normalize() : host.state().images().resolve(permit.image().sha256().hex());
    }
}
