package dev.repro.tender;

import dev.repro.base.Problem;
import dev.repro.tender.backend.Backend;
import dev.repro.tender.backend.BuiltIn;
import dev.repro.tender.backend.HandOver;
import dev.repro.tender.backend.Qemu;
import dev.repro.tender.backend.QemuRun;
import dev.repro.tender.hvt.Hvt;
import dev.repro.tender.hvt.HvtGuest;
import dev.repro.tender.os.Exec;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// This process becomes the tender of what was granted, or runs it: the built-in tender within itself, QEMU as a child whose console says how the
/// guest ended.
public final class Launcher {
    private final Receipts receipts;
    private final Optional<Path> known;

    public Launcher(Receipts receipts, State state) {
        this.receipts = receipts;
        this.known = Optional.of(state.memory());
    }

    /// The arguments of each tender as a process of its own, as they would be executed.
    public static List<List<String>> argv(Granted granted) throws Problem {
        return argv(granted, Optional.empty());
    }

    /// The same; what a QEMU can use is known from launch to launch.
    public static List<List<String>> argv(Granted granted, State state) throws Problem {
        return argv(granted, Optional.of(state.memory()));
    }

    private static List<List<String>> argv(Granted granted, Optional<Path> known) throws Problem {
        var out = new ArrayList<List<String>>();
        for (Permit permit : granted.permits()) {
            out.add(Backend.of(permit, known).argv(permit));
        }
        return out;
    }

    /// Looks at the host's devices, writes the receipt, and executes. Where it executes another program in this process, it returns only by an
    /// exception: then nothing was started.
    ///
    /// @param console of a guest that runs within this process, or of whose tender this is the parent
    /// @return the guest's exit status
    /// @throws Problem exit code 2, 3: devices, or this machine; 4: no receipt could be written; 1: the built-in tender ended the guest
    public int become(Granted granted, FileOutputStream console, InstantSource clock) throws Problem {
        if (granted.permits().size() > 1) {
            throw Problem.usage("a set of images is as many processes, and this one can become only one").where(granted.release())
                    .found(granted.permits().size() + " images").hint("ask the daemon: repro gate");
        }
        Permit permit = granted.permits().getFirst();
        Backend backend = Backend.of(permit, known);
        List<String> argv = backend instanceof BuiltIn ? List.of() : backend.argv(permit);
        try (HostDevices devices = HostDevices.of(permit)) {
            receipts.launched(granted, List.of(argv), clock.instant());
            if (backend instanceof BuiltIn) {
                return Hvt.runAlone(BuiltIn.guest(permit, console.getChannel(), clock, HvtGuest.secure()));
            }
            if (backend instanceof Qemu) {
                return QemuRun.run(permit, argv, console);
            }
            var kept = new ArrayList<>(devices.held());
            kept.add(permit.sealed().fd());
            Exec.become(permit.program().orElseThrow(), argv, kept);
            throw new IllegalStateException("a process that became another does not go on");
        }
    }

    /// Writes what was granted into a folder, for a launcher that is not started here: the images, and what was verified of them ([HandOver]).
    ///
    /// @return what to tell people
    /// @throws Problem exit code 4: something could not be written
    public String handOver(Granted granted, Path folder, InstantSource clock) throws Problem {
        receipts.handedOver(granted, folder, clock.instant());
        var text = new StringBuilder();
        for (Permit permit : granted.permits()) {
            var handOver = new HandOver(permit);
            handOver.write(folder);
            text.append(handOver.text(folder));
        }
        return text.toString();
    }

    /// `--version` or `--help` of the tender that the policy allows for a target: this process becomes it.
    ///
    /// @return that it is the one that is built in, which is no program to become
    /// @throws Denied `tender-not-allowed`, `tender-changed`
    public static boolean about(Host host, String target, List<String> words) throws Denied, Problem {
        Programs.Opened opened = new Programs(host.state(), new Shelf(0)).first(host.policy(), target);
        if (opened.program().isPresent()) {
            var argv = new ArrayList<>(List.of("solo5-" + target));
            argv.addAll(words);
            Exec.become(opened.program().get(), argv, List.of());
        }
        return true;
    }
}
