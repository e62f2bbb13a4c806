package dev.repro.tender.daemon;

import dev.repro.base.Problem;
import dev.repro.tender.HostDevices;
import dev.repro.tender.Permit;
import dev.repro.tender.os.Pid;
import dev.repro.tender.os.Spawn;
import dev.repro.tender.os.Sys;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;

/// Makes processes of permits: all of a launch, in their order, or none.
final class Starter {
    private static final long SELF = ProcessHandle.current().pid();

    private final Guests guests;
    private final GuestFiles files;
    private final Consoles consoles;

    Starter(Guests guests, GuestFiles files, Consoles consoles) {
        this.guests = guests;
        this.files = files;
        this.consoles = consoles;
    }

    /// Starts what has been reserved. It is written down before, so that nothing ever runs of which no file tells.
    ///
    /// @param argv of each
    /// @param devices of each
    /// @throws Problem one of them cannot be started; those before it were killed
    void start(Guest guest, List<Permit> permits, List<List<String>> argv, List<HostDevices> devices) throws Problem {
        try {
            files.write(guest);
            for (int i = 0; i < permits.size(); i++) {
                guests.watch(guest, i, started(guest, i, permits.get(i), argv.get(i), devices.get(i)));
            }
            guests.started(guest);
        } catch (Problem | RuntimeException e) {
            guests.signal(guest, Pid.SIGKILL);
            throw e;
        }
    }

    private Pid started(Guest guest, int index, Permit permit, List<String> argv, HostDevices devices) throws Problem {
        var kept = new ArrayList<>(devices.held());
        kept.add(permit.sealed().fd());
        String program = permit.program().map(p -> "/proc/" + SELF + "/fd/" + p.fd()).orElse(argv.getFirst()); // the built-in tender is a JVM
        int console = guest.facts().console() ? consoles.append(guest.id(), index) : consoles.nothing();
        try {
            return Pid.child(Spawn.start(program, argv, files.tags().environment(guest.id(), index),
                    List.of(consoles.nothing(), console, console), kept));
        } finally {
            Reference.reachabilityFence(permit); // its memory is given back when nobody holds it
            if (console != consoles.nothing()) {
                Sys.close(console);
            }
        }
    }
}
