package dev.repro.tender.daemon;

import dev.repro.base.Problem;
import dev.repro.tender.backend.QemuVerdict;
import dev.repro.tender.os.Ending;
import dev.repro.tender.os.Pid;
import dev.repro.tender.os.Reaper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// All that runs, with the devices that it holds, and the last of what ran. The files of the state folder say the same ([GuestFiles]).
final class Guests {
    /// Of those that have ended.
    static final int HISTORY = 256;
    private static final Set<String> QEMU = Set.of("virtio", "multiboot1", "unikraft");

    private final GuestFiles files;
    private final Consoles consoles;
    private final Reaper reaper;
    private final InstantSource clock;
    private final Log log;
    private final Map<String, Guest> living = new LinkedHashMap<>();
    private final Map<String, Guest> ended = new LinkedHashMap<>();
    private final Map<String, Guest> holders = new HashMap<>();
    /// Of what runs, by id and number of the process.
    private final Map<String, Pid> pids = new ConcurrentHashMap<>();

    Guests(GuestFiles files, Consoles consoles, Reaper reaper, InstantSource clock, Log log) {
        this.files = files;
        this.consoles = consoles;
        this.reaper = reaper;
        this.clock = clock;
        this.log = log;
    }

    /// Takes id and devices, or says who has them.
    ///
    /// @return the launch of that id that there was before, if there was one; nothing is taken then
    /// @throws Busy another holds a device
    synchronized Optional<Guest> reserve(Guest guest) throws Busy {
        Optional<Guest> before = find(guest.id());
        if (before.isPresent()) {
            return before;
        }
        List<String> claims = guest.facts().claims();
        for (int i = 0; i < claims.size(); i++) {
            Guest holder = holders.get(claims.get(i));
            if (holder != null) {
                throw new Busy(guest.facts().devices().get(i), holder);
            }
        }
        hold(guest);
        return Optional.empty();
    }

    private void hold(Guest guest) {
        living.put(guest.id(), guest);
        guest.facts().claims().forEach(claim -> holders.put(claim, guest));
    }

    private synchronized void release(Guest guest) {
        living.remove(guest.id());
        guest.facts().claims().forEach(holders::remove);
    }

    /// Running or ended.
    synchronized Optional<Guest> find(String id) {
        Guest found = living.get(id);
        return Optional.ofNullable(found == null ? ended.get(id) : found);
    }

    /// In the order of their start.
    synchronized List<Guest> living() {
        return List.copyOf(living.values());
    }

    synchronized List<Guest> ended() {
        return List.copyOf(ended.values());
    }

    synchronized int count() {
        return living.size();
    }

    /// Forgets a launch of which nothing runs.
    void drop(Guest guest) {
        release(guest);
        deleteConsoles(guest);
        try {
            files.forget(guest);
        } catch (Problem e) {
            log.error("state", "id", guest.id(), "error", e.line());
        }
    }

    /// That a process runs.
    ///
    /// @throws Problem exit code 3: it cannot be watched
    void watch(Guest guest, int index, Pid pid) throws Problem {
        guest.started(index, pid.number(), pid.started());
        pids.put(key(guest, index), pid);
        reaper.watch(pid, ending -> ended(guest, index, ending));
    }

    /// Writes down that all of its processes run, unless they have ended already.
    ///
    /// @throws Problem exit code 4
    void started(Guest guest) throws Problem {
        synchronized (guest) {
            if (!guest.isEnded()) {
                files.write(guest);
            }
        }
    }

    private static String key(Guest guest, int index) {
        return guest.id() + "/" + index;
    }

    private void ended(Guest guest, int index, Ending its) {
        pids.remove(key(guest, index));
        Guest.Process process = guest.processes().get(index);
        Ending ending = verdict(guest, index, its);
        log.info("ended", "id", guest.id(), "release", guest.facts().name() + " " + guest.facts().version(), "image", process.image(),
                "pid", process.pid(), "status", ending instanceof Ending.Exited(int status) ? status : null,
                "signal", ending instanceof Ending.Signalled(int signal) ? signal : null);
        ended(guest, index, ending, clock.instant());
    }

    /// Of a guest of Solo5's or Unikraft's under QEMU, which has an exit status of its own: what the console says.
    private Ending verdict(Guest guest, int index, Ending ending) {
        if (!(ending instanceof Ending.Exited(int code)) || !QEMU.contains(guest.processes().get(index).target())) {
            return ending;
        }
        try {
            byte[] printed = guest.facts().console() ? consoles.read(guest.id(), index, -1).bytes() : new byte[0];
            return new Ending.Exited(QemuVerdict.status(new String(printed, StandardCharsets.ISO_8859_1), code));
        } catch (Problem e) {
            log.warn("console", "id", guest.id(), "error", e.line());
            return ending;
        }
    }

