package dev.repro.tender;

import dev.repro.base.Problem;
import dev.repro.tender.backend.Backend;
import dev.repro.tender.os.Exec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// This process becomes the tender of what was granted.
public final class Launcher {
    private final Receipts receipts;

    public Launcher(Receipts receipts) {
        this.receipts = receipts;
    }

    /// The arguments of each tender, as they would be executed.
    public static List<List<String>> argv(Granted granted) throws Problem {
        var out = new ArrayList<List<String>>();
        for (Permit permit : granted.permits()) {
            out.add(Backend.of(permit).argv(permit));
        }
        return out;
    }

    /// Looks at the host's devices, writes the receipt, and executes. Returns only by an exception: then nothing was started.
    ///
    /// @throws Problem exit code 2, 3: devices, or this machine; 4: no receipt could be written
    public void become(Granted granted, Instant now) throws Problem {
        if (granted.permits().size() > 1) {
            throw Problem.usage("a set of images is as many processes, and this one can become only one").where(granted.release())
                    .found(granted.permits().size() + " images").hint("ask the daemon: repro gate");
        }
        Permit permit = granted.permits().getFirst();
        List<List<String>> argv = argv(granted);
        try (HostDevices devices = HostDevices.of(permit)) {
            receipts.launched(granted, argv, now);
            var kept = new ArrayList<>(devices.held());
            kept.add(permit.sealed().fd());
            Exec.become(permit.program().orElseThrow(), argv.getFirst(), kept);
        }
    }
}
