package dev.repro.cli;

import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.tender.Ask;
import dev.repro.tender.DeviceOptions;
import dev.repro.tender.Granted;
import dev.repro.tender.Host;
import dev.repro.tender.Launcher;
import dev.repro.tender.Shelf;
import dev.repro.tender.Told;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// `repro` under the name of a tender of Solo5's (docs/launch.md): the launcher makes `as-tender TARGET ARGS` of `solo5-TARGET ARGS`.
///
/// It takes the tender's own arguments, finds the release by the image's digest, and becomes the true tender. Exit codes are those that
/// who starts tenders knows: the guest's; 60 to 63 refused; 1 as the tender's own failures; 75 (EX_TEMPFAIL) for network and storage.
final class TenderCommand extends Commands.Verb {
    static final String NAME = "as-tender";
    private static final int FAILED = 1;
    private static final int TEMPORARY = 75;

    private final String target;
    private final List<String> line;

    TenderCommand(List<String> args) {
        this.target = args.isEmpty() ? "" : args.getFirst();
        this.line = args.isEmpty() ? List.of() : args.subList(1, args.size());
    }

    @Override
    public Integer call() {
        var voice = new Voice(commands().streams, env(), true, false);
        try (Host host = Host.open(Optional.empty(), env(), new Shelf(0), InstantSource.system(), voice::warn)) {
            if (!line.isEmpty() && (line.getFirst().equals("--version") || line.getFirst().equals("--help"))) {
                return about(host);
            }
            Granted granted = host.permit(ask(), false, false, Told.NOBODY);
            granted.overlooked().forEach(refused -> voice.warn("audit: " + refused.line()));
            return new Launcher(host.receipts(), host.state()).become(granted, new FileOutputStream(FileDescriptor.out), InstantSource.system());
        } catch (Refused refused) {
            voice.refuse(refused);
            return refused.code();
        } catch (Problem problem) {
            voice.tell(problem);
            return problem.exit() == Problem.Exit.STORAGE ? TEMPORARY : FAILED;
        }
    }

    /// The true tender answers; for the one that is built in, what the gate answers for it.
    private int about(Host host) throws Refused, Problem {
        boolean builtIn = Launcher.about(host, target, line);
        if (builtIn) { // as Solo5's, on stderr
            commands().streams.err().println(line.getFirst().equals("--version") ? "solo5-" + target + " tender, version repro-" + Main.VERSION + "\nABI version 2"
                    : "usage: solo5-" + target + " [ OPTIONS ] [ -- ] KERNEL [ ARGS ]");
        }
        return line.getFirst().equals("--version") ? 0 : FAILED;
    }

    /// Solo5 tenders/hvt/hvt_main.c, tenders/spt/spt_main.c: options, perhaps `--`, the image, the guest's arguments.
    private Ask ask() throws Problem {
        var devices = new DeviceOptions();
        OptionalLong memory = OptionalLong.empty();
        var rest = new ArrayList<>(line);
        while (!rest.isEmpty() && rest.getFirst().startsWith("-")) {
            String option = rest.removeFirst();
            if (option.equals("--")) {
                break;
            } else if (option.startsWith("--mem=")) {
                memory = OptionalLong.of(DeviceOptions.memory(option.substring(6)));
            } else if (!devices.take(option)) {
                throw Problem.usage("the gate does not pass this option on").where(option).hint("solo5-" + target + " --help");
            }
        }
        if (rest.isEmpty()) {
            throw Problem.usage("the image is missing").expected("[ OPTIONS ] [ -- ] KERNEL [ ARGS ]").hint("solo5-" + target + " --help");
        }
        Path image = path(Path.of(rest.removeFirst()));
        return new Ask(Optional.empty(), Optional.empty(), Optional.of(image), Optional.of(target), memory, devices.devices(commands().directory), rest, Optional.empty());
    }
}