    private void ended(Guest guest, int index, Ending ending, Instant when) {
        boolean over;
        synchronized (this) {
            guest.ended(index, ending, when);
            over = guest.isEnded() && living.containsKey(guest.id());
        }
        if (over) {
            archive(guest);
        }
        guest.changed();
    }

    private void archive(Guest guest) {
        var oldest = new ArrayList<Guest>();
        synchronized (this) {
            release(guest);
            ended.put(guest.id(), guest);
            while (ended.size() > HISTORY) {
                oldest.add(ended.remove(ended.keySet().iterator().next()));
            }
        }
        try {
            synchronized (guest) { // not while it is written down that it runs
                files.archive(guest);
            }
            for (Guest one : oldest) {
                files.forgetEnded(one.id());
            }
        } catch (Problem e) {
            log.error("state", "id", guest.id(), "error", e.line());
        }
        oldest.forEach(this::deleteConsoles);
    }

    private void deleteConsoles(Guest guest) {
        if (!guest.facts().console()) {
            return;
        }
        for (int i = 0; i < guest.processes().size(); i++) {
            try {
                consoles.delete(guest.id(), i);
            } catch (Problem e) {
                log.error("state", "id", guest.id(), "error", e.line());
            }
        }
    }

    /// Bounds what guests have printed.
    void trimConsoles() {
        for (Guest guest : living()) {
            for (int i = 0; guest.facts().console() && i < guest.processes().size(); i++) {
                try {
                    consoles.trim(guest.id(), i);
                } catch (Problem e) {
                    log.warn("console", "id", guest.id(), "error", e.line());
                }
            }
        }
    }

    /// To each process of it, the last first.
    void signal(Guest guest, int signal) {
        for (int i = guest.processes().size() - 1; i >= 0; i--) {
            Pid pid = pids.get(key(guest, i));
            if (pid != null) {
                pid.signal(signal);
            }
        }
    }

    /// Finds again what a daemon before this one has started.
    ///
    /// @param boot of this machine now
    /// @throws Problem exit code 4: the state folder cannot be read
    void recover(String boot) throws Problem {
        for (GuestFiles.Found found : files.ended(HISTORY)) {
            known(found).ifPresent(guest -> ended.put(guest.id(), guest));
        }
        var found = new ArrayList<Guest>();
        for (GuestFiles.Found file : files.running()) {
            known(file).ifPresent(found::add);
        }
        Map<String, Integer> marked = found.stream().anyMatch(Guest::isStarting) ? files.tags().running() : Map.of();
        for (Guest guest : found) {
            synchronized (this) {
                hold(guest);
            }
            new Recovery(guest, marked).run(boot);
        }
        if (!found.isEmpty()) {
            log.info("recovered", "running", count(), "ended", found.size() - count());
        }
    }

    private Optional<Guest> known(GuestFiles.Found found) {
        if (found.problem() != null) {
            log.warn("state", "error", found.problem().line());
        }
        return Optional.ofNullable(found.guest());
    }

    /// Of one launch.
    private final class Recovery {
        private final Guest guest;
        private final Map<String, Integer> marked;

        private Recovery(Guest guest, Map<String, Integer> marked) {
            this.guest = guest;
            this.marked = marked;
        }

        private void run(String boot) throws Problem {
            boolean whole = true;
            for (int i = 0; i < guest.processes().size(); i++) {
                Guest.Process process = guest.processes().get(i);
                Pid pid = process.ending() != null || !guest.facts().boot().equals(boot) ? null : find(i, process);
                if (pid != null) {
                    watch(guest, i, pid);
                } else if (process.ending() == null) {
                    whole &= process.pid() != 0;
                    ended(guest, i, new Ending.Unknown(), clock.instant());
                }
            }
            if (!whole) { // it was killed in the middle of a start: all or nothing
                signal(guest, Pid.SIGKILL);
            } else {
                started(guest);
            }
        }

        private Pid find(int index, Guest.Process process) throws Problem {
            if (process.pid() != 0) {
                return Pid.other(process.pid(), process.started());
            }
            Integer number = marked.get(key(guest, index));
            return number == null ? null : Pid.other(number, Pid.started(number).orElse(-1));
        }
    }

    /// Ids of what runs, for messages and metrics.
    Collection<String> ids() {
        return living().stream().map(Guest::id).toList();
    }
}
