package dev.repro.tender;

import dev.repro.base.Problem;
import dev.repro.tender.backend.Backend;
import dev.repro.tender.backend.BuiltIn;
import dev.repro.tender.backend.Qemu;
import dev.repro.tender.backend.QemuRun;
import dev.repro.tender.hvt.Hvt;
import dev.repro.tender.os.Exec;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.security.SecureRandom;
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
                return Hvt.runAlone(BuiltIn.guest(permit, console.getChannel(), clock, new SecureRandom()));
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
}
