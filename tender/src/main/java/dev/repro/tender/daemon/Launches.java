package dev.repro.tender.daemon;

import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.release.Release;
import dev.repro.tender.Ask;
import dev.repro.tender.Granted;
import dev.repro.tender.HostDevices;
import dev.repro.tender.Launcher;
import dev.repro.tender.Permit;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// From a request to guests that run.
final class Launches {

    /// The id is that of another launch.
    static final class Taken extends Exception {
        private static final long serialVersionUID = 1;

        Taken(String id) {
            super("the id `" + id + "` is that of another launch", null, false, false);
        }
    }

    /// @param isNew false: the same request was granted before, and this is what became of it
    record Launched(Guest guest, boolean isNew) {}

    private final Gatekeeper gate;
    private final Starter starter;
    private final Guests guests;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final String boot;

    /// @param boot of this machine: /proc/sys/kernel/random/boot_id
    Launches(Gatekeeper gate, Starter starter, Guests guests, InstantSource clock, RandomGenerator random, String boot) {
        this.gate = gate;
        this.starter = starter;
        this.guests = guests;
        this.clock = clock;
        this.random = random;
        this.boot = boot;
    }

    Launched launch(LaunchRequest request, Ask.Peer peer) throws Refused, Problem, Taken {
        Optional<Guest> before = request.id().isEmpty() ? Optional.empty() : guests.find(request.id().get());
        if (before.isPresent()) {
            return known(before.get(), request, peer);
        }
        Granted granted = gate.permit(request.ask(peer));
        Guest guest = guest(request, peer, granted);
        before = guests.reserve(guest);
        if (before.isPresent()) { // asked twice at the same time
            return known(before.get(), request, peer);
        }
        start(guest, granted);
        return new Launched(guest, true);
    }

    private void start(Guest guest, Granted granted) throws Problem {
        var devices = new ArrayList<HostDevices>();
        try {
            List<List<String>> argv = Launcher.argv(granted);
            for (Permit permit : granted.permits()) {
                devices.add(HostDevices.of(permit));
            }
            guest.receipt(gate.launched(granted, argv));
            starter.start(guest, granted.permits(), argv, devices);
        } catch (Problem | RuntimeException e) {
            guests.drop(guest);
            throw e;
        } finally {
            devices.forEach(HostDevices::close);
        }
    }

    private static Launched known(Guest guest, LaunchRequest request, Ask.Peer peer) throws Taken {
        if (!guest.facts().request().equals(request.digest()) || guest.facts().uid() != peer.uid()) {
            throw new Taken(guest.id());
        }
        return new Launched(guest, false);
    }

    private Guest guest(LaunchRequest request, Ask.Peer peer, Granted granted) throws Problem {
        List<Ask.Device> devices = granted.permits().stream().flatMap(p -> p.devices().stream()).toList();
        Permit first = granted.permits().getFirst();
        Release release = granted.release();
        var facts = new Guest.Facts(request.id().orElseGet(this::id), request.digest(), release.name(), release.version(), release.digest(),
                devices.stream().map(Ask.Device::option).toList(), Claims.of(devices), first.memory(), first.arguments(), request.console(),
                peer.uid(), peer.user(), clock.instant(), boot);
        return new Guest(facts, granted.permits().stream().map(Launches::process).toList());
    }

    private static Guest.Process process(Permit permit) {
        return new Guest.Process(permit.image().file(), permit.image().sha256(), permit.image().target(), permit.tender().where(), 0, 0, null, null);
    }

    /// 16 hexadecimal digits.
    private String id() {
        return HexFormat.of().toHexDigits(random.nextLong());
    }
}
